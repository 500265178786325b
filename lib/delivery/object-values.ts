import { Document, Scalar, visit } from "yaml";
import { objectName, type KubernetesObject } from "./kubernetes-object";

const TOKEN = /(\$\{TfToken\[[^\]]+\]\})/;

/**
 * The values of a release that holds these objects, as YAML for `helm_release`: one line a field, so that a plan shows the changed line. CDKTF
 * tokens stay; any other `${` and `%{` is meant for whoever reads the object and is escaped from Terraform.
 */
export function valuesOf(objects: readonly KubernetesObject[]): string {
  const document = new Document({ objects: Object.fromEntries(objects.map((object) => [objectName(object), object])) });
  visit(document, {
    Scalar(key, node) {
      if (key === "key" || typeof node.value !== "string") return;
      // Terraform fills it in later: unquoted, a project number would become a number.
      if (TOKEN.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
      node.value = escaped(node.value);
    },
  });
  return document.toString({ lineWidth: 0, aliasDuplicateObjects: false } as object);
}

function escaped(text: string): string {
  return text
    .split(TOKEN)
    .map((part) => (TOKEN.test(part) ? part : part.replaceAll("${", "$${").replaceAll("%{", "%%{")))
    .join("");
}
