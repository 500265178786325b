import { AS_WORKFLOW, CALL_TIMEOUT_SECONDS, RETRY } from "../rollout/traffic";
import type { Step, Subworkflow, Value } from "../rollout/workflow-definition";

/** Environment variables of the workflow that deploys: what only Terraform knows, and addresses. */
export type VertexVariable = "API_URL" | "MODELS_URL" | "ENDPOINT_URL" | "KMS_KEY" | "SERVING_ACCOUNT";

/** A variable, within an expression. */
export function envOf(name: VertexVariable): string {
  return `sys.get_env("${name}")`;
}

/** Reads the endpoint. */
export function look(result: string): Step {
  return { call: "read_endpoint", result };
}

/** Asks until it is answered: for what does no harm. */
export function ask(url: string, result: string): Step {
  const args = { url, auth: AS_WORKFLOW, timeout: CALL_TIMEOUT_SECONDS };
  return { try: { call: "http.get", args, result }, retry: RETRY };
}

/** A subworkflow that is tried again until it gives a result: it reads before it writes. */
export function repeated(attempt: string, params: readonly string[]): Subworkflow {
  const args = Object.fromEntries(params.map((name) => [name, `\${${name}}`]));
  return {
    params,
    steps: [
      { attempt: { try: { call: attempt, args, result: "held" }, retry: RETRY } },
      { result: { return: "${held}" } },
    ],
  };
}

/** Notes something of each model that is deployed, as `now` has it, where the condition on `deployed` holds. */
export function whereDeployed(condition: string, ...noted: readonly Readonly<Record<string, Value>>[]): Step {
  const found = { found: { assign: noted } };
  return {
    for: { value: "deployed", in: "${now.deployed}", steps: [{ ours: { switch: [{ condition, steps: [found] }] } }] },
  };
}

/** Begins what `wait` waits for. */
export function post(url: string, body: Value): Step {
  return {
    call: "http.post",
    args: { url, auth: AS_WORKFLOW, timeout: CALL_TIMEOUT_SECONDS, body },
    result: "answer",
  };
}

export function wait(seconds: number): Step {
  return { call: "wait_for", args: { answer: "${answer}", seconds } };
}
