import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, notReady, TRAFFIC_URL, type TrafficSurface } from "./traffic";

/** Tags of the two revisions in the service's traffic. */
export const REVISION_TAGS = { stable: "stable", candidate: "candidate" } as const;

const PINNED = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

/**
 * Traffic of a Cloud Run service that names its two revisions by tags, changed with the etag that was read: a change in between has the next one refused. Source: Cloud Run Admin API
 * v2, projects.locations.services.patch.
 */
export function cloudRunTraffic(): TrafficSurface {
  const args = { url: TRAFFIC_URL, auth: AS_WORKFLOW, timeout: CALL_TIMEOUT_SECONDS };
  return {
    subworkflows: {
      read_traffic: {
        steps: [
          { get: { call: "http.get", args, result: "answer" } },
          {
            nothing_yet: {
              assign: [{ names: {} }, { weight: 0 }, { split: 0 }, { others: [] }, { no_list: [] }, { empty: {} }],
            },
          },
          {
            each_target: {
              for: {
                value: "target",
                in: '${default(map.get(answer.body, "traffic"), no_list)}',
                steps: [
                  {
                    read: {
                      assign: [
                        { tag: '${default(map.get(target, "tag"), "")}' },
                        { percent: '${default(map.get(target, "percent"), 0)}' },
                      ],
                    },
                  },
                  {
                    which: {
                      switch: [
                        {
                          condition: `\${tag == "${REVISION_TAGS.stable}" or tag == "${REVISION_TAGS.candidate}"}`,
                          steps: [
                            {
                              ours: {
                                assign: [
                                  { "names[tag]": '${map.get(target, "revision")}' },
                                  { split: "${split + percent}" },
                                ],
                              },
                            },
                            {
                              new_one: {
                                switch: [
                                  {
                                    condition: `\${tag == "${REVISION_TAGS.candidate}"}`,
                                    steps: [{ its_weight: { assign: [{ weight: "${percent}" }] } }],
                                  },
                                ],
                              },
                            },
                          ],
                        },
                        {
                          condition: "${percent == 0}",
                          steps: [{ other: { assign: [{ others: "${list.concat(others, target)}" }] } }],
                        },
                      ],
                    },
                  },
                ],
              },
            },
          },
          {
            both: {
              switch: [
                {
                  condition:
                    '${map.get(names, "stable") == null or map.get(names, "candidate") == null or split != 100}',
                  steps: [
                    {
                      not_ready: {
                        raise: notReady(
                          "the service's traffic does not go to two named revisions with the tags stable and candidate alone",
                        ),
                      },
                    },
                  ],
                },
              ],
            },
          },
          {
            state: {
              assign: [
                { reconciling: '${default(map.get(answer.body, "reconciling"), false)}' },
                { condition: '${default(map.get(answer.body, "terminalCondition"), empty)}' },
                { state: '${default(map.get(condition, "state"), "")}' },
              ],
            },
          },
          {
            found: {
              return: {
                weight: "${weight}",
                settled: '${not reconciling and state == "CONDITION_SUCCEEDED"}',
                shadowed: false,
                names: "${names}",
                others: "${others}",
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
            targets: {
              assign: [
                {
                  stable: {
                    type: PINNED,
                    revision: "${now.names.stable}",
                    percent: "${100 - to}",
                    tag: REVISION_TAGS.stable,
                  },
                },
                {
                  candidate: {
                    type: PINNED,
                    revision: "${now.names.candidate}",
                    percent: "${to}",
                    tag: REVISION_TAGS.candidate,
                  },
                },
                { traffic: "${list.concat(list.concat(now.others, stable), candidate)}" },
              ],
            },
          },
          {
            patch: {
              call: "http.patch",
              args: {
                ...args,
                query: { updateMask: "traffic" },
                body: { etag: "${now.etag}", traffic: "${traffic}" },
              },
            },
          },
        ],
      },
    },
  };
}
