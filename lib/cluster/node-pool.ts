import { Annotations } from "cdktf";
import { ComputeResourcePolicy } from "@cdktf/provider-google/lib/compute-resource-policy";
import { ContainerNodePool } from "@cdktf/provider-google/lib/container-node-pool";
import { Construct } from "constructs";
import type { AcceleratorSpec, MachineSpec, ProvisioningModel } from "../catalog/machines";
import { NAMES } from "../catalog/names";
import { knownZones } from "../catalog/regions";
import {
  acknowledge,
  Environment,
  Governance,
  isLate,
  parseProps,
  Ref,
  resourceName,
  type ClusterRef,
  type CrossFieldRule,
  type NodeNetworkRef,
  type RegistryRef,
  type ServiceAccountRef,
  type Tokenable,
} from "../core";
import { allocatableOf, type Allocatable } from "./allocatable";
import { GpuBudget } from "./gpu-budget";
import { gpuSharesOf, type GpuShares } from "./gpu-shares";
import { askedLabels, nodeLabelsOf } from "./node-labels";
import {
  autoscaling,
  initialNodeCount,
  management,
  replaceForcingFields,
  taintsOf,
  upgradeSettings,
  workloadTopology,
} from "./node-pool-blocks";
import {
  nodePoolSchema,
  type GpuSharing,
  type NodePoolConfig,
  type NodePoolValues,
  type NodeTaint,
} from "./node-pool-config";
import { gpusOf, machineOf } from "./node-pool-machine";
import { suffixOf } from "./node-pool-name";
import { fabricRule, nodePoolRules, versionRule, zonesRule } from "./node-pool-rules";
import { NodeServiceAccount } from "./node-service-account";
import { isFlexStart, minNodesOf } from "./provisioning";

export { nodePoolSchema, type NodePoolConfig } from "./node-pool-config";

// A union of shapes takes no tokens for its tag, so that a field of another shape does not compile.
type Shapes = "provisioning" | "sharing" | "upgrade";

export type NodePoolProps = Tokenable<Omit<NodePoolConfig, Shapes>> &
  Pick<NodePoolConfig, Shapes> & {
    readonly cluster: ClusterRef;
    /** Docker repositories that the nodes may pull from. @default [] */
    readonly registries?: readonly RegistryRef[];
    /** Additional networks of each node, as a `GpuFabric` for the machine gives them. @default [] */
    readonly nodeNetworks?: readonly NodeNetworkRef[];
  };

/** A node pool, as others may know it: what they say of it, and what a scheduler sees of its nodes. */
export interface NodePoolRef {
  /** Name in the environment, which is the value of the node label `ai-platform/pool`. */
  readonly pool: string;
  /** Name in GKE, which is the value of the node label `cloud.google.com/gke-nodepool`. It changes when the pool is replaced. */
  readonly name: Ref;
  readonly machine: string;
  readonly model: ProvisioningModel;
  readonly accelerator?: AcceleratorSpec;
  /** GPUs in total over the bounds of its autoscaling. */
  readonly gpus: { readonly min: number; readonly max: number };
  /** What pods must tolerate. */
  readonly taints: readonly NodeTaint[];
  readonly zones: readonly string[];
  /** Nodes in total over the zones. */
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Labels that pods may select its nodes by, GKE's own among them. */
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** What one node leaves to pods, system pods among them. */
  readonly allocatable: Allocatable;
  /** What one node offers as `nvidia.com/gpu`; absent without GPUs. */
  readonly gpuShares?: GpuShares;
  /** How several containers use one GPU. */
  readonly sharing?: GpuSharing;
  /** Disk images with container images on them that its nodes start with. */
  readonly imageDisks: readonly string[];
  /** What its nodes run as. */
  readonly serviceAccount?: ServiceAccountRef;
}

/**
 * A pool of equal nodes, hardened and shaped by its machine: CPU, GPU and TPU machines alike.
 *
 * GKE cannot change most of a pool in place. The name therefore ends in a hash of everything that forces a replacement, and
 * the new pool is made before the old one goes: unchanged props keep the name, changed ones never collide with it. Values
 * that only Terraform knows cannot enter a name: where such a value forces a replacement, change `name` with it.
 */
