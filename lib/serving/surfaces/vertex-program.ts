import { logged } from "../rollout/rollout-log";
import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, MAY_PASS, notReady } from "../rollout/traffic";
import type { Subworkflow, Value, WorkflowDefinition } from "../rollout/workflow-definition";
import { deploying } from "./vertex-program-deploy";
import { PRUNE, SHARES } from "./vertex-program-shares";
import { ask, envOf, post, repeated, wait } from "./vertex-program-steps";
import type { WantedModel } from "./vertex-upload";

/** Longest waits of the program, in seconds: a copy of the weights; machines, image and start of a server; anything else. */
const LONGEST = { upload: 3600, deploy: 3 * 3600, change: 3600 };

export interface VertexProgramInput {
  /** Name of the model, for the log. */
  readonly model: string;
  /** `projects/P/locations/L`. */
  readonly parent: string;
  /** The stable version first. */
  readonly wanted: readonly WantedModel[];
}

/** The program of a stopped model: it says so, and touches nothing. */
export function stoppedProgram(model: string): WorkflowDefinition {
  const message = `${model} is stopped: nothing is deployed, and nothing gets requests`;
  return { main: { steps: [{ refuse: { raise: notReady(message) } }] } };
}

/**
 * The program that makes an endpoint hold the versions that the environment file names, and no others. Each part reads before it writes, so
 * that a second run does nothing, and one that was broken off is ended by the next. Who gets requests is the rollout's to change: here only
 * shares that nobody named has go to the stable version, that is all of them where there are none.
 */
export function vertexProgram({ model, parent, wanted }: VertexProgramInput): WorkflowDefinition {
  return {
    main: main(model, wanted),
    ensure_model: repeated("attempt_model", ["want"]),
    attempt_model: attemptModel,
    ...deploying(parent, LONGEST),
    ...SHARES,
    ...PRUNE(LONGEST.change),
    read_endpoint: readEndpoint,
    wait_for: waitFor,
    may_pass: MAY_PASS,
  };
}

function main(model: string, wanted: readonly WantedModel[]): Subworkflow {
  return {
    steps: [
      {
        plan: {
          assign: [{ wanted: wanted.map((one, at) => ({ ...one, first: at === 0 }) as unknown as Value) }, { ids: [] }],
        },
      },
      {
        deploy: {
          try: {
            steps: [
              {
                each_version: {
                  for: {
                    value: "want",
                    in: "${wanted}",
                    steps: [
                      { upload: { call: "ensure_model", args: { want: "${want}" } } },
                      { place: { call: "ensure_deployed", args: { want: "${want}" }, result: "id" } },
                      { size: { call: "ensure_size", args: { want: "${want}" } } },
                      { there: { assign: [{ ids: "${list.concat(ids, id)}" }] } },
                    ],
                  },
                },
              },
              { share: { call: "ensure_shares", args: { ids: "${ids}" } } },
              { prune: { call: "prune", args: { ids: "${ids}" } } },
            ],
          },
          except: {
            as: "e",
            steps: [
              { cry: logged("ERROR", model, { event: "deployment-failed", error: "${e}" }) },
              { fail: { raise: "${e}" } },
            ],
          },
        },
      },
      { done: logged("NOTICE", model, { event: "deployed", deployed: "${ids}" }) },
      { result: { return: { outcome: "deployed", deployed: "${ids}" } } },
    ],
  };
}

