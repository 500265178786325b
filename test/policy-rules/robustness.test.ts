import { TerraformGraph, type Block, type TerraformResourceBlock } from "../../lib/core";
import type { RuleContext } from "../../lib/policy/rule";
import { rules } from "./harness";

const STATUSES = ["compliant", "violation", "unknown", "not-applicable"];

/** A block that has the same value under every name. */
function blockOf(value: unknown): Block {
  return new Proxy({}, { get: () => value, has: () => true });
}

const odd: readonly [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a number", 1],
  ["a text", "x"],
  ["a reference", "${var.it}"],
  ["an unclosed reference", "${"],
  ["an empty list", []],
  ["a list of nothing", [null]],
  ["a list of lists", [["x"], [{}]]],
  ["a block", {}],
  ["a reference to itself", "${google_pubsub_topic.it.name}"],
];

test.each(odd)("no rule breaks on %s in every attribute", (_title, value) => {
  for (const rule of rules) {
    for (const pattern of rule.resourceTypes) {
      const type = pattern.replace("*", "project");
      const resource: TerraformResourceBlock = {
        type,
        address: `${type}.it`,
        config: blockOf(value),
        constructPath: "",
      };
      const context: RuleContext = {
        graph: new TerraformGraph({}),
        labels: { "ai-risk-tier": "high", "gpu-budget": "x" },
        resources: (wanted) => [{ ...resource, type: wanted, address: `${wanted}.it` }],
      };
      expect(STATUSES).toContain(rule.check(resource.config, resource, context).status);
    }
  }
});
