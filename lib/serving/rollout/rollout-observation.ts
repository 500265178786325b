import type { AnalysisQueries } from "./analysis-queries";
import { VARIANT_PLACEHOLDERS } from "./analysis-variants";
import {
  MAX_QUERY_ERRORS,
  METRICS_DELAY_MINUTES,
  measureMinutes,
  patienceMinutes,
  type RolloutValues,
} from "../config/rollout-config";
import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, METRICS_URL_VARIABLE, RETRY } from "./traffic";
import type { Steps, Subworkflow } from "./workflow-definition";

/**
 * One step of a rollout: measures until its minutes are over, enough requests came and nothing is wrong.
 * @returns the failures so far, by check
 */
export function observation(rollout: RolloutValues, model: string): Subworkflow {
  const { stepMinutes, minRequests, failureLimit } = rollout;
  const patience = patienceMinutes(rollout);
  return {
    params: ["percent", "names", "failures"],
    steps: [
      { begin: { assign: [{ began: "${sys.now()}" }, { errors: 0 }] } },
      { wait: { call: "sys.sleep", args: { seconds: measureMinutes(rollout) * 60 } } },
      { not_yet: { assign: [{ found: null }, { fault: null }] } },
      {
        look: {
          try: { call: "measure", args: { names: "${names}" }, result: "found" },
          except: { as: "e", steps: [{ failed: { assign: [{ fault: "${e}" }, { errors: "${errors + 1}" }] } }] },
        },
      },
      {
        seen: {
          switch: [
            { condition: "${fault == null}", next: "count" },
            { condition: `\${errors <= ${MAX_QUERY_ERRORS}}`, next: "wait" },
          ],
        },
      },
      {
        blind: {
          raise: {
            reason: "blind",
            message: `metrics could not be read ${MAX_QUERY_ERRORS + 1} times in a row`,
            error: "${fault}",
          },
        },
      },
      { count: { assign: [{ errors: 0 }, { minutes: "${(sys.now() - began) / 60}" }] } },
      {
        log: {
          call: "sys.log",
          args: {
            severity: "INFO",
            json: {
              rollout: model,
              event: "measured",
              percent: "${percent}",
              minutes: "${minutes}",
              requests: "${found.requests}",
              used: "${found.used}",
            },
          },
        },
      },
      ...arrival(rollout),
      {
        each_worse: {
          for: {
            value: "check",
            in: "${found.worse}",
            steps: [
              { one_more: { assign: [{ "failures[check.id]": "${default(map.get(failures, check.id), 0) + 1}" }] } },
              {
                too_often: {
                  switch: [
                    {
                      condition: `\${failures[check.id] > ${failureLimit}}`,
                      steps: [
                        {
                          worse: {
                            raise: {
                              reason: "worse",
                              check: "${check.id}",
                              used: "${check.used}",
                              message:
                                '${check.measures + ": the new version uses " + string(check.used) + " times what is accepted"}',
                            },
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
        enough: {
          switch: [
            {
              condition: `\${minutes >= ${stepMinutes} and found.requests >= ${minRequests} and len(found.worse) == 0}`,
              next: "pass",
            },
            { condition: `\${minutes < ${patience}}`, next: "wait" },
          ],
        },
      },
      {
        inconclusive: {
          raise: {
            reason: "inconclusive",
            message: `\${"the new version answered " + string(found.requests) + " of ${minRequests} requests within ${stepMinutes} minutes, or was not good at the end of ${patience}: lengthen stepMinutes or lower minRequests"}`,
          },
        },
      },
      { pass: { return: "${failures}" } },
    ],
  };
}

// So many times fewer requests than its share: a version without pods that are ready, or whose endpoint picker is down, has no metrics that
// could look bad, and callers get errors from the load balancer alone.
const FAR_TOO_FEW = 5;

/** Counts it against the new version where its share of the requests does not reach it. */
function arrival({ stepMinutes, minRequests }: RolloutValues): Steps {
  return [
    {
      share: {
        assign: [
          { seen_minutes: `\${math.min(minutes - ${METRICS_DELAY_MINUTES}, ${stepMinutes})}` },
          { expected: `\${found.stable_requests * percent / (100 - percent) * seen_minutes / ${stepMinutes}}` },
        ],
      },
    },
    {
      arrived: {
        switch: [
          {
            condition: `\${expected >= ${minRequests} and found.requests * ${FAR_TOO_FEW} < expected}`,
            steps: [
              {
                lost: {
                  assign: [
                    {
                      lost_ones: {
                        id: "arrival",
                        measures: "requests that do not reach it",
                        used: `\${expected / (math.max(found.requests, 1) * ${FAR_TOO_FEW})}`,
                      },
                    },
                    { "found.worse": "${list.concat(found.worse, lost_ones)}" },
                  ],
                },
              },
            ],
          },
        ],
      },
    },
  ];
}

/** The queries of a rollout, as subworkflows. */
export const MEASURING = {
  /** All checks once: the number of requests, what each check uses of what is accepted, and those above it. */
  measure({ requests, stableRequests, checks }: AnalysisQueries): Subworkflow {
    return {
      params: ["names"],
      steps: [
        {
          plan: {
            assign: [
              { requests_query: requests },
              { stable_query: stableRequests },
              { checks: checks.map(({ id, measures, query }) => ({ id, measures, query })) },
              { used: {} },
              { worse: [] },
            ],
          },
        },
        { ask_requests: { call: "ask", args: { query: "${requests_query}", names: "${names}" }, result: "requests" } },
        {
          ask_stable: { call: "ask", args: { query: "${stable_query}", names: "${names}" }, result: "stable_requests" },
        },
        {
          each_check: {
            for: {
              value: "check",
              in: "${checks}",
              steps: [
                { ask_check: { call: "ask", args: { query: "${check.query}", names: "${names}" }, result: "value" } },
                { note: { assign: [{ "used[check.id]": "${value}" }] } },
                {
                  above: {
                    switch: [
                      {
                        condition: "${default(value, 0) > 1}",
                        steps: [
                          {
                            keep: {
                              assign: [
                                { one: { id: "${check.id}", measures: "${check.measures}", used: "${value}" } },
                                { worse: "${list.concat(worse, one)}" },
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
          all: {
            return: {
              requests: "${default(requests, 0)}",
              stable_requests: "${default(stable_requests, 0)}",
              used: "${used}",
              worse: "${worse}",
            },
          },
        },
      ],
    };
  },

  /** One query of Managed Service for Prometheus: its value, or null where it has none. */
  ask(): Subworkflow {
    const { stable, candidate } = VARIANT_PLACEHOLDERS;
    return {
      params: ["query", "names"],
      steps: [
        {
          fill: {
            assign: [
              { filled: `\${text.replace_all(query, "${stable}", names.stable)}` },
              { filled: `\${text.replace_all(filled, "${candidate}", names.candidate)}` },
            ],
          },
        },
        {
          post: {
            try: {
              call: "http.post",
              args: {
                url: `\${sys.get_env("${METRICS_URL_VARIABLE}")}`,
                body: { query: "${filled}" },
                auth: AS_WORKFLOW,
                timeout: CALL_TIMEOUT_SECONDS,
              },
              result: "answer",
            },
            retry: RETRY,
          },
        },
        { series: { assign: [{ series: "${answer.body.data.result}" }] } },
        { none: { switch: [{ condition: "${len(series) == 0}", next: "nothing" }] } },
        { one: { return: "${double(series[0].value[1])}" } },
        { nothing: { return: null } },
      ],
    };
  },
};
