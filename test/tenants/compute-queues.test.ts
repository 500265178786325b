import { ComputeQueues, type ComputeQueuesProps, type TeamShare } from "../../lib/tenants";
import type { SynthesizedStack } from "../../lib/testing";
import { crdFailures, describeWithCrds } from "../kubernetes/crd-schema";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack } from "../stacks/platform";
import { A100, L4, SYSTEM, TRAINING, pool, released, releasedObjects, tenantStack } from "./fixture";

const search: TeamShare = { name: "search" };
const vision: TeamShare = { name: "vision" };
const GPU = "nvidia.com/gpu";

function queueStack(props: Partial<ComputeQueuesProps> = {}): SynthesizedStack {
  return tenantStack((stack) => {
    new ComputeQueues(stack, "queues", { teams: [search, vision], pools: [A100, L4, SYSTEM], ...props });
  });
}

function refused(props: Partial<ComputeQueuesProps>) {
  return failuresOf(() => {
    new ComputeQueues(anyStack(), "queues", { teams: [search, vision], pools: [A100, L4, SYSTEM], ...props });
  });
}

/** A team with some GPUs for sure, and a quota that lets it have them. */
function withShare(name: string, guaranteed: Record<string, number>, atMost?: Record<string, number>): TeamShare {
  return { name, quota: { gpus: 1000 }, batch: { guaranteed, ...(atMost ? { atMost } : {}) } };
}

interface QueueSpec {
  readonly resourceGroups: readonly {
    readonly coveredResources: readonly string[];
    readonly flavors: readonly { readonly name: string; readonly resources: readonly Quota[] }[];
  }[];
}

interface Quota {
  readonly name: string;
  readonly nominalQuota: string;
  readonly borrowingLimit?: string;
}

function quotaOf(stack: SynthesizedStack, kind: string, name: string, flavor: string, resource: string): Quota {
  const { spec } = released(stack, kind, name) as { spec: QueueSpec };
  const quotas = spec.resourceGroups[0]!.flavors.find((f) => f.name === flavor)!.resources;
  return quotas.find((quota) => quota.name === resource)!;
}

const UNITS: Readonly<Record<string, number>> = { m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30 };

/** Number that a quantity of Kubernetes stands for. */
function numberOf(quantity: string): number {
  const [, digits, unit] = /^(\d+)(m|Mi|Gi)?$/.exec(quantity)!;
  return Number(digits) * (unit ? UNITS[unit]! : 1);
}

const stack = queueStack({
  teams: [withShare("search", { a100: 4 }, { a100: 8, l4: 2 }), withShare("vision", { a100: 2 })],
  queues: { serving: { a100: 8, l4: 8 } },
});

