import { App } from "cdktf";
import { TerraformGraph } from "../../lib/core";
import { AiPlatform } from "../../stacks/ai-platform";
import { FoundationStack } from "../../stacks/foundation-stack";
import { synthesize } from "../../lib/testing";
import { example, examples, synthesizeExample } from "../stacks/examples";
import { testEnvironment } from "../stacks/platform";

/** The API that makes resources of a type. */
const API_OF: readonly (readonly [RegExp, string])[] = [
  [/^google_kms_/, "cloudkms.googleapis.com"],
  [/^google_artifact_registry_/, "artifactregistry.googleapis.com"],
  [/^google_compute_/, "compute.googleapis.com"],
  [/^google_dns_/, "dns.googleapis.com"],
  [/^google_container_/, "container.googleapis.com"],
  [/^google_gke_backup_/, "gkebackup.googleapis.com"],
  [/^google_gke_hub_/, "gkehub.googleapis.com"],
  [/^google_pubsub_/, "pubsub.googleapis.com"],
  [/^google_service_account/, "iam.googleapis.com"],
  [/^google_project_iam_/, "cloudresourcemanager.googleapis.com"],
  [/^google_logging_/, "logging.googleapis.com"],
  [/^google_org_policy_/, "orgpolicy.googleapis.com"],
  [/^google_binary_authorization_/, "binaryauthorization.googleapis.com"],
  [/^google_model_armor_/, "modelarmor.googleapis.com"],
  [/^google_access_context_manager_/, "accesscontextmanager.googleapis.com"],
  [/^google_essential_contacts_/, "essentialcontacts.googleapis.com"],
  [/^google_billing_budget$/, "billingbudgets.googleapis.com"],
  [/^google_iam_/, "iam.googleapis.com"],
  [/^google_storage_/, "storage.googleapis.com"],
  [/^google_monitoring_/, "monitoring.googleapis.com"],
  [/^google_tags_/, "cloudresourcemanager.googleapis.com"],
  [/^google_certificate_manager_/, "certificatemanager.googleapis.com"],
  [/^google_iap_/, "iap.googleapis.com"],
  [/^google_cloud_run_/, "run.googleapis.com"],
  [/^google_vertex_ai_/, "aiplatform.googleapis.com"],
  [/^google_workflows_/, "workflows.googleapis.com"],
  [/^google_secret_manager_/, "secretmanager.googleapis.com"],
  // Through the fleet's gateway.
  [/^(kubernetes|helm)_/, "connectgateway.googleapis.com"],
];

/** What enables APIs, and what Terraform itself makes. */
const WITHOUT_API = ["google_project_service", "terraform_data"];

function apiOf(type: string): string {
  return API_OF.find(([types]) => types.test(type))?.[1] ?? `no API known for ${type}`;
}

describe("nothing is created before its API is enabled", () => {
  const stack = synthesize((app) => void new FoundationStack(app, testEnvironment)).stack();
  const graph = new TerraformGraph(stack.json);
  const others = stack.resources().filter(({ type }) => !WITHOUT_API.includes(type));

  test.each(others.map((r) => [r.address, r.type] as const))("in the foundation: %s", (address, type) => {
    const api = stack.resources("google_project_service").find(({ config }) => config["service"] === apiOf(type));
    expect(api?.config["service"]).toBe(apiOf(type));
    expect(graph.waitsFor(address, api!.address)).toBe(true);
  });

  test.each(examples)("%s: in the foundation, whatever its file asks for", (name) => {
    const made = synthesizeExample(name).stack(`${name}-foundation`);
    const waits = new TerraformGraph(made.json);
    const apis = new Map(made.resources("google_project_service").map((api) => [api.config["service"], api.address]));
    const early = made
      .resources()
      .filter(({ type }) => !WITHOUT_API.includes(type))
      .filter(({ address, type }) => !waits.waitsFor(address, apis.get(apiOf(type)) ?? "nothing"));
    expect(early.map(({ address }) => address)).toEqual([]);
  });

  test.each(examples)("%s: every API that a resource of any stack needs is enabled in the foundation", (name) => {
    const out = synthesizeExample(name);
    const enabled = new Set(
      out
        .stack(`${name}-foundation`)
        .resources("google_project_service")
        .map(({ config }) => config["service"]),
    );
    const types = new Set(
      out.names.flatMap((s) =>
        out
          .stack(s)
          .resources()
          .map(({ type }) => type),
      ),
    );
    for (const type of WITHOUT_API) types.delete(type);
    expect([...types].map(apiOf).filter((api) => !enabled.has(api))).toEqual([]);
  });

  test.each(examples)("%s: the stacks that use those APIs are deployed after the foundation", (name) => {
    const { foundation, network, cluster, addons, data, serving } = new AiPlatform(new App(), example(name));
    for (const stack of [addons, data, serving]) if (stack) expect(stack.dependsOn(foundation)).toBe(true);
    expect(network.dependsOn(foundation)).toBe(true);
    expect(cluster.dependsOn(foundation)).toBe(true);
    expect(cluster.dependsOn(network)).toBe(true);
  });
});
