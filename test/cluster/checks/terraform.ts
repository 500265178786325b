import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ModelConfig } from "../../../lib/serving";
import type { ApiClient } from "../api/client";
import { identityOf, inventory } from "../api/inventory";
import type { ApiObject } from "../api/objects";
import { Problems, say, type Checks } from "../checks";
import type { Layer, SynthesizedCluster } from "../clusters";
import { synthesize, type EnvironmentData, type SynthesizedStack } from "../environments";
import { ground } from "../terraform/ground";
import { StackRun, type PlannedChange, type WriteStack } from "../terraform/stack-run";
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

interface LayerRun {
  readonly layer: string;
  readonly run: StackRun;
}

/**
 * Real Terraform applies the stacks of a cluster, has nothing to change after, and leaves nothing behind.
 *
 * @param proveDeployed what else holds once all of it is there
 */
export async function terraformBringsAndTakes(
  proof: TerraformProof,
  cluster: SynthesizedCluster,
  proveDeployed: () => Promise<void>,
): Promise<void> {
  const { checks, client } = proof;
  const { name, layers } = cluster;
  const before = await inventory(client);
  const runs: LayerRun[] = [];

  let whole = true;
  for (const { layer, stack } of layers) {
    const stackBefore = await inventory(client);
    whole &&= await checks.check(`${name}: Terraform applies ${layer}`, async () => {
      const run = await prepared(proof, cluster, { layer, stack });
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
      Problems.throwIfAny((await run.changes()).map(described));
      return "no changes";
    });
  }
  const last = runs.at(-1);
  if (whole && last && cluster.models.length > 0) await proveSmallChanges(proof, cluster, last);
  if (runs.length === 0) return;
  await checks.check(`${name}: destroy leaves nothing`, async () => {
    for (const { run } of [...runs].reverse()) await run.destroy();
    Problems.throwIfAny(await leftOver(client, before));
    return runs.map(({ layer }) => layer).join(" and ");
  });
}

async function prepared(
  proof: TerraformProof,
  { environment: { name } }: SynthesizedCluster,
  { layer, stack }: Layer,
): Promise<StackRun> {
  const { left, unforeseen } = ground(stack.json, proof.kubeconfig);
  Problems.throwIfAny(unforeseen.map((reference) => `refers to what only Google will know: ${reference}`));
  const google = Object.values(left).reduce((sum, count) => sum + count, 0);
  if (google > 0) say(`${name} ${layer}: without its ${google} resources of Google's`);
  return StackRun.initialised(path.join(proof.workshop, "terraform", name, layer), writerOf(proof, stack));
}

/** Writes a stack as the API server here can take it. */
function writerOf({ kubeconfig, crds }: TerraformProof, { folder, json }: SynthesizedStack): WriteStack {
  return (to) => {
    fs.cpSync(folder, to, { recursive: true });
    const grounded = withStandInCharts(ground(json, kubeconfig).json, crds, to);
    fs.writeFileSync(path.join(to, "cdk.tf.json"), JSON.stringify(grounded, null, 2));
  };
}

/** A changed argument of a model, and a stop of it, change its release and nothing else. */
async function proveSmallChanges(
  proof: TerraformProof,
  { name, environment: { data }, models }: SynthesizedCluster,
  { layer, run }: LayerRun,
): Promise<void> {
  const { serving } = data;
  const onlyItsRelease = async (model: string, changed: EnvironmentData) => {
    const { stacks } = await synthesize(changed, proof.workshop);
    const changes = await run.changesTo(writerOf(proof, stacks.get(layer)!));
    const [first, ...others] = changes.map(({ address, actions }) => `${address}: ${actions}`);
    if (first === undefined) return [`${model}: nothing changes`];
    const expected = new RegExp(`^helm_release\\..*${model}.*: update$`);
    return [...(expected.test(first) ? [] : [first]), ...others].map((change) => `${model}: changes ${change}`);
  };
  const each = async (change: (model: ModelConfig) => EnvironmentData) => {
    const problems: string[] = [];
    for (const model of models) problems.push(...(await onlyItsRelease(model.name, change(model))));
    Problems.throwIfAny(problems);
    return models.map((model) => model.name).join(", ");
  };
  await proof.checks.check(`${name}: an argument of a model changes one resource`, () =>
    each((model) => {
      const changed = { ...model, env: { ...model.env, CLUSTER_TEST: "changed" } };
      return { ...data, models: data.models!.map((other) => (other === model ? changed : other)) };
    }),
  );
  if (serving) {
    await proof.checks.check(`${name}: a stop of a model changes its release alone`, () =>
      each((model) => ({ ...data, serving: { ...serving, stopped: [model.name] } })),
    );
  }
}

function described({ address, actions, differing }: PlannedChange): string {
  return `${address}: ${actions} ${differing.join("; ")}`;
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
