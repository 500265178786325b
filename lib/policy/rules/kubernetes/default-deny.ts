import { containsLate, type Block } from "../../../core";
import { blockOf, field } from "../workloads/pods";
import { demandInside, isForWorkloads } from "./namespaces";
import { objectRule } from "./object-rule";
import { itemsOf, wordsOf } from "./objects";

/** A policy that selects every pod, and allows nothing in either direction. */
function closesEverything(policy: Block): boolean | "unknown" {
  const spec = blockOf(policy, "spec");
  if (containsLate(spec ?? field(policy, "spec"))) return "unknown";
  const selector = blockOf(spec, "podSelector");
  const selectsAll = Object.values(selector ?? {}).every((part) => part === undefined || isEmpty(part));
  const types = wordsOf(spec, "policyTypes");
  const isClosed = ["ingress", "egress"].every((way) => itemsOf(spec, way, way).length === 0);
  return selectsAll && isClosed && types.includes("Ingress") && types.includes("Egress");
}

function isEmpty(part: unknown): boolean {
  return typeof part === "object" && (part === null || Object.keys(part).length === 0);
}

export const defaultDeny = objectRule({
  id: "kubernetes.defaultDeny",
  title: "Namespaces are closed until something is opened",
  severity: "high",
  rationale:
    "Without a policy every pod of the cluster reaches every other, and a model that is taken over reaches the internet.",
  fix: "add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress] that allows nothing, and open what is needed by others",
  controls: [
    { framework: "CIS GKE 1.4", id: "4.3.2" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  kinds: ["Namespace"],
  applies: isForWorkloads,
  look: (namespace, sight, context) => {
    const wanted = {
      kind: "NetworkPolicy",
      expected: "a NetworkPolicy in the namespace that allows nothing, both ways",
      is: ({ block }: { readonly block: Block }) => closesEverything(block),
    };
    demandInside(namespace, wanted, sight, context);
  },
});
