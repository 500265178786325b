import {
  failedRolloutQuery,
  lostRecordsQuery,
  unansweredQuery,
  unknownConfidenceQuery,
  type ModelValues,
} from "../../lib/serving";
import { assistant, churn, served, vision } from "../serving/gateway/fixture";
import { evaluate, syntaxErrors, type FakeSeries } from "../serving/rollout/promql";
import { example, synthesizeEnvironment, synthesizeExample } from "./examples";

const CLUSTER = "prod-gpu";

function up(model: string, value: number, port: string, serving_variant = "stable", before = value): FakeSeries {
  const { name, team } = { churn: churn(), vision: vision(), assistant: assistant() }[model]!;
  const instance = `${name}-${serving_variant}-1:${port}`;
  return {
    name: "up",
    value,
    before,
    labels: { cluster: CLUSTER, namespace: team, job: name, instance, serving_variant },
  };
}

const picker = (name: string, value: number): FakeSeries => ({
  name: "up",
  value,
  labels: { cluster: CLUSTER, namespace: "support", job: `${name}-epp`, instance: `${name}-epp-1:metrics` },
});

const deployments = (namespace: string, deployment: string, value: number): FakeSeries => ({
  name: "kube_deployment_spec_replicas",
  value,
  labels: { cluster: CLUSTER, namespace, deployment },
});

const rollouts = (namespace: string, name: string, value: number): FakeSeries => ({
  name: "rollout_info_replicas_desired",
  value,
  labels: { cluster: CLUSTER, namespace: "argo-rollouts", exported_namespace: namespace, name },
});

/** Whether somebody is told. */
function tells(model: ModelValues, series: readonly FakeSeries[]): boolean {
  const query = unansweredQuery(served(model), CLUSTER);
  expect(syntaxErrors(query)).toEqual([]);
  return evaluate(query, series).length > 0;
}

describe("a model that does not answer", () => {
  const fixed = churn({ rollout: undefined });
  const wanted = deployments("ranking", "churn", 2);

  test("is told while replicas are wanted and none is up, whether there are pods or not", () => {
    expect(tells(fixed, [up("churn", 1, "http"), wanted])).toBe(false);
    expect(tells(fixed, [up("churn", 0, "http"), wanted])).toBe(true);
    expect(tells(fixed, [wanted])).toBe(true);
  });

  test("is told where nothing says what is wanted", () => {
    expect(tells(fixed, [])).toBe(true);
    expect(tells(fixed, [up("churn", 0, "http"), deployments("support", "churn", 0)])).toBe(true);
  });

  test("is told although the logger before it is up", () => {
    const logged = [up("vision", 0, "metrics"), up("vision", 1, "logged")];
    expect(tells(vision(), [...logged, deployments("ranking", "vision", 1)])).toBe(true);
  });
});

describe("a version that does not answer", () => {
  const wanted = [deployments("support", "assistant", 2), deployments("support", "assistant-candidate", 1)];
  const pickers = [picker("assistant", 1), picker("assistant-candidate", 1)];
  const tellsOf = (...series: readonly FakeSeries[]) => tells(assistant(), [...wanted, ...pickers, ...series]);
  const stable = (value: number) => up("assistant", value, "http");
  const candidate = (value: number, before = value) => up("assistant", value, "http", "candidate", before);

  test("is told of the stable one, whatever a candidate does that waits without requests", () => {
    expect(tellsOf(stable(1), candidate(1))).toBe(false);
    expect(tellsOf(stable(0), candidate(1))).toBe(true);
    expect(tellsOf(candidate(1))).toBe(true);
  });

  test("is told of a candidate that was there, and not of one that starts for the first time", () => {
    expect(tellsOf(stable(1), candidate(0, 1))).toBe(true);
    expect(tellsOf(stable(1), candidate(0))).toBe(false);
    expect(tellsOf(stable(1))).toBe(false);
  });

  test("is told where nothing chooses a replica", () => {
    const answering = [...wanted, stable(1), candidate(1)];
    expect(tells(assistant(), [...answering, picker("assistant", 0), picker("assistant-candidate", 1)])).toBe(true);
    expect(tells(assistant(), [...answering, picker("assistant", 1), picker("assistant-candidate", 0)])).toBe(true);
    expect(tells(assistant(), [...answering, picker("assistant-candidate", 1)])).toBe(true);
    expect(tells(assistant(), [...answering, picker("assistant", 1)])).toBe(false);
    expect(tells(assistant({ route: undefined }), [...wanted, stable(1)])).toBe(false);
  });
});

describe("a stop is no alarm", () => {
  test("of a Deployment: it wants no replicas", () => {
    expect(tells(churn({ rollout: undefined }), [deployments("ranking", "churn", 0)])).toBe(false);
  });

  test("of a Rollout, which its controller counts", () => {
    expect(tells(churn(), [rollouts("ranking", "churn", 0)])).toBe(false);
    expect(tells(churn(), [rollouts("ranking", "churn", 2)])).toBe(true);
    // The Service of a Rollout may have the name of a Deployment that was there before.
    expect(tells(churn(), [rollouts("ranking", "churn", 2), deployments("ranking", "churn", 0)])).toBe(true);
  });

  test("of a model with a candidate: it and what chooses among its replicas are stopped together", () => {
    const stopped = ["assistant", "assistant-candidate"].map((name) => deployments("support", name, 0));
    expect(tells(assistant(), stopped)).toBe(false);
    expect(tells(assistant(), [...stopped, up("assistant", 0, "http", "candidate", 1)])).toBe(false);
  });

  test("by hand of what KServe made; by its own mark KServe deletes it, which looks like any other end", () => {
    const model = churn({ surface: { on: "kserve" } });
    expect(tells(model, [deployments("ranking", "churn-predictor", 0)])).toBe(false);
    expect(tells(model, [])).toBe(true);
  });
});

