import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "../api/client";
import type { Binaries } from "./binaries";
import { readKubeconfig, writeKubeconfig, type ClusterAccess } from "./kubeconfig";
import { Processes } from "./processes";

const START_MS = 120_000;
const POLL_MS = 200;
const ATTEMPTS = 3;

/** A control plane that is up. */
export interface ControlPlane {
  readonly access: ClusterAccess;
  readonly stop: () => Promise<void>;
}

/** Starts etcd, API server, controller manager and scheduler on loopback, with data and keys in a folder that goes with them. */
export async function startControlPlane(binaries: Binaries): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToStart(binaries);
    } catch (error) {
      // A port was free when it was chosen; another program may have been quicker.
      if (attempt === ATTEMPTS || !String(error).includes("address already in use")) throw error;
    }
  }
}

async function tryToStart(binaries: Binaries): Promise<ControlPlane> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "control-plane-"));
  const processes = new Processes(folder);
  try {
    const [etcdPort, peerPort, apiPort] = await freePorts(3);
    const etcd = `http://127.0.0.1:${etcdPort}`;
    const server = `https://127.0.0.1:${apiPort}`;
    const tokens = writeTokens(folder);
    writeServiceAccountKeys(folder);

    processes.start("etcd", binaries.etcd, etcdArgs(etcd, `http://127.0.0.1:${peerPort}`));
    processes.start("kube-apiserver", binaries.apiServer, apiServerArgs(etcd, apiPort!));
    const certificate = path.join(folder, "certificates", "apiserver.crt");
    await until("kube-apiserver has a certificate", processes, () => Promise.resolve(fs.existsSync(certificate)));

    const ca = fs.readFileSync(certificate, "utf8");
    const kubeconfigOf = (user: keyof typeof tokens) => {
      const file = path.join(folder, `${user}.kubeconfig`);
      writeKubeconfig(file, { server, ca, token: tokens[user] });
      return file;
    };
    const access = readKubeconfig(kubeconfigOf("admin"));
    const client = new ApiClient(access);
    await until("kube-apiserver is ready", processes, () => client.isReady());

    const managerArgs = controllerManagerArgs(kubeconfigOf("controllerManager"));
    processes.start("kube-controller-manager", binaries.controllerManager, managerArgs);
    processes.start("kube-scheduler", binaries.scheduler, schedulerArgs(kubeconfigOf("scheduler")));
    processes.outliveNoParent();
    await until("controllers work", processes, async () => {
      const account = await client.read("v1", "ServiceAccount", { namespace: "default", name: "default" });
      return account !== undefined;
    });
    return { access, stop: () => processes.stop() };
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

async function until(what: string, processes: Processes, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + START_MS;
  while (!(await holds())) {
    if (processes.deaths.length > 0) throw new Error(processes.deaths.join("\n"));
    if (Date.now() > end) throw new Error(`gave up waiting until ${what}: ${processes.lastWords("kube-apiserver")}`);
    await sleep(POLL_MS);
  }
}

/** Held open together, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer());
  await Promise.all(servers.map((s) => new Promise<void>((resolve) => s.listen(0, "127.0.0.1", resolve))));
  const ports = servers.map((s) => (s.address() as net.AddressInfo).port);
  await Promise.all(servers.map((s) => new Promise((resolve) => s.close(resolve))));
  return ports;
}

function writeTokens(folder: string) {
  const token = () => randomBytes(32).toString("hex");
  const tokens = { admin: token(), controllerManager: token(), scheduler: token() };
  const lines = [
    `${tokens.admin},cluster-test,cluster-test,system:masters`,
    `${tokens.controllerManager},system:kube-controller-manager,controller-manager`,
    `${tokens.scheduler},system:kube-scheduler,scheduler`,
  ];
  fs.writeFileSync(path.join(folder, "tokens.csv"), `${lines.join("\n")}\n`, { mode: 0o600 });
  return tokens;
}

function writeServiceAccountKeys(folder: string): void {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  fs.writeFileSync(path.join(folder, "service-accounts.key"), privateKey, { mode: 0o600 });
  fs.writeFileSync(path.join(folder, "service-accounts.pub"), publicKey);
}

// Paths are relative to the folder in which the programs run.

function etcdArgs(client: string, peer: string): string[] {
  return [
    "--data-dir=etcd",
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

function apiServerArgs(etcd: string, port: number): string[] {
  return [
    `--etcd-servers=${etcd}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    "--cert-dir=certificates",
    // The Service `kubernetes` may have no endpoint on loopback.
    "--endpoint-reconciler-type=none",
    "--token-auth-file=tokens.csv",
    "--anonymous-auth=false",
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    "--service-account-signing-key-file=service-accounts.key",
    "--service-account-key-file=service-accounts.pub",
    "--service-cluster-ip-range=10.0.0.0/16",
    // As on GKE: what is refused here is refused by Pod Security, not by a flag.
    "--allow-privileged=true",
  ];
}

function controllerManagerArgs(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    "--secure-port=0",
    "--leader-elect=false",
    "--use-service-account-credentials=true",
    "--service-account-private-key-file=service-accounts.key",
    "--root-ca-file=certificates/apiserver.crt",
    "--kube-api-qps=200",
    "--kube-api-burst=400",
  ];
}

function schedulerArgs(kubeconfig: string): string[] {
  return [`--kubeconfig=${kubeconfig}`, "--secure-port=0", "--leader-elect=false", "--kube-api-qps=200"];
}
