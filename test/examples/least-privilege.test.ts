import { REVIEWED_ROLES } from "../../lib/catalog/roles";
import { synthesizeExamples } from "./stacks";

// Over everything that the examples write: what can never be a right, whoever asks.
const bindings = synthesizeExamples().flatMap((out) =>
  out.names.flatMap((name) =>
    out
      .stack(name)
      .resources()
      .filter(({ type }) => /_iam_(member|binding|policy)$/.test(type))
      .map((r) => ({ ...r, stack: name, role: String(r.config["role"]), member: String(r.config["member"]) })),
  ),
);

test("rights are given one by one: no binding and no policy that would take others away", () => {
  expect(bindings.length).toBeGreaterThan(50);
  expect(bindings.filter(({ type }) => !type.endsWith("_iam_member")).map(({ address }) => address)).toEqual([]);
});

test("no basic role, no wildcard", () => {
  expect(bindings.filter(({ role }) => /^roles\/(owner|editor|viewer|admin|writer|reader)$|\*/.test(role))).toEqual([]);
});

test("nobody is everybody, and nobody is a person", () => {
  expect(
    bindings.filter(({ member }) => /allUsers|allAuthenticatedUsers|^user:|compute@developer/.test(member)),
  ).toEqual([]);
});

// The way in for people: it gives nothing inside of a cluster, where RBAC decides.
const CONNECT_GATEWAY = /^roles\/gkehub\.gateway(Reader|Editor|Admin)$/;

test("on a project, only GKE's role for nodes, the reviewed roles of the deployers, and groups' way into the cluster", () => {
  const onProject = bindings.filter(({ type }) => type === "google_project_iam_member");
  const others = onProject.filter(({ role, member, constructPath }) => {
    return (
      role !== "roles/container.defaultNodeServiceAccount" &&
      !constructPath.includes("/security/deployers/") &&
      !(CONNECT_GATEWAY.test(role) && member.startsWith("group:"))
    );
  });
  expect(others.map(({ address, role }) => `${address} ${role}`)).toEqual([]);
});

test("on a single resource, only reviewed roles", () => {
  const reviewed = REVIEWED_ROLES as Readonly<Record<string, Readonly<Record<string, { readonly role: string }>>>>;
  const elsewhere = bindings.filter(({ type, constructPath }) => {
    return type !== "google_project_iam_member" && !constructPath.includes("/security/deployers/");
  });
  const roles = Object.values(reviewed).flatMap((rights) => Object.values(rights).map(({ role }) => role));
  expect(
    elsewhere.filter(({ role }) => !roles.includes(role)).map(({ address, role }) => `${address} ${role}`),
  ).toEqual([]);
});
