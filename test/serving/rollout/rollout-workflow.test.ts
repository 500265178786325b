import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { SERVER_SIGNALS } from "../../../lib/catalog/server-metrics";
import { Ref, TerraformGraph } from "../../../lib/core";
import { ClusterAccess } from "../../../lib/delivery";
import { Principals } from "../../../lib/iam";
import { EncryptionKeys } from "../../../lib/security";
import { RolloutWorkflow, type RolloutTarget, type RolloutWorkflowProps } from "../../../lib/serving";
import type { SynthesizedStack } from "../../../lib/testing";
import type { PlatformStack } from "../../../stacks/platform-stack";
import { failuresOf } from "../../cluster-constructs/refused";
import { anyStack, stackOf } from "../../stacks/platform";
import { cluster, key, served } from "./served";
import { FakeCloudRun, FakeEndpoint, FakeRoute, type FakeWorld } from "./fake-world";
import { runWorkflow } from "./workflow-simulator";

const TYPE = "google_workflows_workflow";
const ACCOUNT = "serviceAccount:test-rollout-assistant@acme-test.iam.gserviceaccount.com";
const onRoute: RolloutTarget = { on: "route-weights", model: served(), cluster };
const onCloudRun: RolloutTarget = {
  on: "cloud-run",
  service: { project: "acme-test", location: "europe-west4", name: Ref.existing("churn") },
  runsAs: { email: Ref.existing("churn@acme-test.iam.gserviceaccount.com") },
};
const onVertex: RolloutTarget = {
  on: "vertex",
  project: "acme-test",
  location: "europe-west4",
  endpoint: "77",
  stable: "churn-v1",
  candidate: "churn-v2",
};

function make(stack: PlatformStack, props: Partial<RolloutWorkflowProps> = {}): RolloutWorkflow {
  ClusterAccess.on(stack, cluster, { via: "connect-gateway" });
  return new RolloutWorkflow(stack, "rollout", {
    name: "assistant",
    candidateVersion: "v2",
    target: onRoute,
    key,
    ...props,
  });
}

const stackWith = (props: Partial<RolloutWorkflowProps> = {}): SynthesizedStack =>
  stackOf((stack) => void make(stack, props));

/** Roles that the account has, by the type of their binding. */
function rightsIn(stack: SynthesizedStack): string[] {
  return stack
    .resources()
    .filter(({ type, config }) => type.endsWith("_iam_member") && String(config["member"]).includes("rollout_account"))
    .map(({ type, config }) => `${type} ${String(config["role"])}`)
    .sort();
}

