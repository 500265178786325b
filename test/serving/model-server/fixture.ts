import { parse } from "yaml";
import { GpuBudget, NodePool, type NodePoolConfig, type NodePoolRef } from "../../../lib/cluster";
import { ConfigError, Ref, type ClusterFeature, type ClusterRef, type Failure } from "../../../lib/core";
import { ClusterAccess, ClusterApis, type KubernetesObject } from "../../../lib/delivery";
import type { Policy } from "../../../lib/policy";
import { ModelServer, type GatewayRef, type ModelConfig, type ModelServerRef } from "../../../lib/serving";
import type { TeamRef } from "../../../lib/tenants/team-ref";
import type { SynthesizedStack } from "../../../lib/testing";
import type { PlatformStack } from "../../../stacks";
import { clusterWith } from "../../delivery/platform";
import { anyStack, stackOf } from "../../stacks/platform";

export const DIGEST = `sha256:${"a".repeat(64)}`;
export const IMAGE = `europe-docker.pkg.dev/acme/images/server@${DIGEST}`;

const COMMON = { team: "support", owner: "support-lead", version: "3.1", image: IMAGE } as const;

/** 8 billion parameters: 16 GB of weights, 1.1 GB of cache for each request of full length. */
export const LLM = {
  parametersBillions: 8,
  layers: 32,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  contextLength: 8192,
  concurrency: 16,
  maxOutputTokens: 1000,
} as const;

export const ASSISTANT = {
  ...COMMON,
  server: "vllm",
  name: "assistant",
  source: "gs://acme-models/assistant/3",
  gpus: 2,
  pool: "serve-a100",
  llm: LLM,
} as const satisfies ModelConfig;

export const VISION = {
  ...COMMON,
  server: "triton",
  name: "vision",
  source: "gs://acme-models/vision/7",
  pool: "serve-l4",
} as const satisfies ModelConfig;

export const CHURN = { ...COMMON, server: "http", name: "churn" } as const satisfies ModelConfig;

export const FEATURES: ClusterFeature[] = ["managed-prometheus", "gateway-api", "gcs-fuse", "secret-manager"];

export const TEAM: TeamRef = {
  name: "support",
  namespace: "support",
  ready: [],
  labels: { team: "support", "cost-center": "cc-42" },
  queuedPools: [],
  batchServiceAccount: "batch",
};

export const GATEWAY: GatewayRef = {
  name: "gateway",
  namespace: "gateway",
  hosts: ["models.acme.example"],
  securityPolicy: Ref.existing("edge"),
  access: "iap",
  loggedShare: 1,
  proxyRange: "10.16.200.0/23",
  controlPlaneRange: "172.16.0.0/28",
  endpointPicker: {
    image: IMAGE,
    replicas: 2,
    failureMode: "FailClose",
    cpu: 1,
    memoryGb: 2,
    priorities: {},
  },
};

const POOLS: readonly NodePoolConfig[] = [
  {
    name: "system",
    machine: "n2-standard-8",
    provisioning: { model: "on-demand", minNodes: 3, maxNodes: 9 },
  },
  {
    name: "serve-l4",
    machine: "g2-standard-12",
    provisioning: { model: "on-demand", minNodes: 2, maxNodes: 16 },
    localSsds: 1,
  },
  {
    name: "shared-l4",
    machine: "g2-standard-12",
    provisioning: { model: "on-demand", maxNodes: 4 },
    sharing: { strategy: "time-sharing", clients: 4 },
  },
  {
    name: "serve-a100",
    machine: "a2-ultragpu-4g",
    zones: ["europe-west4-a"],
    provisioning: {
      model: "reservation",
      reservation: { affinity: "specific", name: "a100" },
      minNodes: 1,
      maxNodes: 4,
    },
  },
];

/** Pools as the stack of a cluster gives them, by the real construct. */
export function poolsOf(more: readonly NodePoolConfig[] = []): NodePoolRef[] {
  return [...STANDARD, ...made(more)];
}

function made(pools: readonly NodePoolConfig[]): NodePoolRef[] {
  const stack = anyStack();
  GpuBudget.on(stack, 1000);
  return pools.map((pool) => {
    const { ref } = new NodePool(stack, `pool-${pool.name}`, { ...pool, cluster: CLUSTER });
    const email = Ref.existing(ref.serviceAccount!.email.value);
    return NodePool.fromExisting({ ...ref, name: ref.name.value, serviceAccount: { email } });
  });
}

export const CLUSTER = clusterWith(...FEATURES);

const STANDARD = made(POOLS);

export interface Setting {
  readonly cluster?: ClusterRef;
  readonly addOns?: readonly string[];
  readonly pools?: readonly NodePoolConfig[];
  readonly team?: Partial<TeamRef>;
  readonly gateway?: GatewayRef;
  readonly stopped?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly cachedWeights?: Readonly<Record<string, unknown>>;
  readonly policy?: Policy;
}

function serve(stack: PlatformStack, config: ModelConfig, setting: Setting): ModelServer {
  const { cluster = CLUSTER, addOns = ["keda", "argo-rollouts"], pools, team, policy: _, ...rest } = setting;
  ClusterAccess.on(stack, cluster, { via: "connect-gateway" });
  ClusterApis.on(stack, { features: cluster.features, addOns });
  return new ModelServer(stack, `model-${config.name}`, {
    ...config,
    cluster,
    teamRef: { ...TEAM, ...team },
    pools: poolsOf(pools),
    ...rest,
  });
}

export class Served {
  constructor(
    readonly stack: SynthesizedStack,
    readonly ref: ModelServerRef,
    readonly warnings: readonly string[],
  ) {}

  /** What the one release holds. */
  get objects(): KubernetesObject[] {
    const { values } = this.stack.only("helm_release") as unknown as { values: [string] };
    return Object.values((parse(values[0]) as { objects: Record<string, KubernetesObject> }).objects);
  }

  /** The one object of a kind, or the one of that name. */
  object(kind: string, name?: string): any {
    const found = this.objects.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
    expect(found.map(({ metadata }) => metadata.name)).toHaveLength(1);
    return found[0];
  }

  kinds(): string[] {
    return this.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  }

  pod(name?: string): any {
    return this.object("Deployment", name).spec.template.spec;
  }

  container(name?: string): any {
    return this.pod(name).containers[0];
  }

  /** `--flag` of the server; `""` for one without a value. */
  flag(flag: string): string | undefined {
    const args: string[] = this.container().args;
    const found = args.find((arg) => arg === flag || arg.startsWith(`${flag}=`));
    return found === undefined ? undefined : found.slice(flag.length + 1);
  }
}

export function served(config: ModelConfig, setting: Setting = {}): Served {
  let ref: ModelServerRef | undefined;
  let warnings: string[] = [];
  const stack = stackOf(
    (s) => {
      const model = serve(s, config, setting);
      ref = model.ref;
      warnings = model.node.metadata.map(({ data }) => String(data));
    },
    setting.policy && { policy: setting.policy },
  );
  return new Served(stack, ref!, warnings);
}

/** Why a model is refused; nothing where it is not. */
export function refused(config: unknown, setting: Setting = {}): readonly Failure[] {
  try {
    serve(anyStack(), config as ModelConfig, setting);
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  return [];
}
