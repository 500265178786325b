import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CHARTS, type ChartSpec } from "../../lib/catalog/charts";
import {
  ChartRelease,
  ChartSource,
  ImageSource,
  type ChartReleaseProps,
  type ChartSourceConfig,
} from "../../lib/delivery";
import { anyStack } from "../stacks/platform";
import { deliveryStack, refusals } from "./platform";
import { writeStandInCharts } from "./stand-in-charts";

const DIGEST = `sha256:${"0".repeat(64)}`;

function release(source: ChartSourceConfig, props: Partial<ChartReleaseProps> = {}) {
  return deliveryStack((stack) => {
    new ChartRelease(stack, "it", { chart: "jobset", source: new ChartSource(source), ...props });
  }).only("helm_release");
}

describe("a chart of the catalogue", () => {
  test("is named by its digest where one is known, in the one version", () => {
    const { digest, version } = CHARTS.jobset;
    expect(release({})).toMatchObject({
      chart: `oci://registry.k8s.io/jobset/charts/jobset@${digest}`,
      version,
      name: "jobset",
      namespace: "jobset-system",
      atomic: true,
      create_namespace: false,
      timeout: 600,
    });
  });

  test("of an https repository is named by repository and version", () => {
    expect(release({}, { chart: "keda" })).toMatchObject({
      repository: "https://kedacore.github.io/charts",
      chart: "keda",
      version: CHARTS.keda.version,
    });
  });

  test("comes from a mirror under its own name, with the digest that it has there", () => {
    const mirror = { from: "mirror", registry: "oci://europe-west4-docker.pkg.dev/acme-prod/charts" } as const;
    expect(release(mirror)["chart"]).toBe(`${mirror.registry}/jobset@${CHARTS.jobset.digest}`);
    expect(release(mirror, { chart: "keda" })["chart"]).toBe(`${mirror.registry}/keda`);
    const digests = { keda: DIGEST };
    expect(release({ ...mirror, digests }, { chart: "keda" })["chart"]).toBe(`${mirror.registry}/keda@${DIGEST}`);
  });

  test("gets values as text of one line a field, escaped from Terraform", () => {
    expect(release({}, { values: { a: { b: "${X}" }, replicas: 2 } })["values"]).toEqual([
      "a:\n  b: $${X}\nreplicas: 2\n",
    ]);
  });

  test("every digest in the catalogue is one", () => {
    for (const [id, spec] of Object.entries<ChartSpec>(CHARTS)) {
      for (const digest of [spec.digest, spec.archiveDigest]) {
        if (digest !== undefined) expect([id, digest]).toEqual([id, expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
      }
    }
  });
});

describe("a chart in a folder", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "charts-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const archive = (content = "an archive") => {
    fs.writeFileSync(path.join(folder, `jobset-${CHARTS.jobset.version}.tgz`), content);
    return `sha256:${createHash("sha256").update(content).digest("hex")}`;
  };
  const refused = (source: ChartSourceConfig, props: Partial<ChartReleaseProps> = {}) => {
    const stack = anyStack();
    const make = () => new ChartRelease(stack, "it", { chart: "jobset", source: new ChartSource(source), ...props });
    return refusals(make);
  };

  test("becomes part of the output: no path of this machine is in it", () => {
    writeStandInCharts(folder);
    expect(release({ from: "folder", path: folder })).toMatchObject({
      chart: "./files/charts/jobset",
      version: "0.12.0",
    });
  });

  test("as an archive must have its digest", () => {
    const digest = archive();
    expect(release({ from: "folder", path: folder, digests: { jobset: digest } })["chart"]).toBe(
      "./files/charts/jobset-0.12.0.tgz",
    );
    expect(refused({ from: "folder", path: folder })).toMatchObject([
      { code: "digest-mismatch", path: "charts.digests.jobset", got: digest, allowed: CHARTS.jobset.archiveDigest },
    ]);
  });

  test("as an archive of which no digest is known asks for one", () => {
    fs.writeFileSync(path.join(folder, `kueue-${CHARTS.kueue.version}.tgz`), "x");
    expect(refused({ from: "folder", path: folder }, { chart: "kueue" })).toMatchObject([
      { code: "digest-unknown", path: "charts.digests.kueue", got: expect.stringMatching(/^sha256:/) },
    ]);
  });

  test("that is not there, or another version, is refused with what to do", () => {
    expect(refused({ from: "folder", path: folder })).toMatchObject([
      { code: "chart-missing", path: "charts.path", fix: expect.stringContaining("helm pull jobset --version 0.12.0") },
    ]);
    writeStandInCharts(folder);
    fs.writeFileSync(path.join(folder, "jobset/Chart.yaml"), "apiVersion: v2\nname: jobset\nversion: 0.11.0\n");
    expect(refused({ from: "folder", path: folder })).toMatchObject([
      { code: "chart-version", got: "jobset 0.11.0", allowed: "jobset 0.12.0" },
    ]);
  });
});

describe("refused is", () => {
  const source = (config: unknown) => refusals(() => new ChartSource(config as ChartSourceConfig));

  test("a source without its place, or with a malformed one", () => {
    expect(source({ from: "mirror" })).toMatchObject([{ code: "missing", path: "registry" }]);
    expect(source({ from: "folder" })).toMatchObject([{ code: "missing", path: "path" }]);
    expect(source({ from: "mirror", registry: "https://charts.acme.example" })).toMatchObject([{ path: "registry" }]);
    expect(source({ from: "upstreams" })).toMatchObject([
      { path: "from", allowed: expect.stringContaining("upstream") },
    ]);
    expect(source({ digests: { jobset: "latest", nothing: DIGEST } })).toMatchObject([
      { path: "digests.jobset" },
      { code: "unknown-chart", path: "digests.nothing" },
    ]);
  });

  test("a second release of one name in one namespace", () => {
    const stack = anyStack();
    const make = (id: string) => new ChartRelease(stack, id, { chart: "jobset", source: new ChartSource() });
    make("first");
    expect(refusals(() => make("second"))).toMatchObject([
      { code: "duplicate-release", message: expect.stringContaining("test-stack/first") },
    ]);
  });
});

describe("images", () => {
  const image = { repository: "quay.io/argoproj/argo-rollouts", tag: "v1.9.1" } as const;

  test("come from a mirror of their registry, by the same digest", () => {
    const mirrors = { "quay.io": "europe-west4-docker.pkg.dev/acme-prod/prod-quay" };
    expect(new ImageSource({ mirrors }).image({ ...image, digest: `sha256:${"1".repeat(64)}` }).reference).toBe(
      `europe-west4-docker.pkg.dev/acme-prod/prod-quay/argoproj/argo-rollouts:v1.9.1@sha256:${"1".repeat(64)}`,
    );
  });

  test("get a digest that the catalogue does not have", () => {
    expect(new ImageSource({ digests: { [image.repository]: DIGEST } }).image(image).pinnedTag).toBe(
      `v1.9.1@${DIGEST}`,
    );
    expect(new ImageSource().image(image)).toMatchObject({ isCharts: true, pinnedTag: "v1.9.1" });
  });

  test("are refused with a scheme in the mirror, and with a tag for a digest", () => {
    const failures = refusals(() => new ImageSource({ mirrors: { "quay.io": "https://x/y" }, digests: { a: "v1" } }));
    expect(failures.map(({ path: at }) => at)).toEqual(["mirrors.quay.io", "digests.a"]);
  });
});
