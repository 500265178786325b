import type { MachineSpec } from "../catalog/machines";
import type { NodePoolValues } from "./node-pool-config";
import { localSsdsOf, tpuTopologyOf } from "./node-pool-machine";

/** Label of every node with the name of its pool in the environment: the pool's name in GKE changes with its shape. */
export const POOL_LABEL = "ai-platform/pool";

/** Labels that the pool asks for. */
export function askedLabels(values: NodePoolValues): Record<string, string> {
  return { ...values.nodeLabels, [POOL_LABEL]: values.name };
}

const CLOUD = "cloud.google.com";

/** Labels of a node of the pool that pods may select by: those asked for, and those of GKE's own that follow from the pool (GKE docs, node labels). */
export function nodeLabelsOf(spec: MachineSpec, values: NodePoolValues): Record<string, string> {
  const { accelerator } = spec;
  const topology = tpuTopologyOf(spec, values);
  return {
    ...askedLabels(values),
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": spec.architecture,
    "node.kubernetes.io/instance-type": values.machine,
    ...(accelerator?.kind === "gpu" ? gpuLabels(accelerator.type, accelerator.count, values) : {}),
    ...(accelerator?.kind === "tpu" ? { [`${CLOUD}/gke-tpu-accelerator`]: accelerator.type } : {}),
    ...(accelerator?.kind === "tpu" && topology ? { [`${CLOUD}/gke-tpu-topology`]: topology } : {}),
    ...(localSsdsOf(spec, values) > 0 ? { [`${CLOUD}/gke-ephemeral-storage-local-ssd`]: "true" } : {}),
    ...provisioningLabels(values),
  };
}

function gpuLabels(type: string, count: number, { sharing, driver }: NodePoolValues): Record<string, string> {
  return {
    [`${CLOUD}/gke-accelerator`]: type,
    [`${CLOUD}/gke-accelerator-count`]: String(count),
    ...(driver === "disabled" ? {} : { [`${CLOUD}/gke-gpu-driver-version`]: driver }),
    ...(sharing?.strategy === "mig" ? { [`${CLOUD}/gke-gpu-partition-size`]: sharing.partition } : {}),
    ...(sharing && sharing.strategy !== "mig"
      ? {
          [`${CLOUD}/gke-gpu-sharing-strategy`]: sharing.strategy,
          [`${CLOUD}/gke-max-shared-clients-per-gpu`]: String(sharing.clients),
        }
      : {}),
  };
}

function provisioningLabels({ provisioning: { model } }: NodePoolValues): Record<string, string> {
  if (model === "spot") return { [`${CLOUD}/gke-spot`]: "true" };
  return model === "flex-start" || model === "queued" ? { [`${CLOUD}/gke-flex-start`]: "true" } : {};
}