describe("quotas", () => {
  test("are what was guaranteed; what nobody is guaranteed is in the cohort", () => {
    const nominal = (kind: string, name: string) => quotaOf(stack, kind, name, "a100", GPU).nominalQuota;
    expect(nominal("ClusterQueue", "serving")).toBe("8");
    expect(nominal("ClusterQueue", "search-batch")).toBe("4");
    expect(nominal("ClusterQueue", "vision-batch")).toBe("2");
    expect(nominal("Cohort", "test-gpu")).toBe("2");
  });

  test.each(["a100", "l4"])("of %s add up to what its nodes leave to pods, in every resource", (flavor) => {
    const { maxNodes, allocatable, gpuShares } = flavor === "a100" ? A100 : L4;
    const total: Record<string, number> = {
      cpu: (maxNodes * allocatable.cpuMillis) / 1000,
      memory: maxNodes * allocatable.memoryBytes,
      "ephemeral-storage": maxNodes * allocatable.ephemeralBytes,
      [GPU]: maxNodes * gpuShares!.perNode,
    };
    for (const [resource, amount] of Object.entries(total)) {
      const sum = ["serving", "search-batch", "vision-batch"]
        .map((name) => quotaOf(stack, "ClusterQueue", name, flavor, resource))
        .concat(quotaOf(stack, "Cohort", "test-gpu", flavor, resource))
        .reduce((all, { nominalQuota }) => all + numberOf(nominalQuota), 0);
      expect(sum).toBeLessThanOrEqual(amount);
      expect(sum).toBeGreaterThan(amount - 2 ** 20);
    }
  });

  test("count a shared GPU once for each of its users", () => {
    expect(quotaOf(stack, "ClusterQueue", "serving", "l4", GPU).nominalQuota).toBe("8");
  });

  test("give with a GPU its part of the node", () => {
    const cpu = numberOf(quotaOf(stack, "ClusterQueue", "search-batch", "a100", "cpu").nominalQuota);
    expect(cpu).toBeCloseTo(A100.allocatable.cpuMillis / 1000, 1);
  });

  test("leave to real time what no team is guaranteed, where nothing else is said", () => {
    const plain = queueStack({ teams: [withShare("search", { a100: 4 }), vision] });
    expect(quotaOf(plain, "ClusterQueue", "serving", "a100", GPU).nominalQuota).toBe("12");
    expect(quotaOf(plain, "Cohort", "test-gpu", "a100", GPU).nominalQuota).toBe("0");
  });

  test("leave to jobs a pool that is not named where others are: no server runs there", () => {
    const named = queueStack({ teams: [withShare("search", { a100: 4 }), vision], queues: { serving: { l4: 4 } } });
    expect(quotaOf(named, "ClusterQueue", "serving", "l4", GPU).nominalQuota).toBe("4");
    expect(quotaOf(named, "ClusterQueue", "serving", "a100", GPU).nominalQuota).toBe("0");
    expect(quotaOf(named, "ClusterQueue", "search-batch", "a100", GPU).nominalQuota).toBe("4");
    expect(quotaOf(named, "Cohort", "test-gpu", "a100", GPU).nominalQuota).toBe("12");
    expect(quotaOf(named, "Cohort", "test-gpu", "l4", GPU).nominalQuota).toBe("4");
  });

  test("list only resources that a pool has", () => {
    const { spec } = released(stack, "ClusterQueue", "serving") as { spec: QueueSpec };
    expect(spec.resourceGroups[0]!.coveredResources).toEqual(["cpu", "memory", "ephemeral-storage", GPU]);
  });

  test("of TPUs count chips", () => {
    const tpu = pool({
      name: "tpu",
      machine: "ct5lp-hightpu-4t",
      provisioning: { model: "spot", maxNodes: 2 },
      tpuTopology: "2x2",
    });
    const tpus = queueStack({ pools: [tpu] });
    expect(quotaOf(tpus, "ClusterQueue", "serving", "tpu", "google.com/tpu").nominalQuota).toBe("8");
    expect(Object.keys(released(tpus, "ResourceFlavor", "tpu").spec.nodeLabels)).toEqual([
      "ai-platform/pool",
      "cloud.google.com/gke-tpu-accelerator",
    ]);
  });
});

describe("who gives way", () => {
  test("jobs, to model servers that need what is theirs, whatever the priority", () => {
    const { preemption } = released(stack, "ClusterQueue", "serving").spec;
    expect(preemption).toEqual({ reclaimWithinCohort: "Any", withinClusterQueue: "LowerPriority" });
  });

  test("never model servers: they do not borrow, so nothing can be taken back from them", () => {
    for (const resource of ["cpu", "memory", GPU]) {
      expect(quotaOf(stack, "ClusterQueue", "serving", "a100", resource).borrowingLimit).toBe("0");
    }
  });

  test("jobs borrow up to their ceiling, or all of the pool", () => {
    expect(quotaOf(stack, "ClusterQueue", "search-batch", "a100", GPU).borrowingLimit).toBe("4");
    expect(quotaOf(stack, "ClusterQueue", "search-batch", "l4", GPU).borrowingLimit).toBe("2");
    expect(quotaOf(stack, "ClusterQueue", "vision-batch", "a100", GPU).borrowingLimit).toBe("14");
  });

  test("a queue takes work of its own namespaces only", () => {
    expect(released(stack, "ClusterQueue", "search-batch").spec.namespaceSelector).toEqual({
      matchLabels: { "kubernetes.io/metadata.name": "search" },
    });
    expect(released(stack, "ClusterQueue", "serving").spec.namespaceSelector).toEqual({
      matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["search", "vision"] }],
    });
  });

  test("all queues are of one cohort, named after the environment", () => {
    const queues = releasedObjects(stack).filter(({ kind }) => kind === "ClusterQueue");
    expect(queues.map(({ spec }) => (spec as { cohortName: string }).cohortName)).toEqual(Array(3).fill("test-gpu"));
  });
});

