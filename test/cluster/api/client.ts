import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterAccess } from "../control-plane/kubeconfig";
import type { ApiObject, ObjectKey } from "./objects";

const FIELD_MANAGER = "cluster-test";
const ATTEMPTS = 30;
const RETRY_MS = 500;

/** What the API server refused, in its own words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    /** `Forbidden`, `Invalid`, `NotFound`, … */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

export interface WriteOptions {
  /** Everything but storing it: defaults, admission, validation. */
  readonly dryRun?: boolean;
  /** Who asks. @default - the client itself */
  readonly as?: Asker;
}

/** Somebody whom the client speaks for (Kubernetes docs, "User impersonation"). */
export interface Asker {
  readonly user: string;
  readonly groups: readonly string[];
}

export interface Written {
  readonly object: ApiObject;
  /** What the server warns of: deprecated APIs, Pod Security, fields that do nothing. */
  readonly warnings: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: any;
  readonly warnings: readonly string[];
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** As much of a Kubernetes client as the checks need, with no dependency: a REST API with one rule for its paths. */
export class ApiClient {
  private readonly agent: https.Agent;
  private readonly discovered = new Map<string, readonly ApiResource[]>();

  constructor(private readonly access: ClusterAccess) {
    const { ca, certificate: cert, key } = access;
    this.agent = new https.Agent({ keepAlive: true, maxSockets: 16, ca, cert, key });
  }

  async isReady(): Promise<boolean> {
    try {
      return (await this.send("GET", "/readyz")).status === 200;
    } catch {
      return false;
    }
  }

  /** `v1.34.4` */
  async version(): Promise<string> {
    return ((await this.call("GET", "/version")).body as { gitVersion: string }).gitVersion;
  }

  /** Server-side apply, with unknown and double fields refused. */
  async apply(object: ApiObject, { dryRun }: WriteOptions = {}): Promise<Written> {
    const { namespace, name } = object.metadata;
    const path = await this.pathOf(object.apiVersion, object.kind, namespace, name);
    const query = { fieldManager: FIELD_MANAGER, force: "true", fieldValidation: "Strict", ...dryRunQuery(dryRun) };
    const { body, warnings } = await this.call("PATCH", withQuery(path, query), object, "application/apply-patch+yaml");
    return { object: body as ApiObject, warnings };
  }

  async create(object: ApiObject, { dryRun, as }: WriteOptions = {}): Promise<Written> {
    const path = await this.pathOf(object.apiVersion, object.kind, object.metadata.namespace);
    const query = { fieldManager: FIELD_MANAGER, fieldValidation: "Strict", ...dryRunQuery(dryRun) };
    const { body, warnings } = await this.call("POST", withQuery(path, query), object, undefined, as);
    return { object: body as ApiObject, warnings };
  }

  /** @param part the subresource that is changed, `scale` */
  async merge(
    { apiVersion, kind, metadata: { namespace, name } }: ApiObject,
    patch: unknown,
    { dryRun, as, part }: WriteOptions & { readonly part?: string } = {},
  ): Promise<void> {
    const path = await this.pathOf(apiVersion, kind, namespace, name);
    const query = { fieldManager: FIELD_MANAGER, ...dryRunQuery(dryRun) };
    const whole = part === undefined ? path : `${path}/${part}`;
    await this.call("PATCH", withQuery(whole, query), patch, "application/merge-patch+json", as);
  }

  /** Creates what is no object of its own: an eviction, a review of rights. */
  async post<T>(path: string, body: unknown): Promise<T> {
    return (await this.call("POST", path, body)).body as T;
  }

  async patchStatus(object: ApiObject, status: unknown): Promise<void> {
    const { namespace, name } = object.metadata;
    const path = await this.pathOf(object.apiVersion, object.kind, namespace, name);
    await this.call("PATCH", `${path}/status`, { status }, "application/merge-patch+json");
  }

  async read(apiVersion: string, kind: string, { namespace, name }: ObjectKey): Promise<ApiObject | undefined> {
    const answer = await this.send("GET", await this.pathOf(apiVersion, kind, namespace, name));
    if (answer.status === 404) return undefined;
    return refused(answer).body as ApiObject;
  }

  /** All objects of a kind, of one namespace or of the whole cluster. Their `kind` is filled in: lists leave it out. */
  async list(
    apiVersion: string,
    kind: string,
    options: { namespace?: string; labels?: string } = {},
  ): Promise<ApiObject[]> {
    const path = await this.pathOf(apiVersion, kind, options.namespace);
    const { body } = await this.call("GET", withQuery(path, { labelSelector: options.labels }));
    return (body as { items: ApiObject[] }).items.map((item) => ({ ...item, apiVersion, kind }));
  }

