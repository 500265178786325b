import { SERVER_SIGNALS } from "../../../lib/catalog/server-metrics";
import { SURFACE_SIGNALS } from "../../../lib/catalog/surface-metrics";
import {
  analysisQueries,
  idleProgram,
  rolloutFailures,
  rolloutProgram,
  rolloutSchema,
  type RolloutConfig,
} from "../../../lib/serving";
import { deploymentVariants, surfaceVariants } from "../../../lib/serving/rollout/analysis-variants";
import { cloudRunTraffic } from "../../../lib/serving/rollout/traffic-cloud-run";
import { routeTraffic } from "../../../lib/serving/rollout/traffic-route";
import { vertexTraffic } from "../../../lib/serving/rollout/traffic-vertex";
import type { WorkflowDefinition } from "../../../lib/serving/rollout/workflow-definition";
import { FakeCloudRun, FakeEndpoint, FakeRoute, type FakeWorld } from "./fake-world";
import { runWorkflow, type Run } from "./workflow-simulator";
import { parseExpression } from "./workflow-expressions";

type Surface = "route-weights" | "cloud-run" | "vertex";
const surfaces: readonly Surface[] = ["route-weights", "cloud-run", "vertex"];

const model = { name: "assistant", namespace: "support", candidateVersion: "v2", cluster: "prod-gpu" };

function worldOf(surface: Surface): FakeWorld {
  if (surface === "cloud-run") return new FakeCloudRun();
  return surface === "vertex" ? new FakeEndpoint() : new FakeRoute(SERVER_SIGNALS.vllm);
}

function programOf(surface: Surface, config: RolloutConfig = {}): WorkflowDefinition {
  const rollout = rolloutSchema.parse(config);
  const common = { model: "assistant", rollout, next: "promote it" };
  if (surface === "route-weights") {
    const variants = deploymentVariants(model);
    return rolloutProgram({
      ...common,
      analysis: analysisQueries({ signals: SERVER_SIGNALS.vllm, variants, rollout }),
      traffic: routeTraffic({
        stable: "assistant",
        candidate: "assistant-candidate",
        ...(rollout.shadow ? { mirror: { service: "assistant-canary", port: 8000, percent: rollout.shadow } } : {}),
      }),
    });
  }
  const { variantLabel, ...signals } = SURFACE_SIGNALS[surface];
  const matchers = surface === "cloud-run" ? 'service_name="churn"' : 'endpoint_id="77"';
  const variants = surfaceVariants({ name: "churn", candidateVersion: "v2" }, variantLabel, matchers);
  const traffic =
    surface === "cloud-run" ? cloudRunTraffic() : vertexTraffic({ stable: "churn-v1", candidate: "churn-v2" });
  return rolloutProgram({ ...common, analysis: analysisQueries({ signals, variants, rollout }), traffic });
}

function run(surface: Surface, world: FakeWorld, config: RolloutConfig = {}, argument: unknown = null): Run {
  // As it is handed over: through JSON.
  return runWorkflow(JSON.parse(JSON.stringify(programOf(surface, config))), argument, world);
}

const percents = ({ changes }: FakeWorld) => changes.map(({ candidate }) => candidate);
const events = ({ log }: Run) => log.filter(({ json }) => json.event !== "measured").map(({ json }) => json.event);
const isWrite = ({ method }: { method: string }) => method === "PATCH";

