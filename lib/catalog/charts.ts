import type { PinnedImage, Digest } from "./images";

/**
 * Helm charts of the platform's add-ons: exactly one version of each, and what names its content.
 *
 * Where the figures come from, each read 2026-11-21:
 * - Charts and definitions: the tags of the projects' repositories, named in `source`.
 * - `digest`: manifests of image promotion and their reviews (kubernetes/k8s.io), lock files and pull logs that agree with each other.
 * - `archiveDigest`: `index.yaml` of the repositories; for KEDA also the archive itself.
 * - `kubernetes.tested`: end-to-end matrices of the projects at that tag.
 * A digest that could not be found is left out, never guessed; an environment can give it (`charts.digests`).
 *
 * No chart brings these:
 * - Gateway API, InferencePool and Google's policies come with GKE (`gateway-api`, see kubernetes-apis.ts): installed beside GKE's own they
 *   would fight with it, so `createGIECRDs` of kserve-llmisvc-resources stays off.
 * - InferenceObjective and InferenceModelRewrite: only `config/crd/bases` of llm-d-router and the file `manifests.yaml` of its release. The endpoint
 *   picker runs without them (cmd and pkg/epp/server/controller_manager.go, v0.10.0: a missing kind is skipped with a warning).
 * - custom-metrics-stackdriver-adapter: one YAML file in GoogleCloudPlatform/k8s-stackdriver, no chart, no digest published.
 */
export interface ChartSpec {
  /** Add-on that installs it: an `add-on` owner of kubernetes-apis.ts. */
  readonly addOn: string;
  readonly chart: string;
  /** `oci://…` without the chart's name, or the address of a repository with an `index.yaml`. */
  readonly repository: string;
  /** As in its Chart.yaml, `v` and all: Terraform compares the two. */
  readonly version: string;
  readonly appVersion: string;
  /** Digest of the manifest in the OCI repository: Helm refuses any other content. */
  readonly digest?: Digest;
  /** SHA-256 of the `.tgz`. Helm does not check it: it is for whoever keeps the file. */
  readonly archiveDigest?: Digest;
  /** Where its controllers live. */
  readonly namespace: string;
  /** What its pods run in the configuration that we install. */
  readonly images: readonly (Omit<PinnedImage, "digest" | "source"> & { readonly digest?: Digest })[];
  /**
   * How it brings its definitions. `folder`: Helm installs them once and never again touches them. `templates`: they follow the release;
   * `kept` says whether they outlive it, and with them all objects of their kinds.
   */
  readonly definitions?: { readonly in: "folder" } | { readonly in: "templates"; readonly kept: boolean };
  readonly kubernetes: {
    /** Lowest minor that the project states. */
    readonly min?: string;
    /** Lowest and highest minor that the project tests. */
    readonly tested?: readonly [string, string];
  };
  /** Ports of its pods that the API server calls: webhooks, aggregated APIs. */
  readonly controlPlanePorts: readonly number[];
  /** What the release takes of the 1024 KiB that Helm may store of it, where that is more than a quarter; about. */
  readonly releaseKib?: number;
  readonly source: string;
}

const K8S = "oci://registry.k8s.io";
const KSERVE = {
  repository: "oci://ghcr.io/kserve/charts",
  version: "v0.20.0",
  appVersion: "v0.20.0",
  // Public notes give only the first twelve digits of two of its charts (92deb742d22a, 956c4860374f): no digest here.
  namespace: "kserve",
  images: [],
  kubernetes: { min: "1.32" },
  controlPlanePorts: [],
};
const kserveImage = (repository: string) => ({ repository: `docker.io/kserve/${repository}`, tag: "v0.20.0" });

