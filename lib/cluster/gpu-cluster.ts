import { ContainerCluster, type ContainerClusterConfig } from "@cdktf/provider-google/lib/container-cluster";
import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import {
  assertSchema,
  ConfigError,
  Environment,
  explained,
  Governance,
  known,
  parseProps,
  Ref,
  resourceName,
  type ClusterFeature,
  type ClusterRef,
  type CrossFieldRule,
  type EnvironmentFacts,
  type KeyRef,
  type NetworkRef,
  type SubnetRef,
  type Tokenable,
} from "../core";
import { GKE_VERSION } from "./gke-version";
import {
  freezeSchema,
  maintenancePolicy,
  maintenanceRules,
  maintenanceSchema,
  type FreezeConfig,
  type MaintenanceConfig,
} from "./maintenance";
import { NodeServiceAccount } from "./node-service-account";

/** An address range that may reach the private endpoint of the control plane. */
export interface AuthorizedRange {
  /** IPv4 range, e.g. `10.0.0.0/20`. */
  readonly cidr: string;
  /** What it is, as the console shows it. */
  readonly name: string;
}

/** A regional, private GKE cluster for GPU work. */
export interface GpuClusterConfig {
  /** Last part of its name, after the environment's. */
  readonly name: string;
  /** Oldest control-plane version: `1.34`, or a full one such as `1.34.5-gke.1153000`. GKE upgrades it from there. */
  readonly version: string;
  /** Google group whose member groups may appear in RBAC: `gke-security-groups@` and the domain. */
  readonly rbacGroup: string;
  /** How early upgrades come. @default "REGULAR" */
  readonly releaseChannel?: "REGULAR" | "STABLE";
  /** When GKE may upgrade by itself. @default {} */
  readonly maintenance?: MaintenanceConfig;
  /** Times in which it must not. @default [] */
  readonly freeze?: readonly FreezeConfig[];
  /** Ranges that reach the private endpoint besides the cluster's own nodes. There is no public endpoint. @default [] */
  readonly authorizedRanges?: readonly AuthorizedRange[];
  /** Who reaches the DNS endpoint: callers inside Google Cloud's network, or any that IAM admits. @default "internal" */
  readonly dnsEndpoint?: "internal" | "external";
  /**
   * Whether nodes may have more than one network, as GPU fabrics need. GKE's guides turn it on when a cluster is created; on, it costs
   * nothing.
   * @default true
   */
  readonly multiNetworking?: boolean;
  /** Most pods on one node, unless its pool says otherwise; the pod range is planned for it. @default 110 */
  readonly maxPodsPerNode?: number;
  /** `OPTIMIZE_UTILIZATION` packs pods and removes idle nodes sooner, which GPU prices ask for. @default "OPTIMIZE_UTILIZATION" */
  readonly autoscalingProfile?: "BALANCED" | "OPTIMIZE_UTILIZATION";
  /** True refuses to destroy the cluster. @default true */
  readonly deletionProtection?: boolean;
}

