import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../api/client";
import { inventory } from "../api/inventory";
import { nameOf, type ApiObject } from "../api/objects";
import { Problems, say, type Checks } from "../checks";
import { KUBERNETES_STACKS, type SynthesizedEnvironment, type SynthesizedStack } from "../environments";
import { ground } from "../terraform/ground";
import { StackRun } from "../terraform/stack-run";
import { withStandInCharts } from "../terraform/stand-in-charts";

// Controllers of the cluster have their say before the second plan: an autoscaler that moves what Terraform set shows there.
const SETTLE_MS = 20_000;
// Namespaces go after Terraform saw them go, CRDs after Helm did.
const LEAVE_MS = 60_000;

export interface TerraformProof {
  readonly checks: Checks;
  readonly client: ApiClient;
  readonly kubeconfig: string;
  readonly crds: ReadonlyMap<string, readonly ApiObject[]>;
  readonly workshop: string;
}

/** Real Terraform applies an environment's Kubernetes stacks, has nothing to change after, and leaves nothing behind. */
export async function terraformBringsAndTakes(
  proof: TerraformProof,
  environment: SynthesizedEnvironment,
): Promise<void> {
  const { checks, client } = proof;
  const { name } = environment;
  const before = await inventory(client);
  const runs: { readonly layer: string; readonly run: StackRun }[] = [];

  const stacks = KUBERNETES_STACKS.flatMap((layer) => {
    const stack = environment.stacks.get(layer);
    return stack ? [{ layer, stack }] : [];
  });
  let whole = true;
  for (const { layer, stack } of stacks) {
    whole &&= await checks.check(`${name}: Terraform applies ${layer}`, async () => {
      const run = await prepared(proof, environment, layer, stack);
      runs.push({ layer, run });
      const resources = await run.apply();
      return `${resources} resources`;
    });
    if (!whole) break;
    await checks.check(`${name}: ${layer} brings the objects of its manifests`, () => sameObjects(client, stack));
  }
  if (whole) await sleep(SETTLE_MS);
  for (const { layer, run } of whole ? runs : []) {
    await checks.check(`${name}: second plan of ${layer} is empty`, async () => {
      Problems.throwIfAny(await run.changes());
      return "no changes";
    });
  }
  if (runs.length === 0) return;
  await checks.check(`${name}: destroy leaves nothing`, async () => {
    for (const { run } of [...runs].reverse()) await run.destroy();
    Problems.throwIfAny(await leftOver(client, before));
    return runs.map(({ layer }) => layer).join(" and ");
  });
}

async function prepared(
  { kubeconfig, crds, workshop }: TerraformProof,
  { name }: SynthesizedEnvironment,
  layer: string,
  stack: SynthesizedStack,
): Promise<StackRun> {
  const { json, left, unforeseen } = ground(stack.json, kubeconfig);
  Problems.throwIfAny(unforeseen.map((reference) => `refers to what only Google will know: ${reference}`));
  const google = Object.values(left).reduce((sum, count) => sum + count, 0);
  if (google > 0) say(`${name} ${layer}: without its ${google} resources of Google's`);
  const folder = path.join(workshop, "terraform", name, layer);
  return StackRun.initialised(folder, stack.folder, (to) => withStandInCharts(json, crds, to));
}

/** What reviewers read in the manifests is what is there. */
async function sameObjects(client: ApiClient, { objects }: SynthesizedStack): Promise<string> {
  const there = await Promise.all(
    objects.map(async (object) => {
      const found = await client.read(object.apiVersion, object.kind, object.metadata);
      return found === undefined ? [`${nameOf(object)}: stands in the manifests and is not on the server`] : [];
    }),
  );
  Problems.throwIfAny(there.flat());
  return `${objects.length} objects`;
}

async function leftOver(client: ApiClient, before: ReadonlySet<string>): Promise<string[]> {
  const end = Date.now() + LEAVE_MS;
  for (;;) {
    const left = [...(await inventory(client))].filter((object) => !before.has(object));
    if (left.length === 0 || Date.now() > end) return left.map((object) => `left behind: ${object}`);
    await sleep(1_000);
  }
}
