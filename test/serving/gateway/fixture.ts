import { parse } from "yaml";
import { ConfigError, Ref, parseValue, type Failure } from "../../../lib/core";
import type { KubernetesObject } from "../../../lib/delivery";
import { ClusterAccess } from "../../../lib/delivery";
import { SERVER_SIGNALS } from "../../../lib/catalog/server-metrics";
import {
  Gateway,
  KillSwitch,
  modelSchema,
  type GatewayConfig,
  type GatewayProps,
  type GatewayRef,
  type KillSwitchConfig,
  type ModelConfig,
  type ModelValues,
  type ServedModel,
} from "../../../lib/serving";
import { isStopped } from "../../../lib/serving/stop/kill-switch-config";
import type { SynthesizedStack } from "../../../lib/testing";
import type { PlatformStack } from "../../../stacks";
import { CLUSTER } from "../../delivery/platform";
import { stackOf } from "../../stacks/platform";

const DIGEST = `sha256:${"a".repeat(64)}`;
export const IMAGE = `europe-docker.pkg.dev/acme/images/server@${DIGEST}`;
export const PICKER_IMAGE = `europe-docker.pkg.dev/acme/mirror/llm-d-router-endpoint-picker@${DIGEST}`;
export const NGINX_IMAGE = `europe-docker.pkg.dev/acme/mirror/nginx-unprivileged@${DIGEST}`;

const ASSISTANT: ModelConfig = {
  name: "assistant",
  team: "support",
  owner: "support-lead",
  version: "3.1",
  server: "vllm",
  image: IMAGE,
  source: "gs://acme-models/assistant",
  gpus: 2,
  llm: {
    parametersBillions: 8,
    layers: 32,
    kvHeads: 8,
    headDim: 128,
    contextLength: 8192,
    concurrency: 4,
    maxOutputTokens: 1000,
  },
  route: { path: "/assistant" },
  rollout: {},
  candidate: { version: "3.2" },
};

const VISION: ModelConfig = {
  name: "vision",
  team: "ranking",
  owner: "ranking-lead",
  version: "7",
  server: "triton",
  image: IMAGE,
  source: "gs://acme-models/vision",
  route: { path: "/vision" },
};

const CHURN: ModelConfig = {
  name: "churn",
  team: "ranking",
  owner: "ranking-lead",
  version: "12",
  server: "http",
  image: IMAGE,
  route: { path: "/v1/churn" },
  rollout: {},
};

/** A model as the environment file says it, read. */
export function model(config: ModelConfig): ModelValues {
  const { value, failures } = parseValue(modelSchema, config, "refuse");
  if (failures.length > 0) throw new ConfigError(config.name, failures);
  return value as ModelValues;
}

type Changes = Partial<Omit<ModelConfig, "server">> & Readonly<Record<string, unknown>>;

export const assistant = (changes: Changes = {}) => model({ ...ASSISTANT, ...changes });
export const vision = (changes: Changes = {}) => model({ ...VISION, ...changes });
export const churn = (changes: Changes = {}) => model({ ...CHURN, ...changes });

export const MODELS: readonly ModelValues[] = [assistant(), vision(), churn()];

const PORTS = { vllm: 8000, triton: 8000, http: 8080 };

/** What stands around a server may know of it. */
export function served(config: ModelValues, stopped = false): ServedModel {
  const selector = { "app.kubernetes.io/name": config.name, "app.kubernetes.io/component": "model-server" };
  return {
    config,
    name: config.name,
    namespace: config.team,
    labels: { ...selector, "app.kubernetes.io/managed-by": "terraform", owner: config.owner },
    selector,
    service: { name: config.name, port: PORTS[config.server] },
    signals: SERVER_SIGNALS[config.server],
    stopped,
  };
}

export const GATEWAY: GatewayConfig = {
  exposure: "external",
  hosts: ["models.acme.example"],
  endpointPicker: { image: PICKER_IMAGE },
  stopNotice: { image: NGINX_IMAGE },
};

export const SURROUNDINGS = {
  cluster: CLUSTER,
  models: MODELS,
  namespaces: ["ranking", "support"],
  proxyRange: "10.16.88.0/23",
  controlPlaneRange: "10.16.92.0/28",
  subnet: {
    id: Ref.existing("projects/acme-test/regions/europe-west4/subnetworks/nodes"),
    name: Ref.existing("nodes"),
  },
  modelArmor: { id: Ref.existing("projects/acme-test/locations/europe-west4/templates/test-prompts") },
} satisfies Partial<GatewayProps>;

export const GATEWAY_REF: GatewayRef = Gateway.fromExisting({
  name: "gateway",
  namespace: "gateway",
  hosts: ["models.acme.example", "chat.acme.example"],
  securityPolicy: "prod-gateway",
  access: "iap",
  loggedShare: 0.5,
  proxyRange: "10.16.88.0/23",
  controlPlaneRange: "10.16.92.0/28",
  endpointPicker: {
    image: PICKER_IMAGE,
    replicas: 2,
    failureMode: "FailClose",
    cpu: 2,
    memoryGb: 4,
    priorities: { interactive: 10, background: -10 },
  },
  stopNotice: { name: "stop-notice", namespace: "gateway", port: 8080 },
});

/** The Terraform of a stack with access to the cluster. */
export function servingStack(build: (stack: PlatformStack) => void): SynthesizedStack {
  return stackOf((stack) => {
    ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
    build(stack);
  });
}

export function gatewayStack(
  config: Partial<GatewayConfig> = {},
  around: Partial<GatewayProps> = {},
): SynthesizedStack {
  return servingStack((stack) => {
    new Gateway(stack, "gateway", { ...SURROUNDINGS, ...around, ...GATEWAY, ...config });
  });
}

/** A gateway with the stops of its models. */
export function stoppableStack(config: KillSwitchConfig, models = MODELS): SynthesizedStack {
  return servingStack((stack) => {
    const gateway = new Gateway(stack, "gateway", { ...SURROUNDINGS, models, ...GATEWAY });
    new KillSwitch(stack, "stops", {
      ...config,
      models,
      hosts: GATEWAY.hosts,
      policy: gateway.edge.ref,
      cluster: CLUSTER,
      namespace: gateway.ref.namespace,
      after: gateway.ref.securityPolicy.dependencies(stack),
    });
  });
}

/** Models as the environment has them served. */
export function servedWith(stopped: readonly string[]): ServedModel[] {
  return MODELS.map((config) => served(config, isStopped(stopped, config.name)));
}

/** The objects of the releases of a stack, with Terraform's references in them. */
export function objectsOf(stack: SynthesizedStack): KubernetesObject[] {
  return stack.resources("helm_release").flatMap(({ config }) => {
    const values = parse((config["values"] as string[])[0]!) as { objects: Record<string, KubernetesObject> };
    return Object.values(values.objects);
  });
}

export function kind(objects: readonly KubernetesObject[], wanted: string, name?: string): KubernetesObject {
  const found = objects.filter(
    (object) => object.kind === wanted && (name === undefined || object.metadata.name === name),
  );
  if (found.length !== 1) {
    const there = objects.map((object) => `${object.kind} ${object.metadata.name}`).join(", ");
    throw new Error(`expected one ${wanted} ${name ?? ""}, found ${found.length} among ${there}`);
  }
  return found[0]!;
}

/** The failures of a step that is expected to be refused. */
export function refusals(step: () => unknown): readonly Failure[] {
  try {
    step();
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  throw new Error("expected a refusal");
}
