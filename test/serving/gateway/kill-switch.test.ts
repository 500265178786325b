import { placeOf, PRIORITIES } from "../../../lib/serving/gateway/edge-rules";
import { stopFailures } from "../../../lib/serving/stop/kill-switch-config";
import { stopRules } from "../../../lib/serving/stop/kill-switch-rules";
import { stopCommands, stopRunbook } from "../../../lib/serving/stop/kill-switch-runbook";
import { breakGlassObjects } from "../../../lib/serving/stop/break-glass-objects";
import { breakGlassPolicies } from "../../../lib/serving/stop/break-glass-policies";
import { workloadsOf } from "../../../lib/serving/stop/stopped-workloads";
import { MODELS, assistant, churn, refusals, stoppableStack, vision } from "./fixture";

const OWNER = "ml-platform-lead";
const RULE = "google_compute_region_security_policy_rule";
const GLASS = { group: "ml-oncall@acme.example" };

beforeAll(() => (process.env["CDKTF_AI_PLATFORM_TODAY"] = "2026-11-21"));
afterAll(() => delete process.env["CDKTF_AI_PLATFORM_TODAY"]);

const stops = (stopped: readonly string[], models = MODELS) => stopRules(models, ["models.acme.example"], stopped);

describe("the stop of a model", () => {
  test("is a rule that is always there, and turns callers away once the model is named", () => {
    const stack = stoppableStack({ owner: OWNER, stopped: ["assistant"] });
    stack.has(RULE, {
      description: "Stop of assistant",
      action: "deny(502)",
      preview: false,
      match: {
        expr: {
          expression:
            "request.headers['host'].matches('(?i)^models[.]acme[.]example(:[0-9]+)?$') && request.path.matches('^/assistant(/|$)')",
        },
      },
    });
    for (const name of ["vision", "churn"]) stack.has(RULE, { description: `Stop of ${name}`, preview: true });
    stack.has(RULE, { description: "Stop of every model", preview: true, priority: 100 });
  });

  test("changes one argument of one resource, and nothing else", () => {
    const before = stoppableStack({ owner: OWNER });
    const after = stoppableStack({ owner: OWNER, stopped: ["churn"] });
    const changed = after
      .resources()
      .filter(({ address, config }) => {
        const old = before.resources().find((resource) => resource.address === address)!.config;
        return JSON.stringify(old) !== JSON.stringify(config);
      })
      .map(({ config }) => config);
    expect(changed).toMatchObject([{ description: "Stop of churn", preview: false }]);
    expect(after.resources().map(({ address }) => address)).toEqual(before.resources().map(({ address }) => address));
  });

  test("of everything is one rule for all requests, and leaves the rules of models alone", () => {
    const rules = stops(["*"]);
    expect(rules.filter(({ preview }) => preview === false)).toMatchObject([
      { id: "stop-all", priority: 100, action: "deny(502)" },
    ]);
    expect(rules[0]!.expression).toBeUndefined();
  });

  test("has a place that depends on its name alone, before everything that lets requests through", () => {
    const place = (name: string, models = MODELS) =>
      stops([], models).find(({ id }) => id === `stop-${name}`)!.priority;
    expect(place("churn", [churn()])).toBe(place("churn"));
    for (const { priority } of stops([])) {
      expect(priority).toBeGreaterThan(0);
      expect(priority).toBeLessThan(PRIORITIES.outsiders);
      expect(priority).toBeLessThan(PRIORITIES.prompts.from);
    }
    expect(placeOf("assistant", PRIORITIES.stops)).not.toBe(placeOf("vision", PRIORITIES.stops));
  });

  test("covers what lies below its path, and not what only begins alike", () => {
    const [, stop] = stops([], [assistant()]);
    const pattern = /request\.path\.matches\('(.+)'\)/.exec(stop!.expression!)![1]!;
    const hits = ["/assistant", "/assistant/", "/assistant/v1/chat"];
    const misses = ["/assistants", "/v1/assistant", "/"];
    expect(hits.every((path) => new RegExp(pattern).test(path))).toBe(true);
    expect(misses.some((path) => new RegExp(pattern).test(path))).toBe(false);
  });

  test("a model that is on no route has none at the edge", () => {
    expect(stops([], [churn({ route: undefined })])).toHaveLength(1);
  });

  test("wants a model that there is, and an owner", () => {
    expect(stopFailures(["asistant"], ["assistant"])).toMatchObject([
      { code: "unknown-model", path: "serving.stopped[0]", fix: 'did you mean "assistant"?' },
    ]);
    expect(stopFailures(["*"], [])).toEqual([]);
    expect(refusals(() => stoppableStack({} as never))).toMatchObject([{ code: "missing", path: "owner" }]);
  });
});

