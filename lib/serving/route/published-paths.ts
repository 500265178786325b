import type { ServedModel } from "../config/served-model";

/** Where requests to a path of the gateway go on the server. */
export interface PublishedPath {
  /** Path on the gateway, with all that lies below it. */
  readonly from: string;
  /** What stands in its place when the server sees the request. */
  readonly to: string;
}

interface Paths {
  /** What callers are given, with all below it. */
  readonly open: readonly string[];
  /** What of that is the operators'. */
  readonly kept: readonly string[];
}

/**
 * What servers answer that callers ask for. Besides it vLLM shows its metrics, tokenizer and interface; Triton loads models, maps memory, and
 * sets its log and trace files (http_server.cc; CVE-2025-23319 began at its shared memory). An HTTP server's paths are its own, so that only
 * those that this library asks of it are known (`http` in `server-command.ts`, and the logger's).
 */
const PATHS: Readonly<Record<ServedModel["config"]["server"], Paths>> = {
  vllm: { open: ["/v1"], kept: [] },
  triton: { open: ["/v2/models", "/v2/health"], kept: [] },
  http: { open: ["/"], kept: ["/metrics", "/healthz", "/readyz", "/logger"] },
};

/**
 * A path that servers answer with 404. Routes on GKE match by prefix or exactly, so what is kept back is a longer prefix that leads nowhere; the
 * longest one counts, in whatever order they stand.
 */
const NOWHERE = "/not-published";

/** The paths of a model that a route leads to its server, below the route's own. */
export function publishedPaths(server: ServedModel["config"]["server"], path: string): readonly PublishedPath[] {
  const { open, kept } = PATHS[server];
  return [
    ...open.map((own) => ({ from: below(path, own), to: own })),
    ...kept.map((own) => ({ from: below(path, own), to: NOWHERE })),
  ];
}

function below(path: string, own: string): string {
  if (path === "/") return own;
  return own === "/" ? path : `${path}${own}`;
}
