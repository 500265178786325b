import type { ApiClient } from "./api/client";
import { applyCrds, deleteCrds } from "./api/crds";
import { applyAll, deleteAll } from "./api/inventory";
import type { ApiObject } from "./api/objects";
import { Problems, say, type Checks } from "./checks";
import { groupsMayDoWhatTheirRolesSay } from "./checks/access";
import { accountsMayDoNothing } from "./checks/accounts";
import { everyObjectIsAccepted } from "./checks/dry-run";
import { googleAccountsMayDoTheirDuty } from "./checks/google-accounts";
import { operatorsHaveBoundedRights } from "./checks/operators";
import { podsAreAdmittedAsRestricted } from "./checks/pod-security";
import { jobsGoThroughQueues } from "./checks/queues";
import { cpuPodsStayOffAccelerators, everyPodIsPlaced } from "./checks/scheduling";
import { tenantsAreBounded } from "./checks/tenants";
import { terraformBringsAndTakes } from "./checks/terraform";
import { objectsOf, type SynthesizedCluster } from "./clusters";
import type { ControlPlane } from "./control-plane/start";
import { Kubelets } from "./nodes/kubelets";
import { crdsOfGke } from "./terraform/stand-in-charts";

/** Objects as the manifests hold them, applied by this program, with all CRDs there. */
export async function proveObjects(
  checks: Checks,
  client: ApiClient,
  clusters: readonly SynthesizedCluster[],
  crds: readonly ApiObject[],
): Promise<void> {
  await checks.check("CRDs are served", async () => {
    await applyCrds(client, crds);
    return `${crds.length} definitions`;
  });
  for (const cluster of clusters) {
    const { name } = cluster;
    const objects = objectsOf(cluster);
    const namespaces = namespacesOf(cluster);
    await applyAll(client, namespaces);
    await checks.check(`${name}: a strict dry run accepts every object`, () => everyObjectIsAccepted(client, objects));
    await withNodes(client, cluster, async () => {
      await checks.check(`${name}: objects can be made in order`, async () => {
        Problems.throwIfAny(await applyAll(client, objects));
        return `${objects.length} objects`;
      });
      await checks.check(`${name}: pods are admitted as restricted`, () =>
        podsAreAdmittedAsRestricted(client, objects),
      );
      await checks.check(`${name}: the scheduler places every pod`, () => everyPodIsPlaced(client, objects));
      await proveRights(checks, client, cluster, "as the manifests have them");
      await checks.check(`${name}: a CPU pod stays off accelerators`, () => cpuPodsStayOffAccelerators(client));
      await deleteAll(client, [...objects, ...namespaces]);
    });
  }
  await deleteCrds(client, crds);
}

async function proveRights(checks: Checks, client: ApiClient, cluster: SynthesizedCluster, how: string): Promise<void> {
  const { name, teams, models, queues } = cluster;
  const check = (what: string, run: () => Promise<string>) => checks.check(`${name}: ${what}, ${how}`, run);
  await check("operators have bounded rights", () => operatorsHaveBoundedRights(client, objectsOf(cluster)));
  if (teams.length === 0) return;
  await check("tenants are bounded", () => tenantsAreBounded(client, teams));
  await check("groups may do what their roles say", () => groupsMayDoWhatTheirRolesSay(client, teams));
  await check("service accounts may do nothing", () => accountsMayDoNothing(client, teams));
  if (queues) await check("jobs go through queues", () => jobsGoThroughQueues(client, teams));
  await check("Google's accounts may do their duty", () => googleAccountsMayDoTheirDuty(client, models));
}

/** The stacks as Terraform applies them, on a cluster that has what GKE brings and no more. */
export async function proveTerraform(
  checks: Checks,
  client: ApiClient,
  { access: { kubeconfig } }: ControlPlane,
  clusters: readonly SynthesizedCluster[],
  crds: readonly ApiObject[],
  workshop: string,
): Promise<void> {
  await applyCrds(client, crdsOfGke(crds));
  for (const cluster of clusters) {
    await withNodes(client, cluster, () =>
      terraformBringsAndTakes({ checks, client, kubeconfig, crds, workshop }, cluster, () =>
        proveRights(checks, client, cluster, "as Terraform made them"),
      ),
    );
  }
  // Also those of a chart that could not be taken away.
  await deleteCrds(client, crds);
}

async function withNodes(client: ApiClient, { name, nodes }: SynthesizedCluster, work: () => Promise<void>) {
  const kubelets = new Kubelets(client, nodes);
  await kubelets.start();
  say(`${name}: ${nodes.length} nodes of its pools are registered`);
  try {
    await work();
  } finally {
    await kubelets.stop();
  }
}

/** Those of the manifests, and those that Helm makes for a release. */
function namespacesOf(cluster: SynthesizedCluster): ApiObject[] {
  const objects = objectsOf(cluster).filter(({ kind }) => kind === "Namespace");
  const releases = cluster.layers.flatMap(({ stack }) => Object.values(stack.json.resource?.["helm_release"] ?? {}));
  const names = new Set(
    releases.filter((release) => release["create_namespace"]).map((release) => String(release["namespace"])),
  );
  const known = new Set([...objects.map(({ metadata }) => metadata.name), "default", "kube-system"]);
  const made = [...names].filter((name) => !known.has(name));
  return [...objects, ...made.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }))];
}
