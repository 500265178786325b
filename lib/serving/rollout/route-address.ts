import type { Steps } from "./workflow-definition";

/** A route of the Gateway between two backends. */
export interface RouteTraffic {
  readonly on: "route-weights";
  /** Namespace and name of the `HTTPRoute`. */
  readonly namespace: string;
  readonly route: string;
  /** Names of the backends in it: an `InferencePool` and its candidate, or two Services. */
  readonly stable: string;
  readonly candidate: string;
  /** Service of the candidate's pods, which copies of requests go to. @default - requests are not copied */
  readonly mirror?: { readonly service: string; readonly port: number; readonly percent: number };
}

/** Environment variable of the workflow that holds the address of the cluster's API on the Connect Gateway. */
export const CLUSTER_URL_VARIABLE = "CLUSTER_URL";

/** Steps that leave the address of the route in `url`. */
export function addressed({ namespace, route }: RouteTraffic): Steps {
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${route}`;
  return [{ address: { assign: [{ url: `\${sys.get_env("${CLUSTER_URL_VARIABLE}") + "${path}"}` }] } }];
}
