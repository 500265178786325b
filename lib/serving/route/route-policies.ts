import type { KubernetesObject, ObjectMetadata } from "../../delivery";
import type { GatewayRef } from "../gateway/gateway-ref";

/** What a route can send requests to. */
export interface RouteBackend {
  readonly group: "" | "inference.networking.k8s.io";
  readonly kind: "Service" | "InferencePool";
  readonly name: string;
  readonly port: number;
}

/** How the load balancer treats one backend. */
export interface BackendTreatment {
  readonly gateway: Pick<GatewayRef, "access" | "loggedShare">;
  /** Name of the Cloud Armor policy that it carries. */
  readonly securityPolicy: string;
  /** Seconds that one request may last. */
  readonly requestSeconds: number;
  /** Path that is asked whether a replica is ready. */
  readonly readyPath: string;
}

const GKE = "networking.gke.io/v1";

// GCPBackendPolicy counts what is logged in millionths, and drains for at most an hour (its CRD).
const WHOLE = 1_000_000;
const MAX_DRAIN_SECONDS = 3600;

/** The policies of a backend: GKE keeps what the Gateway API does not know on objects of its own. `metadata` names them. */
export function backendPolicies(
  { group, kind, name, port }: RouteBackend,
  metadata: ObjectMetadata,
  { gateway, securityPolicy, requestSeconds, readyPath }: BackendTreatment,
): KubernetesObject[] {
  const targetRef = { group, kind, name };
  return [
    {
      apiVersion: GKE,
      kind: "HealthCheckPolicy",
      metadata,
      spec: {
        targetRef,
        default: {
          // As often as llm-d router's charts ask: a replica that is gone gets requests for no more than a few seconds.
          checkIntervalSec: 5,
          timeoutSec: 5,
          healthyThreshold: 1,
          unhealthyThreshold: 2,
          logConfig: { enabled: true },
          config: {
            type: "HTTP",
            // A pool has no serving port that GKE could take; a Service's is that of its pods.
            httpHealthCheck:
              kind === "InferencePool"
                ? { portSpecification: "USE_FIXED_PORT", port, requestPath: readyPath }
                : { portSpecification: "USE_SERVING_PORT", requestPath: readyPath },
          },
        },
      },
    },
    {
      apiVersion: GKE,
      kind: "GCPBackendPolicy",
      metadata,
      spec: {
        targetRef,
        default: {
          // The time of a whole answer, however many tokens it streams: HTTPRoute.timeouts are refused by GKE.
          timeoutSec: requestSeconds,
          connectionDraining: { drainingTimeoutSec: Math.min(requestSeconds, MAX_DRAIN_SECONDS) },
          securityPolicy,
          logging: { enabled: true, sampleRate: Math.round(gateway.loggedShare * WHOLE) },
          // Without a client of ours Google's own is used, so that there is no secret (IAP docs, "Enabling IAP for GKE").
          ...(gateway.access === "iap" ? { iap: { enabled: true } } : {}),
        },
      },
    },
  ];
}
