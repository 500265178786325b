import { isLate } from "../../../core";
import { same } from "../../values";
import { at, itemsOf } from "../kubernetes/objects";
import { objectRule } from "../kubernetes/object-rule";
import { field } from "../workloads/pods";
import { specOf } from "./routes";

export const screeningFailsClosed = objectRule({
  id: "serving.screeningFailsClosed",
  title: "What looks into requests fails closed",
  severity: "high",
  rationale:
    "An extension that fails open lets prompts and answers pass unseen, or callers unknown, as soon as it is slow: who wants that makes it slow.",
  fix: "set failOpen: false on every extension",
  controls: [
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "NIST AI RMF", id: "MEASURE 2.7" },
  ],
  kinds: ["GCPTrafficExtension", "GCPRoutingExtension"],
  look: (extension, sight) => {
    const spec = specOf(extension);
    if (isLate(field(extension.block, "spec")) || isLate(field(spec, "extensionChains"))) {
      sight.unknown ??= at(extension, "spec.extensionChains");
      return;
    }
    itemsOf(spec, "extensionChains", "extension_chain").forEach((chain, c) => {
      itemsOf(chain, "extensions", "extension").forEach((one, e) => {
        const where = at(extension, `spec.extensionChains[${c}].extensions[${e}].failOpen`);
        sight.demand(where, field(one, "failOpen"), "false", (value) => same(value, false), false);
      });
    });
  },
});
