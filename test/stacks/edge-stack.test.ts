import { App } from "cdktf";
import { parse } from "yaml";
import { Ref, type Failure } from "../../lib/core";
import type { KubernetesObject } from "../../lib/delivery";
import { Policy } from "../../lib/policy";
import { modelSchema, type ModelConfig } from "../../lib/serving";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { DataStack, EdgeStack, type EdgeStackProps } from "../../stacks";
import { refusals } from "../delivery/platform";
import { crdFailures, describeWithCrds } from "../kubernetes/crd-schema";
import { CHURN, IMAGE, VISION } from "../serving/model-server/fixture";
import { SEARCH } from "../tenants/fixture";
import { example, synthesizeEnvironment } from "./examples";
import { platformApp, testEnvironment } from "./platform";

const NODES = {
  count: 3,
  cpu: 15,
  memoryGb: 60,
  diskGb: 200,
  gpu: { type: "nvidia-l4", memoryGb: 24, count: 1 },
} as const;
const PLANT = { on: "edge", membership: "plant-7", version: "1.35", nodes: NODES, cacheGb: 40 } as const;
const SUPPORT = {
  name: "support",
  owner: "support-lead",
  costCenter: "cc-1",
  access: { viewers: ["support@acme.example"] },
};

const { pool: _pool, source: _source, ...vision } = VISION;
const INSPECTION: ModelConfig = {
  ...vision,
  name: "inspection",
  weights: { from: "image", image: IMAGE },
  replicas: { min: 2, max: 2 },
  surface: PLANT,
};
const LOCAL: ModelConfig = {
  ...CHURN,
  name: "wear",
  source: "gs://acme-models/wear/1",
  replicas: { min: 1, max: 1 },
  surface: { ...PLANT, claim: "models" },
};
const ELSEWHERE: ModelConfig = { ...CHURN, name: "churn" };

function propsOf(models: readonly ModelConfig[], more: Partial<EdgeStackProps> = {}): EdgeStackProps {
  return {
    ...testEnvironment,
    membership: "plant-7",
    teams: [SEARCH, SUPPORT],
    models,
    modelValues: models.map((model) => modelSchema.parse(model)),
    ...more,
  };
}

function edge(models: readonly ModelConfig[], more: Partial<EdgeStackProps> = {}): SynthesizedStack {
  return synthesize((app) => new EdgeStack(app, propsOf(models, more))).stack();
}

function refused(models: readonly ModelConfig[], more: Partial<EdgeStackProps> = {}): readonly Failure[] {
  return refusals(() => new EdgeStack(new App(), propsOf(models, more)));
}

function objectsOf(stack: SynthesizedStack): KubernetesObject[] {
  return stack.resources("helm_release").flatMap(({ config }) => {
    const { objects } = parse((config["values"] as string[])[0]!) as { objects: Record<string, KubernetesObject> };
    return Object.values(objects);
  });
}

describe("the stack of an edge cluster", () => {
  const stack = edge([ELSEWHERE, INSPECTION, LOCAL]);

  it("is named after the membership, and reaches it through the Connect Gateway", () => {
    expect(stack.name).toBe("test-edge-plant-7");
    const [kubernetes] = stack.json.provider!["kubernetes"] as { host: string }[];
    expect(kubernetes!.host).toBe(
      "https://connectgateway.googleapis.com/v1/projects/123456789012/locations/global/memberships/plant-7",
    );
  });

  it("holds the models of its cluster and no others", () => {
    const names = stack.resources("helm_release").map(({ config }) => config["name"]);
    expect(names.sort()).toEqual(["inspection", "wear"]);
  });

  it("has a namespace for each team with a model in it, closed as everywhere", () => {
    const namespaces = stack.resources("kubernetes_namespace_v1").map(({ config }) => config["metadata"]) as any[];
    expect(namespaces.map(({ name }) => name as string)).toEqual(["support"]);
    expect(namespaces[0].labels).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/enforce-version": "v1.35",
    });
    stack.has("kubernetes_network_policy_v1", {});
    stack.has("kubernetes_role_binding_v1", {});
  });

  it("gives groups no right that the serving stack gives: with either stack gone, the other would lose it", () => {
    stack.absent("google_project_iam_member");
  });

  it("mounts the claim that the site fills", () => {
    const wear = objectsOf(stack).find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name === "wear",
    ) as any;
    expect(wear.spec.template.spec.volumes).toContainEqual({
      name: "weights",
      persistentVolumeClaim: { claimName: "models", readOnly: true },
    });
  });

  it("meets every rule that ships", () => {
    const models = [INSPECTION, LOCAL];
    expect(() =>
      synthesize(
        (app) => new EdgeStack(app, propsOf(models, { policy: new Policy({}) })),
        (outdir) => platformApp(outdir),
      ),
    ).not.toThrow();
  });

  it("stops a model that is stopped", () => {
    const stopped = edge([INSPECTION], { serving: { stopped: ["inspection"] } });
    const deployment = objectsOf(stopped).find(({ kind }) => kind === "Deployment") as any;
    expect(deployment.spec.replicas).toBe(0);
  });

  it("tells servers where to log, and lets them", () => {
    const app = (made: (data: DataStack, app: App) => void) =>
      synthesize((a) =>
        made(
          new DataStack(a, {
            ...testEnvironment,
            keys: {
              predictions: {
                id: Ref.existing("projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/predictions"),
              },
            },
          }),
          a,
        ),
      );
    const logged = app((data, a) => new EdgeStack(a, propsOf([LOCAL], { predictions: data.predictions }))).stack(
      "test-edge-plant-7",
    );
    logged.has("google_pubsub_topic_iam_member", {
      member:
        "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/acme-test.svc.id.goog/subject/ns/support/sa/wear",
      role: "roles/pubsub.publisher",
    });
    expect(JSON.stringify(objectsOf(logged))).toContain("PREDICTION_LOG_TOPIC");
  });
});