describe("the workflow", () => {
  test("runs as an account of its own, in the environment's region, encrypted", () => {
    const stack = stackWith();
    stack.has(TYPE, {
      name: "test-rollout-assistant",
      project: "acme-test",
      region: "europe-west4",
      crypto_key_name: "projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/workflows",
      call_log_level: "LOG_ERRORS_ONLY",
      deletion_protection: true,
    });
    stack.has("google_service_account", { account_id: "test-rollout-assistant" });
    expect(stack.only(TYPE)["service_account"]).toMatch(/^\$\{google_service_account\.[\w-]+\.email\}$/);
  });

  test("waits for its rights, and for the agent that encrypts it", () => {
    const stack = stackOf((of) => {
      make(of, { key: new EncryptionKeys(of, "keys", { purposes: ["workflows"] }).key("workflows") });
    });
    const graph = new TerraformGraph(stack.json);
    const [workflow] = stack.resources(TYPE);
    const agent = /@gcp-sa-workflows\.iam/;
    const needed = stack.resources().filter(({ type, config }) => {
      if (type === "google_kms_crypto_key_iam_member") return agent.test(String(config["member"]));
      return /_iam_member$|^kubernetes_role/.test(type);
    });
    expect(needed.map(({ type }) => type).sort()).toEqual([
      "google_kms_crypto_key_iam_member",
      "google_project_iam_member",
      "google_project_iam_member",
      "google_project_iam_member",
      "kubernetes_role_binding_v1",
      "kubernetes_role_v1",
    ]);
    for (const { address } of needed) {
      expect([address, graph.waitsFor(workflow!.address, address)]).toEqual([address, true]);
    }
  });

  test.each<[string, RolloutTarget, string]>([
    ["Cloud Run", onCloudRun, "nobody collects there"],
    ["Vertex AI", onVertex, "nobody collects there"],
    [
      "a route to Triton",
      { ...onRoute, model: { ...served(), signals: SERVER_SIGNALS.triton } },
      "log.confidenceOutput",
    ],
  ])("says at synth that it compares no answers on %s", (_where, target, remedy) => {
    const said = make(anyStack(), { target }).node.metadata.map(({ data }) => String(data));
    expect(said).toEqual([expect.stringContaining("no answers")]);
    expect(said[0]).toContain(remedy);
  });

  test("says nothing of a language model, whose answers are judged", () => {
    expect(make(anyStack()).node.metadata).toEqual([]);
  });

  test("tells how it is started", () => {
    expect(make(anyStack()).startCommand).toBe(
      "gcloud workflows execute test-rollout-assistant --location=europe-west4 --project=acme-test",
    );
  });

  test("tells how a promotion is ended", () => {
    const { startCommand, finishCommand } = make(anyStack());
    expect(finishCommand).toBe(`${startCommand} --data='{"finish": true}'`);
  });

  test("is written after what its program speaks of", () => {
    const stack = stackOf((of) => {
      make(of, { after: [new ServiceAccount(of, "up", { accountId: "what-it-speaks-of" })] });
    });
    const [workflow] = stack.resources(TYPE);
    const up = stack
      .resources("google_service_account")
      .find(({ config }) => config["account_id"] === "what-it-speaks-of")!;
    expect(new TerraformGraph(stack.json).waitsFor(workflow!.address, up.address)).toBe(true);
  });

  test("can be started by those who are named", () => {
    const starters = [Principals.group("ml-support@acme.example")];
    stackWith({ starters }).has("google_project_iam_member", {
      role: "roles/workflows.invoker",
      member: "group:ml-support@acme.example",
    });
    stackWith().absent("google_project_iam_member", { role: "roles/workflows.invoker" });
  });

  test("has an account even where the model's name is long", () => {
    const name = "a-model-with-quite-a-long-name-for-it";
    const one = stackWith({ name }).only("google_service_account")["account_id"];
    const other = stackWith({ name: `${name}2` }).only("google_service_account")["account_id"];
    expect(one).toMatch(/^test-rollout-[0-9a-f]{6}$/);
    expect(other).not.toBe(one);
  });
});

describe("its account may do no more than it needs", () => {
  const common = [
    "google_project_iam_member roles/logging.logWriter",
    "google_project_iam_member roles/monitoring.viewer",
  ];

  test("on a route", () => {
    const stack = stackWith();
    expect(rightsIn(stack)).toEqual(["google_project_iam_member roles/gkehub.gatewayEditor", ...common]);
    stack.has("kubernetes_role_v1", {
      metadata: { name: "assistant-rollout", namespace: "support" },
      rule: [
        {
          api_groups: ["gateway.networking.k8s.io"],
          resources: ["httproutes"],
          resource_names: ["assistant"],
          verbs: ["get", "patch"],
        },
        { api_groups: ["apps"], resources: ["deployments"], resource_names: ["assistant"], verbs: ["get"] },
      ],
    });
    stack.has("kubernetes_role_binding_v1", {
      metadata: { name: "assistant-rollout", namespace: "support" },
      role_ref: { kind: "Role", name: "assistant-rollout" },
    });
    const [subject] = stack.only("kubernetes_role_binding_v1")["subject"] as any[];
    expect(subject).toMatchObject({ kind: "User", name: ACCOUNT.slice("serviceAccount:".length) });
  });

  test("on a Cloud Run service", () => {
    const stack = stackWith({ target: onCloudRun });
    expect(rightsIn(stack)).toEqual([
      "google_cloud_run_v2_service_iam_member roles/run.developer",
      ...common,
      "google_service_account_iam_member roles/iam.serviceAccountUser",
    ]);
    stack.has("google_cloud_run_v2_service_iam_member", {
      name: "churn",
      location: "europe-west4",
      project: "acme-test",
    });
    stack.has("google_service_account_iam_member", {
      service_account_id: "projects/-/serviceAccounts/churn@acme-test.iam.gserviceaccount.com",
    });
  });

  test("on a Vertex AI endpoint, by one role for all of them", () => {
    const stack = stackOf((of) => {
      make(of, { target: onVertex });
      new RolloutWorkflow(of, "other", { name: "other", candidateVersion: "v2", target: onVertex, key });
    });
    stack.count("google_project_iam_custom_role", 1);
    stack.has("google_project_iam_custom_role", {
      permissions: ["aiplatform.endpoints.get", "aiplatform.endpoints.update"],
    });
    const role = `\${${stack.resources("google_project_iam_custom_role")[0]!.address}.name}`;
    expect(rightsIn(stack)).toEqual([`google_project_iam_member ${role}`, ...common].sort());
  });

  test("known by name from the cluster", () => {
    expect(make(anyStack()).ref.email.value).toBe(ACCOUNT.slice("serviceAccount:".length));
  });
});

