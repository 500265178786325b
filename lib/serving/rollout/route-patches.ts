import { addressed, type RouteTraffic } from "./route-address";
import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS } from "./traffic";
import type { Steps, Subworkflow, Value } from "./workflow-definition";

/** Sets both weights in every rule that names both versions. */
export function writeWeights(traffic: RouteTraffic): Subworkflow {
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
                    ...expect('${stable_path + "/name"}', traffic.stable),
                    ...expect('${candidate_path + "/name"}', traffic.candidate),
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
      ...send(traffic),
    ],
  };
}

/** Starts or ends the copying of requests in every rule that names both versions. */
export function writeMirror(traffic: RouteTraffic, mirror: NonNullable<RouteTraffic["mirror"]>): Subworkflow {
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
              { expected: { assign: expect('${candidate_path + "/name"}', traffic.candidate) } },
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
      ...send(traffic),
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

function send(traffic: RouteTraffic): Steps {
  return [
    ...addressed(traffic),
    {
      patch: {
        call: "http.patch",
        args: {
          url: "${url}",
          headers: { "Content-Type": "application/json-patch+json" },
          // As bytes: Workflows would not know how to write a list as this type.
          body: "${json.encode(operations)}",
          auth: AS_WORKFLOW,
          timeout: CALL_TIMEOUT_SECONDS,
        },
      },
    },
  ];
}
