import { Ref, type Block, type ClusterRef, type NodeNetworkRef } from "../../lib/core";
import { GpuBudget } from "../../lib/cluster/gpu-budget";
import { NodePool, type NodePoolProps } from "../../lib/cluster/node-pool";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { PlatformStack } from "../../stacks/platform-stack";
import { production } from "../stacks/platform";
import type { App } from "cdktf";

const KEY = "projects/acme-ai-prod/locations/europe-west4/keyRings/prod/cryptoKeys/nodes";

/** A cluster that exists already, as another stack would know it. */
export const CLUSTER: ClusterRef = {
  name: Ref.existing("prod"),
  id: Ref.existing("projects/acme-ai-prod/locations/europe-west4/clusters/prod"),
  location: "europe-west4",
  project: "acme-ai-prod",
  workloadPool: Ref.existing("acme-ai-prod.svc.id.goog"),
  fleetMembership: Ref.existing("projects/123456789012/locations/europe-west4/gkeMemberships/prod"),
  nodeDiskKey: { id: Ref.existing(KEY) },
  version: "1.33.5-gke.1201000",
  multiNetworking: true,
  features: ["multi-networking"],
};

/** Additional networks of a node, as many as asked for. */
export function networks(count: number): NodeNetworkRef[] {
  return Array.from({ length: count }, (_, index) => ({
    network: {
      id: Ref.existing(`projects/acme-ai-prod/global/networks/gpu-${index}`),
      name: Ref.existing(`gpu-${index}`),
    },
    subnet: {
      id: Ref.existing(`projects/acme-ai-prod/regions/europe-west4/subnetworks/gpu-${index}`),
      name: Ref.existing(`gpu-${index}-nodes`),
    },
  }));
}

export interface StackOptions {
  /** No budget: `null`. @default 1000 GPUs */
  readonly maxGpus?: number | null;
}

/** A stack of a prod environment in europe-west4. */
export function platformStack(app: App, { maxGpus = 1000 }: StackOptions = {}): PlatformStack {
  const stack = new PlatformStack(app, "cluster", {
    environment: {
      name: "prod",
      projectId: "acme-ai-prod",
      projectNumber: "123456789012",
      region: "europe-west4",
      zones: ["europe-west4-a", "europe-west4-b"],
    },
    ...production,
  });
  if (maxGpus !== null) GpuBudget.on(stack, maxGpus);
  return stack;
}

/** What a pool needs at least. */
export type PoolProps = Partial<NodePoolProps>;

/** Props of an L4 pool on demand, with some of them changed. */
export function l4(changes: PoolProps = {}): NodePoolProps {
  return {
    name: "l4",
    machine: "g2-standard-8",
    provisioning: { model: "on-demand", maxNodes: 3 },
    cluster: CLUSTER,
    ...changes,
  };
}

/** The Terraform of a stack with what `build` puts in it. */
export function synthesized(build: (stack: PlatformStack) => void, options?: StackOptions): SynthesizedStack {
  return synthesize((app) => build(platformStack(app, options))).stack();
}

/** A node pool as written in the Terraform JSON, as far as tests reach into it. */
export interface WrittenPool extends Block {
  readonly name: string;
  readonly management: Block;
  readonly network_config: Block;
  readonly node_config: Block & { readonly guest_accelerator?: readonly Block[] };
}

/** The node pool that the props make. */
export function poolOf(props: NodePoolProps, options?: StackOptions): WrittenPool {
  const stack = synthesized((scope) => void new NodePool(scope, "pool", props), options);
  return stack.only("google_container_node_pool") as WrittenPool;
}
