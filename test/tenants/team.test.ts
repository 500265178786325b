import { Team, type TeamConfig, type TeamProps } from "../../lib/tenants";
import type { SynthesizedStack } from "../../lib/testing";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack } from "../stacks/platform";
import { CLUSTER, SEARCH, tenantStack, typed } from "./fixture";

function teamStack(props: Partial<TeamProps> = {}): SynthesizedStack {
  return tenantStack((stack) => void new Team(stack, "team", { ...SEARCH, cluster: CLUSTER, ...props }));
}

function refused(config: Partial<TeamConfig>) {
  return failuresOf(() => new Team(anyStack(), "team", { ...SEARCH, cluster: CLUSTER, ...config }));
}

const team = teamStack();

describe("a team's namespace", () => {
  const { labels } = typed(team, "namespace", "search")["metadata"] as { labels: Record<string, string> };

  test("admits restricted pods only, as the cluster's minor version reads the standard", () => {
    for (const mode of ["enforce", "audit", "warn"]) {
      expect(labels[`pod-security.kubernetes.io/${mode}`]).toBe("restricted");
      expect(labels[`pod-security.kubernetes.io/${mode}-version`]).toBe("v1.34");
    }
  });

  test("takes the minor of a full version, too", () => {
    const stack = teamStack({ cluster: { ...CLUSTER, version: "1.35.2-gke.1485000" } });
    stack.has("kubernetes_namespace_v1", {
      metadata: { labels: { "pod-security.kubernetes.io/enforce-version": "v1.35" } },
    });
  });

  test("carries the environment's governance with the team's own owner and cost centre", () => {
    expect(labels).toMatchObject({
      team: "search",
      owner: "search-lead",
      "cost-center": "cc-2000",
      environment: "test",
      "data-class": "internal",
      "ai-risk-tier": "limited",
    });
  });

  test("passes these labels on to everything in it", () => {
    for (const { type, config } of team.resources()) {
      if (!type.startsWith("kubernetes_")) continue;
      expect(config["metadata"]).toMatchObject({ labels: { team: "search", "cost-center": "cc-2000" } });
    }
  });

  test("exists before anything in it", () => {
    const inside = team.resources().filter(({ type }) => type !== "kubernetes_namespace_v1");
    expect(inside.length).toBeGreaterThan(8);
    for (const { config } of inside) {
      expect(config["depends_on"]).toContain("kubernetes_namespace_v1.team_namespace_" + suffixOf(team));
    }
  });
});

function suffixOf(stack: SynthesizedStack): string {
  return stack.resources("kubernetes_namespace_v1")[0]!.address.split("_").at(-1)!;
}

describe("the quota", () => {
  const hard = (stack: SynthesizedStack) =>
    (typed(stack, "resource_quota", "team") as { spec: { hard: Record<string, string> } }).spec.hard;

  test("grants no GPU, no load balancer and no port of nodes unless asked for", () => {
    expect(hard(team)).toMatchObject({
      "requests.nvidia.com/gpu": "0",
      "requests.google.com/tpu": "0",
      "services.loadbalancers": "0",
      "services.nodeports": "0",
    });
  });

  test("is what was asked for", () => {
    const quota = { gpus: 8, cpu: 96, memoryGb: 512, ephemeralStorageGb: 300, pods: 40, volumeClaims: 2 };
    expect(hard(teamStack({ quota }))).toEqual({
      "requests.cpu": "96",
      "requests.memory": "512Gi",
      "requests.ephemeral-storage": "300Gi",
      "requests.nvidia.com/gpu": "8",
      "requests.google.com/tpu": "0",
      pods: "40",
      persistentvolumeclaims: "2",
      "requests.storage": "1000Gi",
      "services.loadbalancers": "0",
      "services.nodeports": "0",
    });
  });

  test("has containers that state nothing get requests and limits of all that it counts", () => {
    const { spec } = typed(team, "limit_range", "containers") as any;
    const [limit] = spec.limit;
    expect(limit.type).toBe("Container");
    for (const resource of ["cpu", "memory", "ephemeral-storage"]) {
      expect(limit.default_request[resource]).toBeDefined();
      expect(limit.default[resource]).toBeDefined();
    }
  });
});

