import { parse } from "yaml";
import { BUILT_IN_ADD_ON_IDS, type AddOn, type BuiltInAddOnsConfig } from "../../lib/delivery";
import { GpuFabric } from "../../lib/network";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { AddonsStack, PlatformStack, type AddonsStackProps } from "../../stacks";
import { clusterWith, refusals } from "../delivery/platform";
import { LLM_D_DEFINITIONS, folderOf, llmDDefinition } from "../delivery/llm-d-definitions";
import { crdFailures, describeWithCrds } from "../kubernetes/crd-schema";
import { App } from "cdktf";
import { example, synthesizeEnvironment } from "./examples";
import { testEnvironment } from "./platform";

const CLUSTER = clusterWith("managed-prometheus", "gateway-api", "multi-networking");

const ALL: BuiltInAddOnsConfig = {
  kueue: {},
  jobset: {},
  lws: {},
  "argo-rollouts": {},
  keda: {},
  "cert-manager": {},
  kserve: {},
  "llm-d-router": { definitions: LLM_D_DEFINITIONS },
  "prometheus-frontend": {},
};

function addons(props: Partial<AddonsStackProps> = {}): SynthesizedStack {
  return synthesize((app) => new AddonsStack(app, { ...testEnvironment, cluster: CLUSTER, ...props })).stack();
}

const installed = (install: BuiltInAddOnsConfig, more: Partial<AddonsStackProps> = {}) =>
  addons({ ...more, addons: { ...more.addons, install } });

function refused(props: Partial<AddonsStackProps>) {
  return refusals(() => new AddonsStack(new App(), { ...testEnvironment, cluster: CLUSTER, ...props }));
}

/** Values of a release, read as the chart reads them. */
function valuesOf(stack: SynthesizedStack, release: string): any {
  const { config } = stack.resources("helm_release").find(({ config: { name } }) => name === release)!;
  return parse((config["values"] as string[])[0]!);
}

/** Kubernetes objects of the stack's own releases. */
function objectsIn(stack: SynthesizedStack): any[] {
  return stack
    .resources("helm_release")
    .filter(({ config }) => String(config["chart"]).endsWith("objects-chart"))
    .flatMap(({ config }) => Object.values(parse((config["values"] as string[])[0]!).objects));
}

