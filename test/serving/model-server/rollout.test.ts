import type { ModelConfig } from "../../../lib/serving";
import { ASSISTANT, CHURN, GATEWAY, IMAGE, VISION, refused, served } from "./fixture";

const rollout = { steps: [5, 10, 50] };
const churn: ModelConfig = { ...CHURN, route: { path: "/churn" }, rollout };
const assistant: ModelConfig = { ...ASSISTANT, route: { path: "/assistant" }, rollout, candidate: { version: "4" } };

describe("a server behind a Service", () => {
  const model = served(churn, { gateway: GATEWAY });

  it("is a Rollout in place of a Deployment, scaled and protected as such", () => {
    expect(model.kinds()).toContain("Rollout churn");
    expect(model.kinds().join()).not.toContain("Deployment");
    expect(model.object("ScaledObject").spec.scaleTargetRef).toEqual({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      name: "churn",
    });
    expect(model.object("Rollout").spec).not.toHaveProperty("replicas");
  });

  it("spreads each revision by itself, told by the label of Argo Rollouts", () => {
    const constraints = model.object("Rollout").spec.template.spec.topologySpreadConstraints;
    expect(constraints.length).toBeGreaterThan(0);
    for (const { matchLabelKeys } of constraints) expect(matchLabelKeys).toEqual(["rollouts-pod-template-hash"]);
  });

  it("has a Service for the version under test", () => {
    const { selector } = model.object("Service", "churn-canary").spec;
    expect(selector).toEqual(model.object("Service", "churn").spec.selector);
    expect(model.object("Rollout").spec.strategy.canary).toMatchObject({
      stableService: "churn",
      canaryService: "churn-canary",
    });
  });

  it("has no replicas when it is stopped", () => {
    expect(served(churn, { gateway: GATEWAY, stopped: true }).object("Rollout").spec.replicas).toBe(0);
  });
});

describe("a language model behind an InferencePool", () => {
  const model = served(assistant, { gateway: GATEWAY });

  it("has a Deployment for each version, told apart by labels", () => {
    const labels = (name: string) => model.object("Deployment", name).spec.template.metadata.labels;
    expect(labels("assistant")).toMatchObject({ "ai-platform/variant": "stable", "app.kubernetes.io/version": "3.1" });
    expect(labels("assistant-candidate")).toMatchObject({
      "ai-platform/variant": "candidate",
      "app.kubernetes.io/version": "4",
      "app.kubernetes.io/name": "assistant",
    });
    expect(model.object("Deployment", "assistant-candidate").spec.selector.matchLabels).toMatchObject({
      "ai-platform/variant": "candidate",
    });
    expect(model.object("ScaledObject", "assistant-candidate").spec.triggers[0].metadata.query).toContain(
      'serving_variant="candidate"',
    );
  });

  it("runs what the candidate says, and the model's own besides", () => {
    const digest = `europe-docker.pkg.dev/acme/images/server@sha256:${"b".repeat(64)}`;
    const two = served(
      {
        ...assistant,
        args: ["--enable-prefix-caching"],
        candidate: {
          version: "4",
          image: digest,
          source: "gs://acme-models/assistant/4",
          args: ["--async-scheduling"],
        },
      },
      { gateway: GATEWAY },
    );
    const candidate = two.container("assistant-candidate");
    expect(candidate.image).toBe(digest);
    expect(candidate.args).toContain("--async-scheduling");
    expect(candidate.args).not.toContain("--enable-prefix-caching");
    expect(candidate.args).toContain("--served-model-name=assistant");
    const volume = two.pod("assistant-candidate").volumes.find(({ name }: any) => name === "weights");
    expect(volume.csi.volumeAttributes.mountOptions).toContain("only-dir:assistant/4");
  });
});

describe("a rollout is refused", () => {
  test.each<[string, ModelConfig, string]>([
    ["that skips the small step", { ...churn, rollout: { steps: [50] } }, "first-step-too-large"],
    ["without a route", { ...CHURN, rollout }, "rollout-without-route"],
    ["with a candidate that Argo Rollouts would not know", { ...churn, candidate: { version: "4" } }, "two-candidates"],
    [
      "of other weights under the version that is served",
      { ...assistant, candidate: { version: "3.1", source: "gs://acme-models/assistant/4" } },
      "same-version",
    ],
  ])("%s", (_title, config, code) => {
    const gateway = config.route ? { gateway: GATEWAY } : {};
    expect(refused(config, gateway).map((failure) => failure.code)).toContain(code);
  });

  it("without Argo Rollouts", () => {
    expect(refused(churn, { gateway: GATEWAY, addOns: ["keda"] })).toContainEqual(
      expect.objectContaining({ code: "missing-add-on", fix: expect.stringContaining("argo-rollouts") }),
    );
  });
});