describe("the network policies", () => {
  const policy = (name: string, stack = team) => (typed(stack, "network_policy", name) as any).spec;

  test("close every pod, both ways", () => {
    expect(policy("default-deny")).toEqual({ pod_selector: {}, policy_types: ["Ingress", "Egress"] });
  });

  test("open DNS to the cache on the node and to kube-dns, nowhere else", () => {
    const { pod_selector, egress } = policy("allow-dns");
    expect(pod_selector).toEqual({});
    expect(egress).toHaveLength(1);
    expect(egress[0].ports).toEqual([
      { port: "53", protocol: "UDP" },
      { port: "53", protocol: "TCP" },
    ]);
    const kubeSystem = { match_labels: { "kubernetes.io/metadata.name": "kube-system" } };
    expect(egress[0].to).toEqual([
      { namespace_selector: kubeSystem, pod_selector: { match_labels: { "k8s-app": "node-local-dns" } } },
      { namespace_selector: kubeSystem, pod_selector: { match_labels: { "k8s-app": "kube-dns" } } },
      { ip_block: { cidr: "169.254.20.10/32" } },
    ]);
  });

  test("open the metadata server on each of its addresses with the ports of that address", () => {
    const reached = policy("allow-metadata-server").egress.map(({ to, ports }: any) => [
      to[0].ip_block.cidr,
      ports.map(({ port }: any) => port),
    ]);
    expect(reached).toEqual([
      ["169.254.169.254/32", ["80", "8080"]],
      ["169.254.169.252/32", ["987", "988"]],
    ]);
  });

  test.each([
    ["private", "199.36.153.8/30"],
    ["restricted", "199.36.153.4/30"],
  ] as const)("open Google APIs at the %s addresses", (googleApis, cidr) => {
    const { egress } = policy("allow-google-apis", teamStack({ googleApis }));
    expect(egress).toEqual([{ to: [{ ip_block: { cidr } }], ports: [{ port: "443", protocol: "TCP" }] }]);
  });

  test("let pods of jobs reach each other, and no other pod", () => {
    const { pod_selector, ingress, egress } = policy("allow-job-peers");
    const jobs = { match_expressions: [{ key: "batch.kubernetes.io/job-name", operator: "Exists" }] };
    expect([pod_selector, ingress[0].from[0].pod_selector, egress[0].to[0].pod_selector]).toEqual([jobs, jobs, jobs]);
  });

  test("open no way to everywhere", () => {
    expect(JSON.stringify(team.resources("kubernetes_network_policy_v1"))).not.toContain("0.0.0.0/0");
  });
});

describe("service accounts", () => {
  test("of the team have no token, that of pods that name none included", () => {
    team.has("kubernetes_default_service_account_v1", {
      metadata: { namespace: "search" },
      automount_service_account_token: false,
    });
    expect(typed(team, "service_account", "batch")).toMatchObject({ automount_service_account_token: false });
  });

  test("of batch work is known to IAM", () => {
    tenantStack((stack) => {
      const { batchPrincipal, ref } = new Team(stack, "team", { ...SEARCH, cluster: CLUSTER });
      expect(batchPrincipal.member.value).toMatch(/subject\/ns\/search\/sa\/batch$/);
      expect(ref.batchServiceAccount).toBe("batch");
    });
  });
});

describe("what others know of a team", () => {
  test("waits for everything that guards the namespace", () => {
    tenantStack((stack) => {
      const { ref, resources } = new Team(stack, "team", { ...SEARCH, cluster: CLUSTER });
      expect(ref).toMatchObject({ name: "search", namespace: "search", queuedPools: [] });
      expect(ref.batchQueue).toBeUndefined();
      expect(ref.ready).toEqual(
        expect.arrayContaining([
          resources.namespace,
          resources.inside.get("NetworkPolicy default-deny"),
          resources.inside.get("ResourceQuota team"),
          resources.inside.get("LimitRange containers"),
          resources.defaultAccount,
        ]),
      );
    });
  });
});

test("a team that another program makes has nothing to wait for", () => {
  expect(Team.fromExisting({ name: "search", servingQueue: "serving", queuedPools: ["a100"] })).toEqual({
    name: "search",
    namespace: "search",
    labels: {},
    queuedPools: ["a100"],
    servingQueue: "serving",
    batchServiceAccount: "batch",
    ready: [],
  });
});

describe("refused", () => {
  test.each(["default", "kube-public", "gke-managed", "gmp-public", "kueue-system"])("the namespace %s", (name) => {
    expect(refused({ name })).toMatchObject([{ code: "reserved-namespace", path: "name", got: name }]);
  });

  test("a name that is no namespace", () => {
    expect(refused({ name: "Search Team" })).toMatchObject([{ code: "wrong-format", path: "name" }]);
  });

  test("a team without owner and cost centre", () => {
    const found = failuresOf(() => new Team(anyStack(), "team", { name: "search", cluster: CLUSTER } as never));
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ["missing", "owner"],
      ["missing", "costCenter"],
    ]);
  });

  test("people and wildcards in place of groups", () => {
    expect(refused({ access: { viewers: ["*"], operators: ["user:ann@acme.example"] } })).toMatchObject([
      { path: "access.viewers[0]", allowed: "the address of a Google group" },
      { path: "access.operators[0]" },
    ]);
  });

  test("a ceiling below what is guaranteed", () => {
    expect(refused({ batch: { guaranteed: { a100: 8 }, atMost: { a100: 4 } } })).toMatchObject([
      { code: "out-of-range", path: "batch.atMost.a100", got: 4, allowed: "at least 8" },
    ]);
  });
});
