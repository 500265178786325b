import { SERVER_SIGNALS, SERVING_POD_LABELS } from "../../../lib/catalog/server-metrics";
import { rolloutSchema, type RolloutConfig } from "../../../lib/serving";
import { promotionProgram } from "../../../lib/serving/rollout/rollout-promotion";
import { routeTraffic } from "../../../lib/serving/rollout/traffic-route";
import { FakeRoute, type FakeWorld } from "./fake-world";
import { parseExpression } from "./workflow-expressions";
import { runWorkflow, type Run } from "./workflow-simulator";

const backends = { stable: "assistant", candidate: "assistant-candidate" };

/** A route as a rollout leaves it, and the model's own replicas exchanged since. */
function rolledOut(weight = 100): FakeRoute {
  const world = new FakeRoute(SERVER_SIGNALS.vllm);
  world.byHand(weight);
  return world;
}

function programOf(config: RolloutConfig, fewest: number) {
  return promotionProgram({
    model: "assistant",
    rollout: rolloutSchema.parse(config),
    traffic: routeTraffic(backends),
    replicas: { version: "v2", fewest },
  });
}

function run(world: FakeWorld, argument: unknown = { finish: true }, config: RolloutConfig = {}, fewest = 1): Run {
  return runWorkflow(JSON.parse(JSON.stringify(programOf(config, fewest))), argument, world);
}

const percents = ({ changes }: FakeWorld) => changes.map(({ candidate }) => candidate);
const isWrite = ({ method }: { method: string }) => method === "PATCH";

/** Sets what the Deployment says of its replicas; those that are not told of are as wanted. */
function replicas({ deployment }: FakeRoute, wanted: number, status: Readonly<Record<string, number>> = {}): void {
  deployment.spec.replicas = wanted;
  const all = { replicas: wanted, updatedReplicas: wanted, availableReplicas: wanted, ...status };
  Object.assign(deployment.status, all);
}

describe("a promotion", () => {
  test("moves all requests to the model's own replicas, step by step", () => {
    const world = rolledOut();
    const { result, error, seconds, log } = run(world);
    expect(error).toBeUndefined();
    expect(result).toEqual({ outcome: "promoted", weight: 0 });
    expect(percents(world)).toEqual([95, 90, 50, 0]);
    for (const { candidate, stable } of world.changes) expect(candidate + stable).toBe(100);
    // Three steps of ten minutes, and nothing that would have to be measured.
    expect(Math.round(seconds / 60)).toBe(30);
    expect(world.requests.every(({ url }) => !url.includes("monitoring"))).toBe(true);
    expect(log.map(({ severity, json }) => [severity, json.rollout, json.event])).toEqual([
      ["NOTICE", "assistant", "promotion-started"],
      ["NOTICE", "assistant", "promoted"],
    ]);
    expect(log.at(-1)!.json.next).toBe("remove the candidate, and apply");
  });

  test("goes by the steps and minutes of the rollout", () => {
    const world = rolledOut();
    const { seconds } = run(world, { finish: true }, { steps: [10], stepMinutes: 5 });
    expect(percents(world)).toEqual([90, 0]);
    expect(Math.round(seconds / 60)).toBe(5);
  });

  test("is done where the candidate has none of the requests", () => {
    const world = rolledOut(0);
    expect(run(world).result).toEqual({ outcome: "promoted", weight: 0 });
    expect(world.changes).toEqual([]);
    expect(world.requests.filter(isWrite)).toEqual([]);
  });

  test("begins only where it is told to", () => {
    for (const argument of [null, {}, { finish: false }]) {
      const world = rolledOut();
      const { error } = run(world, argument);
      expect(error).toMatchObject({ reason: "handed-over" });
      expect(error.message).toMatch(/both v2, so there is nothing to roll out; finish=true/);
      expect(world.requests).toEqual([]);
    }
  });

  test("refuses restart and finish at once", () => {
    const world = rolledOut();
    expect(run(world, { restart: true, finish: true }).error).toMatchObject({ reason: "contradictory" });
    expect(world.requests).toEqual([]);
  });

  test.each([5, 40, 90])("refuses a candidate with %i %% of the requests: something is under way", (weight) => {
    const world = rolledOut(weight);
    const { error, log } = run(world);
    expect(error).toMatchObject({ reason: "in-progress" });
    expect(error.message).toContain(`the candidate has ${weight} % of the requests`);
    expect(world.changes).toEqual([]);
    expect(log).toEqual([]);
  });

  test("does not start where another one is under way", () => {
    const world = rolledOut();
    let second: Run | undefined;
    world.fault = (_request, seconds) => {
      if (seconds > 15 * 60) {
        world.fault = () => undefined;
        second = run(world);
      }
      return undefined;
    };
    expect(run(world).result).toMatchObject({ outcome: "promoted" });
    expect(second!.error).toMatchObject({ reason: "in-progress" });
    expect(percents(world)).toEqual([95, 90, 50, 0]);
  });

  test("goes on from where one was broken off, where it is told to", () => {
    const world = rolledOut(90);
    expect(run(world, { restart: true }).result).toMatchObject({ outcome: "promoted" });
    expect(percents(world)).toEqual([50, 0]);
  });
});

