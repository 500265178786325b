import type { Construct } from "constructs";
import { Environment, type Failure } from "../../core";
import { Grant, GrantTargets, Principals, type GrantCondition, type Principal } from "../../iam";
import { routeAddress, type RouteAddress, type RoutedModel } from "../route/route-conflicts";

/** A model with those who may call it. */
export type CalledModel = RoutedModel & { readonly callers?: readonly string[] };

/**
 * Lets callers through Identity-Aware Proxy: those of the gateway to every host of it, those of a model to its path alone. GKE names the backend
 * services that IAP guards by a hash, so rights are given on all of the project's and narrowed by host and path.
 */
export function allowCallers(
  scope: Construct,
  hosts: readonly string[],
  everywhere: readonly string[],
  models: readonly CalledModel[],
): Grant[] {
  const on = GrantTargets.proxied(Environment.of(scope).projectId);
  const pass = (address: string, reason: string, condition: GrantCondition) =>
    Grant.reviewed(scope, on, "pass", callerOf(address), { reason, condition });
  const wide = everywhere.flatMap((address) =>
    hosts.map((host) =>
      pass(address, `calls models on ${host}`, { title: host, expression: `request.host == "${host}"` }),
    ),
  );
  const narrow = models.flatMap((model) => {
    const route = routeAddress(model, hosts);
    if (route === undefined) return [];
    return (model.callers ?? []).map((address) =>
      pass(address, `calls the model ${model.name}`, { title: `model ${model.name}`, expression: requestsTo(route) }),
    );
  });
  return [...wide, ...narrow];
}

/** Callers that would be named in vain: nothing reads the list. */
export function callerFailures(by: "iap" | "api-keys" | "network", models: readonly CalledModel[]): Failure[] {
  return models.flatMap((model, index): Failure[] => {
    if ((model.callers ?? []).length === 0 || (by === "iap" && model.route !== undefined)) return [];
    return [
      {
        code: "callers-not-checked",
        path: `models[${index}].callers`,
        message:
          model.route === undefined
            ? `names who may call ${model.name} through the gateway, where it has no route`
            : `names who may call ${model.name}, and the gateway does not know its callers`,
        got: model.callers,
        fix:
          model.route === undefined
            ? "give the model a route, or leave callers out"
            : 'set gateway.access to {by: "iap"}, or leave callers out',
      },
    ];
  });
}

/** People are groups; what ends like a service account is one. */
export function callerOf(address: string): Principal {
  return address.endsWith(".gserviceaccount.com")
    ? Principals.fromMember(`serviceAccount:${address}`)
    : Principals.group(address);
}

// IAP docs, "Set up context-aware access": request.host and request.path.
function requestsTo({ host, path }: RouteAddress): string {
  const named = `request.host == "${host}"`;
  return path === "/" ? named : `${named} && (request.path == "${path}" || request.path.startsWith("${path}/"))`;
}
