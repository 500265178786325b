import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "../api/client";

// An admission policy holds a moment after it is stored.
const POLICY_MS = 15_000;
const LOOK_MS = 500;

/** Why the API server refuses it, as soon as it does; undefined where it never does. */
export async function refusedInTime(attempt: () => Promise<unknown>): Promise<string | undefined> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const refusal = await refusalOf(attempt);
    if (refusal !== undefined || waited > POLICY_MS) return refusal;
    await sleep(LOOK_MS);
  }
}

/** Why the API server refuses it now. */
export async function refusalOf(attempt: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
