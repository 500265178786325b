import { App, type AppConfig } from "cdktf";
import { Construct } from "constructs";
import { Policy } from "../../lib/policy";
import { synthesize, type SynthesizedStack } from "../../lib/testing";
import { PlatformApp } from "../../stacks/platform-app";
import { PlatformStack, type PlatformStackProps } from "../../stacks/platform-stack";

/** An environment for tests of single constructs. */
export const testEnvironment: PlatformStackProps = {
  environment: {
    name: "test",
    projectId: "acme-test",
    projectNumber: "123456789012",
    region: "europe-west4",
    zones: ["europe-west4-a", "europe-west4-b", "europe-west4-c"],
  },
  governance: {
    owner: "platform-lead",
    team: "ml-platform",
    costCenter: "cc-1000",
    dataClass: "internal",
    riskTier: "limited",
  },
  state: { backend: "local" },
  // Fixtures hold single constructs: whether an environment meets the rules is for the examples to show.
  policy: new Policy({ failAt: "none" }),
};

/** What fixtures of a production environment share. */
export const production: Pick<PlatformStackProps, "governance" | "state" | "policy"> = {
  governance: {
    owner: "ml-platform-lead",
    team: "ml-platform",
    costCenter: "cc-4711",
    dataClass: "confidential",
    riskTier: "limited",
  },
  state: testEnvironment.state,
  policy: testEnvironment.policy,
};

export function platformApp(outdir: string, config: AppConfig = {}): PlatformApp {
  return new PlatformApp({ outdir, ...config });
}

/** The Terraform of one platform stack that holds what `build` makes. */
export function stackOf(
  build: (stack: PlatformStack) => void,
  props: Partial<PlatformStackProps> = {},
): SynthesizedStack {
  return synthesize((app) => build(new PlatformStack(app, "stack", { ...testEnvironment, ...props }))).stack();
}

/** A platform stack to make constructs in that are expected to be refused. */
export function anyStack(): PlatformStack {
  return new PlatformStack(new App(), "stack", testEnvironment);
}

export class Group extends Construct {}