describe.each(surfaces)("a rollout on %s", (surface) => {
  test("takes a good version through all steps to all of the requests", () => {
    const world = worldOf(surface);
    const { result, error, seconds, log } = run(surface, world);
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ outcome: "succeeded", weight: 100 });
    expect(percents(world)).toEqual([5, 10, 50, 100]);
    // Three steps of ten minutes.
    expect(seconds).toBeGreaterThanOrEqual(30 * 60);
    expect(seconds).toBeLessThan(33 * 60);
    expect(log.at(-1)).toMatchObject({
      severity: "NOTICE",
      json: { rollout: "assistant", event: "succeeded", next: "promote it" },
    });
  });

  test("gives the stable version the rest at every moment", () => {
    const world = worldOf(surface);
    run(surface, world);
    for (const { candidate, stable } of world.changes) expect(candidate + stable).toBe(100);
  });

  test("takes a version that fails back to none at its first step", () => {
    const world = worldOf(surface);
    world.models = () => ({ requestsPerMinute: 2000, stable: { failing: 0.001 }, candidate: { failing: 0.2 } });
    const { error, seconds, log } = run(surface, world);
    expect(error).toMatchObject({ reason: "worse", weight: 0 });
    expect(error.message).toMatch(
      /^share of failed requests: the new version uses \d+(\.\d+)? times what is accepted$/,
    );
    expect(percents(world)).toEqual([5, 0]);
    // The second failed measurement ends it: nobody waits for the end of the step.
    expect(seconds).toBeLessThan(4 * 60);
    expect(log.at(-1)).toMatchObject({
      severity: "ERROR",
      json: { event: "rolled-back", reason: "worse", reached: 5 },
    });
  });

  test("takes a slow version back", () => {
    const world = worldOf(surface);
    world.models = () => ({ requestsPerMinute: 2000, stable: { seconds: 0.1 }, candidate: { seconds: 0.6 } });
    expect(run(surface, world).error).toMatchObject({ reason: "worse", weight: 0 });
    expect(percents(world)).toEqual([5, 0]);
  });

  test("takes a version back that turns bad at a later step", () => {
    const world = worldOf(surface);
    world.models = () => ({
      requestsPerMinute: 2000,
      stable: {},
      candidate: { failing: world.candidate >= 50 ? 0.3 : 0 },
    });
    expect(run(surface, world).error).toMatchObject({ reason: "worse" });
    expect(percents(world)).toEqual([5, 10, 50, 0]);
  });

  test("forgives one failed measurement, over all steps together", () => {
    const world = worldOf(surface);
    const badMinutes = (minutes: readonly number[]) => (seconds: number) => ({
      requestsPerMinute: 2000,
      stable: {},
      candidate: { failing: minutes.includes(Math.floor(seconds / 60)) ? 0.3 : 0 },
    });
    world.models = badMinutes([3]);
    expect(run(surface, world).result).toMatchObject({ failures: { errors: 1 } });
    const again = worldOf(surface);
    again.models = badMinutes([3, 14]);
    expect(run(surface, again).error).toMatchObject({ reason: "worse" });
    expect(percents(again)).toEqual([5, 10, 0]);
  });

  test("does not go on from a bad measurement, even a forgiven one", () => {
    const world = worldOf(surface);
    world.models = (seconds) => ({
      requestsPerMinute: 2000,
      stable: {},
      candidate: { failing: seconds >= 9.9 * 60 && seconds < 10.9 * 60 ? 0.3 : 0 },
    });
    expect(run(surface, world).result).toMatchObject({ outcome: "succeeded", failures: { errors: 1 } });
    expect(world.changes[1]!.seconds).toBeGreaterThanOrEqual(11 * 60);
  });

  test("waits for requests, and goes back where they do not come", () => {
    const world = worldOf(surface);
    world.models = () => ({ requestsPerMinute: 0, stable: {}, candidate: {} });
    const { error, seconds } = run(surface, world, { stepMinutes: 10, maxStepMinutes: 40 });
    expect(error).toMatchObject({ reason: "inconclusive", weight: 0 });
    expect(error.message).toMatch(/^the new version answered 0 of 100 requests within 10 minutes/);
    expect(percents(world)).toEqual([5, 0]);
    expect(Math.round(seconds / 60)).toBe(40);
  });

  test("goes back where its requests do not reach the new version: only the load balancer knows of their errors", () => {
    const world = worldOf(surface);
    world.models = () => ({ requestsPerMinute: 2000, stable: {}, candidate: {}, arriving: 0 });
    const { error, seconds } = run(surface, world);
    expect(error).toMatchObject({ reason: "worse", weight: 0 });
    expect(error.message).toMatch(/^requests that do not reach it/);
    expect(percents(world)).toEqual([5, 0]);
    expect(seconds).toBeLessThan(6 * 60);
  });

  test("goes on where requests come late", () => {
    const world = worldOf(surface);
    world.models = (seconds) => ({ requestsPerMinute: seconds < 25 * 60 ? 10 : 2000, stable: {}, candidate: {} });
    const { result } = run(surface, world);
    expect(result).toMatchObject({ outcome: "succeeded" });
    expect(world.changes[1]!.seconds).toBeGreaterThanOrEqual(25 * 60);
  });

  test("tries again where an API fails for a moment", () => {
    const world = worldOf(surface);
    let calls = 0;
    const faults = [{ code: 503, body: {} }, { code: 429, body: {} }, "unreachable", "answer-lost"] as const;
    world.fault = () => (++calls % 3 === 0 ? faults[(calls / 3) % faults.length] : undefined);
    expect(run(surface, world).result).toMatchObject({ outcome: "succeeded" });
    expect(percents(world)).toEqual([5, 10, 50, 100]);
  });

  test("holds where a change was made but its answer was lost", () => {
    const world = worldOf(surface);
    world.fault = (request) =>
      isWrite(request) && world.requests.filter(isWrite).length % 2 ? "answer-lost" : undefined;
    expect(run(surface, world).result).toMatchObject({ outcome: "succeeded" });
    expect(percents(world)).toEqual([5, 10, 50, 100]);
  });

  test("goes back where metrics cannot be read any more", () => {
    const world = worldOf(surface);
    const down = { code: 500, body: {} };
    world.fault = ({ url }, seconds) => (url.includes("monitoring") && seconds > 12 * 60 ? down : undefined);
    expect(run(surface, world).error).toMatchObject({ reason: "blind", weight: 0 });
    expect(percents(world)).toEqual([5, 10, 0]);
  });

  test("touches nothing where it lacks a right", () => {
    const world = worldOf(surface);
    world.fault = () => ({ code: 403, body: { error: { message: "denied" } } });
    expect(run(surface, world).error).toMatchObject({ code: 403 });
    expect(world.changes).toEqual([]);
    expect(world.requests).toHaveLength(1);
  });

  test("goes back where it may no longer write", () => {
    const world = worldOf(surface);
    world.fault = (request) =>
      isWrite(request) && world.candidate === 10 && percents(world).length === 2 && refusals-- > 0
        ? { code: 403, body: {} }
        : undefined;
    let refusals = 1;
    expect(run(surface, world).error).toMatchObject({ reason: "error", weight: 0 });
    expect(percents(world)).toEqual([5, 10, 0]);
  });

  test("cries where it cannot go back", () => {
    const world = worldOf(surface);
    world.models = () => ({ requestsPerMinute: 2000, stable: {}, candidate: { failing: 0.5 } });
    world.fault = (request) => (isWrite(request) && world.candidate > 0 ? { code: 403, body: {} } : undefined);
    const { error, log } = run(surface, world);
    expect(error).toMatchObject({ reason: "rollback-failed", first: "worse" });
    expect(log.at(-1)).toMatchObject({ severity: "CRITICAL", json: { event: "rollback-failed", reason: "worse" } });
  });

  test("does not start where another one is under way", () => {
    const world = worldOf(surface);
    let second: Run | undefined;
    world.models = (seconds) => {
      if (seconds > 15 * 60) second ??= run(surface, world);
      return { requestsPerMinute: 2000, stable: {}, candidate: {} };
    };
    expect(run(surface, world).result).toMatchObject({ outcome: "succeeded" });
    expect(second!.error).toMatchObject({ reason: "in-progress" });
    expect(second!.error.message).toMatch(/^the new version has 10 % of the requests already/);
    expect(percents(world)).toEqual([5, 10, 50, 100]);
  });

  test("takes over what was broken off, where it is told to", () => {
    const world = worldOf(surface);
    // Broken off in its second step: the world ends.
    world.models = (seconds) => {
      if (seconds > 15 * 60) throw new Error("cancelled");
      return { requestsPerMinute: 2000, stable: {}, candidate: {} };
    };
    expect(() => run(surface, world)).toThrow("cancelled");
    expect(world.candidate).toBe(10);
    world.models = () => ({ requestsPerMinute: 2000, stable: {}, candidate: {} });
    expect(run(surface, world).error).toMatchObject({ reason: "in-progress" });
    expect(run(surface, world, {}, { restart: true }).result).toMatchObject({ outcome: "succeeded" });
    expect(percents(world)).toEqual([5, 10, 0, 5, 10, 50, 100]);
  });

  test.each([0, 10, 100])(
    "does not promote before the file hands over, whatever the candidate has: %i %%",
    (percent) => {
      const world = worldOf(surface);
      world.byHand(percent);
      const { error } = run(surface, world, {}, { finish: true });
      expect(error).toMatchObject({ reason: "too-early" });
      expect(error.message).toMatch(/promote it$/);
      expect(world.requests).toEqual([]);
    },
  );

  test("does not take restart and finish at once", () => {
    const world = worldOf(surface);
    const { error } = run(surface, world, {}, { restart: true, finish: true });
    expect(error).toMatchObject({ reason: "contradictory" });
    expect(world.requests).toEqual([]);
  });

  test("stays below the steps that an execution may take", () => {
    const world = worldOf(surface);
    world.models = () => ({ requestsPerMinute: 0.2, stable: {}, candidate: {} });
    const longest = { steps: Array.from({ length: 20 }, (_, index) => index + 1), stepMinutes: 5, maxStepMinutes: 300 };
    // One step at full patience is measured 60 times; twenty of them must stay below 100,000.
    expect(run(surface, world, longest).steps * 20).toBeLessThan(100_000);
  });
});

