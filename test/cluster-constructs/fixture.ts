import type { App } from "cdktf";
import type { Construct } from "constructs";
import { Ref, type KeyRef } from "../../lib/core";
import { GpuCluster, type GpuClusterProps } from "../../lib/cluster/gpu-cluster";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { PlatformStack } from "../../stacks/platform-stack";
import { production } from "../stacks/platform";

export const PROJECT = "acme-ai-prod";
export const REGION = "europe-west4";

/** A stack of the production environment of the tests. */
export function platformStack(scope: Construct, layer = "cluster"): PlatformStack {
  return new PlatformStack(scope, layer, {
    environment: {
      name: "prod",
      projectId: PROJECT,
      projectNumber: "123456789012",
      region: REGION,
      zones: [`${REGION}-a`, `${REGION}-b`],
    },
    ...production,
  });
}

export function keyNamed(name: string): KeyRef {
  return { id: Ref.existing(`projects/${PROJECT}/locations/${REGION}/keyRings/prod/cryptoKeys/${name}`) };
}

export const CLUSTER: GpuClusterProps = {
  name: "gpu",
  version: "1.34",
  rbacGroup: "gke-security-groups@acme.example",
  network: { id: Ref.existing(`projects/${PROJECT}/global/networks/prod`), name: Ref.existing("prod") },
  subnet: {
    id: Ref.existing(`projects/${PROJECT}/regions/${REGION}/subnetworks/prod-nodes`),
    name: Ref.existing("prod-nodes"),
    podRange: "pods",
    serviceRange: "services",
  },
  secretsKey: keyNamed("gke-secrets"),
  nodeDiskKey: keyNamed("node-disks"),
  notificationsKey: keyNamed("pubsub"),
};

export function gpuCluster(scope: Construct, props: Partial<GpuClusterProps> = {}): GpuCluster {
  return new GpuCluster(scope, "gpu", { ...CLUSTER, ...props });
}

/** What a stack holds after `build`. */
export function stackOf(build: (stack: PlatformStack) => void): SynthesizedStack {
  return synthesize((app: App) => build(platformStack(app))).stack("prod-cluster");
}

/** The Terraform of one cluster. */
export function clusterStack(props: Partial<GpuClusterProps> = {}): SynthesizedStack {
  return stackOf((stack) => void gpuCluster(stack, props));
}
