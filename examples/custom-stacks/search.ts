import type { PlatformStackProps } from "cdktf-ai-platform";

/** What all stacks of this program share. Labels, names and checks follow from it. */
export const search: PlatformStackProps = {
  environment: {
    name: "search",
    projectId: "acme-search-prod",
    projectNumber: "200000000001",
    region: "us-central1",
    zones: ["us-central1-a", "us-central1-b"],
  },
  governance: {
    owner: "search-lead",
    team: "search",
    costCenter: "cc-8150",
    dataClass: "internal",
    riskTier: "limited",
  },
  state: { backend: "gcs", bucket: "acme-search-tfstate" },
};
