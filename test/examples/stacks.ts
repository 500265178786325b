import { SearchClusterStack } from "../../examples/custom-stacks/search-cluster-stack";
import { SearchDataStack } from "../../examples/custom-stacks/search-data-stack";
import { synthesize, type Synthesized } from "../../lib/testing";
import type { PlatformStackProps } from "../../stacks/platform-stack";
import { examples, synthesizeExample } from "../stacks/examples";
import { platformApp } from "../stacks/platform";

const search: PlatformStackProps = {
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

/** What the example of a team's own stacks writes. */
export function synthesizeCustomStacks(): Synthesized {
  return synthesize((app) => {
    const { documents } = new SearchDataStack(app, search);
    new SearchClusterStack(app, { ...search, documents });
  }, platformApp);
}

/** Everything that the examples write, one synth an example. */
export function synthesizeExamples(): Synthesized[] {
  return [...examples.map(synthesizeExample), synthesizeCustomStacks()];
}
