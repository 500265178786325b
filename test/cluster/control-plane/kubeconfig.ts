import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { Problems } from "../checks";

/** How to reach an API server, as the client and Terraform's providers need it. */
export interface ClusterAccess {
  /** File that Terraform's providers read. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly ca?: string;
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether an address can only be this machine: what runs here writes to the cluster and deletes from it. */
export function isLoopback(server: string): boolean {
  return URL.canParse(server) && LOOPBACK.test(new URL(server).hostname);
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { readonly name: string; readonly context: { cluster: string; user: string } }[];
  readonly clusters?: readonly { readonly name: string; readonly cluster: Record<string, string> }[];
  readonly users?: readonly { readonly name: string; readonly user: Record<string, string> }[];
}

/** Reads the current context of a file. Throws where it cannot be used, with the reason. */
export function readKubeconfig(file: string): ClusterAccess {
  const config = parse(fs.readFileSync(file, "utf8")) as Kubeconfig;
  const context = config.contexts?.find(({ name }) => name === config["current-context"])?.context;
  const cluster = config.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users?.find(({ name }) => name === context?.user)?.user;
  if (cluster?.["server"] === undefined || user === undefined) {
    throw new Problems([`KUBECONFIG ${file}: its current context names no cluster and user`]);
  }
  if (!isLoopback(cluster["server"])) {
    throw new Problems([
      `KUBECONFIG ${file}: ${cluster["server"]} is not a loopback address; this test writes to its cluster and deletes from it`,
    ]);
  }
  const given = (block: Record<string, string>, field: string): string | undefined => {
    const data = block[`${field}-data`];
    if (data !== undefined) return Buffer.from(data, "base64").toString();
    const named = block[field];
    return named === undefined ? undefined : fs.readFileSync(path.resolve(path.dirname(file), named), "utf8");
  };
  const token = user["token"] ?? (user["tokenFile"] && fs.readFileSync(user["tokenFile"], "utf8").trim());
  const certificate = given(user, "client-certificate");
  if (!token && certificate === undefined) {
    throw new Problems([`KUBECONFIG ${file}: only a token or a client certificate can be used here`]);
  }
  return {
    kubeconfig: path.resolve(file),
    server: cluster["server"],
    ca: given(cluster, "certificate-authority"),
    token: token || undefined,
    certificate,
    key: given(user, "client-key"),
  };
}

/** Writes a file of one cluster and user. JSON is YAML. */
export function writeKubeconfig(file: string, access: { server: string; ca: string; token: string }): void {
  const named = (name: string, field: string, value: unknown) => [{ name, [field]: value }];
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: named("test", "context", { cluster: "test", user: "test" }),
    clusters: named("test", "cluster", {
      server: access.server,
      "certificate-authority-data": Buffer.from(access.ca).toString("base64"),
    }),
    users: named("test", "user", { token: access.token }),
  };
  fs.writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
}
