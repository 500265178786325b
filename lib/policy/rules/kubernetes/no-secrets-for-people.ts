import { containsLate, isLate, type Block } from "../../../core";
import type { RuleContext } from "../../rule";
import { blockOf, field } from "../workloads/pods";
import { objectRule } from "./object-rule";
import { at, itemsOf, nameOf, namespaceOf, objectsOfKind, wordsOf, type SeenObject } from "./objects";

/** Roles of Kubernetes itself by whether they read secrets (Kubernetes docs, "Using RBAC Authorization", user-facing roles). */
const BUILT_IN: Readonly<Record<string, boolean>> = { "cluster-admin": true, admin: true, edit: true, view: false };

const READS = ["get", "list", "watch", "*"];

function readsSecrets(role: SeenObject): boolean | "unknown" {
  const rules = itemsOf(role.block, "rules", "rule");
  const reads = rules.some((rule) => {
    const has = (name: string, ...words: string[]) => wordsOf(rule, name).some((word) => words.includes(String(word)));
    return has("apiGroups", "", "*") && has("resources", "secrets", "*") && has("verbs", ...READS);
  });
  if (reads) return true;
  return containsLate(rules) || isLate(field(role.block, "rules", "rule")) ? "unknown" : false;
}

function roleReadsSecrets(binding: SeenObject, context: RuleContext): boolean | "unknown" {
  const ref = blockOf(binding.block, "roleRef");
  const [kind, name] = [field(ref, "kind"), field(ref, "name")];
  if (kind === "ClusterRole" && Object.hasOwn(BUILT_IN, String(name))) return BUILT_IN[String(name)]!;
  const found = objectsOfKind(String(kind), context).find(
    (role) => nameOf(role) === name && (kind === "ClusterRole" || namespaceOf(role) === namespaceOf(binding)),
  );
  return found ? readsSecrets(found) : "unknown";
}

function isPerson(subject: Block): boolean {
  return ["Group", "User"].includes(String(field(subject, "kind")));
}

export const noSecretsForPeople = objectRule({
  id: "kubernetes.noSecretsForPeople",
  title: "People read no secrets in the cluster",
  severity: "high",
  rationale: "A secret that was read once is known for good, and no log says what was done with it.",
  fix: "leave secrets out of the role. Values are in Secret Manager, where reading one is lent and logged",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.1.2" },
    { framework: "NIST AI RMF", id: "GOVERN 2.1" },
  ],
  kinds: ["RoleBinding", "ClusterRoleBinding"],
  applies: ({ block }) => {
    const subjects = itemsOf(block, "subjects", "subject");
    return subjects.some(isPerson) || containsLate(field(block, "subjects", "subject"));
  },
  look: (binding, sight, context) => {
    const path = at(binding, "roleRef.name");
    const reads = roleReadsSecrets(binding, context);
    const role = field(blockOf(binding.block, "roleRef"), "name");
    const people = itemsOf(binding.block, "subjects", "subject").some(isPerson);
    if (reads === "unknown" || (reads && !people)) sight.unknown ??= path;
    else if (reads) sight.findings.push({ path, found: role, expected: "a role that reads no secrets" });
  },
});