describe("alerts", () => {
  const alerts = { emails: ["plant-oncall@acme.example"] };
  const watched = { ...INSPECTION, surface: { ...PLANT, managedPrometheus: true } };

  it("tell channels of the stack's own when a model does not answer, as in the environment's cluster", () => {
    const stack = edge([watched], { alerts });
    stack.has("google_monitoring_notification_channel", { labels: { email_address: "plant-oncall@acme.example" } });
    const policy = stack.only("google_monitoring_alert_policy") as any;
    expect(policy).toMatchObject({ display_name: "test: inspection does not answer", severity: "CRITICAL" });
    const [{ condition_prometheus_query_language: condition }] = policy.conditions;
    expect(condition.query).toContain('up{cluster="plant-7",namespace="support",job="inspection"');
    expect(policy.documentation.content).toContain("If the site is cut off");
  });

  it("are of no use where nothing sends metrics, and there is nobody to tell without channels", () => {
    for (const stack of [edge([INSPECTION], { alerts }), edge([watched])]) {
      stack.absent("google_monitoring_alert_policy");
      stack.absent("google_monitoring_notification_channel");
    }
  });

  it("go to whom the environment's file names", () => {
    const config = structuredClone(example("staging")) as any;
    config.alerts = alerts;
    for (const model of config.models) if (model.surface?.on === "edge") model.surface.managedPrometheus = true;
    const out = synthesizeEnvironment(config);
    for (const name of ["staging-serving", "staging-edge-plant-1"]) {
      out.stack(name).has("google_monitoring_notification_channel", { display_name: "plant-oncall@acme.example" });
    }
    const policies = out.stack("staging-edge-plant-1").resources("google_monitoring_alert_policy");
    expect(policies.map(({ config: { display_name } }) => display_name).sort()).toEqual([
      "staging: pump-condition answers without a record",
      "staging: pump-condition does not answer",
      "staging: pump-condition ended without handing over its records",
    ]);
  });
});

describeWithCrds("with managed Prometheus", () => {
  it("has custom resources that their definitions take", () => {
    const watched = edge([{ ...INSPECTION, surface: { ...PLANT, managedPrometheus: true } }]);
    const custom = objectsOf(watched).filter(({ apiVersion }) => apiVersion.split("/")[0]!.includes(".googleapis.com"));
    expect(custom.map(({ kind }) => kind)).toEqual(["PodMonitoring"]);
    expect(custom.flatMap(crdFailures)).toEqual([]);
  });
});

describe("refused, with its place in the environment file", () => {
  it("a model that the cluster cannot run", () => {
    expect(refused([ELSEWHERE, { ...INSPECTION, route: { path: "/it" } }])).toEqual([
      expect.objectContaining({ code: "edge-route", path: "models[1].route" }),
    ]);
  });

  it("models that say different things of one cluster, or of the same nodes", () => {
    const other = { ...LOCAL, surface: { ...PLANT, claim: "models", version: "1.36", cacheGb: 50 } };
    expect(refused([INSPECTION, other]).map(({ code, path }) => `${code} ${path}`)).toEqual([
      "edge-differs models[1].surface.version",
      "edge-differs models[1].surface.cacheGb",
    ]);
    const apart = { ...LOCAL, surface: { ...PLANT, claim: "models", cacheGb: 50, nodeGroup: "line-2" } };
    expect(refused([INSPECTION, apart])).toEqual([]);
  });

  it("weights that do not lie on one node together", () => {
    const second = { ...INSPECTION, name: "second" };
    const image = IMAGE.replace(/.$/, "b");
    const apart = { ...second, weights: { from: "image", image } } as const;
    const sized = [INSPECTION, apart].map((model) => ({ ...model, weightsGb: 20 }));
    const codes = refused(sized.map((model) => ({ ...model, weights: INSPECTION.weights })));
    expect(codes.map(({ code }) => code)).not.toContain("edge-cache-shared");
    expect(refused(sized)).toEqual([
      expect.objectContaining({
        code: "edge-cache-shared",
        path: "models[0].surface.cacheGb",
        message: expect.stringContaining("inspection 22 GiB + second 22 GiB = 44 GiB"),
        allowed: "at least 44",
      }),
    ]);
  });

  it("more than stands there, all models together", () => {
    const small = { cpu: 4, memoryGb: 16 };
    const second = { ...INSPECTION, name: "second", ...small };
    expect(refused([{ ...INSPECTION, ...small }, second])).toEqual([
      expect.objectContaining({
        code: "pool-gpus",
        message: expect.stringContaining("inspection 2 × 1 + second 2 × 1 = 4"),
      }),
    ]);
  });

  it("a membership that no model names", () => {
    expect(refused([INSPECTION], { membership: "plant-8" })).toEqual([
      expect.objectContaining({ code: "no-edge-model", path: "membership" }),
    ]);
  });
});
