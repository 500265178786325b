import * as fs from "node:fs";
import * as path from "node:path";
import {
  ClusterBackup,
  GpuBudget,
  GpuCluster,
  NodePool,
  NodeServiceAccount,
  clusterBackupSchema,
  gpuClusterSchema,
  nodePoolSchema,
  nodeServiceAccountSchema,
} from "../../lib/cluster";
import { ConfigError, Ref, type ClusterRef } from "../../lib/core";
import { CustomRole, customRoleSchema } from "../../lib/iam";
import {
  Firewall,
  GoogleApisDns,
  GpuFabric,
  NatGateway,
  PlatformNetwork,
  ProxyOnlySubnet,
  Subnet,
  VpcNetwork,
  firewallSchema,
  googleApisDnsSchema,
  gpuFabricSchema,
  natGatewaySchema,
  platformNetworkSchema,
  proxyOnlySubnetSchema,
  subnetSchema,
  vpcNetworkSchema,
} from "../../lib/network";
import {
  AlertChannels,
  LogAlert,
  PrometheusAlert,
  SpendBudget,
  alertChannelsSchema,
  logAlertSchema,
  prometheusAlertSchema,
  spendBudgetSchema,
  type LogAlertConfig,
  type PrometheusAlertConfig,
} from "../../lib/monitoring";
import { ContainerRegistry, EncryptionKeys, containerRegistrySchema, encryptionKeysSchema } from "../../lib/security";
import { SECURITY_TOKEN_CASES, type TokenCase } from "../security-foundation/token-cases";
import { PredictionLog, predictionTopicSchema } from "../../lib/serving/prediction-log/prediction-log";
import { DELIVERY_TOKEN_CASES } from "../delivery/token-cases";
import { stackOf } from "../stacks/platform";
import { GATEWAY_TOKEN_CASES } from "../serving/gateway/token-cases";
import { MODEL_FIELDS_ELSEWHERE, MODEL_TOKEN_CASE } from "../serving/model-server/token-cases";
import { ROLLOUT_TOKEN_CASE } from "../serving/rollout/token-cases";
import { SURFACE_TOKEN_CASES } from "../serving/surfaces/token-cases";
import { TENANT_TOKEN_CASES } from "../tenants/token-cases";
import { PROBE, pathsOf, reachedBy, tokenFieldsOf, tokenFor, withValue, type Field } from "./fields";

// Generated from the schemas: for every field of every construct, a token of the right kind must either reach the Terraform JSON or be
// refused with the reason that the schema gives. A field that no sample reaches fails the first test of its construct.

const network = VpcNetwork.fromExisting({ project: "acme-test", name: "vpc" });
const subnet = {
  id: Ref.existing("projects/acme-test/regions/europe-west4/subnetworks/nodes"),
  name: Ref.existing("nodes"),
  podRange: "pods",
  serviceRange: "services",
};
const key = EncryptionKeys.fromExisting("projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k");
const cluster: ClusterRef = GpuCluster.fromExisting({
  name: "gpu",
  location: "europe-west4",
  project: "acme-test",
  projectNumber: "123456789012",
  version: "1.34",
  nodeDiskKey: key,
  multiNetworking: true,
});

interface Case extends TokenCase {
  /** Fields that no sample can reach, and why. */
  readonly unreachable?: Readonly<Record<string, string>>;
}

const onDemand = { model: "on-demand", minNodes: 1, maxNodes: 3 };
const rule = {
  name: "hub",
  cidrs: ["203.0.113.0/24"],
  protocol: "tcp",
  ports: ["443"],
  reason: "a reason of some length",
};
const flowLogs = { aggregationInterval: "INTERVAL_5_SEC", sampling: 0.5, metadata: "INCLUDE_ALL_METADATA" };

