import { Team, type TeamAccess } from "../../lib/tenants";
import type { SynthesizedStack } from "../../lib/testing";
import { CLUSTER, SEARCH, VISION, tenantStack, typed } from "./fixture";

const VIEWERS = "search-viewers@acme.example";
const SUBMITTERS = "search-research@acme.example";
const OPERATORS = "search-oncall@acme.example";

function withAccess(access: TeamAccess): SynthesizedStack {
  return tenantStack((stack) => void new Team(stack, "team", { ...SEARCH, access, cluster: CLUSTER }));
}

interface Rule {
  readonly api_groups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

const rulesOf = (stack: SynthesizedStack, role: string) => (typed(stack, "role", role) as any).rule as Rule[];
const groupsOf = (stack: SynthesizedStack, role: string) =>
  (typed(stack, "role_binding", role) as any).subject.map(({ kind, name }: any) => `${kind} ${name}`);

const everyone = withAccess({ viewers: [VIEWERS], submitters: [SUBMITTERS], operators: [OPERATORS] });

describe("rights in the namespace", () => {
  test("are bound in it, to groups, and nowhere else", () => {
    expect(groupsOf(everyone, "viewer")).toEqual([`Group ${VIEWERS}`, `Group ${SUBMITTERS}`, `Group ${OPERATORS}`]);
    expect(groupsOf(everyone, "submitter")).toEqual([`Group ${SUBMITTERS}`]);
    expect(groupsOf(everyone, "operator")).toEqual([`Group ${OPERATORS}`]);
    everyone.absent("kubernetes_cluster_role_v1");
    everyone.absent("kubernetes_cluster_role_binding_v1");
    for (const { config } of everyone.resources("kubernetes_role_binding_v1")) {
      expect(config).toMatchObject({ metadata: { namespace: "search" }, role_ref: { kind: "Role" } });
    }
  });

  test("to view change nothing, and see logs but no secrets", () => {
    const rules = rulesOf(everyone, "viewer");
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(["get", "list", "watch"]));
    const seen = rules.flatMap(({ resources }) => resources);
    expect(seen).toEqual(expect.arrayContaining(["pods", "pods/log", "events", "workloads"]));
    expect(seen).not.toContain("secrets");
    expect(seen).not.toContain("pods/exec");
  });

  test("to operate are shells, ports and deleting pods; nothing that Terraform owns", () => {
    expect(rulesOf(everyone, "operator")).toEqual([
      { api_groups: [""], resources: ["pods/exec", "pods/portforward"], verbs: ["create", "get"] },
      { api_groups: [""], resources: ["pods"], verbs: ["delete"] },
    ]);
  });

  test("to submit are jobs alone", () => {
    expect(rulesOf(everyone, "submitter")).toEqual([
      { api_groups: ["batch"], resources: ["jobs"], verbs: ["create", "delete"] },
      { api_groups: ["jobset.x-k8s.io"], resources: ["jobsets"], verbs: ["create", "delete"] },
    ]);
  });

  test("hold no wildcard, and nothing by which a holder gets more", () => {
    for (const role of ["viewer", "submitter", "operator"]) {
      for (const { api_groups, resources, verbs } of rulesOf(everyone, role)) {
        for (const word of [...api_groups, ...resources, ...verbs]) {
          expect(word).not.toMatch(/\*|escalate|bind$|impersonate|secrets|serviceaccounts\/token/);
        }
      }
    }
  });

  test("are bound only after their role is there", () => {
    const [binding] = everyone
      .resources("kubernetes_role_binding_v1")
      .filter(({ config }) => (config as any).metadata.name === "operator");
    expect(JSON.stringify(binding!.config["depends_on"])).toMatch(/kubernetes_role_v1\.team_role-operator/);
  });

  test("nobody has are not made", () => {
    const stack = withAccess({ viewers: [VIEWERS] });
    stack.count("kubernetes_role_v1", 1);
    withAccess({}).absent("kubernetes_role_v1");
  });
});

describe("the way in, the Connect Gateway", () => {
  const rolesOf = (stack: SynthesizedStack, group: string) =>
    stack
      .resources("google_project_iam_member")
      .filter(({ config }) => config["member"] === `group:${group}`)
      .map(({ config }) => String(config["role"]))
      .sort();

  test("is open to each group as far as its role in Kubernetes needs", () => {
    expect(rolesOf(everyone, VIEWERS)).toEqual(["roles/gkehub.gatewayReader"]);
    expect(rolesOf(everyone, SUBMITTERS)).toEqual(["roles/gkehub.gatewayEditor"]);
    expect(rolesOf(everyone, OPERATORS)).toEqual(["roles/gkehub.gatewayAdmin"]);
    everyone.count("google_project_iam_member", 3);
  });

  test("is given once to a group of two teams", () => {
    const stack = tenantStack((scope) => {
      for (const team of [SEARCH, VISION]) {
        new Team(scope, team.name, { ...team, access: { operators: [OPERATORS] }, cluster: CLUSTER });
      }
    });
    expect(rolesOf(stack, OPERATORS)).toEqual(["roles/gkehub.gatewayAdmin"]);
    stack.count("kubernetes_role_v1", 4);
  });

  test("is given once to a group with several roles, the widest", () => {
    const stack = withAccess({ viewers: [OPERATORS], operators: [OPERATORS] });
    expect(rolesOf(stack, OPERATORS)).toEqual(["roles/gkehub.gatewayAdmin"]);
    expect(groupsOf(stack, "viewer")).toEqual([`Group ${OPERATORS}`]);
  });
});