describe("the commands of a stop", () => {
  const target = {
    project: "acme-prod",
    region: "europe-west4",
    policy: "prod-gateway",
    account: "prod-kill-switch@acme-prod.iam.gserviceaccount.com",
    fleetMembership: "projects/123/locations/europe-west4/gkeMemberships/prod-gpu",
  };

  const KUBECTL = `kubectl --token="$(gcloud auth print-access-token --impersonate-service-account=${target.account})"`;
  const scaledVision = () => vision({ replicas: { min: 2, max: 6 } });

  test("turn the rule of the model on and off, as the account that may do no more", () => {
    const priority = placeOf("vision", PRIORITIES.stops);
    const { edge, lift, capacity } = stopCommands(target, scaledVision());
    expect(edge).toBe(
      `gcloud compute security-policies rules update ${priority} --security-policy=prod-gateway --region=europe-west4 --project=acme-prod --no-preview --impersonate-service-account=prod-kill-switch@acme-prod.iam.gserviceaccount.com`,
    );
    expect(lift.at(-1)).toContain(" --preview ");
    expect(capacity).toEqual([
      expect.stringContaining("memberships get-credentials prod-gpu --location=europe-west4"),
      `${KUBECTL} --namespace=ranking annotate scaledobject vision autoscaling.keda.sh/paused-replicas=0 --overwrite`,
      `${KUBECTL} --namespace=ranking scale deployment vision --replicas=0`,
    ]);
    expect(lift).toContain(
      `${KUBECTL} --namespace=ranking annotate scaledobject vision autoscaling.keda.sh/paused-replicas-`,
    );
  });

  test("ask Kubernetes as that account too, which kubectl does not do by itself; as the person where there is none", () => {
    const ofKubectl = (of: Parameters<typeof stopCommands>[0]) => {
      const { capacity, lift } = stopCommands(of, scaledVision());
      return [...capacity, ...lift].filter((command) => command.includes("kubectl"));
    };
    expect(ofKubectl(target)).toHaveLength(4);
    for (const command of ofKubectl(target)) expect(command.startsWith(`${KUBECTL} --namespace=`)).toBe(true);
    for (const command of ofKubectl({ ...target, account: undefined })) {
      expect(command.startsWith("kubectl --namespace=")).toBe(true);
    }
  });

  test("pause nothing where a number of replicas is fixed", () => {
    const { capacity, lift } = stopCommands(target, vision({ replicas: { min: 3, max: 3 } }));
    expect([...capacity, ...lift].join()).not.toContain("annotate");
    expect(lift.join()).toContain("scale deployment vision --replicas=3");
  });

  test("name what holds the replicas: a candidate besides, a Rollout where Argo Rollouts makes them", () => {
    const scaled = (one: Parameters<typeof stopCommands>[1]) =>
      stopCommands(target, one)
        .capacity.filter((command) => command.includes(" scale "))
        .map((command) => command.replace(/.* scale /, ""));
    expect(scaled(assistant())).toEqual([
      "deployment assistant --replicas=0",
      "deployment assistant-candidate --replicas=0",
    ]);
    expect(scaled(churn())).toEqual(["rollout.argoproj.io churn --replicas=0"]);
  });

  test("of a model without a route have nothing to do at the edge", () => {
    const { edge, check, lift } = stopCommands(target, churn({ route: undefined, rollout: undefined }));
    expect([edge, check]).toEqual([undefined, undefined]);
    expect(lift.join()).not.toContain("security-policies");
  });

  test("stand in the output and in the cluster, marked with who may stop", () => {
    const runbook = stopRunbook(target, [assistant()]);
    expect(runbook).toContain("# every model");
    expect(runbook).toContain("# assistant");
    expect(runbook).toContain("It waits for nothing: an apply that runs holds Terraform's state");
    stoppableStack({ owner: OWNER }).has("kubernetes_config_map_v1", {
      metadata: { name: "kill-switch", namespace: "gateway", labels: { "ai-human-stop": OWNER } },
    });
  });
});

