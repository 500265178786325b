import { SERVING_POD_LABELS } from "../../catalog/server-metrics";
import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, RETRY } from "./traffic";
import type { Subworkflow } from "./workflow-definition";

/** Environment variable of the workflow with the address of the Deployment of the model's own replicas. */
export const REPLICAS_URL_VARIABLE = "REPLICAS_URL";

/** The model's own replicas, as they must be to take requests. */
export interface OwnReplicas {
  /** Version that they are to have. */
  readonly version: string;
  /** Fewest of them; none where the model rests at zero until it is asked. */
  readonly fewest: number;
}

/**
 * Looks at a Deployment.
 * @returns `ready`: all replicas that are wanted have the version and are available, and none of an earlier one is left; and `found`, for people
 */
export function readReplicas({ version, fewest }: OwnReplicas): Subworkflow {
  const count = (name: string) => `\${default(map.get(status, "${name}"), 0)}`;
  return {
    steps: [
      {
        get: {
          call: "http.get",
          args: {
            url: `\${sys.get_env("${REPLICAS_URL_VARIABLE}")}`,
            auth: AS_WORKFLOW,
            timeout: CALL_TIMEOUT_SECONDS,
          },
          result: "answer",
        },
      },
      {
        read: {
          assign: [
            { empty: {} },
            { spec: "${answer.body.spec}" },
            { status: '${default(map.get(answer.body, "status"), empty)}' },
            { labels: '${default(map.get(spec.template.metadata, "labels"), empty)}' },
            { found_version: `\${default(map.get(labels, "${SERVING_POD_LABELS.version}"), "none")}` },
            // What nobody states is one (Kubernetes API, DeploymentSpec).
            { wanted: '${default(map.get(spec, "replicas"), 1)}' },
            { updated: count("updatedReplicas") },
            { available: count("availableReplicas") },
            // Those of earlier versions included.
            { all: count("replicas") },
            { seen: count("observedGeneration") },
          ],
        },
      },
      {
        judge: {
          assign: [
            { exchanged: "${seen >= answer.body.metadata.generation and updated == wanted and all == wanted}" },
            {
              ready: `\${found_version == "${version}" and exchanged and available == wanted and wanted >= ${fewest}}`,
            },
            {
              found:
                '${"of " + string(wanted) + " replicas that are wanted " + string(updated) + " are of version " + found_version + ", " + string(available) + " are available, " + string(all) + " are there"}',
            },
          ],
        },
      },
      { told: { return: { ready: "${ready}", found: "${found}" } } },
    ],
  };
}

const POLL_SECONDS = 30;

/** Waits until the model's own replicas are ready, for so many seconds at most. */
export const AWAIT_REPLICAS: Subworkflow = {
  params: ["seconds"],
  steps: [
    { begun: { assign: [{ waited: 0 }] } },
    { look: { try: { call: "read_replicas", result: "now" }, retry: RETRY } },
    {
      there: {
        switch: [
          { condition: "${now.ready}", next: "held" },
          { condition: "${waited >= seconds}", next: "unready" },
        ],
      },
    },
    { pause: { call: "sys.sleep", args: { seconds: POLL_SECONDS } } },
    { count: { assign: [{ waited: `\${waited + ${POLL_SECONDS}}` }], next: "look" } },
    {
      unready: { raise: { reason: "unready", message: '${"the model\'s own replicas are not ready: " + now.found}' } },
    },
    { held: { return: true } },
  ],
};
