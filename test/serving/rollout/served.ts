import { SERVER_SIGNALS } from "../../../lib/catalog/server-metrics";
import { GpuCluster } from "../../../lib/cluster";
import { EncryptionKeys } from "../../../lib/security";
import type { ServedModel } from "../../../lib/serving/config/served-model";

/** Key that workflows are encrypted with. */
export const key = EncryptionKeys.fromExisting(
  "projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/workflows",
);
export const cluster = GpuCluster.fromExisting({
  name: "prod-gpu",
  location: "europe-west4",
  project: "acme-test",
  projectNumber: "123456789012",
  version: "1.34",
  nodeDiskKey: key,
  multiNetworking: false,
});

/** A model as its rollout knows it. */
export function served(server: "vllm" | "http" = "vllm"): ServedModel {
  return {
    config: {
      version: "v1",
      server,
      replicas: { min: 1, max: 2 },
      surface: { on: "gke" },
    } as ServedModel["config"],
    name: "assistant",
    namespace: "support",
    labels: { "app.kubernetes.io/name": "assistant" },
    selector: { "app.kubernetes.io/name": "assistant" },
    service: { name: "assistant", port: 8000 },
    signals: SERVER_SIGNALS[server],
    stopped: false,
  };
}
