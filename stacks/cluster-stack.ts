import type { Construct } from "constructs";
import { z } from "zod";
import {
  ClusterBackup,
  GpuBudget,
  GpuCluster,
  NodePool,
  clusterBackupSchema,
  gpuClusterSchema,
  nodePoolSchema,
  type ClusterBackupConfig,
  type GpuClusterConfig,
  type NodePoolConfig,
} from "../lib/cluster";
import {
  Problems,
  Ref,
  assertSchema,
  type ClusterRef,
  type KeyRef,
  type NetworkRef,
  type NodeNetworkRef,
  type RegistryRef,
  type SubnetRef,
} from "../lib/core";
import { PlatformStack, type PlatformStackProps } from "./platform-stack";

/** The environment's cluster, its pools and its backups. */
export interface ClusterSection extends Omit<GpuClusterConfig, "maxPodsPerNode"> {
  /** Pools of nodes; at least one without accelerators, for what runs the cluster itself. */
  readonly pools: readonly NodePoolConfig[];
  /** Backups of the cluster; `false` does without. @default {} */
  readonly backup?: ClusterBackupConfig | false;
}

// The network's: pods are planned for there.
const { maxPodsPerNode: _fromNetwork, ...clusterShape } = gpuClusterSchema.shape;

export const clusterSectionSchema = z.strictObject({
  ...clusterShape,
  pools: z.array(nodePoolSchema).min(1).describe("Pools of nodes; at least one without accelerators"),
  backup: z
    .union([clusterBackupSchema, z.literal(false)])
    .describe("Backups of the cluster; false does without")
    .prefault({}),
});

assertSchema<ClusterSection, typeof clusterSectionSchema>(true);

export interface ClusterStackProps extends PlatformStackProps {
  readonly cluster: ClusterSection;
  /** Most pods on one node that the subnet's range for pods was planned for. */
  readonly maxPodsPerNode: number;
  /** Most GPUs over all pools. */
  readonly gpuBudget: number;
  readonly network: NetworkRef;
  readonly subnet: SubnetRef;
  /** Subnet of the control plane's private endpoint. @default - the nodes' subnet */
  readonly controlPlaneSubnet?: SubnetRef;
  /** Further networks of a pool's nodes, by the pool's name. @default - none: machines with a fabric are refused */
  readonly nodeNetworks?: ReadonlyMap<string, readonly NodeNetworkRef[]>;
  readonly keys: {
    readonly secrets: KeyRef;
    readonly nodeDisks: KeyRef;
    readonly notifications: KeyRef;
    readonly backups: KeyRef;
  };
  readonly registries: readonly RegistryRef[];
}

/** The GPU cluster with its pools and backups. */
export class ClusterStack extends PlatformStack {
  readonly cluster: ClusterRef;
  readonly pools: readonly NodePool[];

  /** @throws ConfigError with the failures of all its constructs; paths as in the environment file */
  constructor(scope: Construct, props: ClusterStackProps) {
    super(scope, "cluster", props);
    const { pools, backup = {}, ...config } = props.cluster;
    const problems = new Problems();
    GpuBudget.on(this, props.gpuBudget);
    const cluster =
      problems.attempt("cluster", () => {
        return new GpuCluster(this, "cluster", {
          ...config,
          maxPodsPerNode: props.maxPodsPerNode,
          network: props.network,
          subnet: props.subnet,
          controlPlaneSubnet: props.controlPlaneSubnet,
          secretsKey: props.keys.secrets,
          nodeDiskKey: props.keys.nodeDisks,
          notificationsKey: props.keys.notifications,
        }).ref;
      }) ?? this.standIn(props);
    const made = pools.map((pool, index) =>
      problems.attempt(`cluster.pools[${index}]`, () => {
        return new NodePool(this, `pool-${pool.name}`, {
          ...pool,
          cluster,
          registries: props.registries,
          nodeNetworks: props.nodeNetworks?.get(pool.name),
        });
      }),
    );
    if (backup) {
      problems.attempt("cluster.backup", () => {
        return new ClusterBackup(this, "backup", { ...backup, cluster, key: props.keys.backups });
      });
    }
    problems.throwIfAny(this.node.path);
    this.cluster = cluster;
    this.pools = made.filter((pool) => pool !== undefined);
  }

  // For a cluster that was refused, so that its pools are still checked; the stack throws before anything is written.
  private standIn({ cluster, keys }: ClusterStackProps): ClusterRef {
    const { projectId, projectNumber, region } = this.environment;
    return GpuCluster.fromExisting({
      name: cluster.name,
      location: region,
      project: projectId,
      projectNumber,
      version: cluster.version,
      nodeDiskKey: { id: Ref.existing(keys.nodeDisks.id.value) },
      multiNetworking: true,
    });
  }
}
