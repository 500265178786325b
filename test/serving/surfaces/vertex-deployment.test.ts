import { Ref, TerraformGraph } from "../../../lib/core";
import { EncryptionKeys } from "../../../lib/security";
import { VertexModel, type VertexModelProps } from "../../../lib/serving";
import { VertexWorld } from "./vertex-world";
import { runWorkflow, type Run } from "../rollout/workflow-simulator";
import { IMAGE, LLM } from "../model-server/fixture";
import { anyStack, stackOf } from "../../stacks/platform";

const keyNamed = (name: string) =>
  EncryptionKeys.fromExisting(`projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/${name}`);
const WORKFLOW = "google_workflows_workflow";

const CHURN: any = {
  server: "http",
  name: "churn-risk",
  team: "ranking",
  owner: "ranking-lead",
  version: "3",
  image: IMAGE,
  source: "gs://acme-models/churn/3",
  surface: { on: "vertex", machine: "n2-standard-4" },
};
const TESTED = { ...CHURN, candidate: { version: "4", source: "gs://acme-models/churn/4" } };
const ASSISTANT: any = {
  ...CHURN,
  server: "vllm",
  name: "assistant",
  gpus: 2,
  llm: LLM,
  surface: { on: "vertex", machine: "g2-standard-24" },
};

const props = (config: any, more: Partial<VertexModelProps> = {}): VertexModelProps => ({
  key: keyNamed("vertex"),
  workflowsKey: keyNamed("workflows"),
  dataset: { project: "acme-test", dataset: Ref.existing("predictions") },
  ...config,
  ...more,
});

const stackWith = (config: any, more: Partial<VertexModelProps> = {}) =>
  stackOf((stack) => void new VertexModel(stack, "model", props(config, more)));

/** The program and its variables as Terraform would hand them over, with what only it knows filled in. */
function handedOver(config: any, more: Partial<VertexModelProps> = {}) {
  const { source_contents: source, user_env_vars: variables } = stackWith(config, more).only(WORKFLOW) as any;
  expect(source.replaceAll("$${", "")).not.toContain("${");
  const program = JSON.parse(source.replaceAll("$${", "${").replaceAll("%%{", "%{"));
  return { program, variables: { ...variables, SERVING_ACCOUNT: "serving@acme-test" } };
}

function start(config: any, world?: VertexWorld): { world: VertexWorld; run: Run; writes: string[] } {
  const { program, variables } = handedOver(config);
  const there = world ?? new VertexWorld(variables);
  const before = there.writes.length;
  const run = runWorkflow(program, null, there);
  return { world: there, run, writes: there.writes.slice(before) };
}

