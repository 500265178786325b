import { isLate } from "../../../core";
import { blockOf, field } from "../workloads/pods";
import { objectRule } from "./object-rule";
import { at, metadataOf } from "./objects";

const ENFORCE = "pod-security.kubernetes.io/enforce";

export const restrictedNamespaces = objectRule({
  id: "kubernetes.restrictedNamespaces",
  title: "Namespaces admit restricted pods only",
  severity: "high",
  rationale: "A rule reads what Terraform writes; the label also stops the pod that someone makes by hand.",
  fix: `set the label ${ENFORCE}: restricted`,
  controls: [
    { framework: "CIS GKE 1.4", id: "4.2.1" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  kinds: ["Namespace"],
  look: (object, sight) => {
    const metadata = metadataOf(object);
    const labels = field(metadata, "labels");
    const level = isLate(labels) ? labels : blockOf(metadata, "labels")?.[ENFORCE];
    sight.demand(at(object, `metadata.labels.${ENFORCE}`), level, "restricted", (it) => it === "restricted", false);
  },
});
