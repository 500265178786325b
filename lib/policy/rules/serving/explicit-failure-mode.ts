import { at } from "../kubernetes/objects";
import { objectRule } from "../kubernetes/object-rule";
import { blockOf, field } from "../workloads/pods";
import { specOf } from "./routes";

const MODES: readonly unknown[] = ["FailClose", "FailOpen"];

export const explicitFailureMode = objectRule({
  id: "serving.explicitFailureMode",
  title: "Pools say what happens when nothing chooses a replica",
  severity: "medium",
  rationale:
    "Whether requests fail or go to any replica is a decision about load and safety; a default of the API may change with its version.",
  fix: "set endpointPickerRef.failureMode to FailClose, or to FailOpen where an answer matters more than even load",
  controls: [{ framework: "EU AI Act", id: "Art. 15" }],
  kinds: ["InferencePool"],
  look: (pool, sight) => {
    const mode = field(blockOf(specOf(pool), "endpointPickerRef"), "failureMode");
    const where = at(pool, "spec.endpointPickerRef.failureMode");
    sight.demand(where, mode, "FailClose or FailOpen", (value) => MODES.includes(value), false);
  },
});
