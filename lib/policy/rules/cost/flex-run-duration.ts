import type { Block } from "../../../core";
import { attributeRule } from "../../attribute-rule";
import { isSetTo, valueAt } from "../../values";

/** Nodes that come when there is room for them, and go after a time. */
function isFlexStart(pool: Block): boolean {
  return ["node_config.flex_start", "queued_provisioning.enabled"].some(
    (path) => String(valueAt(pool, path)) === "true",
  );
}

export const flexRunDuration = attributeRule({
  id: "cost.flexRunDuration",
  title: "Flex-start nodes end by themselves",
  severity: "medium",
  rationale: "Flex-start nodes are paid as long as they run; a job that hangs would hold them for seven days.",
  fix: "set node_config.max_run_duration to what the job needs",
  controls: [{ framework: "ISO 42001", id: "A.4.5" }],
  applies: isFlexStart,
  requires: { google_container_node_pool: { "node_config.max_run_duration": isSetTo("a duration, e.g. 86400s") } },
});
