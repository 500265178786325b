import { GpuCluster } from "../../lib/cluster";
import { ConfigError, Ref, type ClusterFeature, type ClusterRef, type Failure } from "../../lib/core";
import { ClusterAccess, type KubernetesObject } from "../../lib/delivery";
import type { SynthesizedStack } from "../../lib/testing";
import type { PlatformStack } from "../../stacks";
import { stackOf } from "../stacks/platform";

/** A cluster of another program, with these features. */
export function clusterWith(...features: ClusterFeature[]): ClusterRef {
  return GpuCluster.fromExisting({
    name: "prod-gpu",
    location: "europe-west4",
    project: "acme-prod",
    projectNumber: "123456789012",
    version: "1.34",
    nodeDiskKey: { id: Ref.existing("projects/acme-prod/locations/europe-west4/keyRings/prod/cryptoKeys/node-disks") },
    multiNetworking: features.includes("multi-networking"),
    features,
  });
}

export const CLUSTER = clusterWith("managed-prometheus", "gateway-api");

/** The Terraform of a stack with access to the cluster, with what `build` makes. */
export function deliveryStack(build: (stack: PlatformStack) => void, cluster = CLUSTER): SynthesizedStack {
  return stackOf((stack) => {
    ClusterAccess.on(stack, cluster, { via: "connect-gateway" });
    build(stack);
  });
}

export function configMap(name: string, data: Record<string, string> = {}, namespace = "search"): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

/** The failures of a step that is expected to be refused. */
export function refusals(step: () => unknown): readonly Failure[] {
  try {
    step();
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  return [];
}
