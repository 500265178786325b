import type { Failure } from "../../core";
import type { ModelValues } from "../config/model-config";

/** Where the load balancer counts requests to a model, whether a replica answers or not. */
export interface EdgeTraffic {
  readonly namespace: string;
  /** Name of the Service or InferencePool that the route leads to. */
  readonly backend: string;
  readonly port: number;
}

/** Metrics of regional load balancers as PromQL of Cloud Monitoring names them (Cloud Monitoring docs, metrics list: loadbalancing). */
const REQUEST_COUNTS = [
  "loadbalancing_googleapis_com:https_external_regional_request_count",
  "loadbalancing_googleapis_com:https_internal_request_count",
];

/**
 * Requests a second at the load balancer. A server that is not there counts nothing, and neither would its autoscaler: only what stands before
 * it can. The backend's name in Google Cloud holds namespace, name and port (GKE Gateway, `gkegw1-<cluster>-<namespace>-<name>-<port>-<hash>`,
 * unconfirmed by a document).
 */
export function edgeRequestRate({ namespace, backend, port }: EdgeTraffic): string {
  const matcher = `backend_target_name=~"gkegw1-.*-${namespace}-${backend}-${port}-.*"`;
  return REQUEST_COUNTS.map((name) => `(sum(rate(${name}{${matcher}}[2m])) or vector(0))`).join(" + ");
}

// 63 characters less those of the fixed parts: longer names are cut, and the query would find nothing for ever.
const MAX_NAMES_LENGTH = 32;

/** Why a model cannot be scaled to zero. */
export function scaleToZeroFailures(
  { name, replicas, route, scaling }: ModelValues,
  namespace: string,
  offer: { readonly keda: boolean; readonly gateway: boolean },
): Failure[] {
  if (replicas.min > 0) return [];
  const failure = (code: string, message: string, fix: string): Failure => ({
    code,
    path: "replicas.min",
    message,
    got: 0,
    fix,
  });
  const found: Failure[] = [];
  if (!offer.keda || scaling.by === "hpa") {
    found.push(
      failure(
        "zero-without-keda",
        "asks for no replica when idle, which only KEDA can do: the autoscaler of Kubernetes itself keeps at least one",
        "install the add-on keda and leave scaling.by out, or set replicas.min to 1",
      ),
    );
  }
  if (route === undefined || !offer.gateway) {
    found.push(
      failure(
        "zero-without-route",
        "asks for no replica when idle, and nothing would ever start one: a server that is not there counts no requests",
        "give it a route, whose load balancer counts them, or set replicas.min to 1",
      ),
    );
  }
  if (namespace.length + name.length > MAX_NAMES_LENGTH) {
    found.push(
      failure(
        "zero-name-too-long",
        `asks for no replica when idle; namespace and name have ${namespace.length + name.length} characters together, ` +
          "and the load balancer cuts the name by which its requests are counted",
        `shorten them to ${MAX_NAMES_LENGTH} together, or set replicas.min to 1`,
      ),
    );
  }
  return found;
}
