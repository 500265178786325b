import { controlPlaneBinaries, hasGo } from "./binaries";
import { readKubeconfig } from "./kubeconfig";
import { startControlPlane, type ControlPlane } from "./start";

/** That of `KUBECONFIG`, or one that is started here. Returns why where there can be none. */
export async function obtainControlPlane(say: (line: string) => void): Promise<ControlPlane | string> {
  const given = process.env["KUBECONFIG"];
  if (given) {
    const access = readKubeconfig(given);
    say(`using the cluster of KUBECONFIG, ${access.server}`);
    return { access, stop: () => Promise.resolve() };
  }
  if (!hasGo()) return "KUBECONFIG is not set, and there is no Go to build a control plane with";
  const binaries = await controlPlaneBinaries(say);
  const plane = await startControlPlane(binaries);
  say(`started etcd, kube-apiserver, kube-controller-manager and kube-scheduler, ${plane.access.server}`);
  return plane;
}
