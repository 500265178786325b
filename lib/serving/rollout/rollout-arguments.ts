import type { Steps } from "./workflow-definition";

/** What whoever starts a program may say, as variables: `restart` takes up what was broken off, `finish` ends a promotion. Never both. */
export function readArguments(): Steps {
  return [
    { unsaid: { assign: [{ restart: false }, { finish: false }] } },
    {
      with_arguments: {
        switch: [
          {
            condition: "${args != null}",
            steps: [
              {
                read: {
                  assign: [
                    { restart: '${default(map.get(args, "restart"), false)}' },
                    { finish: '${default(map.get(args, "finish"), false)}' },
                  ],
                },
              },
            ],
          },
        ],
      },
    },
    {
      one_at_most: {
        switch: [
          {
            condition: "${restart and finish}",
            steps: [
              {
                contradictory: {
                  raise: {
                    reason: "contradictory",
                    message:
                      "restart and finish are said at once: finish moves the requests to the model's own replicas, restart is for what was broken off",
                  },
                },
              },
            ],
          },
        ],
      },
    },
  ];
}
