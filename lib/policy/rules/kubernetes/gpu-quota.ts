import { isLate, type Block } from "../../../core";
import { blockOf, field } from "../workloads/pods";
import { demandInside, isForWorkloads } from "./namespaces";
import { objectRule } from "./object-rule";

const GPU = "requests.nvidia.com/gpu";

function limitsGpus(quota: Block): boolean | "unknown" {
  const spec = blockOf(quota, "spec");
  const hard = field(spec, "hard");
  if (isLate(field(quota, "spec")) || isLate(hard)) return "unknown";
  return blockOf(spec, "hard")?.[GPU] !== undefined;
}

export const gpuQuota = objectRule({
  id: "kubernetes.gpuQuota",
  title: "Namespaces have a quota of GPUs",
  severity: "medium",
  rationale: "One team's mistake would take the accelerators of all others, and their budget.",
  fix: `add a ResourceQuota with ${GPU}, 0 where the namespace needs none`,
  controls: [{ framework: "ISO 42001", id: "A.4.5" }],
  kinds: ["Namespace"],
  applies: isForWorkloads,
  look: (namespace, sight, context) => {
    const wanted = {
      kind: "ResourceQuota",
      expected: `a ResourceQuota in the namespace with ${GPU}`,
      is: ({ block }: { readonly block: Block }) => limitsGpus(block),
    };
    demandInside(namespace, wanted, sight, context);
  },
});
