import * as fs from "node:fs";
import { Annotations, type App, Aspects, TerraformStack } from "cdktf";
import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { AssertionFailure, synthesize, type SynthesizedStack } from "../../lib/testing";

/** A plain cdktf stack: the kit serves programs that use nothing else of ours. */
function plainStack(app: App, name: string): TerraformStack {
  const stack = new TerraformStack(app, name);
  new GoogleProvider(stack, "google", { project: "p" });
  return stack;
}

const stack = synthesize((app) => {
  const s = plainStack(app, "net");
  const network = new ComputeNetwork(s, "network", { name: "n", autoCreateSubnetworks: false });
  for (const name of ["a", "b"]) {
    new ComputeSubnetwork(s, name, {
      name,
      network: network.id,
      ipCidrRange: "10.0.0.0/24",
      logConfig: { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 0.5 },
      secondaryIpRange: [
        { rangeName: "pods", ipCidrRange: "10.1.0.0/16" },
        { rangeName: "services", ipCidrRange: "10.2.0.0/20" },
      ],
    });
  }
}).stack("net");

const NETWORK = "google_compute_network";
const SUBNET = "google_compute_subnetwork";
const TOPIC = "google_pubsub_topic";

/** The message that an assertion fails with. */
function failureOf(assertion: (on: SynthesizedStack) => unknown): string {
  try {
    assertion(stack);
  } catch (error) {
    if (error instanceof AssertionFailure) return error.message;
    throw error;
  }
  throw new Error("the assertion held");
}

describe("only", () => {
  test("gives the one resource of a type, or the one that has what is asked for", () => {
    expect(stack.only(NETWORK)["name"]).toBe("n");
    expect(stack.only(SUBNET, { name: "b" })["name"]).toBe("b");
  });

  test("fails for none, and says which types are there", () => {
    expect(failureOf((s) => s.only(TOPIC))).toMatch(
      /^net: expected exactly one google_pubsub_topic ?, found 0; types there: google_compute_network, google_compute_subnetwork$/,
    );
  });

  test("fails for two, and lists both", () => {
    const message = failureOf((s) => s.only(SUBNET));
    expect(message).toMatch(/found 2; there:/);
    expect(message).toMatch(/google_compute_subnetwork\.a: .*google_compute_subnetwork\.b: /s);
  });

  test("fails where none has what is asked for, and shows what they have instead", () => {
    expect(failureOf((s) => s.only(SUBNET, { name: "c" }))).toBe(
      'net: expected exactly one google_compute_subnetwork with {"name":"c"}, found 0; there:\n' +
        '  google_compute_subnetwork.a: {"name":"a"}\n  google_compute_subnetwork.b: {"name":"b"}',
    );
  });
});

describe("has", () => {
  test("looks into nested blocks and lists, and does not mind what else is there", () => {
    stack.has(SUBNET, { name: "a", log_config: { flow_sampling: 0.5 } });
    stack.has(SUBNET, { secondary_ip_range: [{ range_name: "pods" }, { range_name: "services" }] });
  });

  test.each([
    ["another value", { name: "c" }],
    ["another value deep down", { log_config: { flow_sampling: 1 } }],
    ["one resource's name with another's block", { name: "a", log_config: { flow_sampling: 1 } }],
    ["a misspelt key", { nmae: "a" }],
    ["a misspelt key deep down", { log_config: { flow_samplin: 0.5 } }],
    ["a key in camel case", { ipCidrRange: "10.0.0.0/24" }],
    ["a list that is shorter", { secondary_ip_range: [{ range_name: "pods" }] }],
    ["a list in another order", { secondary_ip_range: [{ range_name: "services" }, { range_name: "pods" }] }],
    ["a block where text is", { name: {} }],
    ["text where a block is", { log_config: "INTERVAL_5_SEC" }],
    ["a number as text", { log_config: { flow_sampling: "0.5" } }],
  ])("fails for %s", (_what, having) => {
    expect(failureOf((s) => s.has(SUBNET, having))).toMatch(/expected a google_compute_subnetwork with /);
  });

  test("shows of what is there only what was asked for", () => {
    const message = failureOf((s) => s.has(SUBNET, { log_config: { flow_sampling: 1 } }));
    expect(message).toContain('google_compute_subnetwork.a: {"log_config":{');
    expect(message).toContain('"flow_sampling":0.5');
    expect(message).not.toContain("ip_cidr_range");
  });
});

