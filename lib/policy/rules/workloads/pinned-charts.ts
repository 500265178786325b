import { isLate } from "../../../core";
import { hasDigest } from "../../images";
import type { Rule } from "../../rule";
import { NOT_APPLICABLE, verdict } from "../../values";

const PINNED = "a chart of an OCI registry with its digest, or one in the output (./…)";

// Terraform runs in the folder of the stack, so these are files that the synth wrote or that lie beside them.
const IN_OUTPUT = /^(\.|\$\{path\.(module|root|cwd)\})\/(?!([^/]+\/)*\.\.(\/|$))/;

export const pinnedCharts: Rule = {
  id: "workloads.pinnedCharts",
  title: "Charts are named by their digest, or come with the output",
  severity: "high",
  rationale:
    "Operators have wide rights, and a chart says what they run. A version can be published anew; of a repository at https:// Helm 3 compares no digest at all.",
  fix: "take the chart from an OCI registry by its digest (chart: oci://registry/chart@sha256:\u2026), or put it into the output; in an environment file: addons.charts",
  controls: [
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "ISO 42001", id: "A.10" },
  ],
  resourceTypes: ["helm_release"],
  check: ({ chart, repository }) => {
    if (typeof chart !== "string") return NOT_APPLICABLE;
    const fromOci = isLate(repository) || (typeof repository === "string" ? repository : chart).startsWith("oci://");
    if (IN_OUTPUT.test(chart) && !repository) return { status: "compliant" };
    // The name of a registry may be a reference while the digest stands there.
    if (hasDigest(chart) && (fromOci || (isLate(chart) && !repository))) return { status: "compliant" };
    if (isLate(chart)) return { status: "unknown", path: "chart" };
    return verdict([{ path: "chart", found: described(chart, repository), expected: PINNED }]);
  },
};

function described(chart: string, repository: unknown): string {
  return typeof repository === "string" ? `${chart} of ${repository}` : chart;
}
