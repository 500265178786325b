import type { Rule } from "../../rule";
import { LABELLED_BY_PROVIDER } from "../../../catalog/label-fields";
import { isLate, type Block } from "../../../core";
import { valueAt, verdict } from "../../values";

const LABEL = "cost-center";

function costCenterOf(labels: unknown): unknown {
  return typeof labels === "object" && labels !== null ? (labels as Block)[LABEL] : undefined;
}

export const costCenters: Rule = {
  id: "cost.costCenters",
  title: "What costs is booked somewhere",
  severity: "medium",
  rationale: "Cost without a label is found at the end of the month, and then nobody owns it.",
  fix: "set governance.costCenter, and leave the label on the resource",
  controls: [
    { framework: "ISO 42001", id: "A.4.5" },
    { framework: "NIST AI RMF", id: "GOVERN 1.6" },
  ],
  // What the provider does not label, baseline.labelsPresent judges.
  resourceTypes: [...LABELLED_BY_PROVIDER],
  check: (config, _resource, context) => {
    const labels = valueAt(config, "labels");
    const path = `labels.${LABEL}`;
    const value = costCenterOf(labels);
    if (isLate(value) || (isLate(labels) && !String(labels).includes(LABEL))) return { status: "unknown", path };
    const isMissing = !isLate(labels) && (value === "" || (value === undefined && !context.labels[LABEL]));
    return verdict(isMissing ? [{ path, found: value, expected: "the cost centre that pays" }] : []);
  },
};
