import { createHash } from "node:crypto";
import { Token } from "cdktf";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { parse } from "yaml";
import { ManifestRelease, type KubernetesObject, type ManifestReleaseProps } from "../../lib/delivery";
import { OBJECTS_CHART, OBJECTS_CHART_VERSION } from "../../lib/delivery/objects-chart";
import { RELEASE_OBJECTS_BYTES, bytesInRelease } from "../../lib/delivery/release-size";
import { anyStack } from "../stacks/platform";
import { configMap, deliveryStack, refusals } from "./platform";

const base = { name: "ranker", namespace: "search" };

function released(props: Partial<ManifestReleaseProps> & Pick<ManifestReleaseProps, "objects">) {
  return deliveryStack((stack) => new ManifestRelease(stack, "ranker", { ...base, ...props }));
}

function refused(...objects: KubernetesObject[]) {
  return refusals(() => new ManifestRelease(anyStack(), "ranker", { ...base, objects }));
}

const LARGE = "x".repeat(200_000);

const definition: KubernetesObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "models.acme.example" },
  spec: { group: "acme.example" },
};

describe("a release of objects", () => {
  test("is applied whole or rolled back, from a chart beside the Terraform", () => {
    const stack = released({ objects: [configMap("a")], timeoutSeconds: 900 });
    stack.has("helm_release", {
      name: "ranker",
      namespace: "search",
      chart: "./files/objects-chart",
      version: OBJECTS_CHART_VERSION,
      atomic: true,
      wait: true,
      wait_for_jobs: true,
      cleanup_on_fail: true,
      create_namespace: false,
      timeout: 900,
    });
  });

  test("holds every object under its name, with the labels of governance, its own first", () => {
    const labelled = {
      ...configMap("b"),
      metadata: { name: "b", namespace: "search", labels: { owner: "search-lead" } },
    };
    const stack = released({ objects: [configMap("a", { key: "1" }), labelled] });
    const [text] = stack.only("helm_release")["values"] as string[];
    const { objects } = parse(text!) as { objects: Record<string, KubernetesObject> };
    expect(Object.keys(objects)).toEqual(["ConfigMap search/a", "ConfigMap search/b"]);
    expect(objects["ConfigMap search/a"]).toMatchObject({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: "search", labels: { owner: "platform-lead", "cost-center": "cc-1000" } },
      data: { key: "1" },
    });
    expect(objects["ConfigMap search/b"]!.metadata.labels).toMatchObject({ owner: "search-lead", team: "ml-platform" });
  });

  test("changes one line when one value of one object changes", () => {
    const text = (value: string) =>
      (
        released({ objects: [configMap("a", { one: "1", two: value })] }).only("helm_release")["values"] as string[]
      )[0]!;
    const [before, after] = [text("2"), text("3")].map((values) => values.split("\n"));
    expect(before!.filter((line, index) => line !== after![index])).toEqual(['      two: "2"']);
  });

  test("keeps what is meant for its reader from Terraform, and lets tokens through", () => {
    const stack = deliveryStack((s) => {
      const bucket = new StorageBucket(s, "bucket", { name: "acme-models", location: "EU" });
      const objects = [configMap("a", { shell: "${HOME} %{x} $${Y}", bucket: `gs://${bucket.name}/m` })];
      new ManifestRelease(s, "ranker", { ...base, objects });
    });
    const [text] = stack.only("helm_release")["values"] as string[];
    expect(text).toContain("$${HOME} %%{x} $$${Y}");
    expect(text).toContain('"gs://${google_storage_bucket.bucket.name}/m"');
  });

  test("waits for what it is told to", () => {
    const stack = deliveryStack((s) => {
      const bucket = new StorageBucket(s, "bucket", { name: "acme-models", location: "EU" });
      new ManifestRelease(s, "ranker", { ...base, objects: [configMap("a")], after: [bucket] });
    });
    stack.has("helm_release", { depends_on: ["google_storage_bucket.bucket"] });
  });

  test("brings definitions of custom resources before the rest, and leaves them when it goes", () => {
    const stack = released({ objects: [configMap("a"), definition] });
    const releases = stack.resources("helm_release").map(({ config }) => config);
    const crds = releases.find((release) => release["name"] === "ranker-crds")!;
    const rest = releases.find((release) => release["name"] === "ranker")!;
    expect(crds["values"]).toEqual([expect.stringContaining("helm.sh/resource-policy: keep")]);
    expect(crds["values"]).toEqual([expect.not.stringContaining("ConfigMap")]);
    expect(rest["values"]).toEqual([expect.not.stringContaining("CustomResourceDefinition")]);
    expect(rest["depends_on"]).toEqual([expect.stringMatching(/^helm_release\..*crds/)]);
  });
});

