import type { Retry, Subworkflow, Value } from "./workflow-definition";

/**
 * How requests are split between the two versions on one surface, as subworkflows of a rollout:
 *
 * - `read_traffic()` gives `weight` (per cent of the new version), `settled` (whether the surface has finished its last change), `shadowed`
 *   (whether requests are copied) and `names` (of the `stable` and the `candidate` in metrics), and whatever `write_traffic` needs.
 * - `write_traffic(now, to)` sets the new version to `to` per cent and the stable one to the rest, only if the surface is still as `now` says.
 * - `write_shadow(now, copied)` starts and ends the copying of requests, where the surface can.
 */
export interface TrafficSurface {
  readonly subworkflows: {
    readonly read_traffic: Subworkflow;
    readonly write_traffic: Subworkflow;
    readonly write_shadow?: Subworkflow;
  };
}

/** Environment variable of the workflow with the address of what splits the requests: a route, a service or an endpoint. */
export const TRAFFIC_URL_VARIABLE = "TRAFFIC_URL";

/** Environment variable of the workflow with the address that PromQL is asked at. */
export const METRICS_URL_VARIABLE = "METRICS_URL";

/** The address of what splits the requests, as an expression. */
export const TRAFFIC_URL = `\${sys.get_env("${TRAFFIC_URL_VARIABLE}")}`;

/** Who asks Google's APIs: the workflow's own service account. */
export const AS_WORKFLOW: Value = {
  type: "OAuth2",
  scopes: "https://www.googleapis.com/auth/cloud-platform",
};

export const CALL_TIMEOUT_SECONDS = 60;

/** Faults that pass, and changes that met another one: whoever tries again reads first, so that trying again does no harm. */
export const MAY_PASS: Subworkflow = {
  params: ["e"],
  steps: [
    // 409, 412 and 422: somebody else was faster; 404 is not among them: what is missing does not come by itself.
    { passing: { assign: [{ codes: [408, 409, 412, 422, 429, 500, 502, 503, 504] }] } },
    {
      by_code: {
        switch: [
          {
            condition: '${"code" in e}',
            steps: [{ code: { return: "${e.code in codes}" } }],
          },
          {
            condition: '${"tags" in e}',
            steps: [{ tags: { return: '${"ConnectionError" in e.tags or "TimeoutError" in e.tags}' } }],
          },
        ],
      },
    },
    { unknown: { return: false } },
  ],
};

/** About four minutes in all: Cloud Run takes one to route requests anew. */
export const RETRY: Retry = {
  predicate: "${may_pass}",
  max_retries: 10,
  backoff: { initial_delay: 2, max_delay: 30, multiplier: 2 },
};

/** What stops a rollout before it touches anything: the surface does not offer both versions. */
export function notReady(message: string): Value {
  return { reason: "not-ready", message };
}
