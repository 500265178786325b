import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../api/client";
import { identityOf, inventory } from "../api/inventory";
import type { ApiObject } from "../api/objects";
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
  readonly crds: readonly ApiObject[];
  readonly workshop: string;
}

/**
 * Real Terraform applies an environment's Kubernetes stacks, has nothing to change after, and leaves nothing behind.
 *
 * @param proveDeployed what else holds once all of it is there
 */
export async function terraformBringsAndTakes(
  proof: TerraformProof,
  environment: SynthesizedEnvironment,
  proveDeployed: () => Promise<void>,
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
    const stackBefore = await inventory(client);
    whole &&= await checks.check(`${name}: Terraform applies ${layer}`, async () => {
      const run = await prepared(proof, environment, layer, stack);
      runs.push({ layer, run });
      const resources = await run.apply();
      return `${resources} resources`;
    });
    if (!whole) break;
    await checks.check(`${name}: ${layer} brings the objects of its manifests`, () =>
      sameObjects(client, stack, stackBefore),
    );
  }
  if (whole) await proveDeployed();
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

/** What reviewers read in the manifests is what is there, and nothing else is. */
async function sameObjects(
  client: ApiClient,
  { objects }: SynthesizedStack,
  before: ReadonlyMap<string, ApiObject>,
): Promise<string> {
  const now = await inventory(client);
  const written = new Set(objects.map(identityOf));
  Problems.throwIfAny([
    ...[...written].filter((object) => !now.has(object)).map((object) => `stands in the manifests only: ${object}`),
    ...[...now]
      .filter(([identity, object]) => !before.has(identity) && !written.has(identity) && isTerraforms(object))
      .map(([identity]) => `stands in no manifest: ${identity}`),
  ]);
  return `${objects.length} objects`;
}

// Helm's own record of a release, and what the stand-in of a chart brings, are in no manifest.
function isTerraforms({ kind, metadata, ...object }: ApiObject): boolean {
  if (kind === "CustomResourceDefinition" || object["type"] === "helm.sh/release.v1") return false;
  // Of a namespace's own account the server keeps no record of who set what.
  if (kind === "ServiceAccount" && metadata.name === "default") return "automountServiceAccountToken" in object;
  const managers = (metadata["managedFields"] ?? []).map(({ manager }: any) => String(manager));
  return managers.some((manager: string) => /terraform|hashicorp|helm/i.test(manager));
}

async function leftOver(client: ApiClient, before: ReadonlyMap<string, ApiObject>): Promise<string[]> {
  const end = Date.now() + LEAVE_MS;
  for (;;) {
    const left = [...(await inventory(client)).keys()].filter((object) => !before.has(object));
    if (left.length === 0 || Date.now() > end) return left.map((object) => `left behind: ${object}`);
    await sleep(1_000);
  }
}
