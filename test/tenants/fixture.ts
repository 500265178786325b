import { App } from "cdktf";
import { parse } from "yaml";
import { GpuBudget, NodePool, type NodePoolConfig, type NodePoolRef } from "../../lib/cluster";
import type { Block } from "../../lib/core";
import { ClusterApis, type KubernetesObject } from "../../lib/delivery";
import type { TeamConfig } from "../../lib/tenants";
import type { SynthesizedStack } from "../../lib/testing";
import { PlatformStack } from "../../stacks";
import { deliveryStack } from "../delivery/platform";
import { CLUSTER, networks } from "../node-pool/pools";
import { testEnvironment } from "../stacks/platform";

export { CLUSTER } from "../delivery/platform";

export const SEARCH: TeamConfig = { name: "search", owner: "search-lead", costCenter: "cc-2000" };
export const VISION: TeamConfig = { name: "vision", owner: "vision-lead", costCenter: "cc-3000" };

/** A pool as the cluster's stack offers it. */
export function pool(config: NodePoolConfig, fabricNetworks = 0): NodePoolRef {
  const stack = new PlatformStack(new App(), "pools", testEnvironment);
  GpuBudget.on(stack, 10_000);
  return new NodePool(stack, "pool", { ...config, cluster: CLUSTER, nodeNetworks: networks(fabricNetworks) }).ref;
}

/** Four nodes of four A100. */
export const A100 = pool({
  name: "a100",
  machine: "a2-ultragpu-4g",
  provisioning: { model: "on-demand", maxNodes: 4 },
});

/** Two nodes of one L4, which four containers share. */
export const L4 = pool({
  name: "l4",
  machine: "g2-standard-12",
  provisioning: { model: "on-demand", maxNodes: 2 },
  sharing: { strategy: "time-sharing", clients: 4 },
});

/** Three nodes of eight vCPUs. */
export const SYSTEM = pool({
  name: "system",
  machine: "n2-standard-8",
  provisioning: { model: "on-demand", maxNodes: 3 },
});

/** Two nodes of eight H100, asked for job by job. */
export const TRAINING = pool(
  {
    name: "training",
    machine: "a3-megagpu-8g",
    provisioning: { model: "queued", maxNodes: 2 },
    fabric: "none",
  },
  0,
);

/** The Terraform of a stack whose cluster has Kueue, with what `build` makes. */
export function tenantStack(build: (stack: PlatformStack) => void): SynthesizedStack {
  return deliveryStack((stack) => {
    ClusterApis.on(stack, { features: [], addOns: ["kueue"] });
    build(stack);
  });
}

/** All objects of the stack's releases. */
export function releasedObjects(stack: SynthesizedStack): KubernetesObject[] {
  return stack.resources("helm_release").flatMap(({ config }) => {
    const [values] = config["values"] as [string];
    const { objects } = parse(values) as { objects: Record<string, KubernetesObject> };
    return Object.values(objects);
  });
}

/** One object of the stack's releases. */
export function released(stack: SynthesizedStack, kind: string, name: string): KubernetesObject & { spec: any } {
  const found = releasedObjects(stack).filter((object) => object.kind === kind && object.metadata.name === name);
  expect(found).toHaveLength(1);
  return found[0] as KubernetesObject & { spec: any };
}

/** A typed resource of the kubernetes provider by its name in Kubernetes. */
export function typed(stack: SynthesizedStack, kind: string, name: string): Block {
  return stack.only(`kubernetes_${kind}_v1`, { metadata: { name } });
}