export class NodePool extends Construct {
  readonly ref: NodePoolRef;
  readonly resources: {
    readonly pool: ContainerNodePool;
    readonly serviceAccount: NodeServiceAccount;
    /** Only where the machine is placed by one. */
    readonly workloadPolicy?: ComputeResourcePolicy;
  };
  private readonly values: NodePoolValues;
  private readonly spec: MachineSpec;
  private readonly zones: readonly string[];

  /** @throws ConfigError for a pool that the machine, the cluster or the GPU budget does not allow */
  constructor(scope: Construct, id: string, props: NodePoolProps) {
    super(scope, id);
    const { cluster, registries = [], nodeNetworks = [], ...plain } = props;
    this.values = parseProps(this, "NodePool", nodePoolSchema, plain, [
      ...nodePoolRules,
      versionRule(cluster.version),
      fabricRule(nodeNetworks.length, cluster),
      zonesRule(Environment.of(this).region),
      this.budgetRule(),
    ]);
    this.spec = machineOf(this.values)!;
    this.zones = this.values.zones ?? Environment.of(this).zones;
    GpuBudget.claim(this, this.gpus.max);

    const serviceAccount = new NodeServiceAccount(this, "service-account", {
      name: this.values.name,
      description: `Nodes of the node pool ${this.values.name}`,
      registries,
      streamsImages: this.values.imageStreaming,
    });
    const workloadPolicy = this.makeWorkloadPolicy(cluster);
    const inputs = { cluster, nodeNetworks, serviceAccount, workloadPolicy };
    const name = this.nameOf(inputs);
    const pool = this.makePool(name, inputs);
    this.resources = { pool, serviceAccount, workloadPolicy: workloadPolicy?.resource };
    this.ref = {
      pool: this.values.name,
      name: Ref.to(this, pool.name, name),
      machine: this.values.machine,
      model: this.values.provisioning.model,
      accelerator: this.spec.accelerator,
      gpus: this.gpus,
      taints: taintsOf(this.spec, this.values),
      zones: this.zones,
      minNodes: minNodesOf(this.values.provisioning),
      maxNodes: this.values.provisioning.maxNodes,
      nodeLabels: nodeLabelsOf(this.spec, this.values),
      allocatable: allocatableOf(this.spec, this.values),
      gpuShares: gpuSharesOf(this.spec, this.values.sharing),
      sharing: this.values.sharing,
      imageDisks: this.values.imageDisks,
      serviceAccount: serviceAccount.ref,
    };
    this.acknowledgeExceptions(pool);
    this.warnOfUnseenZones();
  }

  /** A pool that exists already: `name` is its name in GKE. It counts against no GPU budget. */
  static fromExisting(pool: Omit<NodePoolRef, "name"> & { readonly name: string }): NodePoolRef {
    return { ...pool, name: Ref.existing(pool.name) };
  }

  /** GPUs in total over the bounds of the autoscaling; none for CPU and TPU machines. */
  get gpus(): { readonly min: number; readonly max: number } {
    return gpusOf(this.values);
  }

  private budgetRule(): CrossFieldRule<NodePoolValues> {
    return {
      reads: ["machine", "machineFacts", "gpus", "provisioning"],
      check: (values) => GpuBudget.failureFor(this, "provisioning.maxNodes", gpusOf(values).max),
    };
  }

  private makeWorkloadPolicy(cluster: ClusterRef): WorkloadPolicy | undefined {
    const acceleratorTopology = workloadTopology(this.spec, this.values);
    if (acceleratorTopology === undefined) return undefined;
    const workloadPolicy = { type: "HIGH_THROUGHPUT", acceleratorTopology };
    // Its own hash: Terraform makes the new policy before the old one goes, because the pool that uses it does.
    const name = resourceName(
      this,
      "name",
      NAMES.computeResourcePolicy,
      Environment.of(this).name,
      this.values.name,
      suffixOf(workloadPolicy),
    );
    const resource = new ComputeResourcePolicy(this, "workload-policy", {
      name,
      project: cluster.project,
      region: Environment.of(this).region,
      description: `Places the nodes of the node pool ${this.values.name} in one domain`,
      workloadPolicy,
    });
    return { resource, name: Ref.to(this, resource.name, name) };
  }

  private nameOf(inputs: PoolInputs): string {
    const suffix = suffixOf(this.fieldsThatReplace(inputs, (ref) => ref.value));
    return resourceName(this, "name", NAMES.containerNodePool, this.values.name, suffix);
  }

