import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Annotations, App, Aspects, type TerraformStack } from "cdktf";
import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address";
import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeResourcePolicy } from "@cdktf/provider-google/lib/compute-resource-policy";
import { ContainerCluster } from "@cdktf/provider-google/lib/container-cluster";
import { ContainerNodePool } from "@cdktf/provider-google/lib/container-node-pool";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { MonitoringAlertPolicy } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance";
import { ConfigError, Ref } from "../../lib/core";
import { synthesize } from "../../lib/testing";
import { PlatformStack } from "../../stacks/platform-stack";
import { Group, anyStack, platformApp, stackOf, testEnvironment } from "./platform";

const labels = {
  "ai-risk-tier": "limited",
  "cost-center": "cc-1000",
  "data-class": "internal",
  environment: "test",
  "managed-by": "cdktf-ai-platform",
  owner: "platform-lead",
  team: "ml-platform",
};

describe("labels", () => {
  test("the provider labels everything that default labels reach", () => {
    const { json } = stackOf(() => undefined);
    expect(json.provider?.["google"]).toEqual([
      { project: "acme-test", region: "europe-west4", default_labels: labels },
    ]);
  });

  test("raw resources that default labels do not reach are labelled where their type carries labels", () => {
    const stack = stackOf((s) => {
      new ContainerNodePool(s, "bare", { cluster: "c" });
      new ContainerNodePool(s, "own", { cluster: "c", nodeConfig: { resourceLabels: { owner: "someone", x: "y" } } });
      new MonitoringAlertPolicy(s, "alert", { displayName: "a", combiner: "OR", conditions: [{ displayName: "c" }] });
      new SqlDatabaseInstance(s, "sql", { databaseVersion: "POSTGRES_18", settings: { tier: "t" } });
    });
    const pools = stack.resources("google_container_node_pool").map((r) => r.config["node_config"]);
    expect(pools).toEqual([{ resource_labels: labels }, { resource_labels: { ...labels, owner: "someone", x: "y" } }]);
    expect(stack.only("google_monitoring_alert_policy")["user_labels"]).toEqual(labels);
    expect(stack.only("google_sql_database_instance")["settings"]).toEqual({ tier: "t", user_labels: labels });
  });

  test("no block is invented that would need more than labels", () => {
    const stack = stackOf((s) => new ComputeResourcePolicy(s, "policy", { name: "p" }));
    expect(stack.only("google_compute_resource_policy")).not.toHaveProperty("snapshot_schedule_policy");
  });

  test("an optional block is not invented on a type that default labels reach", () => {
    const stack = stackOf((s) => new ContainerCluster(s, "cluster", { name: "c" }));
    expect(stack.only("google_container_cluster")).not.toHaveProperty("node_config");
  });

  test("labels given as an expression are merged by Terraform", () => {
    const stack = stackOf((s) => {
      const pool = new ContainerNodePool(s, "pool", { cluster: "c" });
      pool.addOverride("node_config.resource_labels", "${var.labels}");
    });
    const config = stack.only("google_container_node_pool")["node_config"] as { resource_labels: string };
    expect(config.resource_labels).toBe(`\${merge(${JSON.stringify(labels)}, var.labels)}`);
  });

  test("resources made late by an aspect, and further providers, are labelled too", () => {
    const stack = stackOf((s) => {
      const group = new Group(s, "group");
      Aspects.of(s).add({
        visit: (node) => {
          if (node === group)
            new MonitoringAlertPolicy(group, "late", {
              displayName: "a",
              combiner: "OR",
              conditions: [{ displayName: "c" }],
            });
        },
      });
      new GoogleProvider(s, "other", { alias: "other", project: "p2", defaultLabels: [{ labels: {} }] as never });
    });
    expect(stack.only("google_monitoring_alert_policy")["user_labels"]).toEqual(labels);
    expect(
      stack.json.provider?.["google"]?.every(
        (p) => (p["default_labels"] as { owner?: string }).owner === "platform-lead",
      ),
    ).toBe(true);
  });
});

