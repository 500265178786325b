import { GpuCluster } from "../../lib/cluster";
import { Ref, type ClusterRef } from "../../lib/core";
import { synthesize, type Synthesized } from "../../lib/testing";
import { PlatformStack } from "../../stacks";

export const CLUSTER: ClusterRef = GpuCluster.fromExisting({
  name: "prod-gpu",
  location: "europe-west4",
  project: "acme-prod",
  projectNumber: "123456789012",
  version: "1.34",
  nodeDiskKey: { id: Ref.existing("projects/acme-prod/locations/europe-west4/keyRings/prod/cryptoKeys/node-disks") },
  multiNetworking: true,
});

/** A stack of production, with what `build` puts into it. */
export function synthesized(build: (stack: PlatformStack) => void, layer = "apps"): Synthesized {
  return synthesize((app) => {
    build(
      new PlatformStack(app, layer, {
        environment: {
          name: "prod",
          projectId: "acme-prod",
          projectNumber: "123456789012",
          region: "europe-west4",
          zones: ["europe-west4-a"],
        },
        governance: {
          owner: "ml-platform-lead",
          team: "ml-platform",
          costCenter: "cc-4711",
          dataClass: "confidential",
          riskTier: "high",
        },
        state: { backend: "local" },
      }),
    );
  });
}