const cases: readonly Case[] = [
  ...SECURITY_TOKEN_CASES,
  ...DELIVERY_TOKEN_CASES,
  ...TENANT_TOKEN_CASES,
  ROLLOUT_TOKEN_CASE,
  ...GATEWAY_TOKEN_CASES,
  ...SURFACE_TOKEN_CASES,
  { ...MODEL_TOKEN_CASE, unreachable: MODEL_FIELDS_ELSEWHERE },
  {
    name: "EncryptionKeys",
    schema: encryptionKeysSchema,
    samples: [{ name: "keys", rotationDays: 30, destroyDelayDays: 30, protection: "software" }],
    build: (stack, props) => new EncryptionKeys(stack, "it", props),
  },
  {
    name: "CustomRole",
    schema: customRoleSchema,
    samples: [{ name: "n", title: "t", description: "d", permissions: ["aiplatform.endpoints.predict"] }],
    build: (stack, props) => new CustomRole(stack, "it", props),
  },
  {
    name: "ContainerRegistry",
    schema: containerRegistrySchema,
    samples: [{ name: "images", description: "d", untaggedDays: 30, keepVersions: 5 }],
    build: (stack, props: object) => new ContainerRegistry(stack, "it", { ...props, key }),
  },
  {
    name: "SpendBudget",
    schema: spendBudgetSchema,
    samples: [
      { billingAccount: "012345-6789AB-CDEF01", monthlyAmount: 1000, currency: "EUR", alertPercents: [50, 100] },
    ],
    build: (stack, props) => new SpendBudget(stack, "it", props),
  },
  {
    name: "AlertChannels",
    schema: alertChannelsSchema,
    samples: [{ emails: ["oncall@acme.example"] }],
    build: (stack, props) => new AlertChannels(stack, "it", props),
  },
  {
    name: "PrometheusAlert",
    schema: prometheusAlertSchema,
    samples: [
      {
        name: "n",
        query: "up == 0",
        forMinutes: 10,
        severity: "CRITICAL",
        runbook: "What it means, and what to do about it",
        owner: "team",
      },
    ],
    build: (stack, props: PrometheusAlertConfig) => {
      const channels = AlertChannels.fromExisting(["projects/p/notificationChannels/1"]);
      new PrometheusAlert(stack, "it", { ...props, channels });
    },
  },
  {
    name: "LogAlert",
    schema: logAlertSchema,
    samples: [
      {
        name: "n",
        filter: "severity>=ERROR",
        severity: "WARNING",
        runbook: "What it means, and what to do about it",
        owner: "team",
      },
    ],
    build: (stack, props: LogAlertConfig) => {
      const channels = AlertChannels.fromExisting(["projects/p/notificationChannels/1"]);
      new LogAlert(stack, "it", { ...props, channels });
    },
  },
  {
    name: "PredictionLog",
    schema: predictionTopicSchema,
    samples: [{ name: "n", retainDays: 3 }],
    build: (stack, props: object) => new PredictionLog(stack, "it", { ...props, key }),
  },
  {
    name: "VpcNetwork",
    schema: vpcNetworkSchema,
    samples: [{ name: "vpc", mtuBytes: 1460 }],
    build: (stack, props) => new VpcNetwork(stack, "it", props),
  },
  {
    name: "Subnet",
    schema: subnetSchema,
    samples: [{ name: "n", range: "10.0.0.0/24", pods: "10.1.0.0/16", services: "10.2.0.0/20", flowLogs }],
    build: (stack, props: { range: string }) => new Subnet(stack, "it", { ...props, network }),
  },
  {
    name: "ProxyOnlySubnet",
    schema: proxyOnlySubnetSchema,
    samples: [{ name: "n", range: "10.0.0.0/23" }],
    build: (stack, props: { range: string }) => new ProxyOnlySubnet(stack, "it", { ...props, network }),
  },
  {
    name: "NatGateway",
    schema: natGatewaySchema,
    samples: [{ name: "n", log: "ALL", minPortsPerVm: 64, maxPortsPerVm: 128, defaultRoute: true }],
    build: (stack, props: object) => new NatGateway(stack, "it", { ...props, network, subnets: [subnet] }),
  },
  {
    name: "GoogleApisDns",
    schema: googleApisDnsSchema,
    samples: [{ name: "n", googleApis: "private" }],
    build: (stack, props: object) => new GoogleApisDns(stack, "it", { ...props, network }),
  },
  {
    name: "Firewall",
    schema: firewallSchema,
    samples: [
      {
        name: "n",
        nodes: "10.0.0.0/24",
        pods: "10.1.0.0/16",
        controlPlane: "10.2.0.0/28",
        proxyOnly: "10.3.0.0/23",
        googleApis: "private",
        backendPorts: ["443"],
        egress: [rule],
        ingress: [{ ...rule, cidrs: ["10.9.0.0/24"] }],
      },
    ],
    build: (stack, props: object) => {
      new Firewall(stack, "it", { ...(props as ConstructorParameters<typeof Firewall>[2]), network });
    },
  },
  {
    name: "GpuFabric",
    schema: gpuFabricSchema,
    samples: [{ name: "n", machine: "a3-highgpu-8g", zone: "europe-west4-a", range: "10.4.0.0/16", firstSubnet: 1 }],
    build: (stack, props) => new GpuFabric(stack, "it", props),
  },
  {
    name: "PlatformNetwork",
    schema: platformNetworkSchema,
    samples: [
      {
        range: "10.16.0.0/14",
        maxNodes: 100,
        maxPodsPerNode: 64,
        maxServices: 1000,
        proxyOnlyPrefixLength: 23,
        fabricSubnets: 8,
        avoid: ["10.0.0.0/16"],
        googleApis: "private",
        egress: [rule],
        ingress: [{ ...rule, cidrs: ["10.9.0.0/24"] }],
        flowLogs,
      },
    ],
    build: (stack, props) => new PlatformNetwork(stack, "it", props),
  },
  {
    name: "NodeServiceAccount",
    schema: nodeServiceAccountSchema,
    samples: [{ name: "pool", description: "d" }],
    build: (stack, props: { name: string; description: string }) => {
      new NodeServiceAccount(stack, "it", { ...props, registries: [] });
    },
  },
  {
    name: "GpuCluster",
    schema: gpuClusterSchema,
    samples: [
      {
        name: "gpu",
        version: "1.34",
        rbacGroup: "gke-security-groups@acme.example",
        releaseChannel: "STABLE",
        maintenance: { days: ["SA", "SU"], startHourUtc: 2, lengthHours: 12 },
        freeze: [{ name: "f", from: "2026-12-15T00:00:00Z", to: "2026-12-20T00:00:00Z", scope: "NO_UPGRADES" }],
        authorizedRanges: [{ cidr: "10.0.0.0/20", name: "office" }],
        dnsEndpoint: "internal",
        multiNetworking: true,
        maxPodsPerNode: 64,
        autoscalingProfile: "BALANCED",
        deletionProtection: true,
      },
    ],
    build: (stack, props: object) =>
      new GpuCluster(stack, "it", {
        ...(props as { name: string; version: string; rbacGroup: string }),
        network,
        subnet,
        secretsKey: key,
        nodeDiskKey: key,
        notificationsKey: key,
      }),
  },
  {
    name: "ClusterBackup",
    schema: clusterBackupSchema,
    samples: [
      {
        name: "daily",
        cronSchedule: "0 3 * * *",
        retainDays: 30,
        deleteLockDays: 7,
        lockRetention: true,
        namespaces: ["team"],
        includeSecrets: true,
        includeVolumeData: true,
        restoreMode: "FAIL_ON_CONFLICT",
      },
    ],
    build: (stack, props: object) => new ClusterBackup(stack, "it", { ...props, cluster, key }),
  },
  {
    name: "NodePool",
    schema: nodePoolSchema,
    samples: [
      {
        name: "full",
        machine: "g2-standard-12",
        provisioning: onDemand,
        zones: ["europe-west4-a"],
        sharing: { strategy: "time-sharing", clients: 4 },
        driver: "latest",
        placement: "none",
        fabric: "full",
        bootDisk: { type: "pd-ssd", sizeGb: 200 },
        localSsds: 1,
        imageDisks: ["projects/p/global/images/i"],
        imageStreaming: true,
        maxPodsPerNode: 32,
        nodeLabels: { a: "b" },
        taints: [{ key: "k", value: "v", effect: "NO_SCHEDULE" }],
        upgrade: { strategy: "surge", maxSurge: 1, maxUnavailable: 1 },
      },
      {
        name: "other",
        machine: "g9-future-8",
        machineFacts: {
          architecture: "amd64",
          vcpus: 8,
          memoryGb: 32,
          accelerator: { kind: "gpu", type: "nvidia-next", count: 1, memoryGbEach: 80 },
          fixedLocalSsds: 2,
          bootDisks: ["hyperdisk-balanced"],
          provisioning: ["spot"],
          minVersion: "1.30.0-gke.100",
        },
        provisioning: { model: "spot", minNodes: 0, maxNodes: 2 },
        upgrade: { strategy: "blue-green", batchNodes: 1, batchSoakSeconds: 1, poolSoakSeconds: 1 },
      },
      {
        name: "attached",
        machine: "n1-standard-8",
        gpus: { type: "nvidia-tesla-t4", count: 1 },
        provisioning: onDemand,
        sharing: { strategy: "mps", clients: 4 },
      },
      { name: "flex", machine: "g2-standard-12", provisioning: { model: "flex-start", maxNodes: 2, maxRunHours: 5 } },
      { name: "queued", machine: "g2-standard-12", provisioning: { model: "queued", maxNodes: 2, maxRunHours: 5 } },
      {
        name: "reserved",
        machine: "a2-ultragpu-1g",
        zones: ["europe-west4-a"],
        provisioning: {
          model: "reservation",
          reservation: { affinity: "specific", name: "r", project: "p-shared", block: "b", subBlock: "s" },
          minNodes: 0,
          maxNodes: 2,
        },
        sharing: { strategy: "mig", partition: "1g.10gb" },
      },
      {
        name: "tpu",
        machine: "ct5lp-hightpu-1t",
        tpuTopology: "1x1",
        provisioning: { model: "spot", minNodes: 0, maxNodes: 1 },
      },
    ],
    build: (stack, props: object) => {
      GpuBudget.on(stack, 100);
      new NodePool(stack, "it", { ...(props as ConstructorParameters<typeof NodePool>[2]), cluster });
    },
  },
];

