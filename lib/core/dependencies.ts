import { DefaultTokenResolver, StringConcat, TerraformResource, TerraformStack, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";
import { TerraformGraph } from "./terraform-graph";
import type { Block, TerraformJson } from "./terraform-json";

/**
 * Turns `construct.node.addDependency(other)`, which cdktf drops silently, into `depends_on` between resources, or into
 * a dependency between stacks where the two live apart. Only the first resources of the dependent and the last of the
 * dependency are tied: Terraform orders the rest.
 */
export function wireDependencies(stack: TerraformStack): void {
  const pairs = stack.node
    .findAll()
    .flatMap((dependent) => dependent.node.dependencies.map((dependency) => ({ dependent, dependency })));
  for (const { dependent, dependency } of pairs) {
    const home = TerraformStack.of(dependency);
    if (home === stack) tie(stack, resourcesBelow(dependent), resourcesBelow(dependency));
    else stack.addDependency(home);
  }
}

function tie(stack: TerraformStack, after: readonly TerraformResource[], all: readonly TerraformResource[]): void {
  const before = all.filter((r) => !after.includes(r));
  const graph = graphOf(stack, [...after, ...before]);
  const waits = (r: TerraformResource, other: TerraformResource) => graph.waitsFor(address(r), address(other));
  const firsts = after.filter((r) => !after.some((other) => waits(r, other)));
  const lasts = before.filter((r) => !before.some((other) => waits(other, r)));
  for (const first of firsts) {
    const missing = lasts.filter((last) => !waits(first, last)).map(address);
    if (missing.length > 0) first.dependsOn = [...(first.dependsOn ?? []), ...missing];
  }
}

/** The graph of these resources alone: resolving the whole stack once more would cost a tenth of a synth. */
function graphOf(stack: TerraformStack, resources: readonly TerraformResource[]): TerraformGraph {
  const resolver = new DefaultTokenResolver(new StringConcat());
  const resource: Record<string, Record<string, Block>> = {};
  for (const one of resources) {
    const { [one.terraformResourceType]: byId } = (
      Tokenization.resolve(one.toTerraform(), { scope: stack, resolver, preparing: false }) as Required<TerraformJson>
    ).resource;
    Object.assign((resource[one.terraformResourceType] ??= {}), byId);
  }
  return new TerraformGraph({ resource });
}

function resourcesBelow(scope: IConstruct): TerraformResource[] {
  return scope.node.findAll().filter((c): c is TerraformResource => TerraformResource.isTerraformResource(c));
}

function address(resource: TerraformResource): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
}
