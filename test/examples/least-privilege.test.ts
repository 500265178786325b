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

/** What has no narrower place, by who makes the binding: written out, so that one more turns the test red. */
const ON_PROJECT = [
  // Proxy of canary analyses, and KEDA: both read metrics.
  "prod-addons roles/monitoring.viewer",
  "prod-addons roles/monitoring.viewer",
  // The load balancer asks Model Armor.
  "prod-serving/gateway roles/modelarmor.calloutUser",
  "prod-serving/gateway roles/modelarmor.user",
  "prod-serving/gateway roles/serviceusage.serviceUsageConsumer",
  // The account that stops models: two roles of ours, one of them for the tagged policy alone, and the way into the cluster.
  "prod-serving/kill-switch/break-glass a role of ours",
  "prod-serving/kill-switch/break-glass a role of ours",
  "prod-serving/kill-switch/break-glass roles/gkehub.gatewayEditor",
  "prod-serving/model-assistant/rollout roles/gkehub.gatewayEditor",
  "prod-serving/model-assistant/rollout roles/logging.logWriter",
  "prod-serving/model-assistant/rollout roles/monitoring.viewer",
  // Vertex AI: endpoints have no policy of their own in google 6.50.0.
  "staging-serving/model-deployers a role of ours",
  "staging-serving/model-forecast/endpoint/deployment roles/logging.logWriter",
  "staging-serving/model-summary/rollout roles/logging.logWriter",
  "staging-serving/model-summary/rollout roles/monitoring.viewer",
];

test("on a project, only what GKE asks of nodes, the reviewed roles of the deployers, groups' way into the cluster, and what is listed", () => {
  const onProject = bindings.filter(({ type }) => type === "google_project_iam_member");
  const others = onProject.filter(({ role, member, constructPath }) => {
    return (
      role !== "roles/container.defaultNodeServiceAccount" &&
      !(role === "roles/serviceusage.serviceUsageConsumer" && constructPath.includes("-cluster/")) &&
      !constructPath.includes("/security/deployers/") &&
      !(CONNECT_GATEWAY.test(role) && member.startsWith("group:"))
    );
  });
  const made = others.map(({ constructPath, role }) => {
    const maker = constructPath.replace(/\/(grants|stop-binding|wait-binding|service.?account)\b.*$/, "");
    return `${maker} ${role.startsWith("${google_project_iam_custom_role.") ? "a role of ours" : role}`;
  });
  expect(made.sort()).toEqual(ON_PROJECT);
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
