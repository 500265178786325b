import { directWorkloadIdentity } from "../../lib/policy/rules/iam/direct-workload-identity";
import { keyUsersMayEncrypt } from "../../lib/policy/rules/iam/key-users-may-encrypt";
import { noAdminWorkloads } from "../../lib/policy/rules/iam/no-admin-workloads";
import { noAuthoritativeBindings } from "../../lib/policy/rules/iam/no-authoritative-bindings";
import { noBasicRoles } from "../../lib/policy/rules/iam/no-basic-roles";
import { noDefaultServiceAccounts } from "../../lib/policy/rules/iam/no-default-service-accounts";
import { noPublicMembers } from "../../lib/policy/rules/iam/no-public-members";
import { noServiceAccountKeys } from "../../lib/policy/rules/iam/no-service-account-keys";
import { noUserMembers } from "../../lib/policy/rules/iam/no-user-members";
import { IMPERSONATION_ROLES, noWideImpersonation } from "../../lib/policy/rules/iam/no-wide-impersonation";
import { noWildcards } from "../../lib/policy/rules/iam/no-wildcards";
import { ownServiceAccounts } from "../../lib/policy/rules/iam/own-service-accounts";
import { pinnedFederation } from "../../lib/policy/rules/iam/pinned-federation";
import { DEPLOYER_ROLES, GROUP_ROLES, PROJECT_ROLES } from "../../lib/policy/rules/iam/project-roles";
import { reviewedProjectRoles } from "../../lib/policy/rules/iam/reviewed-project-roles";
import { safeCustomRoles } from "../../lib/policy/rules/iam/safe-custom-roles";
import { contextOf, judged, of, testTable, verdictOf, type Case, type Resources } from "./harness";

const BUCKET = "google_storage_bucket_iam_member";
const PROJECT = "google_project_iam_member";
const GROUP = "group:ml@acme.example";
const POOL = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools";
const WORKLOAD = `${POOL}/acme.svc.id.goog/subject/ns/search/sa/rank`;
const CI = `${POOL}/github/subject/repo:acme/platform:environment:prod`;
const LATE = "${var.it}";
const ACCOUNT: Resources = { google_service_account: { rank: { account_id: "rank", project: "acme" } } };
const BY_REFERENCE = "${google_service_account.rank.member}";

const bound = (member: string, role = "roles/storage.objectViewer") => ({ bucket: "b", role, member });
const members = (...all: string[]): Case[] =>
  all.map((member) => ({ type: BUCKET, config: bound(member), beside: ACCOUNT }));
const roles = (type: string, member: string, ...all: string[]): Case[] =>
  all.map((role) => ({ type, config: { role, member }, beside: ACCOUNT }));
const elsewhere = of("google_storage_bucket", { name: "b" });

testTable(noAuthoritativeBindings, {
  compliant: [],
  violation: [...of("google_project_iam_binding", { role: LATE }), ...of("google_pubsub_topic_iam_policy", {})],
  unknown: [],
  "not-applicable": of(BUCKET, bound(GROUP)),
});

testTable(noBasicRoles, {
  compliant: roles(BUCKET, GROUP, "roles/storage.objectViewer"),
  violation: [
    ...roles(PROJECT, GROUP, "roles/owner", "roles/editor", "roles/viewer", "roles/writer"),
    ...members("projectViewer:acme"),
    ...of("google_privileged_access_manager_entitlement", {
      privileged_access: { gcp_iam_access: { role_bindings: [{ role: "roles/editor" }] } },
    }),
  ],
  unknown: roles(PROJECT, GROUP, LATE),
  "not-applicable": elsewhere,
});

testTable(noWildcards, {
  compliant: members(GROUP, WORKLOAD, BY_REFERENCE),
  violation: [
    ...members("principalSet://iam.googleapis.com/pools/github/*", "domain:acme.example"),
    ...roles(BUCKET, GROUP, "roles/*"),
  ],
  unknown: members(LATE),
  "not-applicable": elsewhere,
});

