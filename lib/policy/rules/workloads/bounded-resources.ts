import { isLate } from "../../../core";
import { blockOf, field } from "./pods";
import { workloadRule } from "./workload-rule";

export const boundedResources = workloadRule({
  id: "workloads.boundedResources",
  title: "Containers say what they need and what they may take",
  severity: "medium",
  rationale: "Without requests the scheduler packs blindly; without limits one container starves its node.",
  fix: "set resources.requests and resources.limits for cpu and memory",
  controls: [{ framework: "ISO 42001", id: "A.4.5" }],
  look: ({ pods }, sight) => {
    for (const { path, block, partial } of pods.flatMap((pod) => pod.containers)) {
      const resources = blockOf(block, "resources");
      if (isLate(field(block, "resources"))) sight.unknown ??= `${path}.resources`;
      else {
        for (const kind of ["requests", "limits"]) {
          const given = field(resources, kind);
          for (const name of ["cpu", "memory"]) {
            const amount = isLate(given) ? given : blockOf(resources, kind)?.[name];
            sight.demand(
              `${path}.resources.${kind}.${name}`,
              amount,
              "an amount",
              (value) => value !== undefined,
              partial,
            );
          }
        }
      }
    }
  },
});
