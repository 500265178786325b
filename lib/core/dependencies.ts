import { TerraformResource, TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { TerraformGraph } from "./terraform-graph";
import type { TerraformJson } from "./terraform-json";

/**
 * Turns `construct.node.addDependency(other)`, which cdktf drops silently, into `depends_on` between resources, or into
 * a dependency between stacks where the two live apart. Only the first resources of the dependent and the last of the
 * dependency are tied: Terraform orders the rest.
 */
export function wireDependencies(stack: TerraformStack): void {
  const pairs = stack.node
    .findAll()
    .flatMap((dependent) => dependent.node.dependencies.map((dependency) => ({ dependent, dependency })));
  if (pairs.length === 0) return;
  const graph = new TerraformGraph(stack.toTerraform() as TerraformJson);
  for (const { dependent, dependency } of pairs) {
    const home = TerraformStack.of(dependency);
    if (home !== stack) {
      stack.addDependency(home);
      continue;
    }
    const after = resourcesBelow(dependent);
    const before = resourcesBelow(dependency).filter((r) => !after.includes(r));
    const firsts = after.filter((r) => !after.some((other) => graph.waitsFor(address(r), address(other))));
    const lasts = before.filter((r) => !before.some((other) => graph.waitsFor(address(other), address(r))));
    for (const first of firsts) {
      const missing = lasts.map(address).filter((a) => !(first.dependsOn ?? []).includes(a));
      first.dependsOn = [...(first.dependsOn ?? []), ...missing];
    }
  }
}

function resourcesBelow(scope: IConstruct): TerraformResource[] {
  return scope.node.findAll().filter((c): c is TerraformResource => TerraformResource.isTerraformResource(c));
}

function address(resource: TerraformResource): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
}