describe("traffic that somebody else changes", () => {
  test.each(surfaces)("on %s is left as it is", (surface) => {
    const world = worldOf(surface);
    let moved = false;
    world.models = (seconds) => {
      if (seconds > 5 * 60 && !moved) {
        moved = true;
        world.byHand(33);
      }
      return { requestsPerMinute: 2000, stable: {}, candidate: {} };
    };
    const { error, log } = run(surface, world);
    expect(error).toMatchObject({ reason: "moved", weight: "unchanged" });
    expect(world.candidate).toBe(33);
    expect(log.at(-1)!.json.message).toBe(
      "the new version has 33 % of the requests in place of 5 %: somebody else changed them",
    );
  });
});

describe("somebody else's hand", () => {
  test.each(surfaces)("on %s is not overwritten even between reading and writing", (surface) => {
    const world = worldOf(surface);
    world.fault = (request) => {
      if (isWrite(request) && world.candidate === 5) world.byHand(33);
      return undefined;
    };
    const { error, log } = run(surface, world);
    expect(error).toMatchObject({ reason: "moved", weight: "unchanged" });
    expect(world.candidate).toBe(33);
    expect(log.map(({ severity }) => severity)).not.toContain("CRITICAL");
  });

  test.each(surfaces)("on %s that went back first leaves nothing to do", (surface) => {
    const world = worldOf(surface);
    world.models = (seconds) => {
      if (seconds > 13 * 60 && world.candidate === 10) world.byHand(0);
      // That no requests come any more counts against the new version.
      return { requestsPerMinute: 2000, stable: {}, candidate: {} };
    };
    const { error, log } = run(surface, world, { failureLimit: 0 });
    expect(error).toMatchObject({ reason: "worse", weight: 0 });
    expect(world.candidate).toBe(0);
    expect(log.map(({ severity }) => severity)).not.toContain("CRITICAL");
  });
});