describe("records that are lost", () => {
  const lost = (model: string, perMinute: number): FakeSeries => ({
    name: "mlops_prediction_log_dropped_total",
    perMinute,
    labels: { cluster: CLUSTER, namespace: "ranking", serving_model: model, reason: "publish-failed" },
  });
  const reasons = (...series: FakeSeries[]) => {
    const query = lostRecordsQuery(served(vision()), CLUSTER);
    expect(syntaxErrors(query)).toEqual([]);
    return evaluate(query, series).map(({ labels }) => labels["reason"]);
  };

  test("are told of the model that lost them, with the reason", () => {
    expect(reasons(lost("vision", 2))).toEqual(["publish-failed"]);
    expect(reasons(lost("vision", 0), lost("churn", 5))).toEqual([]);
    expect(reasons()).toEqual([]);
  });
});

describe("a confidence that cannot be read", () => {
  const counted = (name: string, perMinute: number): FakeSeries => ({
    name: `mlops_prediction_confidence_${name}`,
    perMinute,
    labels: { cluster: CLUSTER, namespace: "ranking", serving_model: "vision" },
  });

  test("is told while most answers have none", () => {
    const query = unknownConfidenceQuery(served(vision()), CLUSTER);
    expect(syntaxErrors(query)).toEqual([]);
    const told = (unknown: number, known: number) =>
      evaluate(query, [counted("unknown_total", unknown), counted("count", known)]).length > 0;
    expect(told(9, 1)).toBe(true);
    expect(told(1, 9)).toBe(false);
    expect(told(0, 0)).toBe(false);
  });

  test("is looked for where a rollout relies on it", () => {
    const titles = synthesizeExample("prod")
      .stack("prod-serving")
      .resources("google_monitoring_alert_policy")
      .map(({ config }) => String(config["display_name"]))
      .filter((title) => title.includes("how sure"));
    expect(titles).toEqual(["prod: vision does not say how sure it is"]);
  });
});

describe("a rollout that failed", () => {
  const failed = (phase: string, name = "vision"): FakeSeries => ({
    name: "rollout_info",
    value: 1,
    labels: { cluster: CLUSTER, namespace: "argo-rollouts", exported_namespace: "ranking", name, phase },
  });

  test("by Argo Rollouts is told while it stands still or is aborted, and is that of the model", () => {
    const query = failedRolloutQuery(served(vision()), CLUSTER);
    expect(syntaxErrors(query)).toEqual([]);
    const told = (series: FakeSeries) => evaluate(query, [series]).length > 0;
    expect(["Abort", "Error", "InvalidSpec", "Timeout"].map((phase) => told(failed(phase)))).not.toContain(false);
    expect(["Progressing", "Paused", "Completed"].map((phase) => told(failed(phase)))).not.toContain(true);
    expect(told(failed("Abort", "churn"))).toBe(false);
  });

  test("by a workflow is told of from its log, on every surface", () => {
    const filters = (name: string, stack: string, change: (config: any) => void = () => undefined) => {
      const config = structuredClone(example(name));
      change(config);
      return JSON.stringify(synthesizeEnvironment(config).stack(stack).resources("google_monitoring_alert_policy"));
    };
    expect(filters("prod", "prod-serving")).toContain('jsonPayload.rollout=\\"assistant\\" severity>=ERROR');
    expect(filters("prod", "prod-serving")).toContain('name=\\"vision\\",phase=~');
    const alerts = (config: any) => (config.alerts = { emails: ["oncall@acme.example"] });
    expect(filters("staging", "staging-serving", alerts)).toContain('jsonPayload.rollout=\\"summary\\"');
  });
});

describe("the alert of a model", () => {
  const policies = (change: (config: any) => void, about = "does not answer") => {
    const config = structuredClone(example("prod"));
    change(config);
    return synthesizeEnvironment(config)
      .stack("prod-serving")
      .resources("google_monitoring_alert_policy")
      .map(({ config: policy }) => JSON.stringify(policy))
      .filter((policy) => policy.includes(about));
  };

  test("of lost records is there for each model that logs, and names the container that does", () => {
    const about = (change: (config: any) => void) => policies(change, "answers without a record");
    const containers = about(() => undefined).map((policy) => /--container=([\w-]+)/.exec(policy)![1]);
    expect(containers.sort()).toEqual(["prediction-logger", "prediction-logger", "server"]);
    const atTheEnd = policies(() => undefined, "records were dropped at shutdown");
    expect(atTheEnd).toHaveLength(3);
    const unlogged = about((config) => {
      for (const model of config.models) model.log = { sample: 0 };
    });
    expect(unlogged).toEqual([]);
  });

  test("stays as it is when a version comes, a candidate comes or goes, or the model is stopped", () => {
    const before = policies(() => undefined);
    expect(before.length).toBeGreaterThan(0);
    const after = policies((config) => {
      for (const model of config.models) {
        model.version = "99.0.0";
        delete model.candidate;
      }
      config.serving.stopped = ["*"];
    });
    expect(after).toEqual(before);
  });

  test("says where to look, and comes after the first start of what it watches", () => {
    const [policy] = policies(() => undefined).map((one) => JSON.parse(one));
    expect(policy.documentation.content).toMatch(/kubectl --namespace=\S+ get pods/);
    expect(policy.documentation.content).toContain("A model that is stopped by hand");
    expect(policy.depends_on).toEqual([expect.stringMatching(/^helm_release\./)]);
  });
});
