import Table from "cli-table3";
import { AnnotationMetadataEntryType } from "cdktf";
import { acknowledgements, endOf, resourcesOf, type TerraformJson } from "../core";
import { blocksAt, valueAt } from "../policy/values";
import type { AiPlatform } from "../../stacks/ai-platform";
import type { PlatformStack } from "../../stacks/platform-stack";

/** What a synth made, for a terminal: a row a stack, then every waived rule with its reason, then warnings. */
export function renderSummary(platform: AiPlatform): string {
  const table = new Table({
    head: ["stack", "resources", "GPUs (min–max)", "waived rules"],
    colAligns: ["left", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const stack of platform.stacks) {
    const gpus = gpusOf(stack.terraform);
    table.push([
      stack.node.id,
      resourcesOf(stack.terraform).length,
      gpus.max === 0 ? "–" : `${gpus.min}–${gpus.max}`,
      [...waived(stack).keys()].join("\n") || "–",
    ]);
  }
  return [table.toString(), ...renderWaivers(platform.stacks), ...renderWarnings(platform.stacks)].join("\n");
}

/** GPUs in a stack's node pools, over the bounds of their autoscaling. */
export function gpusOf(json: TerraformJson): { readonly min: number; readonly max: number } {
  let min = 0;
  let max = 0;
  for (const { type, config } of resourcesOf(json)) {
    if (type !== "google_container_node_pool") continue;
    const accelerators = blocksAt(config, "node_config.guest_accelerator");
    const perNode = accelerators.reduce((sum, accelerator) => sum + Number(accelerator["count"] ?? 0), 0);
    min += perNode * Number(valueAt(config, "autoscaling.total_min_node_count") ?? 0);
    max += perNode * Number(valueAt(config, "autoscaling.total_max_node_count") ?? 0);
  }
  return { min, max };
}

interface Waiver {
  readonly reason: string;
  readonly until: string;
  readonly constructs: string[];
}

function waived(stack: PlatformStack): Map<string, Waiver> {
  const byRule = new Map<string, Waiver>();
  for (const { construct, acknowledgement } of acknowledgements(stack)) {
    const known = byRule.get(acknowledgement.rule);
    if (known) known.constructs.push(construct.node.path);
    else
      byRule.set(acknowledgement.rule, {
        reason: acknowledgement.reason,
        until: endOf(acknowledgement),
        constructs: [construct.node.path],
      });
  }
  return byRule;
}

function renderWaivers(stacks: readonly PlatformStack[]): string[] {
  return stacks
    .flatMap((stack) => [...waived(stack)])
    .map(
      ([rule, { reason, until, constructs }]) =>
        `\nwaived ${rule}\n  on     ${constructs.join(", ")}\n  reason ${reason}\n  until  ${until}`,
    );
}

function renderWarnings(stacks: readonly PlatformStack[]): string[] {
  return stacks.flatMap((stack) =>
    stack.node
      .findAll()
      .flatMap((construct) =>
        construct.node.metadata
          .filter((entry) => entry.type === (AnnotationMetadataEntryType.WARN as string))
          .map((entry) => `\nwarning ${construct.node.path}: ${entry.data}`),
      ),
  );
}