describe("exactly", () => {
  test("holds where every attribute is named", () => {
    stack.exactly(NETWORK, { name: "n", auto_create_subnetworks: false });
  });

  test.each([
    ["an attribute is not named", { name: "n" }],
    ["an attribute is named that is not there", { name: "n", auto_create_subnetworks: false, mtu: 1460 }],
    ["a value differs", { name: "m", auto_create_subnetworks: false }],
  ])("fails where %s, and shows the whole resource without comments", (_what, config) => {
    const message = failureOf((s) => s.exactly(NETWORK, config));
    expect(message).toContain(`expected google_compute_network to be exactly ${JSON.stringify(config)}`);
    expect(message).toContain('google_compute_network.network: {"auto_create_subnetworks":false,"name":"n"}');
  });
});

describe("absent, count and onlyTypes", () => {
  test("absent holds for a type, or attributes, that are nowhere", () => {
    stack.absent(TOPIC);
    stack.absent(SUBNET, { name: "c" });
  });

  test("absent fails for what is there, and names it", () => {
    expect(failureOf((s) => s.absent(NETWORK))).toMatch(/expected no google_compute_network;[\s\S]*"name":"n"/);
    expect(failureOf((s) => s.absent(SUBNET, { name: "b" }))).toMatch(
      /expected no google_compute_subnetwork with \{"name":"b"\}/,
    );
  });

  test("count says how many there are instead", () => {
    stack.count(SUBNET, 2);
    stack.count(TOPIC, 0);
    expect(failureOf((s) => s.count(SUBNET, 3))).toMatch(/^net: expected 3 google_compute_subnetwork, found 2/);
    expect(failureOf((s) => s.count(SUBNET, 1))).toMatch(/^net: expected 1 google_compute_subnetwork, found 2/);
    expect(failureOf((s) => s.count(TOPIC, 1))).toMatch(
      /expected 1 google_pubsub_topic, found 0; types there: google_/,
    );
  });

  test("onlyTypes wants every type that is there, and none besides", () => {
    stack.onlyTypes(SUBNET, NETWORK);
    expect(failureOf((s) => s.onlyTypes(NETWORK))).toBe(
      "net: expected only google_compute_network; found google_compute_network, google_compute_subnetwork",
    );
    expect(failureOf((s) => s.onlyTypes(NETWORK, SUBNET, TOPIC))).toMatch(/expected only .*google_pubsub_topic; found/);
  });
});

describe("the stacks of a synth", () => {
  const two = synthesize((app) => {
    plainStack(app, "one");
    plainStack(app, "two");
  });

  test("are found by name", () => {
    expect(two.names).toEqual(["one", "two"]);
    expect(two.stack("two").name).toBe("two");
  });

  test("an unknown name, or none where there are two, fails with those that are there", () => {
    expect(() => two.stack("three")).toThrow(new AssertionFailure("no stack three; there: one, two"));
    expect(() => two.stack()).toThrow(new AssertionFailure("no stack (there is not exactly one); there: one, two"));
  });

  test("an only stack needs no name", () => {
    expect(synthesize((app) => void plainStack(app, "one")).stack().name).toBe("one");
  });
});

describe("synthesize does what the command line does", () => {
  test("aspects run, each once a construct", () => {
    const visits: string[] = [];
    const out = synthesize((app) => {
      const s = plainStack(app, "one");
      new PubsubTopic(s, "topic", { name: "t" });
      Aspects.of(s).add({
        visit: (node) => {
          visits.push(node.node.path);
          if (node instanceof PubsubTopic) node.labels = { seen: "yes" };
        },
      });
    });
    expect(visits).toEqual([...new Set(visits)]);
    expect(visits).toEqual(expect.arrayContaining(["one", "one/google", "one/topic"]));
    out.stack().has(TOPIC, { labels: { seen: "yes" } });
  });

  test("an error annotation fails it; a warning does not", () => {
    synthesize((app) => Annotations.of(plainStack(app, "one")).addWarning("careful"));
    expect(() => synthesize((app) => Annotations.of(plainStack(app, "one")).addError("no good"))).toThrow(/no good/);
  });

  test("a validation that finds something fails it", () => {
    const build = (app: App) => plainStack(app, "one").node.addValidation({ validate: () => ["too many networks"] });
    expect(() => synthesize(build)).toThrow(/too many networks/);
  });

  test("nothing is left on disk, whether it passes or fails", () => {
    const folders: string[] = [];
    synthesize((app) => folders.push(app.outdir) && plainStack(app, "one"));
    expect(() =>
      synthesize((app) => {
        folders.push(app.outdir);
        Annotations.of(plainStack(app, "one")).addError("no good");
      }),
    ).toThrow();
    expect(folders).toHaveLength(2);
    expect(folders.filter((folder) => fs.existsSync(folder))).toEqual([]);
  });
});
