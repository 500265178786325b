import { Document, Scalar, visit } from "yaml";
import { objectName, type KubernetesObject } from "./kubernetes-object";

/** A CDKTF token within a text; splitting by it keeps the tokens. */
export const TOKEN = /(\$\{TfToken\[[^\]]+\]\})/;

/** The values of a release that holds these objects, each under its name. */
export function valuesOf(objects: readonly KubernetesObject[]): string {
  return terraformYaml({ objects: Object.fromEntries(objects.map((object) => [objectName(object), object])) });
}

/**
 * Values of a chart as YAML for `helm_release`: one line a field, so that a plan shows the changed line. CDKTF tokens stay; any other `${` and
 * `%{` is meant for whoever reads the values and is escaped from Terraform.
 */
export function terraformYaml(values: object): string {
  // Without aliases: in a plan the changed line must stand at the object that it belongs to.
  const document = new Document(values, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(key, node) {
      if (key === "key" || typeof node.value !== "string") return;
      // Terraform fills it in later: unquoted, a project number would become a number.
      if (TOKEN.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
      node.value = terraformText(node.value);
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** The text as Terraform must be given it: CDKTF tokens stay, any other `${` and `%{` is escaped. */
export function terraformText(text: string): string {
  return text
    .split(TOKEN)
    .map((part) => (TOKEN.test(part) ? part : part.replace(/([$%])\{/g, "$1$1{")))
    .join("");
}
