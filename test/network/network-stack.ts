import type { App } from "cdktf";
import { ConfigError, type Failure } from "../../lib/core";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { PlatformStack } from "../../stacks/platform-stack";
import { production } from "../stacks/platform";

/** A stack of an environment `prod` in europe-west4. */
export function networkStack(app: App, layer = "network"): PlatformStack {
  return new PlatformStack(app, layer, {
    environment: {
      name: "prod",
      projectId: "acme-prod",
      projectNumber: "123456789012",
      region: "europe-west4",
      zones: ["europe-west4-b"],
    },
    ...production,
  });
}

/** What a stack holds after `build`. */
export function synthesized(build: (stack: PlatformStack) => void): SynthesizedStack {
  return synthesize((app) => build(networkStack(app))).stack();
}

/** The failures that `build` is refused with. */
export function refused(build: (stack: PlatformStack) => void): readonly Failure[] {
  return failuresOf(() => synthesized(build));
}

/** The failures of the ConfigError that `act` throws. */
export function failuresOf(act: () => unknown): readonly Failure[] {
  try {
    act();
  } catch (error) {
    if (ConfigError.is(error)) return error.failures;
    throw error;
  }
  throw new Error("nothing was refused");
}
