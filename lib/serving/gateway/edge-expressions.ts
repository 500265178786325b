import type { RouteAddress } from "../route/route-conflicts";

/**
 * Requests to a host and path, in the rules language of Cloud Armor: what lies below the path counts, what only begins alike does not. One or
 * two subexpressions.
 */
export function requestsTo({ host, path }: RouteAddress): string {
  const named = `request.headers['host'].matches('(?i)^${literal(host)}(:[0-9]+)?$')`;
  return path === "/" ? named : `${named} && request.path.matches('^${literal(path)}(/|$)')`;
}

/** Addresses outside of all ranges; one subexpression each. */
export function outside(ranges: readonly string[]): string {
  return ranges.map((range) => `!inIpRange(origin.ip, '${range}')`).join(" && ");
}

/** Attacks of some sets of signatures; one subexpression each. */
export function attacks(sets: readonly string[], sensitivity: number): string {
  return sets
    .map((set) => `evaluatePreconfiguredWaf('${signatures(set)}', {'sensitivity': ${sensitivity}})`)
    .join(" || ");
}

function signatures(set: string): string {
  return set === "cve" ? "cve-canary" : `${set}-v33-stable`;
}

// A dot in brackets needs no backslash, which the rules language and JSON would each read once.
function literal(text: string): string {
  return text.replaceAll(".", "[.]");
}