test("every construct that reads props has its samples here", () => {
  const lib = path.join(__dirname, "../../lib");
  const names = fs
    .readdirSync(lib, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...fs.readFileSync(path.join(lib, file), "utf8").matchAll(/(?:parseProps|readModel)\(\s*this,\s*"(\w+)"/g),
    ])
    .map(([, name]) => name);
  expect(names.sort()).toEqual(cases.map(({ name }) => name).sort());
});

describe.each(cases.map((c) => [c.name, c] as const))("%s", (_name, { schema, samples, build, unreachable = {} }) => {
  test("samples reach every field of the schema, and are accepted", () => {
    const reached = new Set(samples.flatMap((sample) => reachedBy(schema, sample)));
    expect(pathsOf(schema).filter((p) => !reached.has(p) && !(p in unreachable))).toEqual([]);
    for (const sample of samples) stackOf((stack) => build(stack, sample as never));
  });

  const fields = samples.flatMap((sample) =>
    tokenFieldsOf(schema, sample).map((field) => [field.path.join("."), field, sample] as const),
  );
  // `prefix` is a field of several samples: one test each is enough.
  const distinct = fields.filter(([path], i) => fields.findIndex(([other]) => other === path) === i);

  test.each(distinct)("%s", (_path, field: Field, sample) => {
    const make = () => stackOf((stack) => build(stack, withValue(sample, field.path, tokenFor(stack, field)) as never));
    if (field.known !== undefined) {
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(`must be known when the program runs: ${field.known}`);
    } else {
      const { json } = make();
      expect(JSON.stringify({ ...json, variable: undefined })).toContain(PROBE);
    }
  });
});
