import { field } from "./pods";
import { workloadRule } from "./workload-rule";

const FLAG = /^--trust[-_]remote[-_]code(=(?!false$).*)?$/i;

function trusts(value: unknown): boolean {
  return typeof value === "string" && FLAG.test(value);
}

export const noRemoteCode = workloadRule({
  id: "workloads.noRemoteCode",
  title: "Model servers run no code that comes with a model",
  severity: "high",
  rationale:
    "Whoever publishes the model then runs code of their own with the server's rights, on the next start after a change.",
  fix: "leave --trust-remote-code out and use a model that the server knows; where it must be, review the code, pin its revision and set allowRemoteCode",
  controls: [
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "ISO 42001", id: "A.10.3" },
  ],
  look: ({ pods }, sight) => {
    for (const { path, block } of pods.flatMap((pod) => pod.containers)) {
      for (const name of ["command", "args"]) {
        for (const [index, word] of [field(block, name)].flat().entries()) {
          sight.refuse(`${path}.${name}[${index}]`, word, "no --trust-remote-code", trusts);
        }
      }
    }
  },
});
