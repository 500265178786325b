import { Annotations, TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { Problems, Scoped, acknowledgements, today, type Governance, type TerraformJson } from "../lib/core";
import { Policy, enforce, orderingFailures, type JudgedStack, type PolicyOutcome } from "../lib/policy";

const checked = new Scoped<true>("checked-at-synth");
const outcomes = new Scoped<PolicyOutcome>("policy-outcome");

/** What the rules said of the stacks of an app, once its validations ran. */
export function policyOutcomeOf(root: IConstruct): PolicyOutcome | undefined {
  return outcomes.own(root);
}

/** Adds the checks over all stacks to the root, once: in cdktf only the root's own validations run after every stack was resolved. */
export function checkOnceAtSynth(root: IConstruct): void {
  if (checked.own(root)) return;
  checked.set(root, true);
  root.node.addValidation({
    validate: () => {
      const stacks = stacksOf(root);
      const written = writtenStacksOf(root);
      const outcome = judged(root, stacks, written);
      outcomes.set(root, outcome);
      for (const { constructPath, message } of outcome.warnings) {
        Annotations.of(root.node.findAll().find(({ node }) => node.path === constructPath)!).addWarning(message);
      }
      new Problems([...orderingFailures(written), ...outcome.failures]).throwIfAny("the stacks");
      return [];
    },
  });
}

function stacksOf(root: IConstruct): TerraformStack[] {
  return root.node.findAll().filter((c): c is TerraformStack => TerraformStack.isStack(c));
}

// Stacks of one policy belong together: their rules see each other's resources.
function judged(root: IConstruct, stacks: readonly TerraformStack[], written: readonly JudgedStack[]): PolicyOutcome {
  const day = today();
  const groups = new Map<Policy, { readonly stack: TerraformStack; readonly written: JudgedStack }[]>();
  stacks.forEach((stack, index) => {
    const policy = Policy.of(stack);
    groups.set(policy, [...(groups.get(policy) ?? []), { stack, written: written[index]! }]);
  });
  const outcomes = [...groups].map(([policy, group]) => {
    const paths = group.map(({ stack }) => stack.node.path);
    const made = acknowledgements(root).filter(({ construct: { node } }) => {
      return node.path === "" || paths.some((path) => node.path === path || node.path.startsWith(`${path}/`));
    });
    return enforce({ stacks: group.map((g) => g.written), policy, acknowledgements: made }, day);
  });
  return {
    judgements: outcomes.flatMap(({ judgements }) => judgements),
    failures: outcomes.flatMap(({ failures }) => failures),
    warnings: outcomes.flatMap(({ warnings }) => warnings),
  };
}

/** Every stack of an app with what was written of it last. */
export function writtenStacksOf(root: IConstruct): JudgedStack[] {
  return stacksOf(root).map(deployed);
}

/** What a `PlatformStack` says of itself besides; a plain stack is judged too, by what cdktf would write. */
interface Described {
  readonly terraform?: TerraformJson;
  readonly governance?: Governance;
}

function deployed(stack: TerraformStack & Described): JudgedStack {
  return {
    name: stack.node.id,
    json: stack.terraform ?? (stack.toTerraform() as TerraformJson),
    labels: stack.governance?.labels ?? {},
    after: new Set(stacksOf(stack.node.root).flatMap((s) => (s !== stack && stack.dependsOn(s) ? [s.node.id] : []))),
  };
}
