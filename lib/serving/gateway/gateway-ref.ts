import type { ITerraformDependable } from "cdktf";
import type { IConstruct } from "constructs";
import type { Ref } from "../../core";

/** What decides which replica of a language model answers a request. */
export interface EndpointPickerRef {
  /** Image of the endpoint picker, by digest. */
  readonly image: string;
  readonly replicas: number;
  /** What the gateway does when no endpoint picker answers: `FailClose` turns requests away, `FailOpen` sends them to any replica. */
  readonly failureMode: "FailClose" | "FailOpen";
  readonly cpu: number;
  readonly memoryGb: number;
  /** Priorities that callers may ask for, by name; none where the cluster does not know `InferenceObjective`. */
  readonly priorities: Readonly<Record<string, number>>;
}

/** A Service that callers of a stopped model are told by. */
export interface StopNoticeRef {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
}

/** A gateway, as the routes of models need to know it. */
export interface GatewayRef {
  readonly name: string;
  readonly namespace: string;
  /** Host names, the first of which is the default of routes. */
  readonly hosts: readonly string[];
  /** Name of the Cloud Armor policy that every backend carries. Ready after the gateway itself. */
  readonly securityPolicy: Ref;
  /** How callers are known: by Identity-Aware Proxy, by keys that a service of yours checks, or by the network alone. */
  readonly access: "iap" | "api-keys" | "network";
  /** Share of requests that are logged, 0 to 1. */
  readonly loggedShare: number;
  /** Range that the load balancer's proxies speak from. */
  readonly proxyRange: string;
  /** Range of the cluster's control plane, which endpoint pickers watch. */
  readonly controlPlaneRange: string;
  /** Absent where it serves no language models. */
  readonly endpointPicker?: EndpointPickerRef;
  /** Absent where callers of a stopped model see no more than a status. */
  readonly stopNotice?: StopNoticeRef;
}

/** What a release with routes waits for; a gateway of another stack makes that stack come first. */
export function afterGateway({ securityPolicy }: GatewayRef, scope: IConstruct): ITerraformDependable[] {
  securityPolicy.from(scope);
  return securityPolicy.dependencies(scope);
}