describe("a surface that does not offer both versions", () => {
  test("a stopped model's route names neither", () => {
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    world.rules.splice(1, 2);
    expect(run("route-weights", world).error).toMatchObject({ reason: "not-ready" });
  });

  test("a model that is stopped in the middle of its rollout needs no way back", () => {
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    world.models = (seconds) => {
      if (seconds > 5 * 60) world.rules.splice(1, 2);
      return { requestsPerMinute: seconds > 5 * 60 ? 0 : 2000, stable: {}, candidate: {} };
    };
    const { error, log } = run("route-weights", world);
    expect(error).toMatchObject({ reason: "inconclusive", weight: "not routed" });
    expect(log.map(({ severity }) => severity)).not.toContain("CRITICAL");
  });

  test("Cloud Run traffic to a third revision", () => {
    const world = new FakeCloudRun();
    world.traffic[0].percent = 60;
    world.traffic[2].percent = 40;
    expect(run("cloud-run", world).error).toMatchObject({ reason: "not-ready" });
    expect(world.changes).toEqual([]);
  });

  test("a Vertex AI endpoint without its traffic", () => {
    const world = new FakeEndpoint();
    world.trafficSplit = {};
    expect(run("vertex", world).error).toMatchObject({ reason: "not-ready" });
  });
});

test("a model with nothing to shift is told so", () => {
  const world = worldOf("route-weights");
  const { error } = runWorkflow(JSON.parse(JSON.stringify(idleProgram("not-ready", "no candidate"))), null, world);
  expect(error).toMatchObject({ reason: "not-ready" });
  expect(world.requests).toEqual([]);
});

describe("a surface's other settings", () => {
  test("a route keeps its filters and its other rules", () => {
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    run("route-weights", world, { shadow: 20 });
    expect(world.rules[0].backendRefs).toEqual([expect.objectContaining({ name: "somebody-else", weight: 1 })]);
    expect(world.rules[1].filters).toEqual([{ type: "URLRewrite", urlRewrite: {} }]);
    expect(world.rules[2].filters ?? []).toEqual([]);
  });

  test("a Cloud Run service keeps the tags of further revisions", () => {
    const world = new FakeCloudRun();
    run("cloud-run", world);
    expect(world.traffic).toContainEqual({
      type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
      revision: "churn-v0",
      tag: "old",
    });
  });
});