describe("what every stack brings", () => {
  test("fully qualified provider sources at the bindings' version", () => {
    expect(stackOf(() => undefined).json.terraform?.required_providers).toEqual({
      google: { source: "hashicorp/google", version: "6.50.0" },
    });
  });

  test("gcs state lies in a folder of the environment and layer", () => {
    const stack = stackOf(() => undefined, { state: { backend: "gcs", bucket: "acme-tfstate" } });
    expect(stack.json.terraform?.backend).toEqual({ gcs: { bucket: "acme-tfstate", prefix: "test/stack" } });
  });

  test("local state holds no path of this machine", () => {
    expect(stackOf(() => undefined).json.terraform?.backend).toEqual({
      local: { path: "../../../terraform.test-stack.tfstate" },
    });
  });

  test("HCL output, which labels and checks would miss, is refused", () => {
    expect(() => anyStack().toHclTerraform()).toThrow(/hcl-output/);
  });

  test("missing governance is an error, never a default", () => {
    const build = () =>
      new PlatformStack(new App(), "stack", { ...testEnvironment, governance: { team: "t" } as never });
    expect(build).toThrow(/4 problems in governance of test[\s\S]*owner: is required[\s\S]*costCenter: is required/);
  });

  test("a label value that Google refuses is refused", () => {
    const governance = { ...testEnvironment.governance, owner: "Jane@Acme", labels: { Bad: "x", ok: "no spaces" } };
    const build = () => new PlatformStack(new App(), "stack", { ...testEnvironment, governance });
    expect(build).toThrow(/3 problems[\s\S]*owner[\s\S]*"Jane@Acme"[\s\S]*labels.Bad[\s\S]*labels.ok/);
  });

  test("a further label cannot replace one of governance", () => {
    const governance = { ...testEnvironment.governance, labels: { "cost-center": "other" } };
    const build = () => new PlatformStack(new App(), "stack", { ...testEnvironment, governance });
    expect(build).toThrow(/labels.cost-center: is a label that governance sets itself/);
  });
});

describe("real dependencies", () => {
  test("node.addDependency becomes depends_on: the first resources of one wait for the last of the other", () => {
    const stack = stackOf((s) => {
      const before = new Group(s, "before");
      const network = new ComputeNetwork(before, "network", { name: "n" });
      new ComputeAddress(before, "address", { name: "a", network: network.id });
      const after = new Group(s, "after");
      const topic = new PubsubTopic(after, "topic", { name: "t" });
      new PubsubTopic(after, "second", { name: "u", labels: { of: topic.name } });
      after.node.addDependency(before);
    });
    expect(stack.only("google_pubsub_topic", { name: "t" })["depends_on"]).toEqual([
      expect.stringMatching(/^google_compute_address\.before_address_/),
    ]);
    expect(stack.only("google_pubsub_topic", { name: "u" })).not.toHaveProperty("depends_on");
  });

  test("a dependency on a construct of another stack becomes one between stacks", () => {
    const app = new App();
    const first = new PlatformStack(app, "first", testEnvironment);
    const second = new PlatformStack(app, "second", testEnvironment);
    const network = new ComputeNetwork(first, "network", { name: "n" });
    new ComputeNetwork(second, "network", { name: "m" }).node.addDependency(network);
    second.prepareStack();
    expect(second.dependencies).toEqual([first]);
  });
});

