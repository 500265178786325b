import { BOOLEAN, STRING, definition, integer, listOf, object, oneOf, rule } from "./schema";

/**
 * GKE's ComputeClass as far as a platform for models writes one: what is not here is refused, which a look at GKE's own definition then settles.
 * GKE publishes no file of it. Fields, bounds and rules from the Go types of GKE's autoscaler (cloud.google.com/v1, 2026), which GKE
 * makes its definition from; `kubectl describe crd computeclasses.cloud.google.com` shows that.
 */
export const COMPUTE_CLASS = definition({
  group: "cloud.google.com",
  version: "v1",
  kind: "ComputeClass",
  plural: "computeclasses",
  spec: spec(),
});

function spec() {
  return object({
    priorities: { type: "array", maxItems: 1000, default: [], items: priority() },
    nodePoolAutoCreation: { ...object({ enabled: BOOLEAN }, ["enabled"]), default: { enabled: false } },
    nodePoolConfig: nodePoolConfig(),
    activeMigration: object({ optimizeRulePriority: BOOLEAN, ensureAllDaemonSetPodsRunning: BOOLEAN }),
    autoscalingPolicy: object({
      consolidationDelayMinutes: integer(1, 1440),
      consolidationThreshold: integer(0, 100),
      gpuConsolidationThreshold: integer(0, 100),
    }),
    whenUnsatisfiable: { ...oneOf("ScaleUpAnyway", "DoNotScaleUp"), default: "DoNotScaleUp" },
    description: STRING,
  });
}

function priority() {
  const reservation = object(
    {
      name: STRING,
      project: STRING,
      zones: listOf(STRING),
      reservationBlock: object({ name: STRING, reservationSubBlock: object({ name: STRING }, ["name"]) }, ["name"]),
    },
    ["name"],
  );
  return {
    ...object({
      nodepools: listOf(STRING),
      machineFamily: { ...STRING, maxLength: 10 },
      machineType: { ...STRING, maxLength: 100 },
      minCores: integer(0),
      minMemoryGb: integer(0),
      spot: BOOLEAN,
      flexStart: object({ enabled: BOOLEAN, nodeRecycling: object({ leadTimeSeconds: integer(1, 604_800) }) }, [
        "enabled",
      ]),
      gpu: object({
        type: STRING,
        count: integer(0),
        driverVersion: { ...oneOf("default", "latest", "autoinstall-disabled"), default: "default" },
        gpuSharing: object({
          sharingStrategy: oneOf("MPS", "TIME_SHARING"),
          maxSharedClientsPerGPU: integer(0),
          gpuPartitionSize: STRING,
        }),
      }),
      tpu: object({ type: STRING, count: integer(0), topology: STRING }),
      reservations: {
        ...object(
          { affinity: oneOf("Specific", "AnyBestEffort", "None", "AnyThenFail"), specific: listOf(reservation) },
          ["affinity"],
        ),
        "x-kubernetes-validations": [
          rule(
            "self.affinity == 'Specific' ? has(self.specific) && self.specific.size() > 0 : true",
            "specific affinity needs a reservation",
          ),
        ],
      },
      maxRunDurationSeconds: integer(0),
      maxPodsPerNode: integer(8, 256),
      location: object({ zones: listOf(STRING), locationPolicy: oneOf("ANY", "BALANCED") }),
      storage: object({
        bootDiskSize: integer(10),
        bootDiskType: oneOf("pd-balanced", "pd-standard", "pd-ssd", "hyperdisk-balanced"),
        bootDiskKMSKey: { ...STRING, pattern: "projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+" },
        localSSDCount: integer(1),
      }),
    }),
    minProperties: 1,
    "x-kubernetes-validations": [
      rule("has(self.nodepools) ? size(dyn(self)) == 1 : true", "nodepools stands alone"),
      rule("!(has(self.machineFamily) && has(self.machineType))", "machineFamily and machineType exclude each other"),
      rule(
        "!(has(self.flexStart) && has(self.spot) && self.spot && self.flexStart.enabled)",
        "flexStart and spot exclude each other",
      ),
    ],
  };
}

function nodePoolConfig() {
  return object({
    serviceAccount: STRING,
    imageType: oneOf("cos_containerd", "ubuntu_containerd", "custom_containerd"),
    nodeLabels: { type: "object", additionalProperties: STRING },
    taints: listOf(
      object({ key: STRING, value: STRING, effect: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute") }, [
        "key",
        "effect",
      ]),
    ),
    autoRepair: BOOLEAN,
    autoUpgrade: BOOLEAN,
    imageStreaming: object({ enabled: BOOLEAN }, ["enabled"]),
    workloadMetadata: oneOf("GCE_METADATA", "GKE_METADATA"),
    ipType: oneOf("public", "private"),
  });
}