  private fieldsThatReplace({ cluster, nodeNetworks, serviceAccount, workloadPolicy }: PoolInputs, read: ReadRef) {
    return replaceForcingFields(this.spec, this.values, {
      serviceAccount: read(serviceAccount.ref.email),
      diskKey: read(cluster.nodeDiskKey.id),
      workloadPolicy: workloadPolicy && read(workloadPolicy.name),
      networks: nodeNetworks.map(({ network, subnet }) => ({
        network: read(network.name),
        subnetwork: read(subnet.name),
      })),
    });
  }

  private makePool(name: string, inputs: PoolInputs): ContainerNodePool {
    const { values, spec, zones } = this;
    const { cluster, nodeNetworks, serviceAccount } = inputs;
    const replacing = this.fieldsThatReplace(inputs, (ref) => ref.from(this));
    const used = [
      cluster.id,
      cluster.nodeDiskKey.id,
      serviceAccount.ref.email,
      ...nodeNetworks.flatMap(({ network, subnet }) => [network.name, subnet.name]),
    ];
    return new ContainerNodePool(this, "pool", {
      ...replacing.pool,
      name,
      cluster: cluster.id.from(this),
      project: cluster.project,
      location: cluster.location,
      nodeLocations: [...zones],
      initialNodeCount: initialNodeCount(values, zones),
      autoscaling: autoscaling(values),
      management: management(values),
      upgradeSettings: upgradeSettings(values),
      networkConfig: { ...replacing.network, enablePrivateNodes: true },
      nodeConfig: {
        ...replacing.node,
        machineType: values.machine,
        imageType: "COS_CONTAINERD",
        diskType: values.bootDisk.type ?? spec.bootDisks[0],
        diskSizeGb: values.bootDisk.sizeGb,
        gcfsConfig: { enabled: values.imageStreaming },
        gvnic: { enabled: true },
        kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        labels: askedLabels(values),
        resourceLabels: { ...Governance.of(this).labels, "node-pool": values.name },
        taint: taintsOf(spec, values),
      },
      lifecycle: {
        createBeforeDestroy: true,
        // The autoscaler moves both; Terraform would set them back, or replace the pool for its first size.
        ignoreChanges: ["initial_node_count", "node_count"],
      },
      dependsOn: [...new Set(used.flatMap((ref) => ref.dependencies(this)))],
    });
  }

  private acknowledgeExceptions(pool: ContainerNodePool): void {
    acknowledge(pool, {
      rule: "custom.gkeRequireNodePoolSandbox",
      reason: "google provider 6.50 cannot express sandbox_config of a node pool, so nodes run without GKE Sandbox",
      until: "google provider 7.22 (sandbox_config)",
      source: "hashicorp/terraform-provider-google CHANGELOG, 7.22",
    });
    if (isFlexStart(this.values.provisioning)) {
      acknowledge(pool, {
        rule: "custom.gkeRequireNodePoolAutoRepair",
        reason: "GKE refuses flex-start with auto-repair: a repaired node would end the run that it was granted for",
        until: "the pool is provisioned otherwise",
        source: "GKE docs, Run a large-scale workload with flex-start with queued provisioning",
      });
    }
    if (!this.spec.secureBoot) {
      acknowledge(pool, {
        rule: "custom.gkeRequireSecureBoot",
        reason: `nodes of ${this.values.machine} cannot start with secure boot`,
        until: "the pool uses another machine",
        source: this.spec.source,
      });
    }
  }

  // A warning, no refusal: lists of zones go stale.
  private warnOfUnseenZones(): void {
    const { machine, gpus, machineFacts } = this.values;
    const subject = gpus?.type ?? machine;
    const seen = machineFacts ? undefined : knownZones(subject);
    if (seen === undefined || isLate(this.zones)) return;
    const unseen = this.zones.filter((zone) => !isLate(zone) && !seen.includes(zone));
    if (unseen.length === 0) return;
    Annotations.of(this).addWarning(
      `${subject} has not been seen in ${unseen.join(", ")}; the catalogue (which may be out of date) lists ${seen.join(", ")}`,
    );
  }
}

interface WorkloadPolicy {
  readonly resource: ComputeResourcePolicy;
  readonly name: Ref;
}

interface PoolInputs {
  readonly cluster: ClusterRef;
  readonly nodeNetworks: readonly NodeNetworkRef[];
  readonly serviceAccount: NodeServiceAccount;
  readonly workloadPolicy?: WorkloadPolicy;
}

type ReadRef = (ref: Ref) => string;