describe("the add-ons that ship", () => {
  const stack = installed(ALL);

  test("are all in this test", () => {
    expect(Object.keys(ALL).sort()).toEqual([...BUILT_IN_ADD_ON_IDS].sort());
  });

  test("stand in namespaces of their own that hold pods to `restricted`", () => {
    const namespaces = stack.resources("kubernetes_namespace_v1").map(({ config }) => config["metadata"] as any);
    expect(namespaces.map(({ name }) => name as string).sort()).toEqual([
      "ai-platform-system",
      "argo-rollouts",
      "cert-manager",
      "jobset-system",
      "keda",
      "kserve",
      "kueue-system",
      "lws-system",
    ]);
    for (const { labels } of namespaces) expect(labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  });

  test("wait for their namespace, which no chart makes", () => {
    for (const { config } of stack.resources("helm_release")) expect(config["create_namespace"]).toBe(false);
    const release = stack.resources("helm_release").find(({ config }) => config["name"] === "kueue")!;
    const namespace = stack.resources("kubernetes_namespace_v1").find(({ address }) => address.includes("kueue"))!;
    expect(release.config["depends_on"]).toContain(namespace.address);
  });

  test.each(["kueue", "jobset", "lws", "argo-rollouts", "keda", "cert-manager", "kserve-resources"])(
    "%s: no monitor of the Prometheus operator, images by digest where one is known, containers closed",
    (release) => {
      const values = JSON.stringify(valuesOf(stack, release));
      expect(values).not.toMatch(/monitor"?:\{"enabled":true/i);
      expect(values).not.toMatch(/:latest|"latest"|"main"/);
      expect(values).toContain('"drop":["ALL"]');
      expect(values).toContain('"allowPrivilegeEscalation":false');
      expect(values).toContain('"readOnlyRootFilesystem":true');
      expect(values).toMatch(/"limits":\{"cpu":"[^"]+","memory":"[^"]+"\}/);
    },
  );

  test("run twice, with a disruption budget", () => {
    expect(valuesOf(stack, "kueue").controllerManager).toMatchObject({
      replicas: 2,
      podDisruptionBudget: { enabled: true },
    });
    expect(valuesOf(stack, "argo-rollouts").controller).toMatchObject({
      replicas: 2,
      pdb: { enabled: true, minAvailable: 1 },
    });
    expect(valuesOf(stack, "keda").operator.replicaCount).toBe(2);
    const single = installed({ kueue: { replicas: 1 } });
    expect(valuesOf(single, "kueue").controllerManager).toMatchObject({
      replicas: 1,
      podDisruptionBudget: { enabled: false },
    });
  });

  test("come in the order of what they need", () => {
    const wait = (name: string) =>
      stack.resources("helm_release").find(({ config }) => config["name"] === name)!.config["depends_on"] as string[];
    expect(wait("kserve-crd").some((address) => address.includes("cert-manager"))).toBe(true);
    expect(wait("kserve-resources").some((address) => address.includes("kserve_definitions"))).toBe(true);
    expect(wait("argo-rollouts").some((address) => address.includes("prometheus-frontend"))).toBe(true);
  });
});

describe("Kueue", () => {
  const configuration = (install: BuiltInAddOnsConfig): any =>
    parse(valuesOf(installed(install), "kueue").managerConfig.controllerManagerConfigYaml as string);

  test("judges what tenants run, and holds up no pod of the cluster's own", () => {
    const { matchExpressions } = configuration({ kueue: {} }).managedJobsNamespaceSelector;
    expect(matchExpressions).toEqual([
      { key: "managed-by", operator: "In", values: ["cdktf-ai-platform"] },
      {
        key: "kubernetes.io/metadata.name",
        operator: "NotIn",
        values: expect.arrayContaining(["kueue-system", "keda"]),
      },
    ]);
    expect(configuration({ kueue: {} }).manageJobsWithoutQueueName).toBe(false);
  });

  test("knows the kinds of jobs whose operators are there", () => {
    const { frameworks } = configuration({ kueue: {} }).integrations;
    expect(frameworks).toEqual(["batch/job", "pod", "deployment", "statefulset"]);
    expect(configuration({ kueue: {}, jobset: {}, lws: {} }).integrations.frameworks).toEqual([
      ...frameworks,
      "jobset.x-k8s.io/jobset",
      "leaderworkerset.x-k8s.io/leaderworkerset",
    ]);
  });

  test("shows its quotas, to an account that may read metrics and nothing else", () => {
    expect(configuration({ kueue: {} }).metrics.enableClusterQueueResources).toBe(true);
    const objects = objectsIn(installed({ kueue: {} }));
    expect(objects.find(({ kind }) => kind === "Secret")).not.toHaveProperty("data");
    expect(objects.find(({ kind }) => kind === "ClusterRoleBinding").roleRef.name).toBe("kueue-metrics-reader");
    expect(objects.find(({ kind }) => kind === "Role").rules).toEqual([
      {
        apiGroups: [""],
        resources: ["secrets"],
        resourceNames: ["kueue-metrics-reader-token"],
        verbs: ["get", "list", "watch"],
      },
    ]);
  });
});

describe("Argo Rollouts", () => {
  const WITH = { "argo-rollouts": {}, "prometheus-frontend": {} };
  const stack = installed(WITH);
  const rules = (stack.only("kubernetes_cluster_role_v1")["rule"] as any[]).flatMap(
    ({ api_groups, resources, verbs }) =>
      (api_groups as string[]).flatMap((group) =>
        (resources as string[]).map((resource) => ({ group, resource, verbs: verbs as string[] })),
      ),
  );

  test("has its own roles instead of the chart's, and reads no secret of a tenant", () => {
    expect(valuesOf(stack, "argo-rollouts")).toMatchObject({
      controller: { createClusterRole: false },
      providerRBAC: { enabled: false },
      createClusterAggregateRoles: false,
    });
    expect(rules.filter(({ resource }) => resource === "secrets")).toEqual([]);
    expect(JSON.stringify(rules)).not.toContain("*");
  });

  test("changes routes, and the routes of Gateway API only", () => {
    const verbs = rules.find(({ resource }) => resource === "httproutes")!.verbs;
    expect([...verbs].sort()).toEqual(["get", "list", "patch", "update", "watch"]);
    expect(
      rules.filter(({ group }) => group.includes(".") && !["argoproj.io", "gateway.networking.k8s.io"].includes(group)),
    ).toEqual([{ group: "networking.k8s.io", resource: "ingresses", verbs: ["get", "list", "watch"] }]);
  });

  test("loads the traffic router only with the content that is known", () => {
    expect(valuesOf(stack, "argo-rollouts").controller.trafficRouterPlugins).toEqual([
      {
        name: "argoproj-labs/gatewayAPI",
        location: expect.stringMatching(/^https:\/\/github\.com\/.*\/v0\.15\.0\//),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    const mirrored = installed({ ...WITH, "argo-rollouts": { pluginLocation: "https://files.acme.example/plugin" } });
    expect(valuesOf(mirrored, "argo-rollouts").controller.trafficRouterPlugins[0]).toMatchObject({
      location: "https://files.acme.example/plugin",
      sha256: expect.any(String),
    });
  });

  test("takes it from an image, so that it starts where nothing outside is reached", () => {
    const pluginImage = `europe-west4-docker.pkg.dev/acme-prod/ghcr/plugin@sha256:${"1".repeat(64)}`;
    const { controller } = valuesOf(installed({ ...WITH, "argo-rollouts": { pluginImage } }), "argo-rollouts");
    expect(controller.trafficRouterPlugins[0].location).toMatch(/^file:\/\/\/plugins\//);
    expect(controller.initContainers).toMatchObject([
      { image: pluginImage, securityContext: { runAsNonRoot: true, capabilities: { drop: ["ALL"] } } },
    ]);
    const install = { ...WITH, "argo-rollouts": { pluginImage: "plugin:v1" } };
    expect(refused({ addons: { install } })).toMatchObject([{ path: "addons.install.argo-rollouts.pluginImage" }]);
  });
});

describe("KEDA", () => {
  const stack = installed({ keda: {} });

  test("reads metrics of the project with its own account, by Workload Identity", () => {
    stack.has("google_project_iam_member", {
      role: "roles/monitoring.viewer",
      member:
        "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/acme-prod.svc.id.goog/subject/ns/keda/sa/keda-operator",
    });
    const release = stack.resources("helm_release").find(({ config }) => config["name"] === "keda")!;
    expect(release.config["depends_on"]).toContain(stack.resources("google_project_iam_member")[0]!.address);
  });

  test("reads no secrets, and scales what is there to be scaled", () => {
    const values = valuesOf(stack, "keda");
    expect(values.permissions).toEqual({
      operator: { restrict: { secret: true } },
      metricServer: { restrict: { secret: true } },
    });
    expect(values.rbac.enabledCustomScaledRefKinds).toBe(false);
    const beside = valuesOf(installed({ keda: {}, "argo-rollouts": {}, "prometheus-frontend": {} }), "keda");
    expect(beside.rbac).toEqual({
      enabledCustomScaledRefKinds: true,
      scaledRefKinds: [{ apiGroup: "argoproj.io", kind: "rollouts" }],
    });
    expect(values.crds.additionalAnnotations["helm.sh/resource-policy"]).toBe("keep");
  });
});

describe("KServe", () => {
  test("makes Deployments, and no routes that GKE's Gateway refuses", () => {
    const { kserve } = valuesOf(installed({ kserve: {}, "cert-manager": {} }), "kserve-resources");
    expect(kserve.controller).toMatchObject({
      deploymentMode: "Standard",
      gateway: { disableIngressCreation: true, ingressGateway: { createGateway: false } },
    });
  });

  test("asks for cert-manager", () => {
    expect(refused({ addons: { install: { kserve: {} } } })).toMatchObject([
      {
        code: "add-on-missing",
        path: "addons.install.kserve.requires[0]",
        fix: "install cert-manager: it ships with the library",
      },
    ]);
  });
});

describe("the frontend of managed Prometheus", () => {
  const stack = installed({ "prometheus-frontend": {} });
  const objects = objectsIn(stack);
  const find = (kind: string) => objects.find((object) => object.kind === kind);

  test("is a pod to the standard, as an account that may read metrics", () => {
    const { spec } = find("Deployment").spec.template;
    expect(spec).toMatchObject({ automountServiceAccountToken: false, serviceAccountName: "frontend" });
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    const [container] = spec.containers;
    expect(container.image).toMatch(/^gke\.gcr\.io\/prometheus-engine\/frontend:[^@]+@sha256:[0-9a-f]{64}$/);
    expect(container.args).toContain("--query.project-id=acme-prod");
    stack.has("kubernetes_service_account_v1", { automount_service_account_token: false });
    stack.has("google_project_iam_member", { role: "roles/monitoring.viewer" });
  });

  test("answers rollouts only, and reaches names, tokens and Google's APIs only", () => {
    const { spec } = find("NetworkPolicy");
    const rangesOf = (policy: any): string[] =>
      policy.egress.flatMap(({ to }: any) => to).flatMap(({ ipBlock }: any) => ipBlock?.cidr ?? []);
    expect(spec.ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "argo-rollouts" } } }],
        ports: [{ protocol: "TCP", port: 9090 }],
      },
    ]);
    const apis = (policy: any) => rangesOf(policy).filter((range) => !range.startsWith("169.254."));
    expect(apis(spec)).toEqual(["199.36.153.8/30"]);
    const closed = installed({ "prometheus-frontend": {} }, { googleApis: "restricted" });
    const policy = objectsIn(closed).find(({ kind }) => kind === "NetworkPolicy");
    expect(apis(policy.spec)).toEqual(["199.36.153.4/30"]);
  });

  test("stands in a namespace that is closed otherwise", () => {
    stack.has("kubernetes_network_policy_v1", {
      spec: { pod_selector: {}, policy_types: ["Ingress", "Egress"] },
    });
  });
});

describe("metrics of operators", () => {
  test("are read where the cluster has managed Prometheus, and nowhere else", () => {
    const without = installed({ kueue: {}, keda: {}, "cert-manager": {} }, { cluster: clusterWith("gateway-api") });
    expect(objectsIn(without)).toEqual([]);
    const kinds = objectsIn(installed(ALL)).filter(({ kind }) => kind === "PodMonitoring");
    expect(kinds.map(({ metadata }) => metadata.namespace as string).sort()).toEqual([
      "argo-rollouts",
      "cert-manager",
      "keda",
      "kueue-system",
    ]);
  });
});

describe("networks of GPU nodes", () => {
  const fabric = (machine: string) => {
    const stack = new PlatformStack(new App(), "network", testEnvironment);
    const { nodeNetworks } = new GpuFabric(stack, "fabric", {
      machine,
      zone: "europe-west4-b",
      range: "10.128.0.0/12",
    });
    return { machine, networks: nodeNetworks };
  };
  const objects = (...fabrics: { machine: string; networks: any }[]) =>
    objectsIn(
      addons({ fabrics: fabrics.map(({ machine, networks }) => ({ machine, networks: networks.map(existing) })) }),
    );
  // As from another stack of the same app: by name.
  const existing = ({ network, subnet }: any) => ({
    network: { ...network, name: { value: network.name.value } },
    subnet: { ...subnet, name: { value: subnet.name.value } },
  });

  test("are objects that pods can name, gVNIC and RDMA apart", () => {
    const made = objects(fabric("a3-ultragpu-8g"));
    const sets = made.filter(({ kind }) => kind === "GKENetworkParamSet");
    expect(sets.map(({ spec }) => spec.deviceMode as string)).toEqual(["NetDevice", ...Array<string>(8).fill("RDMA")]);
    expect(new Set(sets.map(({ spec }) => spec.vpcSubnet as string)).size).toBe(9);
    for (const { metadata } of sets) {
      expect(made).toContainEqual(
        expect.objectContaining({
          kind: "Network",
          metadata: expect.objectContaining({ name: metadata.name }),
          spec: {
            type: "Device",
            parametersRef: { group: "networking.gke.io", kind: "GKENetworkParamSet", name: metadata.name },
          },
        }),
      );
    }
  });

  test("of two pools of one fabric are made once", () => {
    const one = fabric("a3-megagpu-8g");
    expect(objects(one, one)).toHaveLength(16);
  });

  test("are refused where the cluster cannot have them", () => {
    const fabrics = [fabric("a3-megagpu-8g")] as any;
    expect(refused({ cluster: clusterWith(), fabrics })[0]).toMatchObject({
      code: "api-not-installed",
      path: "fabrics.objects[0]",
      fix: "switch on cluster feature multi-networking",
    });
  });
});

describe("llm-d's definitions", () => {
  const both = [llmDDefinition("InferenceModelRewrite"), llmDDefinition("InferenceObjective")];
  const failures = (...documents: readonly unknown[]) =>
    refused({ addons: { install: { "llm-d-router": { definitions: folderOf(...documents) } } } });

  test("are a release of their own, which leaves them there when it goes, and let callers ask for priorities", () => {
    const stack = installed({ "llm-d-router": { definitions: LLM_D_DEFINITIONS } });
    const definitions = objectsIn(stack).filter(({ kind }) => kind === "CustomResourceDefinition");
    expect(definitions.map(({ spec }) => spec.names.kind)).toEqual(["InferenceModelRewrite", "InferenceObjective"]);
    for (const { metadata } of definitions) expect(metadata.annotations["helm.sh/resource-policy"]).toBe("keep");
    const config = structuredClone(example("prod")) as any;
    config.gateway.endpointPicker.priorities = { urgent: 100, spare: -10 };
    config.addons.install["llm-d-router"] = { definitions: LLM_D_DEFINITIONS };
    const [objectives] = [objectsIn(synthesizeEnvironment(config).stack("prod-serving"))].map((objects) =>
      objects.filter(({ kind }) => kind === "InferenceObjective"),
    );
    expect(objectives!.map(({ metadata, spec }) => [metadata.name, spec.priority])).toEqual([
      ["assistant-urgent", 100],
      ["assistant-spare", -10],
    ]);
  });

  test("are refused where one lacks, is of another version, or something else lies there", () => {
    expect(failures(...both)).toEqual([]);
    expect(failures(both[0])).toMatchObject([
      { code: "missing", path: "addons.install.llm-d-router.definitions", message: "lacks InferenceObjective" },
    ]);
    expect(failures(both[0], llmDDefinition("InferenceObjective", "v1alpha1"))).toMatchObject([
      { code: "other-version", got: ["InferenceObjective v1alpha1"] },
    ]);
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "all" } };
    const found = failures(...both, role, llmDDefinition("InferencePool", "v1", "inference.networking.k8s.io"), ": [");
    expect(found.map(({ code }) => code)).toEqual(["not-a-definition"]);
    expect(found[0]!.got).toEqual([
      "2.yaml: ClusterRole all",
      "3.yaml: CustomResourceDefinition inferencepools.inference.networking.k8s.io",
      expect.stringContaining("4.yaml: "),
    ]);
  });

  test("are refused where there is no such folder", () => {
    const definitions = "./nowhere";
    expect(refused({ addons: { install: { "llm-d-router": { definitions } } } })).toMatchObject([
      { code: "missing", message: "is no folder with YAML files", got: "./nowhere" },
    ]);
  });
});