export const gpuClusterSchema = z.strictObject({
  name: known(z.string().min(1).describe("Last part of the cluster's name"), "names are made of it"),
  version: known(
    explained(
      z.string().regex(GKE_VERSION).describe("Oldest control-plane version"),
      "a minor version such as 1.34, or a full one such as 1.34.5-gke.1153000",
    ),
    "machines are checked against it",
  ),
  rbacGroup: explained(
    z
      .string()
      .regex(/^gke-security-groups@[a-z0-9.-]+\.[a-z]{2,}$/)
      .describe("Google group whose member groups may appear in RBAC"),
    "gke-security-groups@ and your domain",
    "make a group of that very name in your domain and put the groups that RBAC uses into it: GKE knows no other name",
  ),
  releaseChannel: known(
    z.enum(["REGULAR", "STABLE"]).describe("How early upgrades come").default("REGULAR"),
    "policies judge it",
  ),
  maintenance: maintenanceSchema.describe("When GKE may upgrade by itself").prefault({}),
  freeze: z.array(freezeSchema).describe("Times in which GKE must not upgrade").default([]),
  authorizedRanges: z
    .array(
      z.strictObject({
        cidr: explained(z.cidrv4().describe("IPv4 range"), "an IPv4 range such as 10.0.0.0/20"),
        name: z.string().min(1).describe("What the range is"),
      }),
    )
    .describe("Ranges that reach the private endpoint besides the cluster's own nodes")
    .default([]),
  dnsEndpoint: known(
    z.enum(["internal", "external"]).describe("Who reaches the DNS endpoint").default("internal"),
    "policies judge it",
  ),
  multiNetworking: known(
    z.boolean().describe("Whether nodes may have more than one network").default(true),
    "node pools with GPU fabrics are checked against it",
  ),
  // 8 to 256, 110 unless asked for otherwise: GKE docs, "Configure maximum Pods per node".
  maxPodsPerNode: z
    .int()
    .min(8)
    .max(256)
    .describe("Most pods on one node, unless its pool says otherwise")
    .default(110),
  autoscalingProfile: z
    .enum(["BALANCED", "OPTIMIZE_UTILIZATION"])
    .describe("How eagerly the autoscaler removes idle nodes")
    .default("OPTIMIZE_UTILIZATION"),
  deletionProtection: z.boolean().describe("Whether destroying the cluster is refused").default(true),
});

assertSchema<GpuClusterConfig, typeof gpuClusterSchema>(true);

type Config = z.output<typeof gpuClusterSchema>;

const rules: readonly CrossFieldRule<Config>[] = [
  ...maintenanceRules,
  {
    reads: ["authorizedRanges"],
    check: ({ authorizedRanges }) =>
      authorizedRanges.flatMap(({ cidr }, index) =>
        cidr.endsWith("/0")
          ? {
              code: "open-to-all",
              path: `authorizedRanges[${index}].cidr`,
              message: "lets every address reach the control plane",
              got: cidr,
              allowed: "ranges of your own networks",
              fix: "name the ranges that need it; people come through the fleet's Connect Gateway, which needs none",
            }
          : [],
      ),
  },
];

export type GpuClusterProps = Tokenable<GpuClusterConfig> & {
  readonly network: NetworkRef;
  /** Subnet of the nodes, with secondary ranges for pods and services. */
  readonly subnet: SubnetRef;
  /** Subnet of the control plane's private endpoint. @default - the nodes' subnet */
  readonly controlPlaneSubnet?: SubnetRef;
  /** Encrypts Kubernetes secrets in etcd. */
  readonly secretsKey: KeyRef;
  /** Encrypts boot disks of nodes, here and in every pool. */
  readonly nodeDiskKey: KeyRef;
  /** Encrypts upgrade and security notifications in Pub/Sub. */
  readonly notificationsKey: KeyRef;
};

/** What must be known of a cluster that exists already. */
export interface ExistingCluster {
  readonly name: string;
  /** Region. */
  readonly location: string;
  readonly project: string;
  readonly projectNumber: string;
  /** Version of its control plane: `1.34` or `1.34.5-gke.1153000`. */
  readonly version: string;
  /** Key for the boot disks of pools added to it. */
  readonly nodeDiskKey: KeyRef;
  /** True where it was created with multi-networking. */
  readonly multiNetworking: boolean;
  /** What else is switched on in it. @default [] */
  readonly features?: readonly ClusterFeature[];
}

/**
 * A regional, private GKE Standard cluster with every control of Google's hardened constraint set on, and no node pools:
 * those are constructs of their own. It joins the project's fleet, which is the way in for people and for Terraform.
 */
export class GpuCluster extends Construct {
  readonly ref: ClusterRef;
  readonly resources: {
    readonly cluster: ContainerCluster;
    readonly notifications: PubsubTopic;
    readonly initialPoolAccount: NodeServiceAccount;
  };