describe("Helm's limit of a megabyte a release", () => {
  test("splits objects over releases, one after the other", () => {
    const objects = ["a", "b", "c"].map((name) => configMap(name, { large: LARGE }));
    const stack = released({ objects });
    const releases = stack.resources("helm_release").map(({ config }) => config);
    expect(releases.map((release) => release["name"]).sort()).toEqual(["ranker", "ranker-2", "ranker-3"]);
    for (const { values } of releases as { values: string[] }[]) {
      // What Helm would keep without any compression.
      expect((values[0]!.length * 2 * 4) / 3).toBeLessThan(1024 * 1024);
    }
    const second = releases.find((release) => release["name"] === "ranker-2")!;
    expect(second["depends_on"]).toHaveLength(1);
  });

  test("refuses an object that is too large by itself, with the arithmetic", () => {
    const object = configMap("huge", { large: LARGE + LARGE });
    const [failure] = refused(object);
    expect(failure).toMatchObject({
      code: "object-too-large",
      path: "objects[0]",
      got: "ConfigMap search/huge",
      allowed: `at most ${RELEASE_OBJECTS_BYTES} bytes`,
    });
    expect(failure!.message).toContain(`less 65536 for the rest of the record`);
    expect(bytesInRelease(object)).toBeGreaterThan(800_000);
  });
});

describe("a release is refused", () => {
  test("for an object that the stack has already, naming who makes it", () => {
    const stack = anyStack();
    new ManifestRelease(stack, "first", { ...base, objects: [configMap("a")] });
    const [failure] = refusals(
      () => new ManifestRelease(stack, "second", { ...base, name: "b", objects: [configMap("a")] }),
    );
    expect(failure).toMatchObject({ code: "duplicate-object", path: "objects[0]", got: "ConfigMap search/a" });
    expect(failure!.message).toContain("test-stack/first");
    expect(refused(configMap("a"), configMap("a"))).toMatchObject([{ code: "duplicate-object", path: "objects[1]" }]);
  });

  test("not for the same name in another namespace, kind or group", () => {
    const service = (apiVersion: string) => ({
      apiVersion,
      kind: "Service",
      metadata: { name: "a", namespace: "search" },
    });
    const objects = [configMap("a"), configMap("a", {}, "rank"), service("v1"), service("networking.k8s.io/v1")];
    expect(refusals(() => released({ objects }))).toEqual([]);
  });

  test("for a token of anything but a string, and in a name", () => {
    const stack = anyStack();
    const bucket = new StorageBucket(stack, "bucket", { name: "acme-models", location: "EU" });
    const late = { ...configMap("a"), list: bucket.effectiveLabels, deep: { count: Token.asNumber(bucket.selfLink) } };
    const failures = refusals(() => new ManifestRelease(stack, "r", { ...base, objects: [late] }));
    expect(failures).toMatchObject([
      { code: "late-value", path: "objects[0].list" },
      { code: "late-value", path: "objects[0].deep.count" },
    ]);
    expect(refused(configMap(bucket.name))).toMatchObject([{ code: "late-value", path: "objects[0].metadata.name" }]);
  });

  test("for a name that Helm would refuse, and for nothing to release", () => {
    const make = (props: Partial<ManifestReleaseProps>) =>
      refusals(() => new ManifestRelease(anyStack(), "r", { ...base, objects: [configMap("a")], ...props }));
    expect(make({ name: "r".repeat(54) })).toMatchObject([
      { code: "name-too-long", path: "name", fix: "shorten it by 1" },
    ]);
    expect(make({ name: "Ranker" })).toMatchObject([{ code: "name-malformed", path: "name" }]);
    expect(make({ namespace: "a.b" })).toMatchObject([{ code: "name-malformed", path: "namespace" }]);
    expect(make({ objects: [] })).toMatchObject([{ code: "missing", path: "objects" }]);
    expect(make({ timeoutSeconds: 0 })).toMatchObject([{ path: "timeoutSeconds" }]);
  });
});

test("a chart that changes has another version: Helm's provider sees no other sign of it", () => {
  const hash = createHash("sha256").update(JSON.stringify(OBJECTS_CHART)).digest("hex").slice(0, 16);
  expect({ [OBJECTS_CHART_VERSION]: hash }).toEqual({ "1.0.0": "79e815e0f6aac5a2" });
});