testTable(noPublicMembers, {
  compliant: [...members(GROUP, BY_REFERENCE), ...of("google_bigquery_dataset", { description: "not for allUsers" })],
  violation: [
    ...members("allUsers", "allAuthenticatedUsers"),
    ...of("google_cloud_run_v2_service_iam_binding", { members: [GROUP, "allUsers"] }),
    ...of("google_vertex_ai_endpoint_iam_policy", { policy_data: '{"bindings":[{"members":["allUsers"]}]}' }),
    ...of("google_bigquery_dataset", { access: [{ role: "READER", special_group: "allAuthenticatedUsers" }] }),
    ...of("google_storage_bucket_access_control", { entity: "allUsers" }),
  ],
  unknown: members(LATE),
  "not-applicable": elsewhere,
});

testTable(noUserMembers, {
  compliant: members(GROUP, WORKLOAD),
  violation: members("user:ada@acme.example", "deleted:user:ada@acme.example?uid=1"),
  unknown: members(LATE),
  "not-applicable": elsewhere,
});

testTable(noDefaultServiceAccounts, {
  compliant: members(GROUP, BY_REFERENCE, "serviceAccount:rank@acme.iam.gserviceaccount.com"),
  violation: members(
    "serviceAccount:1-compute@developer.gserviceaccount.com",
    "serviceAccount:acme@appspot.gserviceaccount.com",
    "serviceAccount:${data.google_compute_default_service_account.it.email}",
    "${data.google_compute_default_service_account.it.member}",
  ),
  unknown: members(LATE, "serviceAccount:${var.it}"),
  "not-applicable": elsewhere,
});

testTable(reviewedProjectRoles, {
  compliant: [
    ...roles(PROJECT, BY_REFERENCE, ...Object.keys(PROJECT_ROLES)),
    ...roles(PROJECT, CI, ...Object.keys(DEPLOYER_ROLES)),
    ...roles(PROJECT, WORKLOAD, "${google_project_iam_custom_role.it.id}"),
    ...roles(PROJECT, GROUP, ...Object.keys(GROUP_ROLES)),
  ],
  violation: [
    ...roles(PROJECT, WORKLOAD, ...Object.keys(GROUP_ROLES)),
    ...roles(PROJECT, BY_REFERENCE, ...Object.keys(GROUP_ROLES)),
    ...roles(PROJECT, GROUP, "roles/storage.objectViewer", "roles/container.admin"),
    ...roles(PROJECT, WORKLOAD, "roles/container.admin"),
    ...roles("google_folder_iam_member", GROUP, "roles/logging.logWriter"),
  ],
  unknown: roles(PROJECT, GROUP, LATE),
  "not-applicable": members(GROUP),
});

testTable(noWideImpersonation, {
  compliant: roles(PROJECT, GROUP, "roles/logging.logWriter"),
  violation: [
    ...roles(PROJECT, GROUP, ...IMPERSONATION_ROLES, "roles/container.serviceAgent"),
    ...roles("google_organization_iam_member", GROUP, "roles/iam.serviceAccountUser"),
  ],
  unknown: roles(PROJECT, GROUP, LATE),
  "not-applicable": roles("google_service_account_iam_member", GROUP, "roles/iam.serviceAccountUser"),
});