describe("the program that is handed over", () => {
  /** As Terraform would hand it over: its escapes undone. */
  function handedOver(stack: SynthesizedStack): { program: any; variables: any } {
    const { source_contents: source, user_env_vars: variables } = stack.only(TYPE) as any;
    // Nothing in it is left for Terraform to fill in.
    expect(source.replaceAll("$${", "")).not.toContain("${");
    return { program: JSON.parse(source.replaceAll("$${", "${").replaceAll("%%{", "%{")), variables };
  }

  test.each<[string, RolloutTarget, () => FakeWorld]>([
    ["a route", onRoute, () => new FakeRoute(SERVER_SIGNALS.vllm)],
    ["Cloud Run", onCloudRun, () => new FakeCloudRun()],
    ["a Vertex AI endpoint", onVertex, () => new FakeEndpoint()],
  ])("rolls out on %s", (_surface, target, worldOf) => {
    const { program, variables } = handedOver(stackWith({ target, rollout: { steps: [5, 40] } }));
    const world = worldOf();
    Object.defineProperty(world, "url", { value: variables.TRAFFIC_URL });
    expect(variables.METRICS_URL).toBe(
      "https://monitoring.googleapis.com/v1/projects/acme-test/location/global/prometheus/api/v1/query",
    );
    expect(runWorkflow(program, null, world).error).toBeUndefined();
    expect(world.changes.map(({ candidate }) => candidate)).toEqual([5, 40, 100]);
  });

  test("speaks to the cluster through the Connect Gateway", () => {
    expect(handedOver(stackWith()).variables.TRAFFIC_URL).toBe(
      "https://europe-west4-connectgateway.googleapis.com/v1/projects/123456789012/locations/europe-west4/gkeMemberships/prod-gpu/apis/gateway.networking.k8s.io/v1/namespaces/support/httproutes/assistant",
    );
  });

  test("names the Services of a model that is no language model, and mirrors to the candidate's", () => {
    const target: RolloutTarget = { on: "route-weights", model: served("http"), cluster };
    const source = JSON.stringify(handedOver(stackWith({ target, rollout: { shadow: 10 } })).program);
    expect(source).toContain("assistant-canary");
    expect(source).not.toContain("assistant-candidate");
    expect(source).toContain('"percent":10');
  });

  test("refuses to run for a model without a candidate", () => {
    const { program } = handedOver(stackWith({ candidateVersion: undefined }));
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    expect(runWorkflow(program, null, world).error).toMatchObject({ reason: "not-ready" });
    expect(world.requests).toEqual([]);
  });

  test("promotes on a route where the file gives the model the candidate's version", () => {
    const { program, variables } = handedOver(stackWith({ version: "v2", rollout: { steps: [5, 40] } }));
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    world.byHand(100);
    Object.defineProperty(world, "url", { value: variables.TRAFFIC_URL });
    Object.defineProperty(world, "deploymentUrl", { value: variables.REPLICAS_URL });
    expect(variables.REPLICAS_URL).toBe(
      "https://europe-west4-connectgateway.googleapis.com/v1/projects/123456789012/locations/europe-west4/gkeMemberships/prod-gpu/apis/apps/v1/namespaces/support/deployments/assistant",
    );
    expect(runWorkflow(program, { finish: true }, world).result).toEqual({ outcome: "promoted", weight: 0 });
    expect(world.changes.map(({ candidate }) => candidate)).toEqual([95, 60, 0]);
  });

  test("looks at the Deployment that KServe makes where the model is its own", () => {
    const model = served("http");
    const target: RolloutTarget = {
      on: "route-weights",
      model: { ...model, config: { ...model.config, surface: { on: "kserve" } } },
      cluster,
    };
    const stack = stackWith({ version: "v2", target });
    expect(handedOver(stack).variables.REPLICAS_URL).toMatch(/\/deployments\/assistant-predictor$/);
    stack.has("kubernetes_role_v1", { rule: [{}, { resource_names: ["assistant-predictor"], verbs: ["get"] }] });
  });

  test.each<[string, RolloutTarget, () => FakeWorld]>([
    ["Cloud Run", onCloudRun, () => new FakeCloudRun()],
    ["Vertex AI", onVertex, () => new FakeEndpoint()],
  ])("has nothing to promote on %s, where both are one thing by then", (_surface, target, worldOf) => {
    const { program, variables } = handedOver(stackWith({ target, version: "v2" }));
    expect(variables.REPLICAS_URL).toBeUndefined();
    for (const argument of [null, { finish: true }, { restart: true }]) {
      const world = worldOf();
      expect(runWorkflow(program, argument, world).error).toMatchObject({ reason: "handed-over" });
      expect(world.requests).toEqual([]);
    }
  });

  test.each<[string, RolloutTarget, RegExp]>([
    ["a route", onRoute, /start again with finish=true, then remove the candidate and apply$/],
    ["Cloud Run", onCloudRun, /remove the candidate, in one apply$/],
    ["Vertex AI", onVertex, /remove the candidate, in one apply, then deploy$/],
  ])("says how a candidate becomes the model on %s, and does not promote before", (_surface, target, next) => {
    const { program } = handedOver(stackWith({ target, version: "v1" }));
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    const { error } = runWorkflow(program, { finish: true }, world);
    expect(error).toMatchObject({ reason: "too-early" });
    expect(error.message).toMatch(next);
    expect(world.requests).toEqual([]);
  });

  test("changes in nothing but a step where a step changes", () => {
    const lines = (steps: readonly number[]) =>
      String(stackWith({ rollout: { steps } }).only(TYPE)["source_contents"]).split("\n");
    const [before, after] = [lines([5, 10, 50]), lines([5, 10, 60])];
    expect(before.filter((line, index) => line !== after[index])).toEqual([expect.stringMatching(/^\s+50$/)]);
  });
});

describe("is refused", () => {
  test.each<[string, Partial<RolloutWorkflowProps>, string]>([
    ["a first step that is too large", { rollout: { steps: [30] } }, "first-step-too-large"],
    ["a shadow where nothing copies requests", { target: onCloudRun, rollout: { shadow: 5 } }, "no-shadow"],
    [
      "a goal that the server cannot measure",
      { rollout: { checks: { latency: { firstTokenSeconds: 0.3 } } } },
      "no-bucket-boundary",
    ],
    [
      "a goal of tokens for what counts none",
      { target: onVertex, rollout: { checks: { latency: { betweenTokensSeconds: 0.1 } } } },
      "not-measured",
    ],
  ])("%s", (_what, props, code) => {
    expect(failuresOf(() => make(anyStack(), props)).map((failure) => failure.code)).toEqual([code]);
  });
});
