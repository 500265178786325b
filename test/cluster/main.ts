/**
 * The Kubernetes side of every example environment on a real API server: that of KUBECONFIG, or one that is built from Go modules and started
 * here, with controllers and scheduler. No node runs anything. Where there is neither a cluster nor Go, says so and passes, unless
 * REQUIRE_CLUSTER=1. Needs `npm run build` first, as `npm run test:cluster` does. It writes to the cluster and deletes what it finds of its own.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ApiClient } from "./api/client";
import { crdFolder, readCrds } from "./api/crds";
import { Checks, Problems, say } from "./checks";
import { badObjectsAreRefused } from "./checks/dry-run";
import { clustersOf, objectsOf, type SynthesizedCluster } from "./clusters";
import { obtainControlPlane } from "./control-plane/control-plane";
import { exampleFiles, readExample, synthesize } from "./environments";
import { proveObjects, proveTerraform } from "./phases";

const root = path.resolve(__dirname, "../..");

async function main(checks: Checks, workshop: string): Promise<void> {
  const plane = await obtainControlPlane(say);
  if (typeof plane === "string") return checks.skip("everything", plane);
  stopping.push(plane.stop);
  const client = new ApiClient(plane.access);
  say(`the API server is ${await client.version()}`);

  const clusters: SynthesizedCluster[] = [];
  for (const file of exampleFiles()) {
    await checks.check(`${file} is synthesized`, async () => {
      const environment = await synthesize(readExample(file), workshop);
      const own = clustersOf(environment);
      clusters.push(...own);
      const objects = own.map((cluster) => `${objectsOf(cluster).length} objects of ${cluster.name}`);
      return [`${environment.stacks.size} stacks`, ...objects].join(", ");
    });
  }
  // With none of them all that follows would pass and prove nothing.
  await checks.check("an example has Kubernetes objects", () => {
    const names = clusters.filter((cluster) => objectsOf(cluster).length > 0).map(({ name }) => name);
    return names.length > 0 ? Promise.resolve(names.join(", ")) : Promise.reject(new Problems(["none has"]));
  });
  await checks.check("bad objects are refused", () => badObjectsAreRefused(client));

  const folder = crdFolder(root);
  if (folder === undefined) return checks.skip("all else", "CRD_DIR is not set, and ../shared/data/crds is not there");
  const crds = readCrds(folder);
  await proveObjects(checks, client, clusters, crds);
  await proveTerraform(checks, client, plane, clusters, crds, workshop);
  client.close();
}

const stopping: (() => Promise<void>)[] = [];
const workshop = fs.mkdtempSync(path.join(os.tmpdir(), "cluster-"));

async function stop(): Promise<void> {
  for (const step of stopping.splice(0).reverse()) await step();
  fs.rmSync(workshop, { recursive: true, force: true });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => void stop().finally(() => process.exit(1)));
}

const checks = new Checks();
void main(checks, workshop)
  .catch((error) => checks.fail("the run", error))
  .finally(stop)
  .then(() => {
    console.log(checks.summary);
    process.exitCode = checks.exitCode;
  });