describe("the section", () => {
  test("left out installs nothing, and reaches the cluster through the fleet", () => {
    const stack = addons();
    expect(stack.resources()).toEqual([]);
  });

  test("is refused with paths as in the environment file, all at once", () => {
    const install = { kueu: {}, keda: { replicas: 0 } } as unknown as BuiltInAddOnsConfig;
    const failures = refused({ addons: { install, access: { via: "vpn" } as never, charts: { from: "mirror" } } });
    expect(failures.map(({ path }) => path)).toEqual([
      "addons.access.via",
      "addons.install.kueu",
      "addons.install.keda.replicas",
    ]);
    expect(failures[1]!.fix).toContain("kueue");
    const paths = (section: object) => refused({ addons: section }).map(({ path }) => path);
    expect(paths({ charts: { from: "mirror" } })).toEqual(["addons.charts.registry"]);
    expect(paths({ images: { mirrors: { a: "https://x" } } })).toEqual(["addons.images.mirrors.a"]);
  });

  test("stands beside add-ons of others, which may need ours and be needed", () => {
    const other: AddOn = { id: "vector", title: "Vector store", requires: ["cert-manager"], install: () => [] };
    const stack = installed({ "cert-manager": {} }, { addOns: [other] });
    expect(stack.resources("helm_release").map(({ config }) => config["name"])).toContain("cert-manager");
    expect(refused({ addOns: [other] })).toMatchObject([{ path: "addOns[0].requires[0]" }]);
  });

  test("images come from mirrors of their registries", () => {
    const mirrors = { "ghcr.io": "europe-west4-docker.pkg.dev/acme-prod/ghcr" };
    const { image } = valuesOf(installed({ keda: {} }, { addons: { images: { mirrors } } }), "keda");
    expect(image.keda).toMatchObject({ registry: mirrors["ghcr.io"], repository: "kedacore/keda" });
    expect(image.keda.tag).toMatch(/^2\.20\.2@sha256:/);
  });
});

describeWithCrds("custom resources of the stack", () => {
  test("are what their definitions take, strictly", () => {
    const custom = objectsIn(installed(ALL)).filter(({ kind }) => kind === "PodMonitoring");
    expect(custom.length).toBeGreaterThan(3);
    for (const object of custom) expect(crdFailures(object)).toEqual([]);
  });
});