  /** Returns whether it was there. */
  async delete(
    apiVersion: string,
    kind: string,
    { namespace, name }: ObjectKey,
    graceSeconds?: number,
  ): Promise<boolean> {
    const path = await this.pathOf(apiVersion, kind, namespace, name);
    const options = graceSeconds === undefined ? undefined : { gracePeriodSeconds: graceSeconds };
    const answer = await this.send("DELETE", withQuery(path, { propagationPolicy: "Background" }), options);
    if (answer.status === 404) return false;
    refused(answer);
    return true;
  }

  /** Every kind that can be listed, with the version that its group prefers. */
  async listableKinds(): Promise<
    { readonly apiVersion: string; readonly kind: string; readonly namespaced: boolean }[]
  > {
    const { groups } = (await this.call("GET", "/apis")).body as {
      groups: { preferredVersion: { groupVersion: string } }[];
    };
    const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
    this.discovered.clear();
    const resources = await Promise.all(
      versions.map(async (apiVersion) =>
        (await this.resourcesOf(apiVersion)).map((resource) => ({ apiVersion, ...resource })),
      ),
    );
    return resources.flat().filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list"));
  }

  /** Whether the server knows the kind. */
  async knows(apiVersion: string, kind: string): Promise<boolean> {
    return (await this.resourceOf(apiVersion, kind)) !== undefined;
  }

  async isNamespaced(apiVersion: string, kind: string): Promise<boolean | undefined> {
    return (await this.resourceOf(apiVersion, kind))?.namespaced;
  }

  close(): void {
    this.agent.destroy();
  }

  private async pathOf(apiVersion: string, kind: string, namespace?: string, name?: string): Promise<string> {
    const resource = await this.resourceOf(apiVersion, kind);
    if (resource === undefined) {
      throw new Refusal(404, "NoKind", `no matches for kind ${kind} in version ${apiVersion}: is its CRD there?`);
    }
    const inNamespace = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
    return `${root(apiVersion)}${inNamespace}/${resource.name}${name === undefined ? "" : `/${name}`}`;
  }

  private async resourceOf(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const find = (resources: readonly ApiResource[]) =>
      resources.find((resource) => resource.kind === kind && !resource.name.includes("/"));
    const known = find(await this.resourcesOf(apiVersion));
    if (known) return known;
    // A CRD may have come since.
    this.discovered.delete(apiVersion);
    return find(await this.resourcesOf(apiVersion));
  }

  private async resourcesOf(apiVersion: string): Promise<readonly ApiResource[]> {
    const known = this.discovered.get(apiVersion);
    if (known) return known;
    const answer = await this.send("GET", root(apiVersion));
    const resources =
      answer.status === 404 ? [] : (refused(answer).body as { resources: readonly ApiResource[] }).resources;
    this.discovered.set(apiVersion, resources);
    return resources;
  }

  private async call(method: string, path: string, body?: unknown, contentType?: string, as?: Asker): Promise<Answer> {
    return refused(await this.send(method, path, body, contentType, as));
  }

  // "Too many requests" also says that storage of a kind is being made anew, as after its CRD came back.
  private async send(method: string, path: string, body?: unknown, contentType?: string, as?: Asker): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.sendOnce(method, path, body, contentType, as);
      if (answer.status !== 429 || attempt === ATTEMPTS) return answer;
      await sleep(RETRY_MS);
    }
  }

  private sendOnce(
    method: string,
    path: string,
    body?: unknown,
    contentType = "application/json",
    as?: Asker,
  ): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string | string[]> = { accept: "application/json" };
    if (as) {
      headers["impersonate-user"] = as.user;
      headers["impersonate-group"] = [...as.groups];
    }
    if (payload !== undefined) {
      headers["content-type"] = contentType;
      // Node leaves it out of a DELETE, and the body would be read as the next request.
      headers["content-length"] = String(Buffer.byteLength(payload));
    }
    if (this.access.token !== undefined) headers["authorization"] = `Bearer ${this.access.token}`;
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.access.server);
      const request = https.request(url, { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            body: parsed(Buffer.concat(chunks).toString()),
            warnings: warningsIn(response.headers["warning"]),
          });
        });
      });
      request.on("error", reject);
      request.end(payload);
    });
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function dryRunQuery(dryRun: boolean | undefined) {
  return dryRun ? { dryRun: "All" } : {};
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

function refused(answer: Answer): Answer {
  if (answer.status < 400) return answer;
  const { reason, message } = answer.body as { reason?: string; message?: string };
  throw new Refusal(answer.status, reason ?? String(answer.status), message ?? JSON.stringify(answer.body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

/** `299 - "text", 299 - "text"`, with quotes inside a text escaped (RFC 7234, 5.5). */
function warningsIn(header: string | undefined): string[] {
  return [...(header ?? "").matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text]) =>
    text!.replace(/\\(.)/g, "$1"),
  );
}