describe("flavors", () => {
  test("are the pools, told by the label that only their nodes have, and by their accelerator", () => {
    expect(released(stack, "ResourceFlavor", "a100").spec.nodeLabels).toEqual({
      "ai-platform/pool": "a100",
      "cloud.google.com/gke-accelerator": "nvidia-a100-80gb",
    });
  });

  test("keep work off accelerators that does not tolerate their taint", () => {
    const { spec } = released(stack, "ResourceFlavor", "a100");
    expect(spec.nodeTaints).toEqual([{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }]);
    expect(spec.tolerations).toBeUndefined();
  });

  test("are of accelerators unless pools are named; those without come first", () => {
    expect(releasedObjects(stack).filter(({ kind }) => kind === "ResourceFlavor")).toHaveLength(2);
    const named = queueStack({ queues: { pools: ["a100", "system"] } });
    const { spec } = released(named, "ClusterQueue", "serving") as { spec: QueueSpec };
    expect(spec.resourceGroups[0]!.flavors.map(({ name }) => name)).toEqual(["system", "a100"]);
    expect(quotaOf(named, "ClusterQueue", "serving", "system", GPU).nominalQuota).toBe("0");
  });

  test("have no topology unless asked for", () => {
    expect(releasedObjects(stack).filter(({ kind }) => kind === "Topology")).toEqual([]);
    const placed = queueStack({ pools: [TRAINING], queues: { topologyPools: ["training"] } });
    const levels = released(placed, "Topology", "gke").spec.levels.map(({ nodeLabel }: any) => nodeLabel);
    expect(levels.at(-1)).toBe("kubernetes.io/hostname");
    expect(released(placed, "ResourceFlavor", "training").spec.topologyName).toBe("gke");
  });
});

describe("pools with queued provisioning", () => {
  const queued = queueStack({ pools: [A100, TRAINING] });

  test("get their nodes for one job, all together, before it starts", () => {
    expect(released(queued, "AdmissionCheck", "queued-provisioning").spec).toEqual({
      controllerName: "kueue.x-k8s.io/provisioning-request",
      parameters: { apiGroup: "kueue.x-k8s.io", kind: "ProvisioningRequestConfig", name: "queued-provisioning" },
    });
    expect(released(queued, "ProvisioningRequestConfig", "queued-provisioning").spec).toMatchObject({
      provisioningClassName: "queued-provisioning.gke.io",
      managedResources: [GPU],
    });
  });

  test("alone ask for it, and only of jobs", () => {
    expect(released(queued, "ClusterQueue", "search-batch").spec.admissionChecksStrategy).toEqual({
      admissionChecks: [{ name: "queued-provisioning", onFlavors: ["training"] }],
    });
    expect(released(queued, "ClusterQueue", "serving").spec.admissionChecksStrategy).toBeUndefined();
    expect(releasedObjects(stack).filter(({ kind }) => kind === "AdmissionCheck")).toEqual([]);
  });

  test("are for jobs: all of it is to be borrowed", () => {
    expect(quotaOf(queued, "ClusterQueue", "serving", "training", GPU).nominalQuota).toBe("0");
    expect(quotaOf(queued, "Cohort", "test-gpu", "training", GPU).nominalQuota).toBe("16");
  });
});

describeWithCrds("objects of Kueue", () => {
  test.each([
    ["of serving and batch", {}],
    ["of queued pools with topology", { pools: [SYSTEM, A100, TRAINING], queues: { topologyPools: ["training"] } }],
  ] as [string, Partial<ComputeQueuesProps>][])("%s are what Kueue takes", (_what, props) => {
    const objects = releasedObjects(queueStack(props)).filter(({ apiVersion }) => apiVersion.startsWith("kueue"));
    expect(objects.length).toBeGreaterThan(6);
    for (const object of objects) expect([object.kind, crdFailures(object)]).toEqual([object.kind, []]);
  });
});

