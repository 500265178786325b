import type { Failure } from "../../core";
import type { ModelValues } from "../config/model-config";

/** What of a model decides where its callers find it. */
export type RoutedModel = Pick<ModelValues, "name" | "team" | "route">;

/** Where callers find a model. */
export interface RouteAddress {
  readonly host: string;
  readonly path: string;
}

/** The gateway's own route to the notice that a model is stopped. */
export const STOPPED_PATH = "/.stopped";

/**
 * Paths that belong to the gateway and to what stands before it: probes, metrics, and the pages of Identity-Aware Proxy (IAP docs, "Special
 * URLs").
 */
export const RESERVED_PATHS = [
  "/healthz",
  "/readyz",
  "/livez",
  "/health",
  "/metrics",
  "/_gcp_iap",
  STOPPED_PATH,
] as const;

/** The host and path of a model on a gateway; undefined where it has no route. */
export function routeAddress({ route }: RoutedModel, hosts: readonly string[]): RouteAddress | undefined {
  const host = route?.host ?? hosts[0];
  return route === undefined || host === undefined ? undefined : { host, path: route.path };
}

/** True where every path of the first is a path of the second: `/v1/rank` is within `/v1`, `/v10` is not. */
export function isWithin(path: string, prefix: string): boolean {
  return prefix === "/" || path === prefix || path.startsWith(`${prefix}/`);
}

/**
 * Everything that speaks against the routes of an environment, with paths as in its file. Both models of a conflict are named.
 * @param hosts the gateway's host names, the first of which is the default; none where there is no gateway
 */
export function routeConflicts(models: readonly RoutedModel[], hosts: readonly string[]): Failure[] {
  return models.flatMap((model, index) => {
    const path = `models[${index}].route`;
    return [
      ...ownFailures(model, path, hosts),
      ...models.slice(0, index).flatMap((earlier) => conflictOf(model, earlier, `${path}.path`, hosts) ?? []),
    ];
  });
}

function ownFailures({ name, route }: RoutedModel, path: string, hosts: readonly string[]): Failure[] {
  if (route === undefined) return [];
  if (hosts.length === 0) {
    return [
      {
        code: "no-gateway",
        path,
        message: `gives ${name} a route, and the environment has no gateway`,
        got: route,
        fix: "add gateway: with the host name of its models, or leave the route out and name callerNamespaces",
      },
    ];
  }
  const found: Failure[] = [];
  if (route.host !== undefined && !hosts.includes(route.host)) {
    found.push({
      code: "host-not-served",
      path: `${path}.host`,
      message: "is not a host name of the gateway: it has no certificate there",
      got: route.host,
      allowed: hosts.join(", "),
      fix: "add it to gateway.hosts, or leave it out for the first of them",
    });
  }
  const reserved = RESERVED_PATHS.find((taken) => isWithin(route.path, taken));
  if (reserved !== undefined) {
    found.push({
      code: "reserved-path",
      path: `${path}.path`,
      message: `lies within ${reserved}, which is kept for the gateway and for probes`,
      got: route.path,
      allowed: `any path outside of ${RESERVED_PATHS.join(", ")}`,
      fix: `name it after the model: /${name}`,
    });
  }
  if (route.path.split("/").some((part) => part === "." || part === "..")) {
    found.push({
      code: "wrong-format",
      path: `${path}.path`,
      message: "leads elsewhere: load balancers resolve . and .. before they choose a route",
      got: route.path,
      fix: `write the path that is meant, e.g. /${name}`,
    });
  }
  return found;
}

function conflictOf(
  model: RoutedModel,
  earlier: RoutedModel,
  path: string,
  hosts: readonly string[],
): Failure | undefined {
  const here = routeAddress(model, hosts);
  const there = routeAddress(earlier, hosts);
  if (here === undefined || there === undefined || here.host !== there.host) return undefined;
  const words = ({ host, path: at }: RouteAddress) => `${host}${at}`;
  if (here.path === there.path) {
    return {
      code: "route-conflict",
      path,
      message: `is the route of ${earlier.name} (team ${earlier.team}) and of ${model.name} (team ${model.team}): which of them answers would be chance`,
      got: words(here),
      fix: `give ${model.name} a path of its own, e.g. /${model.name}`,
    };
  }
  const within = isWithin(here.path, there.path);
  if (model.team === earlier.team || (!within && !isWithin(there.path, here.path))) return undefined;
  const [inner, outer] = within ? [model, earlier] : [earlier, model];
  return {
    code: "route-conflict",
    path,
    message: `has ${inner.name} (team ${inner.team}) take part of the path of ${outer.name} (team ${outer.team}) away: ${words(within ? here : there)} lies within ${words(within ? there : here)}`,
    got: here.path,
    fix: `give ${inner.name} a path outside of it, e.g. /${inner.name}, or a host of its own`,
  };
}
