import { Policy } from "../../../lib/policy";
import { ClusterAccess, ManifestRelease } from "../../../lib/delivery";
import { Gateway, KillSwitch, afterGateway, routeObjects } from "../../../lib/serving";
import { CLUSTER } from "../../delivery/platform";
import { stackOf } from "../../stacks/platform";
import { GATEWAY, MODELS, SURROUNDINGS, refusals, servedWith } from "./fixture";

beforeAll(() => (process.env["CDKTF_AI_PLATFORM_TODAY"] = "2026-11-21"));
afterAll(() => delete process.env["CDKTF_AI_PLATFORM_TODAY"]);

/** An environment's way to its models, judged by every rule that ships. */
function judged(stopped: readonly string[], withStops = true) {
  return stackOf(
    (stack) => {
      ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
      const gateway = new Gateway(stack, "gateway", { ...SURROUNDINGS, ...GATEWAY });
      const after = afterGateway(gateway.ref, stack);
      if (withStops) {
        new KillSwitch(stack, "stops", {
          owner: "ml-platform-lead",
          stopped,
          breakGlass: { group: "ml-oncall@acme.example" },
          models: MODELS,
          hosts: GATEWAY.hosts,
          policy: gateway.edge.ref,
          cluster: CLUSTER,
          namespace: gateway.ref.namespace,
          after,
        });
      }
      for (const model of servedWith(stopped)) {
        const { name, namespace } = model;
        new ManifestRelease(stack, name, { name, namespace, objects: routeObjects(model, gateway.ref), after });
      }
    },
    { policy: new Policy({}) },
  );
}

test("the gateway, its stops and the routes of models break no rule that ships, stopped or not", () => {
  judged([]);
  judged(["assistant"]);
  judged(["*"]);
});

test("a plan with one model stopped changes the rule at the edge and the release of the model, and nothing else", () => {
  const before = judged([]);
  const after = judged(["assistant"]);
  const changed = after.resources().filter(({ address, config }) => {
    const old = before.resources().find((resource) => resource.address === address);
    return JSON.stringify(old?.config) !== JSON.stringify(config);
  });
  expect(
    changed.map(({ type, config }) => `${type} ${String(config["name"] ?? config["description"])}`).sort(),
  ).toEqual(["google_compute_region_security_policy_rule Stop of assistant", "helm_release assistant"]);
  expect(after.resources()).toHaveLength(before.resources().length);
});

test("routes without their stops are refused", () => {
  const codes = refusals(() => judged([], false)).map(({ code }) => code);
  expect(new Set(codes)).toEqual(new Set(["serving.stoppableRoutes"]));
});
