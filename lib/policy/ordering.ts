import { RESOURCE_NAMES, WORKLOAD_IDENTITY_POOL } from "../catalog/resource-names";
import { ForeseenValues, TerraformGraph, stringsIn, type Block, type Failure, type TerraformJson } from "../core";

/** One stack as it will be deployed. */
export interface DeployedStack {
  readonly name: string;
  readonly json: TerraformJson;
  /** Names of the stacks that are deployed before it, directly or through others. */
  readonly after: ReadonlySet<string>;
}

interface Owner {
  readonly stack: DeployedStack;
  readonly graph: TerraformGraph;
  readonly address: string;
}

const TEMPLATES = {
  ...RESOURCE_NAMES,
  [WORKLOAD_IDENTITY_POOL.createdBy]: [
    ...(RESOURCE_NAMES[WORKLOAD_IDENTITY_POOL.createdBy] ?? []),
    WORKLOAD_IDENTITY_POOL.template,
  ],
};

/**
 * Finds every value that names a resource which does not exist yet when Terraform uses it: a literal name of a resource of the same stack
 * without a dependency on it, or of a resource of a stack that is not deployed before. Terraform cannot see through a name, so this would
 * fail at the first apply and never at a plan.
 */
export function orderingFailures(stacks: readonly DeployedStack[]): Failure[] {
  const graphs = stacks.map((stack) => ({
    stack,
    graph: new TerraformGraph(stack.json),
    values: new ForeseenValues(stack.json, TEMPLATES),
  }));
  const owners = new Map<string, Owner[]>();
  for (const { stack, graph, values } of graphs) {
    for (const resource of graph.resources) {
      for (const name of values.namesOf(resource)) {
        owners.set(name, [...(owners.get(name) ?? []), { stack, graph, address: resource.address }]);
      }
    }
  }
  return graphs.flatMap(({ stack, graph }) =>
    graph.resources.flatMap((user) =>
      namedIn(user.config, owners)
        .filter(({ named }) => !named.some((owner) => isReady(owner, stack, graph, user.address)))
        .map(({ path, text, named }) => failureFor(stack, user.address, path, text, named[0]!)),
    ),
  );
}

function isReady(owner: Owner, stack: DeployedStack, graph: TerraformGraph, user: string): boolean {
  if (owner.stack !== stack) return stack.after.has(owner.stack.name);
  return owner.address === user || graph.waitsFor(user, owner.address);
}

function failureFor(stack: DeployedStack, user: string, path: string, text: string, owner: Owner): Failure {
  const same = owner.stack === stack;
  return {
    code: same ? "name-before-creation" : "name-of-later-stack",
    path: `${stack.name} ${user} ${path}`,
    message: same
      ? `names ${owner.address} of the same stack without waiting for it`
      : `names ${owner.address} of stack ${owner.stack.name}, which is not deployed before ${stack.name}`,
    got: text,
    fix: same
      ? "use the construct's ref (ref.id.from(this)) or list the resource in dependsOn, so that Terraform orders the two"
      : `make ${stack.name} depend on ${owner.stack.name} (ref.id.from(this) does), or move one of the two resources`,
  };
}

// Words for people: a name in them is no use of the resource.
const PROSE = /(^|\.)(description|display_name|labels|user_labels|resource_labels|annotations)(\.|$)/;

function namedIn(
  config: Block,
  owners: ReadonlyMap<string, Owner[]>,
): { readonly path: string; readonly text: string; readonly named: readonly Owner[] }[] {
  const found = [];
  for (const { path, text } of stringsIn(config)) {
    if (path.startsWith("depends_on") || PROSE.test(path)) continue;
    for (const candidate of candidatesIn(text)) {
      const named = owners.get(candidate);
      if (named) found.push({ path, text, named });
    }
  }
  return found;
}

const DELIMITERS = /[\s"',;()[\]{}=]+/;
const MEMBER_PREFIX = /^(serviceAccount|principal|principalSet|group|deleted):/;

/** What in a text may be the full name of a resource: words, path segments, and paths that start at `projects/`. */
function candidatesIn(text: string): Set<string> {
  const candidates = new Set<string>();
  for (const word of text.split(DELIMITERS)) {
    const bare = word.replace(MEMBER_PREFIX, "");
    candidates.add(bare);
    const segments = bare.split("/");
    for (const segment of segments) if (segment.includes(".") || segment.includes(":")) candidates.add(segment);
    const start = segments.indexOf("projects");
    for (let end = start + 3; start >= 0 && end <= segments.length; end++) {
      candidates.add(segments.slice(start, end).join("/"));
    }
    if (bare.startsWith("gs://")) candidates.add(segments.slice(0, 3).join("/"));
  }
  candidates.delete("");
  return candidates;
}
