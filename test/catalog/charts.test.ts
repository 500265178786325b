import * as semver from "semver";
import {
  BUNDLE_2026_08,
  CHARTS,
  CUSTOM_APIS,
  PLATFORM_IMAGES,
  ROLLOUTS_GATEWAY_PLUGIN,
  type ChartSpec,
} from "../../lib/catalog";

const charts = Object.entries(CHARTS);
const images = charts.flatMap(([, chart]) => chart.images);
const version = (text: string) => {
  const parsed = semver.parse(text);
  if (parsed === null) throw new Error(`${text} is no version`);
  return parsed;
};
const minor = (text: string) => version(`${text}.0`);
const isOci = ({ repository }: ChartSpec) => repository.startsWith("oci://");

describe("charts", () => {
  test.each(charts)("%s has one exact version and addresses that fit its repository", (_id, chart) => {
    expect(version(chart.version).prerelease).toEqual([]);
    expect(version(chart.appVersion).prerelease).toEqual([]);
    expect(chart.repository).toMatch(/^(oci|https):\/\/[^\s@]+[^/]$/);
    expect(chart.repository.endsWith(`/${chart.chart}`)).toBe(false);
    if (!isOci(chart)) {
      expect(chart.digest).toBeUndefined();
      expect(chart.archiveDigest).toBeDefined();
    }
  });

  test("have digests of full length, none of them twice", () => {
    const digests = [
      ...charts.flatMap(([, chart]) => [chart.digest, chart.archiveDigest]),
      ...images.map((image) => image.digest),
    ].filter((digest) => digest !== undefined);
    expect(digests.length).toBeGreaterThan(15);
    for (const digest of digests) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digests.filter((digest, index) => digests.indexOf(digest) !== index)).toEqual([]);
  });

  test("without a digest are known by name, so that none is added by oversight", () => {
    const bare = charts.filter(([, chart]) => (chart.digest ?? chart.archiveDigest) === undefined).map(([id]) => id);
    expect(bare).toEqual([
      "kserve-crd",
      "kserve-resources",
      "kserve-llmisvc-crd",
      "kserve-llmisvc-resources",
      "kserve-localmodel-crd",
      "kserve-localmodel-resources",
    ]);
    expect(images.filter((image) => image.digest === undefined).map((image) => image.repository)).toEqual([
      "registry.k8s.io/kueue/kueue",
      "docker.io/kserve/kserve-controller",
      "docker.io/kserve/agent",
      "docker.io/kserve/router",
      "docker.io/kserve/storage-initializer",
      "docker.io/kserve/art-explainer",
      "quay.io/brancz/kube-rbac-proxy",
      "docker.io/kserve/llmisvc-controller",
      "docker.io/kserve/kserve-localmodel-controller",
      "docker.io/kserve/kserve-localmodelnode-agent",
    ]);
  });

  test("bring the custom APIs of their add-on in exactly one chart, or the add-on is known to have none", () => {
    const owners = new Set(CUSTOM_APIS.flatMap(({ owner }) => (owner.by === "add-on" ? [owner.id] : [])));
    const bringing = charts.filter(([, chart]) => chart.definitions !== undefined).map(([, chart]) => chart.addOn);
    expect(bringing.filter((addOn, index) => bringing.indexOf(addOn) !== index)).toEqual([]);
    expect(bringing.filter((addOn) => !owners.has(addOn))).toEqual([]);
    expect([...owners].filter((addOn) => !bringing.includes(addOn)).sort()).toEqual([
      "argo-cd",
      "feast",
      "inference-extension",
      "llm-d-router",
    ]);
  });

  test("fit what Helm may store of a release", () => {
    for (const [, chart] of charts) expect(chart.releaseKib ?? 0).toBeLessThan(1024);
  });
});

describe("the bundle of August 2026", () => {
  const { requirements, gkeComponents, kubernetes } = BUNDLE_2026_08;
  const known: Record<string, string> = {
    ...gkeComponents,
    ...Object.fromEntries(charts.map(([id, chart]) => [id, chart.version])),
  };

  test.each(requirements)("$of finds $needs at or above $builtAgainst, in the same major", (requirement) => {
    const ours = version(known[requirement.needs] ?? "");
    expect(semver.gte(ours, version(requirement.builtAgainst))).toBe(true);
    expect(ours.major).toBe(version(requirement.builtAgainst).major);
  });

  test("needs the highest of the lowest Kubernetes minors, and names one that all test", () => {
    const lowest = charts
      .flatMap(([, chart]) => chart.kubernetes.min ?? [])
      .sort((a, b) => semver.compare(minor(a), minor(b)));
    expect(kubernetes.min).toBe(lowest.at(-1));
    const tested = charts.flatMap(([id, chart]) =>
      chart.kubernetes.tested ? [{ id, range: chart.kubernetes.tested }] : [],
    );
    expect(tested.length).toBeGreaterThan(2);
    const outside = tested.filter(
      ({ range: [from, to] }) =>
        semver.lt(minor(kubernetes.testedByAll), minor(from)) || semver.gt(minor(kubernetes.testedByAll), minor(to)),
    );
    expect(outside.map(({ id }) => id)).toEqual([]);
  });

  test("has one version of everything that comes in several charts", () => {
    const versions = new Map<string, Set<string>>();
    for (const [, chart] of charts) {
      versions.set(chart.repository, (versions.get(chart.repository) ?? new Set()).add(chart.version));
    }
    expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
  });
});

describe("images of the platform", () => {
  test.each(Object.entries(PLATFORM_IMAGES))("%s is named by registry, fixed tag and digest", (_name, image) => {
    expect(image.repository).toMatch(/^[a-z0-9.-]+\.[a-z]+\/[a-z0-9/._-]+$/);
    expect(image.tag).toMatch(/^v?\d+\.\d+/);
    expect(image.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("know one endpoint picker, that of the router's chart", () => {
    const { repository, tag, digest } = PLATFORM_IMAGES.endpointPicker;
    expect(CHARTS["llm-d-router-gateway"].images).toEqual([{ repository, tag, digest }]);
  });

  test("load a traffic router of the version that its address names", () => {
    expect(ROLLOUTS_GATEWAY_PLUGIN.location).toContain(`/${ROLLOUTS_GATEWAY_PLUGIN.version}/`);
    expect(ROLLOUTS_GATEWAY_PLUGIN.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