  constructor(scope: Construct, id: string, props: GpuClusterProps) {
    super(scope, id);
    const { network, subnet, controlPlaneSubnet, secretsKey, nodeDiskKey, notificationsKey, ...plain } = props;
    const config = parseProps(this, "GpuCluster", gpuClusterSchema, plain, rules);
    this.refuseWithoutRanges(subnet);
    const environment = Environment.of(this);
    const name = resourceName(this, "name", NAMES.containerCluster, environment.name, config.name);

    const notifications = this.notificationTopic(name, environment, notificationsKey);
    const initialPoolAccount = new NodeServiceAccount(this, "initial-pool", {
      name: `${config.name}-initial`,
      description: `Nodes that GKE makes with cluster ${name} and that are removed at once`,
      registries: [],
    });
    const account = initialPoolAccount.ref.email;
    const cluster = new ContainerCluster(this, "cluster", {
      name,
      ...this.place(environment, network, subnet),
      ...lifecycleOf(config),
      ...access(config, environment, controlPlaneSubnet?.id.from(this)),
      ...hardening(secretsKey.id.from(this)),
      ...networking(config, subnet),
      ...initialPool(account.from(this), nodeDiskKey.id.from(this)),
      ...observability(notifications.id),
      ...addons(config),
      fleet: { project: environment.projectId },
      resourceLabels: { ...Governance.of(this).labels },
      dependsOn: this.dependenciesOf(network.id, subnet.id, secretsKey.id, nodeDiskKey.id, account),
    });

    this.resources = { cluster, notifications, initialPoolAccount };
    this.ref = this.refTo(cluster, name, config, environment, nodeDiskKey);
  }

  /** A cluster that exists already, or that another program makes. */
  static fromExisting(existing: ExistingCluster): ClusterRef {
    const { name, location, project, projectNumber, version, nodeDiskKey, multiNetworking, features = [] } = existing;
    return {
      name: Ref.existing(name),
      id: Ref.existing(clusterId(project, location, name)),
      location,
      project,
      workloadPool: Ref.existing(workloadPoolOf(project)),
      fleetMembership: Ref.existing(fleetMembership(projectNumber, location, name)),
      nodeDiskKey,
      version,
      multiNetworking,
      features: featuresOf(multiNetworking, features),
    };
  }

  private refuseWithoutRanges({ name, podRange, serviceRange }: SubnetRef): void {
    const missing = Object.entries({ podRange, serviceRange }).filter(([, range]) => range === undefined);
    if (missing.length === 0) return;
    throw new ConfigError(
      `GpuCluster at ${this.node.path}`,
      missing.map(([range]) => ({
        code: "missing",
        path: `subnet.${range}`,
        message: `is required: subnet ${name.value} names no such secondary range, and GKE would make one of its own`,
        fix: "plan the range with the subnet and name it in the subnet's reference",
      })),
    );
  }

  private notificationTopic(cluster: string, { region }: EnvironmentFacts, key: KeyRef): PubsubTopic {
    return new PubsubTopic(this, "notifications", {
      name: resourceName(this, "name", NAMES.pubsubTopic, cluster, "notifications"),
      kmsKeyName: key.id.from(this),
      messageStoragePolicy: { allowedPersistenceRegions: [region] },
      // 31 days, the longest: a bulletin is still there for whoever subscribes after it came.
      messageRetentionDuration: `${31 * 24 * 3600}s`,
      dependsOn: key.id.dependencies(this),
    });
  }

  private place(environment: EnvironmentFacts, network: NetworkRef, subnet: SubnetRef) {
    return {
      project: environment.projectId,
      location: environment.region,
      nodeLocations: [...environment.zones],
      network: network.id.from(this),
      subnetwork: subnet.id.from(this),
    } satisfies Partial<ContainerClusterConfig>;
  }

  private dependenciesOf(...refs: readonly Ref[]): ITerraformDependable[] {
    return refs.flatMap((ref) => ref.dependencies(this));
  }

