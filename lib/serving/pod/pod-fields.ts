import { bytesQuantity, cpuQuantity, type Resources } from "../capacity/replica-resources";

/** Environment variables as a container has them, sorted, so that their order is no change. */
export function variables(env: Readonly<Record<string, string>>) {
  return Object.entries(env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}

/** Amounts as a container asks for them. */
export function quantities({ cpuMillis, memoryBytes, ephemeralBytes }: Resources, gpus = 0) {
  return {
    cpu: cpuQuantity(cpuMillis),
    memory: bytesQuantity(memoryBytes),
    "ephemeral-storage": bytesQuantity(ephemeralBytes),
    ...(gpus > 0 ? { "nvidia.com/gpu": String(gpus) } : {}),
  };
}
