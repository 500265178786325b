import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import Ajv from "ajv";
import { App } from "cdktf";
import { ConfigError, Defaults, originOf } from "../../lib/core";
import { AiPlatform } from "../../stacks/ai-platform";
import type { EnvironmentConfig } from "../../stacks/environment-config";
import { EnvironmentFile } from "../../stacks/environment-file";
import { environmentJsonSchema } from "../../stacks/environment-schema";
import { example, exampleFile, examples, synthesizeEnvironment, synthesizeExample } from "./examples";
import { platformApp } from "./platform";

type Draft = { -readonly [K in keyof EnvironmentConfig]: EnvironmentConfig[K] } & Record<string, unknown>;

/** The error that a changed dev environment is refused with. */
function refusal(change: (draft: any) => void, base = "dev"): ConfigError {
  const draft = example(base) as Draft;
  change(draft);
  try {
    new AiPlatform(new App({ outdir: fs.mkdtempSync(path.join(os.tmpdir(), "refused-")) }), draft);
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  throw new Error("the environment was accepted");
}

describe("the example environments", () => {
  test.each(examples)("%s: the file and the same values in TypeScript write the same bytes", (name) => {
    const fromFile = synthesizeExample(name);
    const fromCode = synthesizeEnvironment(example(name));
    expect(fromCode.names).toEqual(
      expect.arrayContaining([`${name}-cluster`, `${name}-foundation`, `${name}-network`]),
    );
    expect(fromCode.names).toEqual(fromFile.names);
    for (const stack of fromFile.names) {
      expect(JSON.stringify(fromCode.stack(stack).json)).toBe(JSON.stringify(fromFile.stack(stack).json));
    }
  });

  test("prod has a stack for add-ons, for data and for what is served, deployed after what they stand on", () => {
    const app = platformApp(fs.mkdtempSync(path.join(os.tmpdir(), "order-")));
    const { foundation, cluster, addons, data, serving } = AiPlatform.fromFile(app, exampleFile("prod"));
    expect(addons!.dependsOn(cluster)).toBe(true);
    expect(data!.dependsOn(foundation)).toBe(true);
    for (const before of [cluster, addons!, data!]) expect(serving!.dependsOn(before)).toBe(true);
  });

  test.each(examples)("%s: stacks are deployed foundation and network first, then cluster", (name) => {
    const app = platformApp(fs.mkdtempSync(path.join(os.tmpdir(), "order-")));
    const { foundation, network, cluster } = AiPlatform.fromFile(app, exampleFile(name));
    expect(new Set(cluster.dependencies)).toEqual(new Set([foundation, network]));
  });

  test.each(examples)(
    "%s: everything that can carry labels has owner, cost centre, environment, data class and risk tier",
    (name) => {
      const out = synthesizeExample(name);
      for (const stack of out.names) {
        const labels = out.stack(stack).json.provider!["google"]![0]!["default_labels"];
        expect(Object.keys(labels as object)).toEqual(
          expect.arrayContaining(["owner", "cost-center", "environment", "data-class", "ai-risk-tier"]),
        );
      }
      for (const { config } of out.stack(`${name}-cluster`).resources("google_container_node_pool")) {
        expect(config["node_config"]).toMatchObject({
          resource_labels: { "cost-center": example(name).governance.costCenter },
        });
      }
    },
  );

  test.each(examples)("%s: no forbidden kind of resource, no default account, no basic role, no key", (name) => {
    const out = synthesizeExample(name);
    for (const stack of out.names) {
      const { json } = out.stack(stack);
      const types = [
        ...new Set(
          out
            .stack(stack)
            .resources()
            .map((r) => r.type),
        ),
      ];
      expect(
        types.filter((t) => /_iam_(binding|policy)$|kubernetes_manifest|service_account_key|null_resource/.test(t)),
      ).toEqual([]);
      expect(json.data).toBeUndefined();
      expect(JSON.stringify(json)).not.toMatch(
        /compute@developer|roles\/(owner|editor|viewer)"|local-exec|terraform_remote_state/,
      );
    }
  });

  test.each(examples)(
    "%s: on the project, nodes may do no more than GKE's own role for nodes, and have images stream",
    (name) => {
      const cluster = synthesizeExample(name).stack(`${name}-cluster`);
      const roles = cluster.resources("google_project_iam_member").map((r) => r.config["role"]);
      const count = (role: string) => roles.filter((one) => one === role).length;
      const pools = example(name).cluster.pools.length;
      expect(count("roles/container.defaultNodeServiceAccount")).toBe(pools + 1);
      expect(count("roles/serviceusage.serviceUsageConsumer")).toBe(pools);
      expect(roles).toHaveLength(2 * pools + 1);
    },
  );
});

describe("where values come from", () => {
  test("the file wins over defaults set in code, and those over the schema's; each value knows which", () => {
    const app = platformApp(fs.mkdtempSync(path.join(os.tmpdir(), "origins-")));
    Defaults.set(app, "NodePool", { imageStreaming: false, bootDisk: { sizeGb: 300 } });
    const draft = example("dev") as any;
    draft.cluster.pools[0].imageStreaming = true;
    const [system, gpu] = new AiPlatform(app, draft).cluster.pools;
    expect(originOf(system!, "imageStreaming")).toBe("caller");
    expect(originOf(gpu!, "imageStreaming")).toBe("defaults of the app");
    expect(originOf(gpu!, "driver")).toBe("schema default");
    expect(gpu!.resources.pool.nodeConfig.gcfsConfigInput).toEqual({ enabled: false });
    expect(gpu!.resources.pool.nodeConfig.diskSizeGbInput).toBe(300);
  });
});

describe("the JSON Schema of the environment file", () => {
  test("is the committed one: `npm run schema` writes it anew", () => {
    const committed = fs.readFileSync(path.join(__dirname, "../../schema/environment.schema.json"), "utf8");
    expect(committed).toBe(environmentJsonSchema());
  });

  const validate = new Ajv({ allErrors: true, strict: false, formats: { "date-time": true, cidrv4: true } }).compile(
    JSON.parse(environmentJsonSchema()) as object,
  );

  test.each(examples)("accepts %s", (name) => {
    validate(EnvironmentFile.read(exampleFile(name)).data);
    expect(validate.errors ?? []).toEqual([]);
  });

  test("refuses what the parser refuses: an unknown key, a missing owner, a number for text", () => {
    const draft = example("dev") as any;
    draft.netwrok = {};
    delete draft.governance.owner;
    draft.project.number = 5;
    expect(validate(draft)).toBe(false);
    expect(validate.errors!.map((e) => e.keyword).sort()).toEqual(["additionalProperties", "required", "type"]);
  });
});

describe("bad input is refused with what was given, what is allowed and the fix", () => {
  const cases: readonly [string, (draft: any) => void, RegExp, string?][] = [
    ["an unknown key", (d) => (d.gpuBugdet = 3), /gpuBugdet: is not a known key[\s\S]*did you mean "gpuBudget"\?/],
    [
      "an unknown key deep down",
      (d) => (d.cluster.pools[1].machin = "x"),
      /cluster\.pools\[1\]\.machin: is not a known key[\s\S]*did you mean "machine"\?/,
    ],
    [
      "a machine that does not exist",
      (d) => (d.cluster.pools[1].machine = "g2-standard-7"),
      /cluster\.pools\[1\]\.machine: is not a machine that the catalogue knows[\s\S]*did you mean "g2-standard-/,
    ],
    [
      "a machine and a provisioning model that exclude each other",
      (d) =>
        Object.assign(d.cluster.pools[1], {
          machine: "a3-highgpu-1g",
          provisioning: { model: "on-demand", maxNodes: 1 },
        }),
      /cluster\.pools\[1\]\.provisioning\.model: a3-highgpu-1g cannot be had as on-demand[\s\S]*allowed: spot, flex-start, queued/,
    ],
    [
      "two pools of one name",
      (d) => (d.cluster.pools[1].name = "system"),
      /cluster\.pools\[1\]\.name: is the name of another pool/,
    ],
    [
      "a CIDR overlap",
      (d) => (d.network.avoid = ["10.32.128.0/20"]),
      /network\.avoid\[0\]: 10\.32\.128\.0\/20 overlaps the network's range 10\.32\.0\.0\/16/,
    ],
    [
      "addresses that do not suffice, with the numbers",
      (d) => (d.network.range = "10.32.0.0/22"),
      /network\.range: [\s\S]*(has 1,024 addresses, too few: pods need)/,
    ],
    [
      "an exceeded GPU budget, spelled out",
      (d) => (d.gpuBudget = 1),
      /cluster\.pools\[1\]\.provisioning\.maxNodes: exceeds the GPU budget: 2 of dev-cluster\/pool-gpu-l4 = 2[\s\S]*allowed: 1 GPUs in total/,
    ],
    [
      "a cluster version outside the machine's window",
      (d) => {
        d.gpuBudget = 16;
        d.cluster.pools[1] = { ...d.cluster.pools[1], machine: "a3-highgpu-8g", zones: ["europe-west4-b"] };
        d.network.range = "10.32.0.0/15";
      },
      /cluster\.pools\[1\]\.machine: [\s\S]*1\.34[\s\S]*1\.34\.1-gke\.1431000/,
    ],
    ["a missing owner", (d) => delete d.governance.owner, /governance\.owner: is required/],
    ["a missing cost centre", (d) => delete d.governance.costCenter, /governance\.costCenter: is required/],
    [
      "a label value that Google refuses",
      (d) => (d.governance.labels = { project: "Search & Ads" }),
      /governance\.labels\.project: is not of the form asked for[\s\S]*got: {5}"Search & Ads"[\s\S]*lowercase letters, digits/,
    ],
    [
      "a name that is too long",
      (d) => (d.name = "development"),
      /name: is not of the form asked for[\s\S]*1 to 10 lowercase/,
    ],
    [
      "a pool name that makes a resource's name too long",
      (d) => (d.cluster.pools[1].name = "a-pool-with-a-very-long-name"),
      /cluster\.pools\[1\]\.name: makes a name of \d+ characters for google_service_account[\s\S]*shorten it by \d/,
    ],
    [
      "a number where text belongs",
      (d) => (d.project.number = 100000000003),
      /project\.number: must be text[\s\S]*put it in quotes: "100000000003"/,
    ],
    [
      "text where a number belongs",
      (d) => (d.gpuBudget = "2"),
      /gpuBudget: must be a number[\s\S]*write it without quotes: 2/,
    ],
    ["a zone outside the region", (d) => (d.zones = ["us-central1-a"]), /zones\[0\]: is not in region europe-west4/],
    [
      "no pool for the system",
      (d) => (d.cluster.pools = d.cluster.pools.slice(1)),
      /cluster\.pools: have accelerators all of them/,
    ],
    [
      "a Terraform expression",
      (d) => (d.cluster.rbacGroup = "${var.group}"),
      /cluster\.rbacGroup: holds a Terraform expression/,
    ],
    ["no section at all", (d) => delete d.cluster, /cluster: is required/],
    ["a list where a map belongs", (d) => (d.network = ["10.0.0.0/16"]), /network: must be an object/],
    [
      "an unknown provisioning model",
      (d) => (d.cluster.pools[1].provisioning.model = "sport"),
      /did you mean "spot"\?/,
    ],
    [
      "more nodes than the network has addresses for",
      (d) => (d.network.maxNodes = 4),
      /network\.maxNodes: plans addresses for fewer nodes than the pools may have: 3 of system \+ 2 of gpu-l4 = 5/,
    ],
    [
      "more pods on a node than the network is planned for",
      (d) => (d.cluster.pools[1].maxPodsPerNode = 200),
      /cluster\.pools\[1\]\.maxPodsPerNode: is more than[\s\S]*at most network\.maxPodsPerNode \(110\)/,
    ],
    [
      "log retention below the legal floor",
      (d) => (d.security = { auditLogging: { retentionDays: 30 } }),
      /security\.auditLogging\.retentionDays: must be at least 184/,
    ],
    [
      "an administrators' group without deployers",
      (d) => (d.security = { policyAdministrators: ["admins@acme.example"] }),
      /security\.deployers: is required with policyAdministrators/,
    ],
    [
      "deployers without the owner's id",
      (d) => (d.security = { deployers: { forge: "github", repository: "acme/platform" } }),
      /security\.deployers\.ownerId: is required/,
    ],
    [
      "a rule pack that does not exist",
      (d) => (d.policy = { packs: ["hardened-gek"] }),
      /policy\.packs\[0\][\s\S]*did you mean "hardened-gke"\?/,
    ],
    [
      "a severity for a rule that does not exist",
      (d) => (d.policy = { severities: { "baseline.nothing": "low" } }),
      /severities\.baseline\.nothing: is neither a rule nor a pack/,
    ],
    [
      "a malformed billing account",
      (d) => (d.budget = { billingAccount: "123", monthlyAmount: 10 }),
      /budget\.billingAccount: is not of the form asked for/,
    ],
    [
      "two zones for a pool with a fabric",
      (d) => Object.assign(d, { gpuBudget: 16 }) && Object.assign(d.cluster.pools[1], { machine: "a3-megagpu-8g" }),
      /cluster\.pools\[1\]\.zones: must be exactly one zone: the fabric of a3-megagpu-8g lies in one/,
    ],
  ];

  test.each(cases)("%s", (_what, change, message) => {
    expect(refusal(change).message).toMatch(message);
  });

  test("everything wrong with a file comes out at once, across sections and stacks", () => {
    const { failures } = refusal((d) => {
      d.gpuBugdet = 1;
      d.keys = { rotationDays: 200 };
      d.network.avoid = ["10.32.0.0/24"];
      d.cluster.rbacGroup = "admins@acme.example";
      d.cluster.pools[0].machine = "e2-standard-5";
      d.cluster.pools[1].provisioning = {
        model: "reservation",
        reservation: { affinity: "specific", name: "r" },
        maxNodes: 1,
      };
    });
    expect(failures.map((f) => `${f.path} ${f.code}`).sort()).toEqual([
      "cluster.pools[0].machine unknown-machine",
      "cluster.pools[1].zones zones-needed",
      "cluster.rbacGroup wrong-format",
      "gpuBugdet unknown-key",
      "keys.rotationDays out-of-range",
      "network.avoid[0] cidr-overlap",
    ]);
  });
});

describe("an environment file", () => {
  const read = (text: string) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "file-"));
    const file = path.join(folder, "env.yaml");
    fs.writeFileSync(file, text);
    const app = platformApp(path.join(folder, "out"));
    try {
      AiPlatform.fromFile(app, file);
    } catch (error) {
      if (ConfigError.is(error)) return error.message;
      throw error;
    }
    return "accepted";
  };
  const dev = () => fs.readFileSync(exampleFile("dev"), "utf8");

  test("that is no YAML is refused with file, line and column", () => {
    expect(read("name: dev\nzones: [a, b\nregion: x\n")).toMatch(
      /problems? in environment file .*env\.yaml[\s\S]*env\.yaml:\d+:\d+[\s\S]*yaml-syntax/,
    );
  });

  test("with a key twice is refused where the second stands", () => {
    expect(read("name: dev\nname: prod\n")).toMatch(/env\.yaml:2:1[\s\S]*Map keys must be unique/);
  });

  test.each([
    ["empty", "", /is empty \[empty-file\]/],
    ["only comments", "# nothing\n", /is empty/],
    ["a list", "- a\n", /must be a map of environment settings/],
    ["plain text", "hello\n", /must be a map/],
  ])("that is %s is refused", (_what, text, message) => {
    expect(read(text)).toMatch(message);
  });

  test("that does not exist is refused", () => {
    expect(() => EnvironmentFile.read("no/such.yaml")).toThrow(/does not exist[\s\S]*"no\/such.yaml"/);
  });

  test("failures point to the line of the value, or of the nearest key that is there", () => {
    const lines = dev().split("\n");
    const line = (part: string) => lines.findIndex((l) => l.includes(part)) + 1;
    const broken = dev().replace("gpuBudget: 2", "gpuBudget: two").replace("  owner: ai-platform-lead\n", "");
    const message = read(broken);
    expect(message).toMatch(new RegExp(`gpuBudget \\(env\\.yaml:${line("gpuBudget") - 1}:12\\)`));
    expect(message).toMatch(new RegExp(`governance\\.owner \\(env\\.yaml:${line("governance:")}:1\\)`));
  });

  test("may be JSON", () => {
    expect(read(JSON.stringify(example("dev")))).toBe("accepted");
  });
});