  private refTo(
    cluster: ContainerCluster,
    name: string,
    { version, multiNetworking }: Config,
    { projectId, projectNumber, region }: EnvironmentFacts,
    nodeDiskKey: KeyRef,
  ): ClusterRef {
    return {
      name: Ref.to(this, cluster.name, name),
      id: Ref.to(this, cluster.id, clusterId(projectId, region, name)),
      location: region,
      project: projectId,
      workloadPool: Ref.to(this, cluster.workloadIdentityConfig.workloadPool, workloadPoolOf(projectId)),
      fleetMembership: Ref.to(
        this,
        fleetMembership(projectNumber, region, cluster.name),
        fleetMembership(projectNumber, region, name),
      ),
      nodeDiskKey,
      version,
      multiNetworking,
      features: featuresOf(multiNetworking, FEATURES),
    };
  }
}

// What `networking`, `observability` and `addons` below switch on in every cluster of ours.
const FEATURES: readonly ClusterFeature[] = ["managed-prometheus", "gateway-api", "secret-manager", "gcs-fuse"];

function featuresOf(multiNetworking: boolean, others: readonly ClusterFeature[]): ClusterFeature[] {
  return [...new Set([...others, ...(multiNetworking ? (["multi-networking"] as const) : [])])];
}

function clusterId(project: string, location: string, name: string): string {
  return `projects/${project}/locations/${location}/clusters/${name}`;
}

function workloadPoolOf(project: string): string {
  return `${project}.svc.id.goog`;
}

// GKE names the membership after the cluster and puts it in the cluster's region.
function fleetMembership(projectNumber: string, location: string, name: string): string {
  return `projects/${projectNumber}/locations/${location}/gkeMemberships/${name}`;
}

function lifecycleOf(config: Config) {
  return {
    minMasterVersion: config.version,
    releaseChannel: { channel: config.releaseChannel },
    maintenancePolicy: maintenancePolicy(config.maintenance, config.freeze),
    deletionProtection: config.deletionProtection,
  } satisfies Partial<ContainerClusterConfig>;
}

function access(config: Config, environment: EnvironmentFacts, endpointSubnet: string | undefined) {
  return {
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: true,
      privateEndpointSubnetwork: endpointSubnet,
      masterGlobalAccessConfig: { enabled: false },
    },
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { allowExternalTraffic: config.dnsEndpoint === "external" },
      ipEndpointsConfig: { enabled: true },
    },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: config.authorizedRanges.map(({ cidr, name }) => ({ cidrBlock: cidr, displayName: name })),
      gcpPublicCidrsAccessEnabled: false,
      privateEndpointEnforcementEnabled: true,
    },
    // Explicit, though GKE's default: checkov CKV_GCP_13 and managed.disableLegacyClientCertificateIssuance look for it.
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    enableLegacyAbac: false,
    authenticatorGroupsConfig: { securityGroup: config.rbacGroup },
    rbacBindingConfig: {
      enableInsecureBindingSystemAuthenticated: false,
      enableInsecureBindingSystemUnauthenticated: false,
    },
    anonymousAuthenticationConfig: { mode: "LIMITED" },
    workloadIdentityConfig: { workloadPool: workloadPoolOf(environment.projectId) },
  } satisfies Partial<ContainerClusterConfig>;
}

function hardening(secretsKey: string) {
  return {
    databaseEncryption: { state: "ENCRYPTED", keyName: secretsKey },
    binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
    enableShieldedNodes: true,
    enableKubernetesAlpha: false,
    // GKE shut down vulnerability scanning: the standard tier in July 2025, the advanced one in June 2026 (docs, "Vulnerability
    // scanning removal from GKE"). Images are scanned in Artifact Registry instead.
    securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
    // CVE-2020-8554: whoever may edit a service could otherwise take traffic of any address.
    serviceExternalIpsConfig: { enabled: false },
  } satisfies Partial<ContainerClusterConfig>;
}