describe("the workflow that deploys a model on Vertex AI", () => {
  test("uploads and deploys the first version, with all requests", () => {
    const { world, run, writes } = start(CHURN);
    expect(run.error).toBeUndefined();
    expect(writes).toEqual(["upload", "deployModel"]);
    expect(world.shares).toEqual({ "churn-risk-3": 100 });
    const [model] = [...world.models.values()];
    expect(model).toMatchObject({
      displayName: "churn-risk-3",
      artifactUri: "gs://acme-models/churn/3",
      labels: { "model-version": "3", owner: "ranking-lead" },
      encryptionSpec: { kmsKeyName: "projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/vertex" },
      containerSpec: {
        imageUri: IMAGE,
        ports: [{ containerPort: 8080 }],
        predictRoute: "/predict",
        healthRoute: "/readyz",
      },
      uploadedAs: "serving@acme-test",
    });
    expect(world.deployed[0]).toMatchObject({
      serviceAccount: "serving@acme-test",
      dedicatedResources: { machineSpec: { machineType: "n2-standard-4" }, minReplicaCount: 1, maxReplicaCount: 2 },
    });
    expect(run.log.map(({ severity, json }) => [severity, json.event])).toEqual([["NOTICE", "deployed"]]);
  });

  test("does nothing when it is started again", () => {
    const { world } = start(CHURN);
    const again = start(CHURN, world);
    expect(again.run.error).toBeUndefined();
    expect(again.writes).toEqual([]);
  });

  test("deploys a candidate without requests, at once or later", () => {
    const { world } = start(CHURN);
    const later = start(TESTED, world);
    expect(later.run.error).toBeUndefined();
    expect(later.writes).toEqual(["upload", "deployModel"]);
    expect(world.shares).toEqual({ "churn-risk-3": 100, "churn-risk-4": 0 });
    expect(start(TESTED).world.shares).toEqual({ "churn-risk-3": 100, "churn-risk-4": 0 });
  });

  test("leaves the shares of a rollout alone", () => {
    const { world } = start(TESTED);
    const [stable, candidate] = world.deployed.map(({ id }) => id);
    world.trafficSplit = { [stable!]: 75, [candidate!]: 25 };
    expect(start(TESTED, world).writes).toEqual([]);
    expect(world.shares).toEqual({ "churn-risk-3": 75, "churn-risk-4": 25 });
  });

  test("gives a candidate its own number of replicas, and the model's own once it is that", () => {
    const candidate = { ...TESTED.candidate, replicas: { max: 1 } };
    const { world } = start({ ...TESTED, candidate });
    const bounds = () => world.deployed.map(({ dedicatedResources: of }) => [of.minReplicaCount, of.maxReplicaCount]);
    expect(bounds()).toEqual([
      [1, 2],
      [1, 1],
    ]);
    const [, tested] = world.deployed.map(({ id }) => id);
    world.trafficSplit = { [tested!]: 100 };
    start({ ...CHURN, version: "4", source: "gs://acme-models/churn/4" }, world);
    expect(bounds()).toEqual([[1, 2]]);
  });

  test("takes away what is no longer named, after a rollout without moving a request", () => {
    const { world } = start(TESTED);
    const [, candidate] = world.deployed.map(({ id }) => id);
    world.trafficSplit = { [candidate!]: 100 };
    const { writes } = start({ ...CHURN, version: "4", source: "gs://acme-models/churn/4" }, world);
    expect(writes).toEqual(["undeployModel"]);
    expect(world.shares).toEqual({ "churn-risk-4": 100 });
  });

  test("without a rollout moves requests only when the new version is there, and then takes the old one away", () => {
    const { world } = start(CHURN);
    const { writes } = start({ ...CHURN, version: "5" }, world);
    expect(writes).toEqual(["upload", "deployModel", "patch", "undeployModel"]);
    expect(world.shares).toEqual({ "churn-risk-5": 100 });
  });

  test("keeps the old version where the new one does not start", () => {
    const { world } = start(CHURN);
    world.failing = { deployModel: "container exited with 1" };
    const { run } = start({ ...CHURN, version: "5" }, world);
    expect(run.error).toMatchObject({ reason: "failed", message: "container exited with 1" });
    expect(run.log.map(({ severity, json }) => [severity, json.event])).toEqual([["ERROR", "deployment-failed"]]);
    expect(world.shares).toEqual({ "churn-risk-3": 100 });
  });

  test("gives the stable version its requests back after a stop", () => {
    const { world } = start(TESTED);
    world.trafficSplit = {};
    expect(start(TESTED, world).writes).toEqual(["patch"]);
    expect(world.shares).toEqual({ "churn-risk-3": 100, "churn-risk-4": 0 });
  });

  test("follows the bounds of replicas, in place", () => {
    const { world } = start(CHURN);
    const { writes } = start({ ...CHURN, replicas: { min: 2, max: 6 } }, world);
    expect(writes).toEqual(["mutateDeployedModel"]);
    expect(world.deployed[0]!.dedicatedResources).toMatchObject({ minReplicaCount: 2, maxReplicaCount: 6 });
  });

  test("finds what a person deployed under the name, and which of two has the requests", () => {
    const { world } = start(CHURN);
    world.byHand("churn-risk-3", "77", 0);
    world.trafficSplit = { "77": 100 };
    expect(start(CHURN, world).writes).toEqual(["undeployModel"]);
    expect(world.deployed.map(({ id }) => id)).toEqual(["77"]);
  });

  test.each<[string, any, string]>([
    ["another image under the same version", { image: IMAGE.replace(/a{64}/, "b".repeat(64)) }, "other-content"],
    [
      "another machine under the same version",
      { surface: { on: "vertex", machine: "n2-standard-8" } },
      "other-machine",
    ],
  ])("refuses %s", (_what, change, reason) => {
    const { world } = start(CHURN);
    const { run, writes } = start({ ...CHURN, ...change }, world);
    expect(run.error).toMatchObject({ reason });
    expect(writes).toEqual([]);
  });

  test.each<[string, string, any]>([
    ["an upload that meets an overloaded API", ":upload", { code: 503, body: {} }],
    ["a deployment that meets another one", ":deployModel", { code: 409, body: {} }],
    ["an upload whose answer is lost", ":upload", "answer-lost"],
    ["an endpoint that is not reached", "/endpoints/", "unreachable"],
    ["an operation that is not found out about", "/operations/", { code: 500, body: {} }],
  ])("tries again after %s", (_what, part, fault) => {
    const { variables } = handedOver(CHURN);
    const world = new VertexWorld(variables);
    let left = 2;
    world.fault = ({ url }) =>
      url.includes(part) && left-- > 0 ? (left === 0 && fault === "answer-lost" ? undefined : fault) : undefined;
    const { run } = start(CHURN, world);
    expect(run.error).toBeUndefined();
    expect(world.shares).toEqual({ "churn-risk-3": 100 });
    expect([world.models.size, world.deployed.length]).toEqual([1, 1]);
  });

  test("deploys no second time where the answer was lost, however long it takes: the next run goes on", () => {
    const { variables } = handedOver(CHURN);
    const world = new VertexWorld(variables);
    let lost = false;
    world.fault = ({ url }) => {
      if (!url.endsWith(":deployModel") || lost) return undefined;
      lost = true;
      return "answer-lost";
    };
    start(CHURN, world);
    world.fault = () => undefined;
    world.request({ method: "GET", url: "later", headers: {}, query: {}, body: null }, 100_000);
    expect(start(CHURN, world).run.error).toBeUndefined();
    expect(world.deployed).toHaveLength(1);
    expect(world.shares).toEqual({ "churn-risk-3": 100 });
  });

  test.each<[string, number]>([
    ["a missing right", 403],
    ["what the API does not take", 400],
  ])("gives up at once on %s", (_what, code) => {
    const { variables } = handedOver(CHURN);
    const world = new VertexWorld(variables);
    world.fault = ({ url }) => (url.endsWith(":upload") ? { code, body: {} } : undefined);
    const { run, writes } = start(CHURN, world);
    expect(run.error).toMatchObject({ code });
    expect(writes).toEqual(["upload"]);
  });

  test("does not wait for ever", () => {
    const { variables } = handedOver(CHURN);
    const world = new VertexWorld(variables);
    world.slowness = 1000;
    const { run } = start(CHURN, world);
    expect(run.error).toMatchObject({ reason: "too-slow" });
    expect(run.seconds).toBeLessThan(2 * 3600);
  });

  test("refuses to run for a stopped model", () => {
    const { program, variables } = handedOver(CHURN, { stopped: true });
    const world = new VertexWorld(variables);
    expect(runWorkflow(program, null, world).error).toMatchObject({ reason: "not-ready" });
    expect(world.requests).toEqual([]);
  });
});

