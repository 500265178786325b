import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address";
import { ComputeInstance } from "@cdktf/provider-google/lib/compute-instance";
import { ContainerNodePool } from "@cdktf/provider-google/lib/container-node-pool";
import { MonitoringAlertPolicy } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { Policy } from "../../lib/policy";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { AiPlatform } from "../../stacks/ai-platform";
import type { PlatformStack } from "../../stacks/platform-stack";
import { example, exampleFile } from "../stacks/examples";
import { platformApp } from "../stacks/platform";
import { synthesizeCustomStacks } from "./stacks";

const { governance } = example("prod");
const labels = {
  "ai-risk-tier": governance.riskTier,
  "cost-center": governance.costCenter,
  "data-class": governance.dataClass,
  environment: "prod",
  "managed-by": "cdktf-ai-platform",
  owner: governance.owner,
  team: governance.team,
};

/** The production example's cluster stack, with resources beside ours. */
function clusterWith(add: (stack: PlatformStack) => void): SynthesizedStack {
  return synthesize((app) => {
    // Rules would refuse such bare resources; labels are what is looked at here.
    Policy.on(app, { failAt: "none" });
    add(AiPlatform.fromFile(app, exampleFile("prod")).cluster);
  }, platformApp).stack("prod-cluster");
}

describe("provider resources used directly beside ours in the production example", () => {
  test("get default labels from the provider where their type takes them", () => {
    const stack = clusterWith((s) => {
      new ComputeAddress(s, "address", { name: "a", labels: { purpose: "egress" } });
      new StorageBucket(s, "bucket", { name: "b", location: "europe-west4" });
    });
    expect(stack.json.provider!["google"]![0]!["default_labels"]).toEqual(labels);
    stack.has("google_compute_address", { labels: { purpose: "egress" } });
  });

  test("get the labels written where default labels do not reach", () => {
    const stack = clusterWith((s) => {
      new ContainerNodePool(s, "bare", { name: "bare", cluster: "other" });
      new MonitoringAlertPolicy(s, "alert", { displayName: "a", combiner: "OR", conditions: [{ displayName: "c" }] });
      new SqlDatabaseInstance(s, "sql", { databaseVersion: "POSTGRES_18", settings: { tier: "t" } });
    });
    expect(stack.only("google_container_node_pool", { name: "bare" })["node_config"]).toEqual({
      resource_labels: labels,
    });
    expect(stack.only("google_monitoring_alert_policy")["user_labels"]).toEqual(labels);
    expect(stack.only("google_sql_database_instance")["settings"]).toEqual({ tier: "t", user_labels: labels });
  });

  test("keep labels of their own, which win", () => {
    const stack = clusterWith((s) => {
      const nodeConfig = { resourceLabels: { owner: "search", purpose: "batch" } };
      new ContainerNodePool(s, "own", { name: "own", cluster: "other", nodeConfig });
    });
    expect(stack.only("google_container_node_pool", { name: "own" })["node_config"]).toEqual({
      resource_labels: { ...labels, owner: "search", purpose: "batch" },
    });
  });

  test("an instance's boot disk, which default labels miss, is labelled too", () => {
    const stack = clusterWith((s) => {
      new ComputeInstance(s, "bastion", {
        name: "b",
        machineType: "e2-micro",
        zone: "europe-west4-a",
        networkInterface: [{ network: "n" }],
        bootDisk: { initializeParams: { image: "debian-cloud/debian-13" } },
      });
    });
    expect(stack.only("google_compute_instance")).toMatchObject({ boot_disk: { initialize_params: { labels } } });
  });

  test("change nothing of ours", () => {
    const before = clusterWith(() => undefined)
      .resources()
      .map(({ address }) => address);
    const after = clusterWith((s) => void new ComputeAddress(s, "address", { name: "a" })).resources();
    expect(after.map(({ address }) => address).filter((address) => !before.includes(address))).toEqual([
      "google_compute_address.address",
    ]);
  });
});

describe("the example of a team's own stacks", () => {
  const out = synthesizeCustomStacks();

  test.each(["search-data", "search-cluster"])("%s carries the team's governance", (name) => {
    expect(out.stack(name).json.provider!["google"]![0]!["default_labels"]).toMatchObject({
      owner: "search-lead",
      "cost-center": "cc-8150",
      environment: "search",
    });
  });

  test("the cluster stack makes no network, key or registry: those exist already", () => {
    const cluster = out.stack("search-cluster");
    for (const type of ["compute_network", "compute_subnetwork", "kms_crypto_key", "artifact_registry_repository"]) {
      cluster.absent(`google_${type}`);
    }
    cluster.only("google_container_cluster", {
      network: "projects/acme-search-prod/global/networks/shared",
      description: "Ranks search results",
    });
  });

  test("the workload's right on the bucket names it in full and waits for the cluster's identity pool", () => {
    const right = out.stack("search-cluster").only("google_storage_bucket_iam_member");
    expect(right["bucket"]).toBe("acme-search-prod-documents");
    expect(right["member"]).toMatch(
      /workloadIdentityPools\/\$\{google_container_cluster\..*\}\/subject\/ns\/search\/sa\/rank$/,
    );
  });
});