const TABLE = {
  kueue: {
    addOn: "kueue",
    chart: "kueue",
    repository: `${K8S}/kueue/charts`,
    version: "0.19.2",
    appVersion: "v0.19.2",
    digest: "sha256:ab436c33ef6c6b9b9e95b633e618bca0e0e436d6581d3b27bd12fc8a8026ab34",
    namespace: "kueue-system",
    images: [{ repository: "registry.k8s.io/kueue/kueue", tag: "v0.19.2" }],
    definitions: { in: "templates", kept: false },
    kubernetes: { min: "1.29", tested: ["1.34", "1.36"] },
    controlPlanePorts: [9443, 8082],
    releaseKib: 716,
    source: "kubernetes/k8s.io#9856; kubernetes-sigs/kueue@v0.19.2 charts/kueue, README.md",
  },
  jobset: {
    addOn: "jobset",
    chart: "jobset",
    repository: `${K8S}/jobset/charts`,
    version: "0.12.0",
    appVersion: "v0.12.0",
    digest: "sha256:02808a890a0b0e03a1d3bf5959e2f562b3b47c15e446bbba358c1d24e1f81b24",
    archiveDigest: "sha256:bd3503757561d93aa14f35fccab76ca417d17e14984aed9f69c9ab068d40980a",
    namespace: "jobset-system",
    images: [
      {
        repository: "registry.k8s.io/jobset/jobset",
        tag: "v0.12.0",
        digest: "sha256:e75536f1135b7bb2f19f8c3b620782fbdd9091d73398e3a272f9a5fed322980d",
      },
    ],
    definitions: { in: "folder" },
    kubernetes: { min: "1.32", tested: ["1.32", "1.34"] },
    controlPlanePorts: [9443],
    source: "kubernetes/k8s.io#9456; kubernetes-sigs/jobset@v0.12.0 charts/jobset, README.md",
  },
  lws: {
    addOn: "lws",
    chart: "lws",
    repository: `${K8S}/lws/charts`,
    version: "0.8.0",
    appVersion: "v0.8.0",
    digest: "sha256:e7996d0b9ca8a1ab2d86458b0435a8d842389b81325dc650792389a2c1ad7f57",
    namespace: "lws-system",
    images: [
      {
        repository: "registry.k8s.io/lws/lws",
        tag: "v0.8.0",
        digest: "sha256:00c9d7d7b3422b974c3e5f729c008cf75aeb0539bd1e2f6320ddfcd1281899c7",
      },
    ],
    definitions: { in: "folder" },
    kubernetes: { min: "1.26" },
    controlPlanePorts: [9443],
    releaseKib: 350,
    source:
      "kubernetes/k8s.io registry.k8s.io/images/k8s-staging-lws/images.yaml; kubernetes-sigs/lws@v0.8.0 charts/lws",
  },
  "argo-rollouts": {
    addOn: "argo-rollouts",
    chart: "argo-rollouts",
    // The same chart is at oci://ghcr.io/argoproj/argo-helm, where no digest of it could be found.
    repository: "https://argoproj.github.io/argo-helm",
    version: "2.41.0",
    appVersion: "v1.9.0",
    archiveDigest: "sha256:ff53d617efb369cd07acc595309e7fa73a602576375e0a52a78dab1e2d970df5",
    namespace: "argo-rollouts",
    // One patch above the chart's own: the definitions are the same, CVE-2026-35469 is mended, and its digest is known.
    images: [
      {
        repository: "quay.io/argoproj/argo-rollouts",
        tag: "v1.9.1",
        digest: "sha256:15c0d41f2c69a382d4399bcb28ed4f03ee9f58b56cfc9e6cd55bcbf0f311c06d",
      },
    ],
    definitions: { in: "templates", kept: true },
    kubernetes: {},
    controlPlanePorts: [],
    source: "argoproj/argo-helm gh-pages index.yaml, argo-rollouts-2.41.0; argoproj/argo-rollouts v1.9.0..v1.9.1",
  },
  keda: {
    addOn: "keda",
    chart: "keda",
    repository: "https://kedacore.github.io/charts",
    version: "2.20.2",
    appVersion: "2.20.2",
    archiveDigest: "sha256:db60b1fa60f0565fefa4ce2f87e855b6a8854363ee82962fbe28a12a70d64c4c",
    namespace: "keda",
    images: [
      {
        repository: "ghcr.io/kedacore/keda",
        tag: "2.20.2",
        digest: "sha256:fe74c7b8849586a67ad2201bcb89e7f5ac221ff90399ecaa8fd28427f1ef11e6",
      },
      {
        repository: "ghcr.io/kedacore/keda-metrics-apiserver",
        tag: "2.20.2",
        digest: "sha256:27286536a8a775aeeee37a7e343f8ecebb27ebf680ee1181a4f99e82eefb253b",
      },
      {
        repository: "ghcr.io/kedacore/keda-admission-webhooks",
        tag: "2.20.2",
        digest: "sha256:41f74102aba7959c6e8d08b433ab8a5fd6cae7c5646c78f7fe3de40a52df3439",
      },
    ],
    // Kept because we annotate them so: the chart itself does not.
    definitions: { in: "templates", kept: true },
    kubernetes: { min: "1.23", tested: ["1.33", "1.35"] },
    controlPlanePorts: [9443, 6443],
    releaseKib: 387,
    source: "kedacore/charts docs/index.yaml, docs/keda-2.20.2.tgz, .github/workflows/ci-core.yml",
  },
  "cert-manager": {
    addOn: "cert-manager",
    chart: "cert-manager",
    repository: "oci://quay.io/jetstack/charts",
    version: "v1.21.1",
    appVersion: "v1.21.1",
    digest: "sha256:15c0b46d9006ce8eb9ff14d1bf54d1bbfcc587bb9e24cd9fe186fb8fec56af1f",
    archiveDigest: "sha256:c27101f3f3e2349fb4a9e704316105bf7b52ad73b8c8257d3498ef7f2f6a4adc",
    namespace: "cert-manager",
    images: [
      {
        repository: "quay.io/jetstack/cert-manager-controller",
        tag: "v1.21.1",
        digest: "sha256:416a2d76870d996460e62bd7f521bf14fa017be9e3e904aab92163a331fcb61a",
      },
      {
        repository: "quay.io/jetstack/cert-manager-webhook",
        tag: "v1.21.1",
        digest: "sha256:d8b3961b51c8c7320633f8208dc46bf88aa13804d0f7cbe48a096b2c523cee42",
      },
      {
        repository: "quay.io/jetstack/cert-manager-cainjector",
        tag: "v1.21.1",
        digest: "sha256:ccf6b919ec0500745a47a910118f834f9636d0aac1ff221245cd2557ed8c7c98",
      },
      {
        repository: "quay.io/jetstack/cert-manager-acmesolver",
        tag: "v1.21.1",
        digest: "sha256:dbc7cc1354f603918e7c5af7f55a0a620537394452c93a565bde75c6f48e8837",
      },
      {
        repository: "quay.io/jetstack/cert-manager-startupapicheck",
        tag: "v1.21.1",
        digest: "sha256:d8ab6416e6e7303a86fa0a8daa82c94a8001f21c9d78eb2e7db20534e5d07ae8",
      },
    ],
    definitions: { in: "templates", kept: true },
    kubernetes: { min: "1.22", tested: ["1.33", "1.36"] },
    controlPlanePorts: [10250],
    source:
      "cert-manager/cert-manager@v1.21.1 deploy/charts, make/cluster.sh; lock files of several repositories, 2026-09",
  },
  "kserve-crd": {
    ...KSERVE,
    addOn: "kserve",
    chart: "kserve-crd",
    definitions: { in: "templates", kept: false },
    releaseKib: 394,
    source: "kserve/kserve@v0.20.0 charts/kserve-crd",
  },
  "kserve-resources": {
    ...KSERVE,
    addOn: "kserve",
    chart: "kserve-resources",
    images: [
      ...["kserve-controller", "agent", "router", "storage-initializer", "art-explainer"].map(kserveImage),
      { repository: "quay.io/brancz/kube-rbac-proxy", tag: "v0.18.0" },
    ],
    controlPlanePorts: [9443],
    source: "kserve/kserve@v0.20.0 charts/kserve-resources",
  },
  "kserve-llmisvc-crd": {
    ...KSERVE,
    addOn: "kserve-llmisvc",
    chart: "kserve-llmisvc-crd",
    definitions: { in: "templates", kept: false },
    releaseKib: 759,
    source: "kserve/kserve@v0.20.0 charts/kserve-llmisvc-crd",
  },
  "kserve-llmisvc-resources": {
    ...KSERVE,
    addOn: "kserve-llmisvc",
    chart: "kserve-llmisvc-resources",
    images: [kserveImage("llmisvc-controller")],
    controlPlanePorts: [9443],
    source: "kserve/kserve@v0.20.0 charts/kserve-llmisvc-resources",
  },
  "kserve-localmodel-crd": {
    ...KSERVE,
    addOn: "kserve-localmodel",
    chart: "kserve-localmodel-crd",
    definitions: { in: "templates", kept: false },
    source: "kserve/kserve@v0.20.0 charts/kserve-localmodel-crd",
  },
  "kserve-localmodel-resources": {
    ...KSERVE,
    addOn: "kserve-localmodel",
    chart: "kserve-localmodel-resources",
    images: ["kserve-localmodel-controller", "kserve-localmodelnode-agent"].map(kserveImage),
    controlPlanePorts: [9443],
    source: "kserve/kserve@v0.20.0 charts/kserve-localmodel-resources",
  },
  "llm-d-router-gateway": {
    addOn: "llm-d-router",
    chart: "llm-d-router-gateway",
    repository: "oci://ghcr.io/llm-d/charts",
    version: "v0.10.0",
    appVersion: "v0.10.0",
    // One public pull log; the digest that it gives for the chart's sibling is confirmed by a second.
    digest: "sha256:20b1c145c78f57ceb48ef9ca6e32fa134263b1e6cbebacb7eadfc9f84f0d9601",
    // One release a model, in the namespace of its team: the charts' own way. Our serving writes the same objects itself.
    namespace: "llm-d",
    images: [
      {
        repository: "ghcr.io/llm-d/llm-d-router-endpoint-picker",
        tag: "v0.10.0",
        digest: "sha256:2e516fa1310da7be59b82beb1445362139597d6d553ef04d546716abe3aaaa70",
      },
    ],
    kubernetes: { min: "1.32" },
    controlPlanePorts: [],
    source: "llm-d/llm-d-router@v0.10.0 config/charts, release of 2026-08-17",
  },
} satisfies Readonly<Record<string, ChartSpec>>;

export type ChartId = keyof typeof TABLE;

export const CHARTS: Readonly<Record<ChartId, ChartSpec>> = TABLE;
