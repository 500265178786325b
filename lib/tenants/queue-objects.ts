import type { KubernetesObject, ObjectMetadata } from "../delivery";
import { POOL_LABEL } from "../cluster";
import { mapAmounts, quantity, type Amounts, type CountedResource } from "./pool-capacity";
import { PRIORITIES } from "./priority-classes";
import { BATCH_QUEUE, SERVING_QUEUE } from "./queue-names";
import type { PoolPlan } from "./quota-plan";

const API = "kueue.x-k8s.io/v1beta2";

type Metadata = (name: string) => ObjectMetadata;

/** What the objects of one environment's queues are made of. */
export interface QueueObjects {
  readonly plan: readonly PoolPlan[];
  readonly cohort: string;
  /** Cluster queue of each team's batch work, by team. */
  readonly batch: ReadonlyMap<string, string>;
  readonly metadata: Metadata;
}

const TOPOLOGY = "gke";
const QUEUED_CHECK = "queued-provisioning";

export function queueObjects(input: QueueObjects): KubernetesObject[] {
  const { plan, metadata } = input;
  return [
    ...(plan.some(({ byTopology }) => byTopology) ? [topology(metadata)] : []),
    ...plan.map((pool) => resourceFlavor(pool, metadata)),
    ...(queuedPools(plan).length > 0 ? provisioningCheck(plan, metadata) : []),
    ...Object.values(PRIORITIES).map(({ name, value, description }) => ({
      apiVersion: API,
      kind: "WorkloadPriorityClass",
      metadata: metadata(name),
      value,
      description,
    })),
    cohort(input),
    servingQueue(input),
    ...[...input.batch].map(([team, name]) => batchQueue(input, team, name)),
  ];
}

/** Labels by which GKE says where in its network a node is (GKE docs, "Schedule GKE workloads with Topology Aware Scheduling"). */
function topology(metadata: Metadata): KubernetesObject {
  const levels = [
    "cloud.google.com/gce-topology-block",
    "cloud.google.com/gce-topology-subblock",
    "cloud.google.com/gce-topology-host",
    "kubernetes.io/hostname",
  ];
  return {
    apiVersion: API,
    kind: "Topology",
    metadata: metadata(TOPOLOGY),
    spec: { levels: levels.map((nodeLabel) => ({ nodeLabel })) },
  };
}

const ACCELERATOR_LABELS = ["cloud.google.com/gke-accelerator", "cloud.google.com/gke-tpu-accelerator"];

const EFFECTS = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
} as const;

/**
 * A pool, as Kueue admits work to it: pods get its labels as their node selector, and must tolerate its taints themselves. Were the
 * tolerations given here, Kueue would give GPU nodes to jobs that need none as soon as the other pools are full.
 */
function resourceFlavor({ pool, byTopology }: PoolPlan, metadata: Metadata): KubernetesObject {
  const labels = Object.entries(pool.nodeLabels).filter(([key]) => [POOL_LABEL, ...ACCELERATOR_LABELS].includes(key));
  const nodeTaints = pool.taints.map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] }));
  return {
    apiVersion: API,
    kind: "ResourceFlavor",
    metadata: metadata(pool.pool),
    spec: {
      nodeLabels: Object.fromEntries(labels),
      ...(nodeTaints.length > 0 ? { nodeTaints } : {}),
      ...(byTopology ? { topologyName: TOPOLOGY } : {}),
    },
  };
}

function queuedPools(plan: readonly PoolPlan[]): readonly PoolPlan[] {
  return plan.filter(({ pool }) => pool.model === "queued");
}

/**
 * Has Kueue ask GKE for all nodes of a job at once before it starts (Dynamic Workload Scheduler). The node selector keeps others off the nodes
 * that came for it (Kueue docs, "Provisioning Admission Check Controller"; GKE docs, "Flex-start with queued provisioning").
 */
