import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, notReady, TRAFFIC_URL, type TrafficSurface } from "./traffic";

/** A Vertex AI endpoint with the two versions deployed to it. */
export interface VertexTraffic {
  /** Display names of the deployed models: Vertex AI gives them ids of its own. */
  readonly stable: string;
  readonly candidate: string;
}

/**
 * The traffic split of a Vertex AI endpoint, changed with the etag that was read. Source: Vertex AI API v1, projects.locations.endpoints.patch.
 */
export function vertexTraffic({ stable, candidate }: VertexTraffic): TrafficSurface {
  const args = { url: TRAFFIC_URL, auth: AS_WORKFLOW, timeout: CALL_TIMEOUT_SECONDS };
  return {
    subworkflows: {
      read_traffic: {
        steps: [
          { get: { call: "http.get", args, result: "answer" } },
          {
            nothing_yet: {
              assign: [
                { names: {} },
                { empty: {} },
                { no_list: [] },
                { split: '${default(map.get(answer.body, "trafficSplit"), empty)}' },
              ],
            },
          },
          {
            each_model: {
              for: {
                value: "deployed",
                in: '${default(map.get(answer.body, "deployedModels"), no_list)}',
                steps: [
                  {
                    which: {
                      switch: [
                        {
                          condition: `\${default(map.get(deployed, "displayName"), "") == "${stable}"}`,
                          steps: [{ is_stable: { assign: [{ "names.stable": "${deployed.id}" }] } }],
                        },
                        {
                          condition: `\${default(map.get(deployed, "displayName"), "") == "${candidate}"}`,
                          steps: [{ is_candidate: { assign: [{ "names.candidate": "${deployed.id}" }] } }],
                        },
                      ],
                    },
                  },
                ],
              },
            },
          },
          {
            both_there: {
              switch: [
                {
                  condition: '${map.get(names, "stable") == null or map.get(names, "candidate") == null}',
                  steps: [
                    {
                      not_there: {
                        raise: notReady(`the endpoint does not hold both models ${stable} and ${candidate}`),
                      },
                    },
                  ],
                },
              ],
            },
          },
          {
            shares: {
              assign: [
                { weight: "${default(map.get(split, names.candidate), 0)}" },
                { rest: "${default(map.get(split, names.stable), 0)}" },
              ],
            },
          },
          {
            both_alone: {
              switch: [
                {
                  condition: "${weight + rest != 100}",
                  steps: [
                    {
                      not_alone: {
                        raise: notReady(
                          `the endpoint's traffic does not go to ${stable} and ${candidate} alone: the model is stopped, or another one is deployed`,
                        ),
                      },
                    },
                  ],
                },
              ],
            },
          },
          {
            found: {
              return: {
                weight: "${weight}",
                settled: true,
                shadowed: false,
                names: "${names}",
                etag: '${default(map.get(answer.body, "etag"), "")}',
              },
            },
          },
        ],
      },
      write_traffic: {
        params: ["now", "to"],
        steps: [
          {
            shares: {
              assign: [
                { split: {} },
                { "split[now.names.stable]": "${100 - to}" },
                { "split[now.names.candidate]": "${to}" },
              ],
            },
          },
          {
            patch: {
              call: "http.patch",
              args: {
                ...args,
                query: { updateMask: "trafficSplit" },
                body: { etag: "${now.etag}", trafficSplit: "${split}" },
              },
            },
          },
        ],
      },
    },
  };
}
