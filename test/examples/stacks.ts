import { search } from "../../examples/custom-stacks/search";
import { SearchClusterStack } from "../../examples/custom-stacks/search-cluster-stack";
import { SearchDataStack } from "../../examples/custom-stacks/search-data-stack";
import { synthesize, type Synthesized } from "../../lib/testing";
import { examples, synthesizeExample } from "../stacks/examples";
import { platformApp } from "../stacks/platform";

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