const attemptModel: Subworkflow = {
  params: ["want"],
  steps: [
    { nothing_yet: { assign: [{ found: null }, { empty: {} }] } },
    {
      look: {
        try: {
          call: "http.get",
          args: {
            url: `\${${envOf("MODELS_URL")} + "/" + want.modelId}`,
            auth: AS_WORKFLOW,
            timeout: CALL_TIMEOUT_SECONDS,
          },
          result: "found",
        },
        except: {
          as: "e",
          steps: [
            {
              missing: {
                switch: [
                  {
                    condition: '${default(map.get(e, "code"), 0) == 404}',
                    steps: [{ none: { assign: [{ found: null }] } }],
                  },
                  { condition: "${true}", steps: [{ other: { raise: "${e}" } }] },
                ],
              },
            },
          ],
        },
      },
    },
    { there: { switch: [{ condition: "${found == null}", next: "describe" }] } },
    {
      same: {
        switch: [
          {
            condition:
              '${default(map.get(default(map.get(found.body, "labels"), empty), "content"), "") == want.content}',
            next: "held",
          },
        ],
      },
    },
    {
      changed: {
        raise: {
          reason: "other-content",
          message:
            '${"model " + want.name + " was uploaded with another image, source, arguments or environment: give what is new a version of its own"}',
        },
      },
    },
    {
      describe: {
        assign: [
          {
            model: {
              displayName: "${want.name}",
              labels: "${want.labels}",
              containerSpec: "${want.containerSpec}",
              encryptionSpec: { kmsKeyName: `\${${envOf("KMS_KEY")}}` },
            },
          },
          { "model.labels.content": "${want.content}" },
        ],
      },
    },
    {
      weights: {
        switch: [
          {
            condition: '${"artifactUri" in want}',
            steps: [{ copied: { assign: [{ "model.artifactUri": "${want.artifactUri}" }] } }],
          },
        ],
      },
    },
    {
      upload: post(`\${${envOf("MODELS_URL")} + ":upload"}`, {
        modelId: "${want.modelId}",
        model: "${model}",
        serviceAccount: `\${${envOf("SERVING_ACCOUNT")}}`,
      }),
    },
    { wait: wait(LONGEST.upload) },
    { held: { return: "${want.modelId}" } },
  ],
};

const readEndpoint: Subworkflow = {
  steps: [
    {
      get: {
        call: "http.get",
        args: { url: `\${${envOf("ENDPOINT_URL")}}`, auth: AS_WORKFLOW, timeout: CALL_TIMEOUT_SECONDS },
        result: "answer",
      },
    },
    { nothing_yet: { assign: [{ no_list: [] }, { empty: {} }] } },
    {
      found: {
        return: {
          deployed: '${default(map.get(answer.body, "deployedModels"), no_list)}',
          split: '${default(map.get(answer.body, "trafficSplit"), empty)}',
          etag: '${default(map.get(answer.body, "etag"), "")}',
        },
      },
    },
  ],
};

const POLL_SECONDS = 30;

/** Waits for a long-running operation; how it failed is raised without its code, which is no HTTP status and not to be tried again. */
const waitFor: Subworkflow = {
  params: ["answer", "seconds"],
  steps: [
    { begun: { assign: [{ operation: "${answer.body}" }, { waited: 0 }] } },
    {
      over: {
        switch: [
          { condition: '${default(map.get(operation, "done"), false)}', next: "ended" },
          { condition: "${waited >= seconds}", next: "too_slow" },
        ],
      },
    },
    { pause: { call: "sys.sleep", args: { seconds: POLL_SECONDS } } },
    { count: { assign: [{ waited: `\${waited + ${POLL_SECONDS}}` }] } },
    { ask: ask(`\${${envOf("API_URL")} + "/" + operation.name}`, "fresh") },
    { take: { assign: [{ operation: "${fresh.body}" }], next: "over" } },
    {
      too_slow: {
        raise: {
          reason: "too-slow",
          message:
            '${operation.name + " has not ended within " + string(seconds) + " s: see how it goes on, and start again"}',
        },
      },
    },
    { ended: { switch: [{ condition: '${map.get(operation, "error") != null}', next: "failed" }] } },
    { held: { return: "${operation.name}" } },
    {
      failed: {
        raise: {
          reason: "failed",
          message: '${default(map.get(operation.error, "message"), "the operation failed")}',
          operation: "${operation.name}",
          error: "${operation.error}",
        },
      },
    },
  ],
};