describe("what is uploaded", () => {
  const container = (config: any) => [...start(config).world.models.values()][0].containerSpec;

  test("has vLLM read the copy of the weights that Vertex AI makes", () => {
    const { world, run } = start(ASSISTANT);
    expect(run.error).toBeUndefined();
    const spec = [...world.models.values()][0].containerSpec;
    expect(spec.command).toEqual(["vllm", "serve"]);
    expect(spec.args[0]).toBe("$(AIP_STORAGE_URI)");
    expect(spec.args).toEqual(expect.arrayContaining(["--load-format=runai_streamer", "--tensor-parallel-size=2"]));
    expect(spec).toMatchObject({ predictRoute: "/v1/chat/completions", healthRoute: "/health" });
    expect(world.deployed[0]!.dedicatedResources.machineSpec).toEqual({
      machineType: "g2-standard-24",
      acceleratorType: "NVIDIA_L4",
      acceleratorCount: 2,
    });
  });

  test("sends requests to the one model of a Triton repository", () => {
    const surface = { on: "vertex", machine: "g2-standard-12" };
    const spec = container({ ...CHURN, server: "triton", name: "vision", modelNames: ["resnet"], surface });
    expect(spec.predictRoute).toBe("/v2/models/resnet/infer");
    expect(spec.args).toEqual(
      expect.arrayContaining(["--model-repository=$(AIP_STORAGE_URI)", "--load-model=resnet", "--allow-http=true"]),
    );
  });

  test("names no weights where the image holds them", () => {
    const { world } = start({ ...CHURN, weights: { from: "node-disk", path: "/opt/model" } });
    const [model] = [...world.models.values()];
    expect(model.artifactUri).toBeUndefined();
    expect(model.containerSpec.env).toContainEqual({ name: "MODEL_PATH", value: "/opt/model" });
  });
});