describe("a rollout that compares no answers", () => {
  const vision = { ...VISION, route: { path: "/vision" }, rollout };
  const warnings = (config: ModelConfig) => served(config, { gateway: GATEWAY }).warnings;

  it("is named at synth, with what to do", () => {
    expect(warnings(vision)).toEqual([
      expect.stringMatching(/^a rollout of vision compares failed requests and latency, .*log\.confidenceOutput/),
    ]);
  });

  it("is none where confidence is measured or answers are judged, or without a rollout", () => {
    const sure = { ...vision, log: { image: IMAGE, confidenceOutput: "probability" } };
    const still = { ...VISION, route: { path: "/vision" } };
    for (const config of [sure, still, churn, assistant]) expect(warnings(config)).toEqual([]);
  });

  it("has no check that can only pass", () => {
    const template = (config: ModelConfig) =>
      JSON.stringify(served(config, { gateway: GATEWAY }).object("AnalysisTemplate", "vision-verdict"));
    expect(template(vision)).not.toContain("mlops_prediction_confidence");
    const sure = { ...vision, log: { image: IMAGE, confidenceOutput: "probability" } };
    expect(template(sure)).toContain(
      'mlops_prediction_confidence_bucket{cluster=\\"prod-gpu\\",namespace=\\"support\\",serving_model=\\"vision\\"',
    );
  });
});

describe("a route", () => {
  it("needs a gateway", () => {
    expect(refused({ ...VISION, route: { path: "/vision" } })).toEqual([
      expect.objectContaining({ code: "no-gateway", path: "route" }),
    ]);
  });

  it("is part of the model's release", () => {
    expect(served({ ...VISION, route: { path: "/vision" } }, { gateway: GATEWAY }).kinds()).toContain(
      "HTTPRoute vision",
    );
  });
});

describe("bad input", () => {
  it("an unknown server is told which there are", () => {
    expect(refused({ ...CHURN, server: "tensorflow" })).toEqual([
      expect.objectContaining({ code: "not-allowed", path: "server", allowed: "vllm, triton, http" }),
    ]);
    expect(refused({ ...CHURN, server: undefined })).toContainEqual(expect.objectContaining({ path: "server" }));
  });

  it("a missing owner is missed", () => {
    const { owner: _, ...config } = CHURN;
    expect(refused(config)).toEqual([expect.objectContaining({ code: "missing", path: "owner" })]);
  });

  test.each(["europe-docker.pkg.dev/acme/images/server:1.2", "europe-docker.pkg.dev/acme/images/server"])(
    "%s has no digest, and it is said how to find it",
    (image) => {
      const [failure] = refused({ ...CHURN, image });
      expect(failure).toMatchObject({ path: "image", allowed: expect.stringContaining("@sha256:") });
      expect(failure!.fix).toContain("gcloud artifacts docker images describe");
    },
  );

  test.each(["gs://acme-models", "s3://acme/model", "gs://acme-models/vision/", "gs://acme-models/a'b"])(
    "%s is no folder of a model",
    (source) => {
      expect(refused({ ...VISION, source })).toEqual([expect.objectContaining({ path: "source" })]);
    },
  );

  it("more tokens than fit into a request are refused", () => {
    expect(refused({ ...ASSISTANT, llm: { ...ASSISTANT.llm, maxOutputTokens: 10_000 } })).toContainEqual(
      expect.objectContaining({ path: "llm.maxOutputTokens", allowed: "at most 8192" }),
    );
  });

  it("an argument that follows from a field is named with the field", () => {
    expect(refused({ ...ASSISTANT, args: ["--max-model-len=4096"] })).toEqual([
      expect.objectContaining({
        code: "computed-argument",
        path: "args[0]",
        fix: "leave it out and set llm.contextLength",
      }),
    ]);
  });

  it("all of it at once", () => {
    const codes = refused({
      ...ASSISTANT,
      env: { HF_TOKEN: "x" },
      args: ["--port=1"],
      team: "ranking",
      llm: { ...ASSISTANT.llm, parametersBillions: 400 },
    }).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["secret-in-env", "computed-argument", "other-team", "gpu-memory"]));
  });
});
