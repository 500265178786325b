import type { ModelConfig } from "../../../lib/serving";
import { crdFailures, describeWithCrds } from "../../kubernetes/crd-schema";
import { ASSISTANT, CHURN, GATEWAY, IMAGE, VISION, refused, served, type Setting } from "../model-server/fixture";

const on = { surface: { on: "kserve" } } as const;
const ADD_ONS: Setting = { addOns: ["keda", "argo-rollouts", "kserve", "cert-manager"] };

const TESTED: ModelConfig = {
  ...VISION,
  ...on,
  route: { path: "/vision" },
  rollout: { steps: [5, 50] },
  candidate: { version: "4", image: IMAGE },
};

describe("a model as an InferenceService", () => {
  it("has KServe make its pods, and nobody else", () => {
    const model = served({ ...CHURN, ...on }, ADD_ONS);
    expect(model.kinds().filter((kind) => /^(Deployment|Rollout) /.test(kind))).toEqual([]);
    const { metadata, spec } = model.object("InferenceService", "churn");
    expect(metadata.annotations).toEqual({
      "serving.kserve.io/deploymentMode": "Standard",
      "serving.kserve.io/autoscalerClass": "external",
    });
    expect(spec.canary).toBeUndefined();
    expect(spec.predictor).toMatchObject({ minReplicas: 1, maxReplicas: 2, serviceAccountName: "churn" });
  });

  it("gives them what pods of the cluster's own servers have", () => {
    const { predictor } = served({ ...VISION, ...on }, ADD_ONS).object("InferenceService").spec;
    const pod = served(VISION).pod();
    const [{ name, ...container }] = predictor.containers;
    const { name: _, ...expected } = pod.containers[0];
    expect(name).toBe("kserve-container");
    expect(container).toEqual(expected);
    expect(predictor.securityContext).toEqual(pod.securityContext);
    expect(predictor.nodeSelector).toEqual(pod.nodeSelector);
    expect(predictor.volumes).toEqual(pod.volumes);
  });

  it("is reached by Services of ours, which select its pods", () => {
    const model = served({ ...CHURN, ...on }, ADD_ONS);
    const { selector } = model.object("Service", "churn").spec;
    expect(model.object("InferenceService").spec.predictor.labels).toMatchObject(selector);
  });

  it("is scaled by what scales every model", () => {
    const target = served({ ...CHURN, ...on }, ADD_ONS).object("ScaledObject").spec.scaleTargetRef;
    expect(target).toMatchObject({ kind: "Deployment", name: "churn-predictor" });
  });

  it("stops by its own mark", () => {
    const { annotations } = served({ ...CHURN, ...on }, { ...ADD_ONS, stopped: true }).object(
      "InferenceService",
    ).metadata;
    expect(annotations["serving.kserve.io/stop"]).toBe("true");
  });

  it("has its candidate beside it, which our route alone sends requests to", () => {
    const model = served(TESTED, { ...ADD_ONS, gateway: GATEWAY });
    const [canary] = model.object("InferenceService").spec.canary;
    expect(canary.trafficPercent).toBe(0);
    expect(canary.predictor).toMatchObject({ name: "candidate", minReplicas: 1, maxReplicas: 1 });
    expect(canary.predictor.labels).toMatchObject(model.object("Service", "vision-canary").spec.selector);
    expect(model.kinds().filter((kind) => kind.startsWith("ScaledObject"))).toHaveLength(1);
  });

  it("asks for KServe", () => {
    const failures = refused({ ...CHURN, ...on }, { addOns: ["keda"] });
    expect(failures.map(({ fix }) => fix).join()).toContain("kserve");
  });
});

describeWithCrds("definitions of KServe take it", () => {
  test.each<[string, ModelConfig]>([
    ["an HTTP server", { ...CHURN, ...on }],
    ["vLLM", { ...ASSISTANT, ...on }],
    ["Triton with a candidate", TESTED],
  ])("%s", (_title, config) => {
    const service = served(config, { ...ADD_ONS, gateway: GATEWAY }).object("InferenceService");
    expect(crdFailures(service)).toEqual([]);
  });
});
