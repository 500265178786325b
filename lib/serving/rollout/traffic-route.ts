import type { RouteBackends } from "./route-backends";
import { writeMirror, writeWeights } from "./route-patches";
import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, notReady, TRAFFIC_URL, type TrafficSurface } from "./traffic";
import type { Steps, Subworkflow } from "./workflow-definition";

/** Labels of the two versions in metrics (`SERVING_LABELS.variant`). */
const NAMES = { stable: "stable", candidate: "candidate" };

/**
 * Weights of an `HTTPRoute`, changed by JSON Patch through the Connect Gateway. A patch names what it expects to find and fails as a whole
 * where that has changed: two rollouts at once, or a person's hand, cannot overwrite each other.
 */
export function routeTraffic(backends: RouteBackends): TrafficSurface {
  const { mirror } = backends;
  return {
    subworkflows: {
      read_traffic: readRoute(backends),
      write_traffic: writeWeights(backends),
      ...(mirror ? { write_shadow: writeMirror(backends, mirror) } : {}),
    },
  };
}

function readRoute(backends: RouteBackends): Subworkflow {
  const { stable, candidate, mirror } = backends;
  return {
    steps: [
      {
        get: {
          call: "http.get",
          args: { url: TRAFFIC_URL, auth: AS_WORKFLOW, timeout: CALL_TIMEOUT_SECONDS },
          result: "answer",
        },
      },
      { nothing_yet: { assign: [{ places: [] }, { weight: 0 }, { shadowed: false }, { empty: {} }, { no_list: [] }] } },
      {
        each_rule: {
          for: {
            value: "rule",
            index: "r",
            in: "${answer.body.spec.rules}",
            steps: [
              { not_yet: { assign: [{ place: { rule: "${r}", stable: -1, candidate: -1, filters: 0, mirror: -1 } }] } },
              {
                each_backend: {
                  for: {
                    value: "backend",
                    index: "b",
                    in: '${default(map.get(rule, "backendRefs"), no_list)}',
                    steps: [
                      {
                        which: {
                          switch: [
                            {
                              condition: `\${backend.name == "${stable}"}`,
                              steps: [{ is_stable: { assign: [{ "place.stable": "${b}" }] } }],
                            },
                            {
                              condition: `\${backend.name == "${candidate}"}`,
                              steps: [
                                {
                                  is_candidate: {
                                    assign: [
                                      { "place.candidate": "${b}" },
                                      { "place.weight": '${default(map.get(backend, "weight"), 1)}' },
                                    ],
                                  },
                                },
                              ],
                            },
                          ],
                        },
                      },
                    ],
                  },
                },
              },
              ...(mirror ? findMirror(mirror.service) : []),
              {
                both: {
                  switch: [
                    {
                      condition: "${place.stable >= 0 and place.candidate >= 0}",
                      steps: [
                        {
                          keep: {
                            assign: [
                              { places: "${list.concat(places, place)}" },
                              { weight: "${math.max(weight, place.weight)}" },
                            ],
                          },
                        },
                      ],
                    },
                  ],
                },
              },
            ],
          },
        },
      },
      {
        none: {
          switch: [
            {
              condition: "${len(places) == 0}",
              steps: [
                {
                  not_ready: {
                    raise: notReady(
                      `no rule of the route names both ${stable} and ${candidate}: the model is stopped, or has no candidate`,
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
            shadowed: "${shadowed}",
            names: NAMES,
            places: "${places}",
          },
        },
      },
    ],
  };
}

function findMirror(service: string): Steps {
  return [
    {
      each_filter: {
        for: {
          value: "filter",
          index: "f",
          in: '${default(map.get(rule, "filters"), no_list)}',
          steps: [
            {
              count: {
                assign: [
                  { "place.filters": "${f + 1}" },
                  { mirror: '${default(map.get(filter, "requestMirror"), empty)}' },
                  { target: '${default(map.get(mirror, "backendRef"), empty)}' },
                ],
              },
            },
            {
              ours: {
                switch: [
                  {
                    condition: `\${default(map.get(target, "name"), "") == "${service}"}`,
                    steps: [{ mirrored: { assign: [{ "place.mirror": "${f}" }, { shadowed: true }] } }],
                  },
                ],
              },
            },
          ],
        },
      },
    },
  ];
}