testTable(noAdminWorkloads, {
  compliant: [
    ...roles(BUCKET, BY_REFERENCE, "roles/storage.objectViewer"),
    ...roles(BUCKET, GROUP, "roles/storage.admin"),
    ...roles(BUCKET, CI, "roles/storage.admin"),
  ],
  violation: [
    ...roles(BUCKET, BY_REFERENCE, "roles/storage.admin", "roles/storage.objectAdmin"),
    ...roles(BUCKET, "serviceAccount:rank@acme.iam.gserviceaccount.com", "roles/resourcemanager.projectIamAdmin"),
    ...roles(BUCKET, WORKLOAD, "roles/container.clusterAdmin"),
    ...roles(BUCKET, "serviceAccount:${var.it}", "roles/storage.admin"),
  ],
  unknown: [...roles(BUCKET, LATE, "roles/storage.admin"), ...roles(BUCKET, WORKLOAD, LATE)],
  // On a project any such role is off the list of reviewedProjectRoles.
  "not-applicable": [...elsewhere, ...roles(PROJECT, WORKLOAD, "roles/container.clusterAdmin")],
});

test.each(["serviceAccount:rank@acme.iam.gserviceaccount.com", WORKLOAD, "serviceAccount:${var.it}"])(
  "%s gets no admin role on a project, said by the list of reviewed roles",
  (member) => {
    for (const one of roles(PROJECT, member, "roles/storage.admin", "roles/resourcemanager.projectIamAdmin"))
      expect(verdictOf(reviewedProjectRoles, one).status).toBe("violation");
  },
);

const custom = (...permissions: string[]) => of("google_project_iam_custom_role", { permissions });
testTable(safeCustomRoles, {
  compliant: custom("storage.objects.get", "iam.serviceAccounts.get"),
  violation: [
    "iam.serviceAccounts.actAs",
    "resourcemanager.projects.setIamPolicy",
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.signBlob",
    "iam.serviceAccountKeys.create",
    "storage.*",
  ].flatMap((permission) => custom("storage.objects.get", permission)),
  unknown: [...custom(LATE), ...of("google_project_iam_custom_role", { permissions: LATE })],
  "not-applicable": elsewhere,
});

testTable(noServiceAccountKeys, {
  compliant: [],
  violation: of("google_service_account_key", { service_account_id: LATE }),
  unknown: [],
  "not-applicable": of("google_service_account", { account_id: "rank" }),
});

const services = (...accounts: unknown[]) =>
  of("google_cloud_run_v2_service", ...accounts.map((service_account) => ({ template: { service_account } })));
testTable(ownServiceAccounts, {
  compliant: services("rank@acme.iam.gserviceaccount.com", "${google_service_account.rank.email}"),
  violation: [
    ...services(undefined, "default", "1-compute@developer.gserviceaccount.com"),
    ...services("acme@appspot.gserviceaccount.com", "${data.google_compute_default_service_account.it.email}"),
    ...of("google_cloud_run_v2_service", {}),
  ],
  unknown: of("google_cloud_run_v2_service", { template: LATE }),
  "not-applicable": [...elsewhere, ...of("google_container_node_pool", {})],
});

const GITHUB = { issuer_uri: "https://token.actions.githubusercontent.com" };
const provider = (attribute_condition: string | undefined, oidc = GITHUB) =>
  of("google_iam_workload_identity_pool_provider", { oidc, ...(attribute_condition ? { attribute_condition } : {}) });
const PINNED =
  "assertion.sub == 'repo:acme/platform:environment:prod' && assertion.repository == 'acme/platform' && assertion.environment == 'prod'";
testTable(pinnedFederation, {
  compliant: [
    ...provider(PINNED),
    ...provider("assertion.sub == 'repo:acme/platform:ref:refs/heads/main'"),
    ...provider("assertion.sub == 'repo:a/b:environment:p' || assertion.sub == 'repo:a/b:environment:q'"),
    ...provider("assertion.sub == 'project_path:acme/platform:ref_type:branch:ref:main'", {
      issuer_uri: "https://gitlab.com",
    }),
    ...provider("assertion.sub == 'ci'", { issuer_uri: "https://issuer.example" }),
  ],
  violation: [
    ...provider(undefined),
    ...provider("assertion.repository == 'acme/platform' && assertion.ref == 'refs/heads/main'"),
    ...provider("assertion.sub == 'repo:acme/platform:pull_request'"),
    ...provider("assertion.sub.startsWith('repo:acme/')"),
    ...provider(`${PINNED} || true`),
    ...provider("!(assertion.sub == 'repo:acme/platform:environment:prod')"),
    ...provider("assertion.sub == 'repo:acme/*:environment:prod'"),
  ],
  unknown: provider("assertion.sub == '${var.it}'"),
  "not-applicable": elsewhere,
});