describe("jobs that go round the queues", () => {
  const policy = released(stack, "ValidatingAdmissionPolicy", "queued-jobs").spec;
  const binding = released(stack, "ValidatingAdmissionPolicyBinding", "queued-jobs").spec;

  test("are refused in the namespaces of teams, and nowhere else", () => {
    expect(binding).toEqual({
      policyName: "queued-jobs",
      validationActions: ["Deny"],
      matchResources: {
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["search", "vision"] }],
        },
      },
    });
    expect(policy.failurePolicy).toBe("Fail");
    expect(policy.matchConstraints.resourceRules).toEqual([
      { apiGroups: ["batch"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["jobs"] },
    ]);
  });

  test("are those that name no queue, that of model servers, or the priority of these", () => {
    const [queue, queuePriority, podPriority] = policy.validations.map(({ expression }: any) => expression);
    expect(queue).toContain('object.metadata.labels["kueue.x-k8s.io/queue-name"] == "batch"');
    expect(queuePriority).toContain('object.metadata.labels["kueue.x-k8s.io/priority-class"] == "batch"');
    expect(podPriority).toContain('object.spec.template.spec.priorityClassName == "batch"');
  });

  test("may not be those that say themselves that another object owns them: controllers are told by who asks", () => {
    expect(JSON.stringify(policy)).not.toContain("ownerReferences");
    expect(policy.matchConditions).toEqual([
      {
        name: "nobody-judged-it-before",
        expression:
          '!(request.userInfo.username in ["system:serviceaccount:kube-system:cronjob-controller","system:serviceaccount:jobset-system:jobset-controller"])',
      },
    ]);
  });

  test("are those that run as another than the account for jobs, by either name of the field", () => {
    const { expression, message } = policy.validations[3];
    for (const field of ["serviceAccountName", "serviceAccount"]) {
      expect(expression).toContain(
        `(!has(object.spec.template.spec.${field}) || object.spec.template.spec.${field} == "batch")`,
      );
    }
    expect(message).toBe("jobs run as batch: drop serviceAccountName, or give it that value");
  });

  test("are those that Kueue would never admit: for accelerators, without the toleration that GKE adds to pods later", () => {
    const [gpu, tpu] = policy.validations.slice(4);
    expect(gpu.message).toBe(
      "pods that request nvidia.com/gpu tolerate its nodes' taint themselves: add to tolerations { key: nvidia.com/gpu, operator: Exists, effect: NoSchedule }",
    );
    expect(gpu.expression).toContain('"nvidia.com/gpu" in c.resources.limits');
    expect(gpu.expression).toContain('t.key == "nvidia.com/gpu"');
    expect(tpu.message).toContain("google.com/tpu");
  });

  test("may be sets of jobs, too, whoever makes them", () => {
    const { spec } = released(stack, "ValidatingAdmissionPolicy", "queued-jobsets");
    expect(spec.matchConstraints.resourceRules[0]).toMatchObject({ apiGroups: ["jobset.x-k8s.io"] });
    expect(spec.matchConditions).toEqual([]);
    for (const { expression } of spec.validations.slice(2)) {
      expect(expression).toMatch(/^object\.spec\.replicatedJobs\.all\(/);
    }
  });

  test("may be cron jobs, too, as they are made and as they are changed: what they start is not judged again", () => {
    const { spec } = released(stack, "ValidatingAdmissionPolicy", "queued-cronjobs");
    expect(spec.matchConstraints.resourceRules).toEqual([
      { apiGroups: ["batch"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["cronjobs"] },
    ]);
    expect(spec.matchConditions).toEqual([
      { name: "is-to-stay", expression: "!has(object.metadata.deletionTimestamp)" },
    ]);
    const [queue] = spec.validations;
    expect(queue.expression).toContain('object.spec.jobTemplate.metadata.labels["kueue.x-k8s.io/queue-name"]');
    for (const { expression } of spec.validations.slice(2)) {
      expect(expression).toContain("object.spec.jobTemplate.spec.template.spec.");
    }
  });
});