describe("the workflow's account", () => {
  const roleName = (stack: any) => `\${${stack.resources("google_project_iam_custom_role")[0].address}.name}`;
  const rights = (stack: any, account: string) =>
    stack
      .resources()
      .filter(({ type, config }: any) => type.endsWith("_iam_member") && String(config.member).includes(account))
      .map(({ type, config }: any) => `${type} ${config.role}`)
      .sort();

  test("may upload, deploy and log, and use the one account of the model's servers", () => {
    const stack = stackWith(CHURN);
    stack.has("google_project_iam_custom_role", {
      permissions: [
        "aiplatform.endpoints.deploy",
        "aiplatform.endpoints.get",
        "aiplatform.endpoints.undeploy",
        "aiplatform.endpoints.update",
        "aiplatform.models.get",
        "aiplatform.models.upload",
      ],
    });
    expect(rights(stack, "deployment_account")).toEqual(
      [
        `google_project_iam_member ${roleName(stack)}`,
        "google_project_iam_member roles/logging.logWriter",
        "google_service_account_iam_member roles/iam.serviceAccountUser",
      ].sort(),
    );
  });

  test("is another one than the servers', which may read the folders of the model's versions and nothing else", () => {
    const stack = stackWith(TESTED);
    const serving = "model_account";
    expect(rights(stack, serving)).toEqual([
      "google_storage_managed_folder_iam_member roles/storage.objectViewer",
      "google_storage_managed_folder_iam_member roles/storage.objectViewer",
    ]);
    expect(
      stack
        .resources("google_storage_managed_folder")
        .map(({ config }) => config["name"])
        .sort(),
    ).toEqual(["churn/3/", "churn/4/"]);
  });

  test("has its rights, and the endpoint, before the workflow is there", () => {
    const stack = stackWith(TESTED);
    const graph = new TerraformGraph(stack.json);
    const [workflow] = stack.resources(WORKFLOW);
    const needed = stack.resources().filter(({ type }) => /_iam_member$|vertex_ai_endpoint$/.test(type));
    expect(needed.length).toBeGreaterThan(5);
    for (const { address } of needed) {
      expect([address, graph.waitsFor(workflow!.address, address)]).toEqual([address, true]);
    }
  });

  test("is started by one command", () => {
    const model = new VertexModel(anyStack(), "model", props(CHURN));
    expect(model.deployCommand).toBe(
      "gcloud workflows execute test-deploy-churn-risk --location=europe-west4 --project=acme-test",
    );
  });

  test("stands beside that of another model under one role, however long the names are", () => {
    const long = "a-model-with-quite-a-long-name-for-it";
    const stack = stackOf((of) => {
      new VertexModel(of, "one", props(CHURN));
      new VertexModel(of, "other", props({ ...CHURN, name: long }));
    });
    stack.count("google_project_iam_custom_role", 1);
    const ids = stack.resources("google_service_account").map(({ config }) => String(config["account_id"]));
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(30);
  });
});