describe("references between constructs", () => {
  test("within a stack a ref is the Terraform reference, from another stack the literal name", () => {
    const out = synthesize((app) => {
      const first = new PlatformStack(app, "first", testEnvironment);
      const second = new PlatformStack(app, "second", testEnvironment);
      const network = new ComputeNetwork(first, "network", { name: "n" });
      const ref = Ref.to(network, network.id, "projects/acme-test/global/networks/n");
      new ComputeAddress(first, "inside", { name: "a", network: ref.from(first) });
      new ComputeAddress(second, "outside", { name: "a", network: ref.from(second) });
      expect(second.dependencies).toEqual([first]);
    });
    expect(out.stack("test-first").only("google_compute_address")["network"]).toBe(
      "${google_compute_network.network.id}",
    );
    expect(out.stack("test-second").only("google_compute_address")["network"]).toBe(
      "projects/acme-test/global/networks/n",
    );
  });

  test("a raw token across stacks, which would read the other's state, is refused", () => {
    const build = () =>
      synthesize((app) => {
        const first = new PlatformStack(app, "first", testEnvironment);
        const second = new PlatformStack(app, "second", testEnvironment);
        const network = new ComputeNetwork(first, "network", { name: "n" });
        new ComputeAddress(second, "outside", { name: "a", network: network.id });
      });
    expect(build).toThrow(/token-across-stacks/);
  });
});

describe("PlatformApp writes all or nothing", () => {
  let outdir: string;
  beforeEach(() => (outdir = fs.mkdtempSync(path.join(os.tmpdir(), "app-"))));
  afterEach(() => fs.rmSync(outdir, { recursive: true, force: true }));
  const REPORTS = ["iam.json", "iam.md", "policy.json", "policy.md", "policy.sarif"].map((file) => `reports/${file}`);
  const files = () =>
    fs
      .readdirSync(outdir, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => path.relative(outdir, path.join(e.parentPath, e.name)))
      .sort();

  const good = () => {
    const app = platformApp(outdir);
    new PlatformStack(app, "one", testEnvironment);
    new PlatformStack(app, "two", testEnvironment);
    return app;
  };

  test("a synth writes every stack and the manifest, and nothing else", () => {
    good().synth();
    expect(files()).toEqual([
      "manifest.json",
      ...REPORTS,
      "stacks/test-one/cdk.tf.json",
      "stacks/test-two/cdk.tf.json",
    ]);
  });

  test("a failing stack leaves the former output untouched, and failures of all stacks come at once", () => {
    good().synth();
    const before = files().map((f) => fs.readFileSync(path.join(outdir, f), "utf8"));
    const app = platformApp(outdir);
    const broken = (name: string) => {
      const stack = new PlatformStack(app, name, testEnvironment);
      stack.toTerraform = () => {
        throw new ConfigError(name, [{ code: "x", path: "", message: `${name} is broken`, fix: "mend it" }]);
      };
    };
    new PlatformStack(app, "zero", testEnvironment);
    broken("one");
    broken("two");
    expect(() => app.synth()).toThrow(/2 problems[\s\S]*one is broken[\s\S]*two is broken/);
    expect(files().map((f) => fs.readFileSync(path.join(outdir, f), "utf8"))).toEqual(before);
  });

  test("a stack that is no more loses its Terraform file, but keeps what Terraform itself wrote", () => {
    good().synth();
    fs.writeFileSync(path.join(outdir, "stacks/test-two/.terraform.lock.hcl"), "lock");
    const app = platformApp(outdir);
    new PlatformStack(app, "one", testEnvironment);
    app.synth();
    expect(files()).toEqual([
      "manifest.json",
      ...REPORTS,
      "stacks/test-one/cdk.tf.json",
      "stacks/test-two/.terraform.lock.hcl",
    ]);
  });

  test("the same program writes the same bytes", () => {
    good().synth();
    const first = files().map((f) => fs.readFileSync(path.join(outdir, f), "utf8"));
    good().synth();
    expect(files().map((f) => fs.readFileSync(path.join(outdir, f), "utf8"))).toEqual(first);
  });

  test("an error annotation fails the synth, as in a plain App", () => {
    const app = good();
    Annotations.of(app.node.children[0] as TerraformStack).addError("no good");
    expect(() => app.synth()).toThrow(/no good/);
    expect(files()).toEqual([]);
  });
});
