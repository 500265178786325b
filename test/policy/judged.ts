import { acknowledgements, ConfigError, type Block, type TerraformJson } from "../../lib/core";
import {
  enforce,
  Policy,
  type JudgedStack,
  type PolicyConfig,
  type PolicyOutcome,
  type Rule,
  type Verdict,
} from "../../lib/policy";
import { synthesize } from "../../lib/testing";
import type { PlatformApp } from "../../stacks/platform-app";
import { PlatformStack } from "../../stacks/platform-stack";
import { platformApp } from "../stacks/platform";

export const TODAY = "2026-11-21";

/** What a policy says of everything that `build` makes, by the code that the synth runs. */
export function outcomeOf(build: (app: PlatformApp) => void, config?: PolicyConfig, day = TODAY): PolicyOutcome {
  let outcome: PolicyOutcome | undefined;
  const judgeAll = (app: PlatformApp): string[] => {
    const stacks = app.node
      .findAll()
      .filter((c): c is PlatformStack => c instanceof PlatformStack)
      .map(({ node, terraform, governance }) => ({
        name: node.id,
        json: terraform,
        after: new Set<string>(),
        labels: governance.labels,
      }));
    outcome = enforce({ stacks, policy: new Policy(config), acknowledgements: acknowledgements(app) }, day);
    return [];
  };
  try {
    synthesize((app: PlatformApp) => {
      // Before the app's own checks, which refuse what is to be looked at here.
      app.node.addValidation({ validate: () => judgeAll(app) });
      build(app);
    }, platformApp);
  } catch (error) {
    if (!ConfigError.is(error) || outcome === undefined) throw error;
  }
  return outcome!;
}

/** A stack of resources as they stand in Terraform JSON: `{ "google_storage_bucket.a": { … } }`. */
export function stackWith(resources: Readonly<Record<string, Block>>, json: TerraformJson = {}): JudgedStack {
  const resource: Record<string, Record<string, Block>> = {};
  for (const [address, config] of Object.entries(resources)) {
    const [type, id] = address.split(".") as [string, string];
    (resource[type] ??= {})[id] = { ...config, "//": { metadata: { path: `stack/${id}`, uniqueId: id } } };
  }
  return { name: "stack", json: { ...json, resource }, labels: {}, after: new Set() };
}

/** What a rule says of one resource by itself. */
export function verdictOn(
  rule: Rule,
  type: string,
  config: Block,
  labels: Readonly<Record<string, string>> = {},
): Verdict {
  const [judgement] = enforce(
    {
      stacks: [
        type.startsWith("google") || type.startsWith("kubernetes") || type === "null_resource"
          ? { ...stackWith({ [`${type}.it`]: config }), labels }
          : { ...stackWith({}, sectionOf(type, config)), labels },
      ],
      policy: new Policy({ packs: [{ id: "one", title: "One", rules: [rule] }] }),
      acknowledgements: [],
    },
    TODAY,
  ).judgements;
  if (judgement === undefined) throw new Error(`${rule.id} does not judge ${type}`);
  const { status, findings, unknownPath } = judgement;
  if (status === "violation") return { status, findings };
  return status === "unknown" ? { status, path: unknownPath! } : { status: status as "compliant" | "not-applicable" };
}

function sectionOf(type: string, config: Block): TerraformJson {
  if (type.startsWith("data.")) return { data: { [type.slice("data.".length)]: { it: config } } };
  if (type.startsWith("provider.")) return { provider: { [type.slice("provider.".length)]: [config] } };
  return { terraform: config };
}
