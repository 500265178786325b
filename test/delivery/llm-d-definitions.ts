import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";

/** A definition in the form of llm-d's, without its schema. */
export function llmDDefinition(kind: string, version = "v1alpha2", group = "llm-d.ai"): object {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: "Namespaced",
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
    },
  };
}

/** A folder that holds these, one a file. */
export function folderOf(...documents: readonly unknown[]): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llm-d-"));
  for (const [index, document] of documents.entries()) {
    fs.writeFileSync(path.join(folder, `${index}.yaml`), typeof document === "string" ? document : stringify(document));
  }
  return folder;
}

/** One as an environment's repository would have it. */
export const LLM_D_DEFINITIONS = folderOf(
  llmDDefinition("InferenceModelRewrite"),
  llmDDefinition("InferenceObjective"),
);
