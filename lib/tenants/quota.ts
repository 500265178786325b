import type { KubernetesObject, ObjectMetadata } from "../delivery";
import type { TeamValues } from "./team-config";

/**
 * The most that a namespace may ask for. Of extended resources Kubernetes counts requests alone (docs, "Resource quotas"). Services that
 * would open a port on every node or make a load balancer of their own are none: what is to be reached goes through the gateway.
 */
export function quotaObject(metadata: ObjectMetadata, quota: TeamValues["quota"]): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata,
    spec: {
      hard: {
        "requests.cpu": String(quota.cpu),
        "requests.memory": `${quota.memoryGb}Gi`,
        "requests.ephemeral-storage": `${quota.ephemeralStorageGb}Gi`,
        "requests.nvidia.com/gpu": String(quota.gpus),
        "requests.google.com/tpu": String(quota.tpus),
        pods: String(quota.pods),
        persistentvolumeclaims: String(quota.volumeClaims),
        "requests.storage": `${quota.volumeStorageGb}Gi`,
        "services.loadbalancers": "0",
        "services.nodeports": "0",
      },
    },
  };
}

/** What a container gets that does not say: enough for a sidecar, little enough that whoever needs more must say so. */
const UNSAID = {
  defaultRequest: { cpu: "250m", memory: "512Mi", "ephemeral-storage": "1Gi" },
  default: { cpu: "1", memory: "1Gi", "ephemeral-storage": "4Gi" },
};

/** Requests and limits of containers that state none: with a quota, Kubernetes would refuse their pods. */
export function limitRangeObject(metadata: ObjectMetadata): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata,
    spec: { limits: [{ type: "Container", ...UNSAID }] },
  };
}