function provisioningCheck(plan: readonly PoolPlan[], metadata: Metadata): KubernetesObject[] {
  const managedResources = (["nvidia.com/gpu", "google.com/tpu"] as const).filter((resource) =>
    queuedPools(plan).some(({ total }) => total[resource] > 0),
  );
  return [
    {
      apiVersion: API,
      kind: "ProvisioningRequestConfig",
      metadata: metadata(QUEUED_CHECK),
      spec: {
        provisioningClassName: "queued-provisioning.gke.io",
        managedResources,
        podSetMergePolicy: "IdenticalWorkloadSchedulingRequirements",
        podSetUpdates: {
          nodeSelector: [
            { key: "autoscaling.gke.io/provisioning-request", valueFromProvisioningClassDetail: "ResizeRequestName" },
          ],
        },
      },
    },
    {
      apiVersion: API,
      kind: "AdmissionCheck",
      metadata: metadata(QUEUED_CHECK),
      spec: {
        controllerName: "kueue.x-k8s.io/provisioning-request",
        parameters: { apiGroup: "kueue.x-k8s.io", kind: "ProvisioningRequestConfig", name: QUEUED_CHECK },
      },
    },
  ];
}

interface Quota {
  readonly nominal: Amounts;
  readonly borrowing?: Amounts;
}

/** Every flavor must list the same resources; those that no pool has are left out. */
function resourceGroups(plan: readonly PoolPlan[], quotaOf: (pool: PoolPlan) => Quota) {
  const covered = (Object.keys(plan[0]!.total) as CountedResource[]).filter((resource) =>
    plan.some(({ total }) => total[resource] > 0),
  );
  const flavors = plan.map((pool) => {
    const { nominal, borrowing } = quotaOf(pool);
    return {
      name: pool.pool.pool,
      resources: covered.map((name) => ({
        name,
        nominalQuota: quantity(name, nominal[name]),
        ...(borrowing ? { borrowingLimit: quantity(name, borrowing[name]) } : {}),
      })),
    };
  });
  return [{ coveredResources: covered, flavors }];
}

function cohort({ plan, cohort: name, metadata }: QueueObjects): KubernetesObject {
  return {
    apiVersion: API,
    kind: "Cohort",
    metadata: metadata(name),
    spec: { resourceGroups: resourceGroups(plan, ({ common }) => ({ nominal: common })) },
  };
}

const NOTHING = mapAmounts(() => 0);

/** What no job uses of real time's quota is lent to jobs, and taken back from them, whatever their priority, when a model server needs it. */
function servingQueue({ plan, cohort: cohortName, batch, metadata }: QueueObjects): KubernetesObject {
  return {
    apiVersion: API,
    kind: "ClusterQueue",
    metadata: metadata(SERVING_QUEUE),
    spec: {
      cohortName,
      namespaceSelector: {
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...batch.keys()] }],
      },
      queueingStrategy: "BestEffortFIFO",
      preemption: { reclaimWithinCohort: "Any", withinClusterQueue: "LowerPriority" },
      resourceGroups: resourceGroups(plan, ({ serving }) => ({ nominal: serving, borrowing: NOTHING })),
    },
  };
}

/**
 * A team's jobs. They take back what they are guaranteed from other teams' jobs; never from model servers, which do not borrow. A job goes to
 * another pool before it borrows or takes back in this one.
 */
function batchQueue(
  { plan, cohort: cohortName, metadata }: QueueObjects,
  team: string,
  name: string,
): KubernetesObject {
  const onFlavors = queuedPools(plan).map(({ pool }) => pool.pool);
  return {
    apiVersion: API,
    kind: "ClusterQueue",
    metadata: metadata(name),
    spec: {
      cohortName,
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": team } },
      queueingStrategy: "BestEffortFIFO",
      preemption: { reclaimWithinCohort: "Any", withinClusterQueue: "LowerPriority" },
      flavorFungibility: { whenCanBorrow: "TryNextFlavor", whenCanPreempt: "TryNextFlavor" },
      ...(onFlavors.length > 0
        ? { admissionChecksStrategy: { admissionChecks: [{ name: QUEUED_CHECK, onFlavors }] } }
        : {}),
      resourceGroups: resourceGroups(plan, ({ batch }) => {
        const { guaranteed, borrowed } = batch.get(team)!;
        return { nominal: guaranteed, borrowing: borrowed };
      }),
    },
  };
}

/** The two ways into the queues from a team's namespace. */
export function localQueueObjects(
  metadata: Metadata,
  queues: { readonly serving: string; readonly batch: string },
): KubernetesObject[] {
  return [
    { name: BATCH_QUEUE, clusterQueue: queues.batch },
    { name: SERVING_QUEUE, clusterQueue: queues.serving },
  ].map(({ name, clusterQueue }) => ({
    apiVersion: API,
    kind: "LocalQueue",
    metadata: metadata(name),
    spec: { clusterQueue },
  }));
}
