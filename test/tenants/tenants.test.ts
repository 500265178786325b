import { Tenants, type TenantsProps } from "../../lib/tenants";
import { tenantsRules, tenantsSectionSchema } from "../../stacks/tenants-section";
import { crossFieldFailures, parseValue } from "../../lib/core";
import { crdFailures, describeWithCrds } from "../kubernetes/crd-schema";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack } from "../stacks/platform";
import { A100, CLUSTER, L4, SEARCH, SYSTEM, VISION, released, releasedObjects, tenantStack, typed } from "./fixture";

const base: TenantsProps = { teams: [SEARCH, VISION], cluster: CLUSTER, pools: [A100, L4, SYSTEM] };

function tenants(props: Partial<TenantsProps> = {}) {
  let made: Tenants | undefined;
  const stack = tenantStack((scope) => {
    made = new Tenants(scope, "tenants", { ...base, ...props });
  });
  return { stack, tenants: made! };
}

const queued = tenants({ queues: {} });

describe("the tenants of an environment", () => {
  test("have priorities in Kubernetes and in Kueue that say the same", () => {
    expect(typed(queued.stack, "priority_class", "real-time")).toMatchObject({
      value: 1_000_000,
      preemption_policy: "PreemptLowerPriority",
      global_default: false,
    });
    expect(typed(queued.stack, "priority_class", "batch")).toMatchObject({ value: 100, preemption_policy: "Never" });
    expect(released(queued.stack, "WorkloadPriorityClass", "real-time")["value"]).toBe(1_000_000);
    expect(released(queued.stack, "WorkloadPriorityClass", "batch")["value"]).toBe(100);
  });

  test("each reach the queues from their own namespace", () => {
    const queues = releasedObjects(queued.stack).filter(({ kind }) => kind === "LocalQueue");
    expect(queues.map(({ metadata, spec }) => [metadata.namespace, metadata.name, spec])).toEqual([
      ["search", "batch", { clusterQueue: "search-batch" }],
      ["search", "serving", { clusterQueue: "serving" }],
      ["vision", "batch", { clusterQueue: "vision-batch" }],
      ["vision", "serving", { clusterQueue: "serving" }],
    ]);
  });

  test("offer queues, pools and priorities to what runs in their namespaces", () => {
    expect(queued.tenants.teams.get("vision")!.ref).toMatchObject({
      batchQueue: "batch",
      servingQueue: "serving",
      queuedPools: ["a100", "l4"],
      servingPriorityClass: "real-time",
      batchPriorityClass: "batch",
    });
  });

  test("queue into what is there: local queues come after cluster queues and the namespace", () => {
    const [release] = queued.stack.resources("helm_release").filter(({ config }) => config["namespace"] === "search");
    const waitsFor = JSON.stringify(release!.config["depends_on"]);
    expect(waitsFor).toMatch(/helm_release\.tenants_queues/);
    expect(waitsFor).toMatch(/kubernetes_namespace_v1\.tenants_team-search/);
  });

  test("have no queues where none were asked for", () => {
    const { stack, tenants: plain } = tenants();
    stack.absent("helm_release");
    expect(plain.queues).toBeUndefined();
    expect(plain.teams.get("search")!.ref).toMatchObject({ queuedPools: [], servingPriorityClass: "real-time" });
    expect(plain.teams.get("search")!.ref.servingQueue).toBeUndefined();
  });

  test("change one release when one team's part changes, and the shared one", () => {
    const changed = tenants({
      queues: {},
      teams: [{ ...SEARCH, quota: { gpus: 4 }, batch: { guaranteed: { a100: 4 } } }, VISION],
    });
    const before = new Map(queued.stack.resources().map(({ address, config }) => [address, JSON.stringify(config)]));
    const different = changed.stack
      .resources()
      .filter(({ address, config }) => before.get(address) !== JSON.stringify(config));
    expect(different.map(({ type }) => type).sort()).toEqual(["helm_release", "kubernetes_resource_quota_v1"]);
  });
});

describeWithCrds("local queues", () => {
  test("are what Kueue takes", () => {
    const queues = releasedObjects(queued.stack).filter(({ kind }) => kind === "LocalQueue");
    expect(queues.map(crdFailures)).toEqual([[], [], [], []]);
  });
});

describe("refused together, with paths as in the environment file", () => {
  const refused = (props: Partial<TenantsProps>) =>
    failuresOf(() => new Tenants(anyStack(), "tenants", { ...base, ...props })).map(({ code, path }) => [code, path]);

  test("what is wrong with several teams and with the queues", () => {
    const teams = [
      { ...SEARCH, owner: "Search Lead" },
      { ...VISION, name: "kube-system", batch: { guaranteed: { a10: 1 } } },
    ];
    expect(refused({ teams, queues: {} })).toEqual([
      ["unknown-pool", "teams[1].batch.guaranteed.a10"],
      ["wrong-format", "teams[0].owner"],
      ["reserved-namespace", "teams[1].name"],
    ]);
  });

  test("two teams of one name", () => {
    expect(refused({ teams: [SEARCH, SEARCH] })).toEqual([["duplicate", "teams[1].name"]]);
  });
});

describe("the environment's keys", () => {
  const read = (data: unknown) => {
    const { value, failures } = parseValue(tenantsSectionSchema, data, "refuse");
    return [...failures, ...crossFieldFailures(tenantsRules, value as never, failures)];
  };

  test("may be left out", () => {
    expect(read({})).toEqual([]);
    expect(read({ teams: [SEARCH], queues: { serving: { a100: 4 } } })).toEqual([]);
  });

  test("refuse queues without teams, parts of queues that are not there, and two teams of one name", () => {
    expect(read({ queues: {} })).toMatchObject([{ code: "missing", path: "teams" }]);
    expect(read({ teams: [{ ...SEARCH, batch: { guaranteed: { a100: 4 } } }] })).toMatchObject([
      { code: "no-queues", path: "teams[0].batch" },
    ]);
    expect(read({ teams: [SEARCH, SEARCH] })).toMatchObject([{ code: "duplicate", path: "teams[1].name" }]);
  });

  test("name what is nearest to a key that is not there", () => {
    expect(read({ teams: [{ ...SEARCH, qouta: {} }] })).toMatchObject([
      { code: "unknown-key", path: "teams[0].qouta", fix: 'did you mean "quota"?' },
    ]);
  });
});
