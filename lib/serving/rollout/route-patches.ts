import type { RouteBackends } from "./route-backends";
import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, TRAFFIC_URL } from "./traffic";
import type { Steps, Subworkflow, Value } from "./workflow-definition";

/** Sets both weights in every rule that names both versions. */
export function writeWeights(backends: RouteBackends): Subworkflow {
  return {
    params: ["now", "to"],
    steps: [
      { no_operations: { assign: [{ operations: [] }] } },
      {
        each_place: {
          for: {
            value: "place",
            in: "${now.places}",
            steps: [
              ...pathsOf(),
              {
                add: {
                  assign: [
                    ...expect('${stable_path + "/name"}', backends.stable),
                    ...expect('${candidate_path + "/name"}', backends.candidate),
                    ...expect('${candidate_path + "/weight"}', "${place.weight}"),
                    ...operation("replace", '${stable_path + "/weight"}', "${100 - to}"),
                    ...operation("replace", '${candidate_path + "/weight"}', "${to}"),
                  ],
                },
              },
            ],
          },
        },
      },
      ...SEND,
    ],
  };
}

/** Starts or ends the copying of requests in every rule that names both versions. */
export function writeMirror(backends: RouteBackends, mirror: NonNullable<RouteBackends["mirror"]>): Subworkflow {
  const backendRef = { group: "", kind: "Service", name: mirror.service, port: mirror.port };
  // Older definitions of HTTPRoute know no percent: all of the requests are said without it.
  const requestMirror: Value = mirror.percent < 100 ? { backendRef, percent: mirror.percent } : { backendRef };
  const filter: Value = { type: "RequestMirror", requestMirror };
  return {
    params: ["now", "copied"],
    steps: [
      { no_operations: { assign: [{ operations: [] }] } },
      {
        each_place: {
          for: {
            value: "place",
            in: "${now.places}",
            steps: [
              ...pathsOf(),
              { expected: { assign: expect('${candidate_path + "/name"}', backends.candidate) } },
              {
                how: {
                  switch: [
                    {
                      condition: "${not copied and place.mirror >= 0}",
                      steps: [
                        {
                          remove: {
                            assign: [
                              { filter_path: '${rule_path + "/filters/" + string(place.mirror)}' },
                              ...expect('${filter_path + "/type"}', "RequestMirror"),
                              { operation: { op: "remove", path: "${filter_path}" } },
                              { operations: "${list.concat(operations, operation)}" },
                            ],
                          },
                        },
                      ],
                    },
                    {
                      condition: "${copied and place.filters == 0}",
                      steps: [{ first: { assign: operation("add", '${rule_path + "/filters"}', [filter]) } }],
                    },
                    {
                      condition: "${copied and place.mirror < 0}",
                      steps: [{ further: { assign: operation("add", '${rule_path + "/filters/-"}', filter) } }],
                    },
                  ],
                },
              },
            ],
          },
        },
      },
      ...SEND,
    ],
  };
}

function pathsOf(): Steps {
  return [
    {
      paths: {
        assign: [
          { rule_path: '${"/spec/rules/" + string(place.rule)}' },
          { stable_path: '${rule_path + "/backendRefs/" + string(place.stable)}' },
          { candidate_path: '${rule_path + "/backendRefs/" + string(place.candidate)}' },
        ],
      },
    },
  ];
}

type Assignments = readonly Readonly<Record<string, Value>>[];

/** A place that must hold a value, else nothing of the patch is done. */
function expect(path: string, value: string): Assignments {
  return operation("test", path, value);
}

function operation(op: string, path: string, value: Value): Assignments {
  return [{ operation: { op, path, value } }, { operations: "${list.concat(operations, operation)}" }];
}

const SEND: Steps = [
  {
    patch: {
      call: "http.patch",
      args: {
        url: TRAFFIC_URL,
        headers: { "Content-Type": "application/json-patch+json" },
        // As bytes: Workflows would not know how to write a list as this type.
        body: "${json.encode(operations)}",
        auth: AS_WORKFLOW,
        timeout: CALL_TIMEOUT_SECONDS,
      },
    },
  },
];