describe("the model's own replicas", () => {
  test.each<[string, (world: FakeRoute) => void, RegExp]>([
    [
      "have the old version",
      ({ deployment }) => (deployment.spec.template.metadata.labels[SERVING_POD_LABELS.version] = "v1"),
      /of version v1/,
    ],
    ["were not looked at since they were changed", ({ deployment }) => (deployment.metadata.generation = 5), /ready/],
    [
      "are being exchanged",
      (world) => replicas(world, 2, { updatedReplicas: 1 }),
      /of 2 .* wanted 1 are of version v2/,
    ],
    ["stand beside old ones", (world) => replicas(world, 2, { replicas: 3 }), /3 are there/],
    ["are not all available", (world) => replicas(world, 2, { availableReplicas: 1 }), /1 are available/],
    ["are none", (world) => replicas(world, 0), /of 0 replicas/],
    ["say nothing of themselves", ({ deployment }) => delete deployment.status, /0 are available/],
  ])("that %s take no requests", (_what, change, message) => {
    const world = rolledOut();
    change(world);
    const { error, seconds } = run(world);
    expect(error).toMatchObject({ reason: "unready" });
    expect(error.message).toMatch(message);
    expect(world.changes).toEqual([]);
    expect(seconds).toBe(0);
  });

  test("may be none where the model rests at zero", () => {
    const world = rolledOut();
    replicas(world, 0);
    expect(run(world, { finish: true }, {}, 0).result).toMatchObject({ outcome: "promoted" });
  });

  test("get more requests once those that autoscaling adds are there", () => {
    const world = rolledOut();
    world.fault = (_request, seconds) => {
      if (seconds > 60 && seconds < 25 * 60) replicas(world, 4, { updatedReplicas: 4, availableReplicas: 2 });
      else if (seconds >= 25 * 60) replicas(world, 4);
      return undefined;
    };
    expect(run(world).result).toMatchObject({ outcome: "promoted" });
    expect(world.changes[1]!.seconds).toBeGreaterThanOrEqual(25 * 60);
  });

  test("that do not become ready give the requests back", () => {
    const world = rolledOut();
    world.fault = () => {
      if (world.candidate === 90) replicas(world, 4, { availableReplicas: 2 });
      return undefined;
    };
    const { error, log, seconds } = run(world, { finish: true }, { stepMinutes: 10, maxStepMinutes: 20 });
    expect(error).toMatchObject({ reason: "unready", weight: 100 });
    expect(percents(world)).toEqual([95, 90, 100]);
    expect(Math.round(seconds / 60)).toBe(10 + 20);
    expect(log.at(-1)).toMatchObject({ severity: "ERROR", json: { event: "rolled-back", weight: 100, reached: 90 } });
  });
});

describe("what goes wrong with a promotion", () => {
  test("faults that pass are tried again", () => {
    const world = rolledOut();
    let calls = 0;
    const faults = [{ code: 503, body: {} }, { code: 429, body: {} }, "unreachable", "answer-lost"] as const;
    world.fault = () => (++calls % 3 === 0 ? faults[(calls / 3) % faults.length] : undefined);
    expect(run(world).result).toMatchObject({ outcome: "promoted" });
    expect(percents(world)).toEqual([95, 90, 50, 0]);
  });

  test("somebody else's hand is not overwritten, even between reading and writing", () => {
    const world = rolledOut();
    world.fault = (request) => {
      if (isWrite(request) && world.candidate === 95) world.byHand(33);
      return undefined;
    };
    const { error, log } = run(world);
    expect(error).toMatchObject({ reason: "moved", weight: "unchanged" });
    expect(world.candidate).toBe(33);
    expect(log.map(({ severity }) => severity)).not.toContain("CRITICAL");
  });

  test("a write that comes second to another of the same is as good", () => {
    const world = rolledOut();
    world.fault = (request) => {
      if (isWrite(request) && world.candidate === 100) world.byHand(95);
      return undefined;
    };
    expect(run(world).result).toMatchObject({ outcome: "promoted" });
    expect(world.candidate).toBe(0);
  });

  test("touches nothing where it may not look at the replicas", () => {
    const world = rolledOut();
    world.fault = ({ url }) => (url.includes("deployments") ? { code: 403, body: {} } : undefined);
    expect(run(world).error).toMatchObject({ code: 403 });
    expect(world.requests.filter(isWrite)).toEqual([]);
  });

  test("gives the requests back where it may write no more, and cries where it cannot", () => {
    const world = rolledOut();
    let refusals = 1;
    world.fault = (request) =>
      isWrite(request) && world.candidate === 90 && refusals-- > 0 ? { code: 403, body: {} } : undefined;
    expect(run(world).error).toMatchObject({ reason: "error", weight: 100 });
    expect(world.candidate).toBe(100);
    const stuck = rolledOut();
    stuck.fault = (request) => (isWrite(request) && stuck.candidate === 90 ? { code: 403, body: {} } : undefined);
    const { error, log } = run(stuck);
    expect(error).toMatchObject({ reason: "rollback-failed", first: "error" });
    expect(log.at(-1)!.severity).toBe("CRITICAL");
  });

  test("a model that is stopped has no route that leads to both", () => {
    const world = rolledOut();
    world.rules.splice(1, 2);
    expect(run(world).error).toMatchObject({ reason: "not-ready" });
  });
});

test("the program keeps the limits of Cloud Workflows", () => {
  const source = JSON.stringify(programOf({}, 1));
  for (const expression of source.match(/"\$\{(?:[^"\\]|\\.)*\}"/g)!) {
    const text = (JSON.parse(expression) as string).slice(2, -1);
    parseExpression(text);
    // Quotas and limits: 400 characters of an expression.
    expect([text, text.length <= 400]).toEqual([text, true]);
  }
});
