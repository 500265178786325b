import { SERVER_SIGNALS, type ServerKind } from "../../../lib/catalog/server-metrics";
import { PROMETHEUS_ADDRESS, type KubernetesObject } from "../../../lib/delivery";
import { argoRollout, rolloutSchema, type ArgoRolloutPlan, type RolloutConfig } from "../../../lib/serving";
import type { ServedModel } from "../../../lib/serving/config/served-model";
import { crdFailures, describeWithCrds } from "../../kubernetes/crd-schema";
import { syntaxErrors } from "./promql";

const selector = { "app.kubernetes.io/name": "vision" };
const podTemplate = {
  metadata: { labels: { ...selector, "app.kubernetes.io/version": "v2" } },
  spec: { containers: [{ name: "server", image: `registry/vision@sha256:${"0".repeat(64)}` }] },
};

function model(server: ServerKind): ServedModel {
  return {
    config: { version: "v2", server } as ServedModel["config"],
    name: "vision",
    namespace: "ranking",
    labels: { ...selector, owner: "ranking-team" },
    selector,
    service: { name: "vision", port: 8000 },
    signals: SERVER_SIGNALS[server],
    stopped: false,
  };
}

function objects(rollout: RolloutConfig = {}, plan: Partial<ArgoRolloutPlan> = {}, server: ServerKind = "triton") {
  return argoRollout(model(server), podTemplate, {
    rollout: rolloutSchema.parse(rollout),
    selector,
    startupSeconds: 600,
    spareCapacity: true,
    ...plan,
  });
}

function specOf(all: readonly KubernetesObject[], name: string, kind = "AnalysisTemplate"): any {
  return all.find((object) => object.kind === kind && object.metadata.name === name)!["spec"];
}

const canaryOf = (all: readonly KubernetesObject[]) => specOf(all, "vision", "Rollout").strategy.canary;

describeWithCrds("the API server would take", () => {
  test.each<ServerKind>(["triton", "http", "vllm"])("the objects for %s", (server) => {
    for (const spareCapacity of [true, false]) {
      for (const object of objects({}, { spareCapacity, replicas: 3 }, server)) expect(crdFailures(object)).toEqual([]);
    }
  });
});

describe("the Rollout", () => {
  test("stands in the Deployment's place, with its pods", () => {
    const spec = specOf(objects(), "vision", "Rollout");
    expect(spec).toMatchObject({ selector: { matchLabels: selector }, template: podTemplate });
    expect(spec).not.toHaveProperty("replicas");
    expect(specOf(objects({}, { replicas: 2 }), "vision", "Rollout").replicas).toBe(2);
  });

  test("moves the weights of the model's route between its two Services", () => {
    expect(canaryOf(objects())).toMatchObject({
      stableService: "vision",
      canaryService: "vision-canary",
      trafficRouting: { plugins: { "argoproj-labs/gatewayAPI": { httpRoute: "vision", namespace: "ranking" } } },
    });
  });

  test("goes step by step, each with its wait for requests and its verdict", () => {
    const steps = canaryOf(objects({ steps: [5, 20] })).steps.map((step: any) =>
      step.analysis ? step.analysis.templates[0].templateName : step,
    );
    expect(steps).toEqual([
      { setWeight: 5 },
      "vision-requests",
      "vision-verdict",
      { setWeight: 20 },
      "vision-requests",
      "vision-verdict",
    ]);
  });

  test("is watched from the first weight on, and told the two revisions", () => {
    expect(canaryOf(objects()).analysis).toEqual({
      templates: [{ templateName: "vision-watch" }],
      startingStep: 1,
      args: [
        { name: "stable-hash", valueFrom: { podTemplateHashValue: "Stable" } },
        { name: "candidate-hash", valueFrom: { podTemplateHashValue: "Latest" } },
      ],
    });
  });

  test("goes back where pods do not start, and fast to a version it knows", () => {
    expect(specOf(objects(), "vision", "Rollout")).toMatchObject({
      progressDeadlineAbort: true,
      progressDeadlineSeconds: 1200,
      rollbackWindow: { revisions: 2 },
    });
  });

  test("keeps the stable pods where there is room, and gives them up one by one where there is none", () => {
    expect(canaryOf(objects())).toMatchObject({ dynamicStableScale: false, scaleDownDelaySeconds: 120 });
    const scarce = canaryOf(objects({}, { spareCapacity: false }));
    expect(scarce.dynamicStableScale).toBe(true);
    // Argo Rollouts refuses the two together.
    expect(scarce).not.toHaveProperty("scaleDownDelaySeconds");
  });
});

describe("the analysis", () => {
  test("asks Managed Service for Prometheus through the proxy in the cluster, with no secret", () => {
    for (const name of ["vision-requests", "vision-watch", "vision-verdict"]) {
      for (const { provider } of specOf(objects(), name).metrics) {
        expect(Object.keys(provider.prometheus).sort()).toEqual(["address", "query", "timeout"]);
        expect(provider.prometheus.address).toBe(PROMETHEUS_ADDRESS);
        expect(syntaxErrors(provider.prometheus.query)).toEqual([]);
      }
    }
    expect(PROMETHEUS_ADDRESS).toBe("http://frontend.ai-platform-system.svc.cluster.local:9090");
  });

  test("waits a step's minutes for requests, and gives up after its patience", () => {
    const [metric] = specOf(
      objects({ stepMinutes: 10, minRequests: 500, maxStepMinutes: 40 }),
      "vision-requests",
    ).metrics;
    expect(metric).toMatchObject({
      initialDelay: "10m",
      interval: "1m",
      successCondition: "len(result) > 0 && result[0] >= 500",
      consecutiveSuccessLimit: 1,
      // 10 minutes, then 30 more measurements.
      failureLimit: 30,
    });
    expect(metric).not.toHaveProperty("count");
  });

  test("fails on a value above 1, forgives as often as set, and passes without a value", () => {
    for (const name of ["vision-watch", "vision-verdict"]) {
      for (const metric of specOf(objects({ failureLimit: 2 }), name).metrics) {
        expect(metric).toMatchObject({
          successCondition: "len(result) == 0 || isNaN(result[0]) || result[0] <= 1",
          failureLimit: 2,
          consecutiveErrorLimit: 4,
          inconclusiveLimit: 0,
        });
      }
    }
  });

  test("watches without end, and judges until one measurement is good", () => {
    for (const metric of specOf(objects(), "vision-watch").metrics) {
      expect(metric).toMatchObject({ initialDelay: "2m" });
      expect(metric).not.toHaveProperty("count");
      expect(metric).not.toHaveProperty("consecutiveSuccessLimit");
    }
    for (const metric of specOf(objects(), "vision-verdict").metrics) {
      expect(metric).toMatchObject({ consecutiveSuccessLimit: 1 });
    }
  });

  test("measures at most sixty times a step", () => {
    const [metric] = specOf(objects({ stepMinutes: 60, maxStepMinutes: 360 }), "vision-requests").metrics;
    expect(metric).toMatchObject({ interval: "6m", failureLimit: 50 });
  });

  test("tells revisions apart by the hashes, and judged answers by version", () => {
    const [errors] = specOf(objects(), "vision-watch").metrics;
    expect(errors.provider.prometheus.query).toContain('serving_revision="{{args.candidate-hash}}"');
    const drift = specOf(objects(), "vision-watch").metrics.find(({ name }: any) => name === "drift");
    expect(drift.provider.prometheus.query).toContain('{model="vision",version!="v2"}');
  });
});
