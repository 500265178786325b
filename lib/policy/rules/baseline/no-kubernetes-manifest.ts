import type { Rule } from "../../rule";

export const noKubernetesManifest: Rule = {
  id: "baseline.noKubernetesManifest",
  title: "No kubernetes_manifest",
  severity: "high",
  rationale:
    "It asks a running cluster while it plans, so an empty project cannot be planned, and rules cannot look into it.",
  fix: "use the typed resource (kubernetes_deployment_v1 …), or put the objects into a Helm chart",
  controls: [],
  resourceTypes: ["kubernetes_manifest"],
  check: () => ({
    status: "violation",
    findings: [{ path: "", found: "kubernetes_manifest", expected: "a typed resource or a chart" }],
  }),
};
