import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { parse } from "yaml";
import { ClusterAccess, ManifestRelease, kubernetesResource } from "../../lib/delivery";
import { PlatformStack } from "../../stacks";
import { platformApp, testEnvironment } from "../stacks/platform";
import { CLUSTER, configMap } from "./platform";

describe("Kubernetes objects in the output folder", () => {
  let outdir: string;
  beforeEach(() => (outdir = fs.mkdtempSync(path.join(os.tmpdir(), "manifests-"))));
  afterEach(() => fs.rmSync(outdir, { recursive: true, force: true }));

  const synth = (build: (stack: PlatformStack) => void) => {
    const app = platformApp(outdir);
    const stack = new PlatformStack(app, "apps", testEnvironment);
    ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
    build(stack);
    app.synth();
  };
  const files = (folder: string) =>
    fs
      .readdirSync(path.join(outdir, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(path.join(outdir, folder), path.join(entry.parentPath, entry.name)))
      .sort();
  const read = (file: string) => fs.readFileSync(path.join(outdir, "manifests/test-apps", file), "utf8");

  const release = (stack: PlatformStack, ...names: string[]) =>
    new ManifestRelease(stack, "r", { name: "r", namespace: "search", objects: names.map((name) => configMap(name)) });

  test("every object is a file of its own, whatever makes it", () => {
    synth((stack) => {
      kubernetesResource(stack, "namespace", { apiVersion: "v1", kind: "Namespace", metadata: { name: "search" } });
      release(stack, "a");
    });
    expect(files("manifests")).toEqual(["test-apps/configmap-search-a.yaml", "test-apps/namespace-search.yaml"]);
    expect(files("stacks/test-apps/files")).toEqual([
      "objects-chart/Chart.yaml",
      "objects-chart/templates/objects.yaml",
    ]);
    expect(parse(read("namespace-search.yaml"))).toMatchObject({
      kind: "Namespace",
      metadata: { labels: { team: "ml-platform" } },
    });
  });

  test("a file can be applied as it is: names of resources instead of references, nothing escaped", () => {
    synth((stack) => {
      const bucket = new StorageBucket(stack, "bucket", { name: "acme-models", location: "EU" });
      const objects = [configMap("a", { bucket: `gs://${bucket.name}/m`, shell: "${HOME} %{x}", number: "0123" })];
      new ManifestRelease(stack, "r", { name: "r", namespace: "search", objects });
    });
    expect(parse(read("configmap-search-a.yaml"))).toMatchObject({
      data: { bucket: "gs://acme-models/m", shell: "${HOME} %{x}", number: "0123" },
    });
  });

  test("objects whose names differ by a dash's place have two files", () => {
    synth((stack) => {
      const objects = [configMap("b-c", {}, "a"), configMap("c", {}, "a-b")];
      new ManifestRelease(stack, "r", { name: "r", namespace: "search", objects });
    });
    expect(files("manifests/test-apps")).toEqual(["configmap-a-b-c-2.yaml", "configmap-a-b-c.yaml"]);
  });

  test("a second synth writes the same bytes over the first, and keeps what is Terraform's", () => {
    const build = (stack: PlatformStack) => release(stack, "a", "b");
    synth(build);
    fs.mkdirSync(path.join(outdir, "stacks/test-apps/.terraform"));
    fs.writeFileSync(path.join(outdir, "stacks/test-apps/.terraform/x"), "");
    const contents = () => files(".").map((file) => [file, fs.readFileSync(path.join(outdir, file), "utf8")]);
    const first = contents();
    synth(build);
    expect(contents()).toEqual(first);
  });

  test("what an earlier synth wrote and this one does not is gone", () => {
    synth((stack) => release(stack, "a", "b"));
    synth((stack) => release(stack, "a"));
    expect(files("manifests")).toEqual(["test-apps/configmap-search-a.yaml"]);
    synth(() => undefined);
    expect(fs.existsSync(path.join(outdir, "manifests"))).toBe(false);
    expect(files("stacks")).toEqual(["test-apps/cdk.tf.json"]);
    const app = platformApp(outdir);
    new PlatformStack(app, "other", testEnvironment);
    synth((stack) => release(stack, "a"));
    app.synth();
    expect(files("stacks")).toEqual(["test-other/cdk.tf.json"]);
  });

  test("a synth that fails leaves the manifests of the one before", () => {
    synth((stack) => release(stack, "a"));
    expect(() =>
      synth((stack) => {
        release(stack, "b");
        stack.node.addValidation({ validate: () => ["no"] });
      }),
    ).toThrow("no");
    expect(files("manifests")).toEqual(["test-apps/configmap-search-a.yaml"]);
  });
});