function networking({ multiNetworking, maxPodsPerNode }: Config, subnet: SubnetRef) {
  return {
    networkingMode: "VPC_NATIVE",
    ipAllocationPolicy: {
      clusterSecondaryRangeName: subnet.podRange,
      servicesSecondaryRangeName: subnet.serviceRange,
      stackType: "IPV4",
    },
    defaultMaxPodsPerNode: maxPodsPerNode,
    datapathProvider: "ADVANCED_DATAPATH",
    // Dataplane V2 enforces network policies itself; the block says so to checkov CKV_GCP_12.
    networkPolicy: { enabled: false },
    enableIntranodeVisibility: true,
    enableMultiNetworking: multiNetworking,
    defaultSnatStatus: { disabled: false },
    gatewayApiConfig: { channel: "CHANNEL_STANDARD" },
  } satisfies Partial<ContainerClusterConfig>;
}

// Google creates no cluster without a pool; Terraform removes this one as soon as the cluster stands. It still meets every rule, and has
// an account of its own, because organisation policies judge its creation.
function initialPool(serviceAccount: string, diskKey: string) {
  return {
    initialNodeCount: 1,
    removeDefaultNodePool: true,
    nodeConfig: {
      machineType: "e2-standard-2",
      imageType: "COS_CONTAINERD",
      diskType: "pd-balanced",
      diskSizeGb: 50,
      bootDiskKmsKey: diskKey,
      serviceAccount,
      oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
      metadata: { "disable-legacy-endpoints": "true" },
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
    },
    nodePoolDefaults: {
      nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: "FALSE", gcfsConfig: { enabled: true } },
    },
    lifecycle: {
      // Once the initial pool is gone the API reports no node_config: without this, every plan would replace the cluster.
      ignoreChanges: ["node_config"],
    },
  } satisfies Partial<ContainerClusterConfig>;
}

/** What the control plane and the system write to Cloud Logging: all that google 6.50.0 knows. */
export const LOGGING_COMPONENTS = [
  "SYSTEM_COMPONENTS",
  "WORKLOADS",
  "APISERVER",
  "CONTROLLER_MANAGER",
  "SCHEDULER",
  "KCP_CONNECTION",
  "KCP_SSHD",
  "KCP_HPA",
] as const;

/** What reports metrics: all that google 6.50.0 documents, the GPUs' DCGM among them. */
export const MONITORING_COMPONENTS = [
  "SYSTEM_COMPONENTS",
  "APISERVER",
  "SCHEDULER",
  "CONTROLLER_MANAGER",
  "STORAGE",
  "HPA",
  "POD",
  "DAEMONSET",
  "DEPLOYMENT",
  "STATEFULSET",
  "KUBELET",
  "CADVISOR",
  "DCGM",
  "JOBSET",
] as const;

function observability(topic: string) {
  return {
    loggingConfig: { enableComponents: [...LOGGING_COMPONENTS] },
    monitoringConfig: {
      enableComponents: [...MONITORING_COMPONENTS],
      managedPrometheus: { enabled: true, autoMonitoringConfig: { scope: "ALL" } },
      advancedDatapathObservabilityConfig: { enableMetrics: true, enableRelay: false },
    },
    notificationConfig: {
      pubsub: {
        enabled: true,
        topic,
        filter: {
          eventType: ["SECURITY_BULLETIN_EVENT", "UPGRADE_EVENT", "UPGRADE_AVAILABLE_EVENT", "UPGRADE_INFO_EVENT"],
        },
      },
    },
    costManagementConfig: { enabled: true },
  } satisfies Partial<ContainerClusterConfig>;
}

function addons(config: Config) {
  return {
    addonsConfig: {
      httpLoadBalancing: { disabled: false },
      horizontalPodAutoscaling: { disabled: false },
      // Calico: Dataplane V2 takes its place.
      networkPolicyConfig: { disabled: true },
      dnsCacheConfig: { enabled: true },
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      gcsFuseCsiDriverConfig: { enabled: true },
      gkeBackupAgentConfig: { enabled: true },
    },
    secretManagerConfig: { enabled: true },
    verticalPodAutoscaling: { enabled: true },
    // Node auto-provisioning stays off: pools are declared, with a limit each.
    clusterAutoscaling: { enabled: false, autoscalingProfile: config.autoscalingProfile },
  } satisfies Partial<ContainerClusterConfig>;
}
