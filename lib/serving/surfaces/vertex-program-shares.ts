import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, RETRY } from "../rollout/traffic";
import type { Subworkflow } from "../rollout/workflow-definition";
import { envOf, look, post, repeated, wait, whereDeployed } from "./vertex-program-steps";

/** Shares of versions that are named stay; the rest goes to the stable version, the first of `ids`. */
const attemptShares: Subworkflow = {
  params: ["ids"],
  steps: [
    { look: look("now") },
    { nothing_yet: { assign: [{ taken: 0 }, { split: {} }] } },
    {
      each_version: {
        for: {
          value: "id",
          in: "${ids}",
          steps: [
            {
              keep: {
                assign: [{ "split[id]": "${default(map.get(now.split, id), 0)}" }, { taken: "${taken + split[id]}" }],
              },
            },
          ],
        },
      },
    },
    { all: { switch: [{ condition: "${taken == 100}", next: "held" }] } },
    { rest: { assign: [{ stable: "${ids[0]}" }, { "split[stable]": "${split[stable] + 100 - taken}" }] } },
    {
      patch: {
        call: "http.patch",
        args: {
          url: `\${${envOf("ENDPOINT_URL")}}`,
          auth: AS_WORKFLOW,
          timeout: CALL_TIMEOUT_SECONDS,
          query: { updateMask: "trafficSplit" },
          body: { etag: "${now.etag}", trafficSplit: "${split}" },
        },
      },
    },
    { held: { return: "${split}" } },
  ],
};

export const SHARES = { ensure_shares: repeated("attempt_shares", ["ids"]), attempt_shares: attemptShares };

/** Takes from the endpoint what is not among `ids`, which has no requests any more. */
const prune: Subworkflow = {
  params: ["ids"],
  steps: [
    { look: { try: { call: "read_endpoint", result: "now" }, retry: RETRY } },
    {
      each_model: {
        for: {
          value: "deployed",
          in: "${now.deployed}",
          steps: [
            { named: { switch: [{ condition: "${deployed.id in ids}", next: "kept" }] } },
            { undeploy: { call: "ensure_undeployed", args: { id: "${deployed.id}" } } },
            { kept: { assign: [{ looked_at: "${deployed.id}" }] } },
          ],
        },
      },
    },
  ],
};

function attemptUndeployed(seconds: number): Subworkflow {
  return {
    params: ["id"],
    steps: [
      { look: look("now") },
      { nothing_yet: { assign: [{ there: false }] } },
      { each_model: whereDeployed("${deployed.id == id}", { there: true }) },
      { gone: { switch: [{ condition: "${not there}", next: "held" }] } },
      // Vertex AI refuses it for a model that has requests (API v1, endpoints.undeployModel): nobody's are cut off.
      { undeploy: post(`\${${envOf("ENDPOINT_URL")} + ":undeployModel"}`, { deployedModelId: "${id}" }) },
      { wait: wait(seconds) },
      { held: { return: "${id}" } },
    ],
  };
}

export const PRUNE = (seconds: number) => ({
  prune,
  ensure_undeployed: repeated("attempt_undeployed", ["id"]),
  attempt_undeployed: attemptUndeployed(seconds),
});