describe("refused", () => {
  test("parts that are more than the whole, with the sum", () => {
    const [failure, ...others] = refused({
      teams: [withShare("search", { a100: 4 }), withShare("vision", { a100: 6 })],
      queues: { serving: { a100: 8 } },
    });
    expect(others).toEqual([]);
    expect(failure).toEqual({
      code: "quota-exceeds-pool",
      path: "queues.serving.a100",
      message: "exceeds what pool a100 has: 8 of real time + 4 of search + 6 of vision = 18",
      got: "18 GPUs",
      allowed: "16 GPUs (4 nodes × 4)",
      fix: "guarantee 2 less, or raise maxNodes of the pool",
    });
  });

  test("teams' parts that are more than the whole, at the last of them", () => {
    expect(refused({ teams: [withShare("search", { a100: 10 }), withShare("vision", { a100: 7 })] })).toMatchObject([
      { code: "quota-exceeds-pool", path: "teams[1].batch.guaranteed.a100", got: "17 GPUs" },
    ]);
  });

  test("more than a shared pool's GPUs times their users", () => {
    expect(refused({ queues: { serving: { l4: 9 } } })).toMatchObject([{ allowed: "8 GPUs (2 nodes × 4)" }]);
  });

  test("a ceiling above the pool", () => {
    expect(refused({ teams: [withShare("search", {}, { l4: 9 })] })).toMatchObject([
      { code: "out-of-range", path: "teams[0].batch.atMost.l4", allowed: "at most 8 GPUs (2 nodes × 4)" },
    ]);
  });

  test("a guarantee that the namespace's own quota would not let the team use", () => {
    const team: TeamShare = { name: "search", quota: { gpus: 4 }, batch: { guaranteed: { a100: 4, l4: 2 } } };
    expect(refused({ teams: [team] })).toMatchObject([
      {
        code: "guarantee-exceeds-quota",
        path: "teams[0].quota.gpus",
        message: "is less than what search is guaranteed: 4 of a100 + 2 of l4 = 6",
        got: 4,
      },
    ]);
  });

  test("pools that are not there, with the nearest", () => {
    expect(
      refused({ teams: [withShare("search", { a10: 1 })], queues: { serving: { system: 1 }, pools: ["a100", "l44"] } }),
    ).toMatchObject([
      { code: "unknown-pool", path: "queues.pools[1]", fix: 'did you mean "l4"?' },
      { code: "unknown-pool", path: "queues.serving.system", message: "is a pool that the queues do not share out" },
      { code: "unknown-pool", path: "teams[0].batch.guaranteed.a10", fix: 'did you mean "a100"?' },
    ]);
  });

  test("model servers on a pool whose nodes come and go with one job", () => {
    expect(refused({ pools: [TRAINING], queues: { serving: { training: 8 } } })).toMatchObject([
      { code: "serving-on-queued-pool", path: "queues.serving.training", allowed: "0" },
    ]);
  });

  test("topology where nodes come and go, or have no network of their own", () => {
    const changing = pool({
      name: "changing",
      machine: "a3-megagpu-8g",
      provisioning: { model: "spot", maxNodes: 4 },
      fabric: "none",
    });
    const found = refused({ pools: [changing, L4], queues: { topologyPools: ["changing", "l4"] } });
    expect(found.map(({ code, path, message }) => [code, path, message])).toEqual([
      [
        "no-topology",
        "queues.topologyPools[0]",
        "names a pool that keeps 0 of its 4 nodes: a job is placed on nodes that are there",
      ],
      [
        "no-topology",
        "queues.topologyPools[1]",
        "names a pool that is made of g2-standard-12, which has no network of its own between nodes",
      ],
    ]);
  });

  test("queues of a cluster without accelerators", () => {
    expect(refused({ pools: [SYSTEM] })).toMatchObject([{ code: "no-pool", path: "queues.pools", allowed: "system" }]);
  });
});