testTable(directWorkloadIdentity, {
  compliant: members(WORKLOAD, GROUP),
  violation: members("serviceAccount:acme.svc.id.goog[search/rank]", "serviceAccount:${var.pool}[search/rank]"),
  unknown: members(LATE),
  "not-applicable": elsewhere,
});

const KEY_NAME = "projects/acme/locations/europe-west4/keyRings/ring/cryptoKeys/data";
const agent = (domain: string) => `serviceAccount:service-1@${domain}.iam.gserviceaccount.com`;
const keys = (member?: string, crypto_key_id = "${google_kms_crypto_key.data.id}"): Resources => ({
  google_kms_key_ring: { ring: { name: "ring", location: "europe-west4", project: "acme" } },
  google_kms_crypto_key: { data: { name: "data", key_ring: "${google_kms_key_ring.ring.id}" } },
  ...(member === undefined
    ? {}
    : {
        google_kms_crypto_key_iam_member: {
          agent: { crypto_key_id, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member },
        },
      }),
});
const topic = (kms_key_name: string, beside: Resources): Case => ({
  type: "google_pubsub_topic",
  config: { kms_key_name },
  beside,
});
testTable(keyUsersMayEncrypt, {
  compliant: [
    topic("${google_kms_crypto_key.data.id}", keys(agent("gcp-sa-pubsub"))),
    topic(KEY_NAME, keys(agent("gcp-sa-pubsub"))),
    topic(KEY_NAME, keys(agent("gcp-sa-pubsub"), KEY_NAME)),
    topic(KEY_NAME, keys(agent("gcp-sa-pubsub"), "acme/europe-west4/ring/data")),
    topic(
      KEY_NAME,
      keys("serviceAccount:service-${data.google_project.p.number}@gcp-sa-pubsub.iam.gserviceaccount.com"),
    ),
  ],
  violation: [
    topic("${google_kms_crypto_key.data.id}", keys()),
    topic(KEY_NAME, keys()),
    topic(KEY_NAME, keys(agent("gs-project-accounts"))),
    topic(KEY_NAME, keys(agent("gcp-sa-pubsub"), "acme/europe-west4/ring/other")),
  ],
  unknown: [topic(LATE, keys()), topic(KEY_NAME, keys(LATE)), topic(KEY_NAME, keys(agent("gcp-sa-pubsub"), LATE))],
  "not-applicable": [topic("projects/other/locations/l/keyRings/r/cryptoKeys/k", keys()), topic(KEY_NAME, {})],
});

describe("the rule on who may use a key", () => {
  test("names the binding that is missing", () => {
    expect(verdictOf(keyUsersMayEncrypt, topic(KEY_NAME, keys()))).toMatchObject({
      findings: [
        {
          path: "kms_key_name",
          expected:
            "roles/cloudkms.cryptoKeyEncrypterDecrypter on google_kms_crypto_key.data for serviceAccount:service-{projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com",
        },
      ],
    });
  });

  test("sees keys and rights of another stack", () => {
    const user = { resource: { google_pubsub_topic: { it: { kms_key_name: KEY_NAME } } } };
    const status = (other: Resources) => {
      const context = contextOf(user, {}, [{ resource: other }]);
      return judged(keyUsersMayEncrypt, context.graph.resource("google_pubsub_topic.it")!, context).status;
    };
    expect(status(keys(agent("gcp-sa-pubsub")))).toBe("compliant");
    expect(status(keys())).toBe("violation");
  });
});