describe("who breaks the glass", () => {
  const stack = () => stoppableStack({ owner: OWNER, breakGlass: GLASS });

  test("becomes an account by being in a group, and holds nothing in between", () => {
    const synthesized = stack();
    synthesized.has("google_service_account", { account_id: "test-kill-switch" });
    synthesized.has("google_service_account_iam_member", {
      role: "roles/iam.serviceAccountTokenCreator",
      member: "group:ml-oncall@acme.example",
    });
    expect(
      synthesized
        .resources("google_project_iam_member")
        .some(({ config }) => String(config["member"]).startsWith("group:")),
    ).toBe(false);
    stoppableStack({ owner: OWNER }).absent("google_service_account");
  });

  test("changes rules of the one policy that is tagged, and sees when that has ended", () => {
    const synthesized = stack();
    const permissions = synthesized
      .resources("google_project_iam_custom_role")
      .flatMap(({ config }) => config["permissions"] as string[]);
    expect(permissions.sort()).toEqual([
      "compute.regionOperations.get",
      "compute.regionSecurityPolicies.get",
      "compute.regionSecurityPolicies.update",
    ]);
    synthesized.has("google_project_iam_member", {
      condition: { expression: 'resource.matchTag("acme-test/test-kill-switch", "edge")' },
    });
    expect(synthesized.only("google_tags_location_tag_binding")["parent"]).toMatch(
      /^\/\/compute\.googleapis\.com\/projects\/123456789012\/regions\/europe-west4\/securityPolicies\/\$\{google_compute_region_security_policy\.\w+\.policy_id\}$/,
    );
  });

  test("has no more roles on the project than those and the way to the cluster", () => {
    const roles = stack()
      .resources("google_project_iam_member")
      .filter(
        ({ config }) =>
          String(config["member"]).includes("kill-switch") || String(config["member"]).includes("break-glass"),
      )
      .map(({ config }) =>
        String(config["role"]).replace(/\$\{google_project_iam_custom_role\.(\w+?)_[0-9A-F]+\.name\}/, "$1"),
      );
    expect(roles).toHaveLength(3);
    expect(roles).toContain("roles/gkehub.gatewayEditor");
  });

  const STOP = "stop@p.iam.gserviceaccount.com";
  const workloads = [
    assistant(),
    vision({ replicas: { min: 2, max: 6 } }),
    vision({ name: "fixed", replicas: { min: 3, max: 3 } }),
    churn({ replicas: { min: 0, max: 4 } }),
  ].flatMap(workloadsOf);

  test("scales the models of each namespace and pauses their autoscaling: what is there, and nothing else", () => {
    const objects = breakGlassObjects(workloads, STOP, OWNER);
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`)).toEqual([
      "Role support",
      "RoleBinding support",
      "Role ranking",
      "RoleBinding ranking",
    ]);
    const rules = objects[2]!["rules"] as { resources: string[]; resourceNames: string[]; verbs: string[] }[];
    const named = Object.fromEntries(rules.map(({ resources, resourceNames }) => [resources.join(), resourceNames]));
    expect(named).toEqual({
      deployments: ["vision", "fixed"],
      "deployments/scale": ["vision", "fixed"],
      rollouts: ["churn"],
      "rollouts/scale": ["churn"],
      scaledobjects: ["vision", "churn"],
    });
    expect(rules.flatMap(({ verbs }) => verbs)).not.toContain("delete");
    expect(objects[1]!["subjects"]).toEqual([{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: STOP }]);
  });

  test("has the candidate of a model that has one, and never a rule without names, which is one on everything", () => {
    const [{ rules }] = breakGlassObjects(workloads, STOP, OWNER) as any;
    for (const { resources, resourceNames } of rules) {
      expect(resources.join()).not.toContain("rollouts");
      expect(resourceNames).toEqual(["assistant", "assistant-candidate"]);
    }
  });

  test("finds a model on KServe by the name of its Deployment", () => {
    const [workload] = workloadsOf({
      ...vision({ replicas: { min: 1, max: 2 } }),
      surface: { on: "kserve" },
    });
    expect(workload).toMatchObject({ kind: "deployment", name: "vision-predictor", scaler: "vision" });
  });

  test("is held by the API server to the one annotation, and to the minimum of each model", () => {
    const policies = breakGlassPolicies(workloads, STOP).filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
    const [pause, scale] = policies.map(({ spec }: any) => spec);
    for (const spec of [pause, scale]) {
      expect(spec.matchConditions).toEqual([
        { name: "stops-models", expression: `request.userInfo.username == "${STOP}"` },
      ]);
      expect(spec.failurePolicy).toBe("Fail");
    }
    expect(pause.validations[0].expression).toBe("object.spec == oldObject.spec");
    expect(scale.variables[0].expression).toBe(
      '{"support/assistant": 1, "support/assistant-candidate": 1, "ranking/vision": 2, "ranking/fixed": 3, "ranking/churn": 1}',
    );
    const bound = breakGlassPolicies(workloads, STOP).filter(({ kind }) => kind !== "ValidatingAdmissionPolicy");
    expect(bound.map(({ spec }: any) => spec)).toEqual(
      policies.map(({ metadata }) => ({ policyName: metadata.name, validationActions: ["Deny"] })),
    );
  });

  test("has no right before what bounds it is there", () => {
    const { release } = Object.fromEntries(
      stack()
        .resources("helm_release")
        .filter(({ config }) => config["name"] === "kill-switch-bounds")
        .map(({ address }) => ["release", address]),
    );
    expect(release).toBeDefined();
    const bindings = stack().resources("kubernetes_role_binding_v1");
    expect(bindings.length).toBeGreaterThan(0);
    for (const { config } of bindings) expect(config["depends_on"]).toContain(release);
  });

  test("has no end: a right that is over when it is needed stops nothing", () => {
    const breakGlass = { group: "ml-oncall@acme.example", expires: "2026-11-20" };
    expect(refusals(() => stoppableStack({ owner: OWNER, breakGlass }))[0]).toMatchObject({ code: "unknown-key" });
  });
});

test("two models never share a place unnoticed", () => {
  const models = [vision(), vision()];
  expect(refusals(() => stoppableStack({ owner: OWNER }, models)).map(({ code }) => code)).toContain("route-conflict");
});
