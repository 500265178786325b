import { logged } from "./rollout-log";
import type { Steps } from "./workflow-definition";

/**
 * What becomes of a rollout that failed, or of a promotion: requests go back to where they were when it began, unless somebody else has changed
 * them. `e` is what was raised, `weight` and `aim` what it had reached and was about to.
 *
 * @param begun per cent of the requests that the new version had when it began
 */
export function failed(model: string, begun: 0 | 100): Steps {
  return [
    {
      why: {
        assign: [
          { reason: '${default(map.get(e, "reason"), "error")}' },
          { message: '${default(map.get(e, "message"), "unexpected error")}' },
          { left: begun },
          { ours: [] },
          { ours: "${list.concat(list.concat(ours, weight), aim)}" },
        ],
      },
    },
    {
      whose: {
        switch: [
          { condition: '${reason == "moved"}', steps: [{ untouched: { assign: [{ left: "unchanged" }] } }] },
          {
            condition: "${true}",
            steps: [
              {
                back: {
                  try: { call: "go_back", args: { ours: "${ours}" } },
                  except: {
                    as: "f",
                    steps: [
                      {
                        how: {
                          switch: [
                            {
                              // Stopped meanwhile: no route leads to the new version, and what Terraform writes next starts from none.
                              condition: '${default(map.get(f, "reason"), "") == "not-ready"}',
                              steps: [{ gone: { assign: [{ left: "not routed" }] } }],
                            },
                            {
                              condition: "${true}",
                              steps: [
                                {
                                  cry: logged("CRITICAL", model, {
                                    event: "rollback-failed",
                                    reason: "${reason}",
                                    message: "${message}",
                                    error: "${f}",
                                  }),
                                },
                                {
                                  stuck: {
                                    raise: {
                                      reason: "rollback-failed",
                                      message: "${message}",
                                      first: "${reason}",
                                      error: "${f}",
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
            ],
          },
        ],
      },
    },
    {
      report: logged("ERROR", model, {
        event: "rolled-back",
        reason: "${reason}",
        message: "${message}",
        reached: "${aim}",
        weight: "${left}",
        error: "${e}",
      }),
    },
    { fail: { raise: { reason: "${reason}", message: "${message}", weight: "${left}", error: "${e}" } } },
  ];
}