describe("copies of requests", () => {
  test("come before the first step, and end with it", () => {
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    const shadows = new Set<string>();
    world.models = () => {
      shadows.add(`${world.shadow} copied at ${world.candidate}`);
      return { requestsPerMinute: 2000, stable: {}, candidate: {} };
    };
    expect(run("route-weights", world, { shadow: 20 }).result).toMatchObject({ outcome: "succeeded" });
    expect([...shadows]).toEqual(["20 copied at 0", "0 copied at 5", "0 copied at 10", "0 copied at 50"]);
  });

  test("show a bad version before any caller meets it", () => {
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    world.models = () => ({ requestsPerMinute: 2000, stable: {}, candidate: { failing: 0.5 } });
    expect(run("route-weights", world, { shadow: 100 }).error).toMatchObject({ reason: "worse" });
    expect(world.changes).toEqual([]);
    expect(world.shadow).toBe(0);
  });

  test("are a rollout under way", () => {
    const world = new FakeRoute(SERVER_SIGNALS.vllm);
    let second: Run | undefined;
    world.models = (seconds) => {
      if (seconds > 5 * 60) second ??= run("route-weights", world, { shadow: 20 });
      return { requestsPerMinute: 2000, stable: {}, candidate: {} };
    };
    run("route-weights", world, { shadow: 20 });
    expect(second!.error).toMatchObject({ reason: "in-progress" });
  });
});

describe("whatever the steps are", () => {
  // A fixed sequence of numbers, so that a failure can be repeated.
  const random = (seed: number) => () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;

  test.each(surfaces)("on %s the first is small, all are taken in order, and the sum is 100", (surface) => {
    const next = random(7);
    for (let round = 0; round < 25; round += 1) {
      const steps = [
        ...new Set(Array.from({ length: 1 + Math.floor(next() * 6) }, () => 1 + Math.floor(next() * 99))),
      ].sort((a, b) => a - b);
      const rollout = rolloutSchema.parse({ steps, stepMinutes: 5 + Math.floor(next() * 30) });
      const accepted = rolloutFailures(rollout).length === 0;
      expect(accepted).toBe(steps[0]! <= 10);
      if (!accepted) continue;
      const breaks = next() < 0.5 ? steps[Math.floor(next() * steps.length)]! : 101;
      const world = worldOf(surface);
      world.models = () => ({
        requestsPerMinute: 20_000,
        stable: {},
        candidate: { failing: world.candidate >= breaks ? 0.4 : 0 },
      });
      run(surface, world, rollout);
      const taken = steps.filter((percent) => percent <= breaks);
      expect(percents(world)).toEqual([...taken, breaks > 100 ? 100 : 0]);
      expect(percents(world)[0]).toBeLessThanOrEqual(10);
      for (const { candidate, stable } of world.changes) expect(candidate + stable).toBe(100);
    }
  });
});

describe("the program keeps the limits of Cloud Workflows", () => {
  test.each(surfaces)("on %s", (surface) => {
    const program = programOf(surface, { shadow: surface === "route-weights" ? 10 : undefined });
    // Quotas and limits: 128 KB of source.
    expect(JSON.stringify(program).length).toBeLessThan(100_000);
    for (const [name, { steps }] of Object.entries(program)) {
      const names = stepNames(steps);
      expect([name, names.filter((each, index) => names.indexOf(each) !== index)]).toEqual([name, []]);
      for (const each of names) expect(each).toMatch(/^[a-z][a-z_]*$/);
    }
    for (const expression of JSON.stringify(program).match(/"\$\{(?:[^"\\]|\\.)*\}"/g)!) {
      parseExpression((JSON.parse(expression) as string).slice(2, -1));
    }
  });

  test("says in its log what happens", () => {
    const world = worldOf("route-weights");
    const { log } = run("route-weights", world, { steps: [5] });
    expect(events({ log } as Run)).toEqual(["started", "succeeded"]);
    expect(log.find(({ json }) => json.event === "measured")).toMatchObject({
      severity: "INFO",
      json: { rollout: "assistant", percent: 5, requests: 1000, used: { errors: 0 } },
    });
  });
});

function stepNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(stepNames);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(isStep(inner) ? [key] : []), ...stepNames(inner)]);
}

function isStep(value: unknown): boolean {
  const kinds = ["assign", "call", "switch", "for", "try", "raise", "return"];
  return (
    typeof value === "object" &&
    value !== null &&
    !("result" in value && "args" in value && !("call" in value)) &&
    kinds.some((kind) => kind in value)
  );
}
