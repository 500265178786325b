/** `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** An image by name, version and content. */
export interface PinnedImage {
  /** With its registry: `docker.io/vllm/vllm-openai`. A mirror keeps all behind the registry. */
  readonly repository: string;
  readonly tag: string;
  /** Digest of the index of all platforms, so that it holds on amd64 and arm64. */
  readonly digest: Digest;
  readonly source: string;
}

/**
 * Images that the platform itself puts into pods. Sources read 2026-11-21; all digests are of public records, none was pulled here.
 *
 * The GCS FUSE sidecar and the Secret Manager driver have no place here: GKE injects its own.
 */
export const PLATFORM_IMAGES = {
  vllm: {
    repository: "docker.io/vllm/vllm-openai",
    tag: "v0.28.0",
    digest: "sha256:61fc8a896b0a4fbbbdc063bc4b0dbc25ce98e02b5050c24aeb7830ac02039b14",
    source:
      "lock files and registry checks of more than five repositories, 2026-09, which tell index and platforms apart",
  },
  triton: {
    repository: "nvcr.io/nvidia/tritonserver",
    tag: "26.08-py3",
    digest: "sha256:9185ba5b33d2c85c9204b208957b4bbfc6b2b89066efc9192e0f60c2ab58cec0",
    source: "two repositories, 2026-09, of which one gives only the first eight digits",
  },
  endpointPicker: {
    repository: "ghcr.io/llm-d/llm-d-router-endpoint-picker",
    tag: "v0.10.0",
    digest: "sha256:2e516fa1310da7be59b82beb1445362139597d6d553ef04d546716abe3aaaa70",
    source: "five repositories, 2026-09, one of them with the digests of both platforms",
  },
  // Google's example names v0.15.3-gke.0, of which no digest could be found.
  prometheusFrontend: {
    repository: "gke.gcr.io/prometheus-engine/frontend",
    tag: "v0.18.2-gke.1",
    digest: "sha256:35ab356d969255dd7694ae371bf0991b97907451b4c7e1574b58a096d3be5977",
    source: "one repository, 2026-09: check it against the registry before the first apply",
  },
} as const satisfies Readonly<Record<string, PinnedImage>>;

/** Argo Rollouts' traffic router for Gateway API: a program that the controller loads, not an image. */
export const ROLLOUTS_GATEWAY_PLUGIN = {
  name: "argoproj-labs/gatewayAPI",
  version: "v0.15.0",
  /** Where the project publishes it; the nodes of the platform do not reach it, a mirror or an image has to bring it. */
  location:
    "https://github.com/argoproj-labs/rollouts-plugin-trafficrouter-gatewayapi/releases/download/v0.15.0/gatewayapi-plugin-linux-amd64",
  /** Of the file for linux/amd64: the controller refuses any other. One author's record; no digest for arm64 could be found. */
  sha256: "24816da0e613836b3f180a2b50f6199431668c72d7f4adeef09284bffc6582a1",
} as const;
