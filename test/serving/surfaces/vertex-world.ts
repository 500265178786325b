import type { HttpRequest, HttpResponse, World } from "../rollout/workflow-simulator";

/** What Vertex AI holds of a deployed model, as far as the program looks. */
export interface Deployed {
  readonly id: string;
  readonly displayName: string;
  dedicatedResources: any;
}

interface Operation {
  readonly name: string;
  readonly endsAt: number;
  readonly apply: () => void;
  readonly fails?: string;
  applied?: boolean;
}

const PARENT = "projects/acme-test/locations/europe-west4";
const API = "https://europe-west4-aiplatform.googleapis.com/v1";
const SECONDS = { upload: 120, deploy: 900, other: 60 };

/** The registry and one endpoint of Vertex AI, with operations that take their time. */
export class VertexWorld implements World {
  readonly requests: HttpRequest[] = [];
  readonly models = new Map<string, any>();
  deployed: Deployed[] = [];
  trafficSplit: Record<string, number> = {};
  /** Answers in place of the API; "answer-lost" has the call done all the same. */
  fault: (request: HttpRequest) => HttpResponse | "unreachable" | "answer-lost" | undefined = () => undefined;
  /** Why operations of a kind fail. */
  failing: Readonly<Record<string, string>> = {};
  /** Times how long operations take. */
  slowness = 1;
  private readonly operations: Operation[] = [];
  private etag = 1;

  constructor(readonly variables: Readonly<Record<string, string>>) {}

  /** Calls that change something, by what they do. */
  get writes(): string[] {
    return this.requests
      .filter(({ method }) => method !== "GET")
      .map(({ method, url }) => (method === "PATCH" ? "patch" : url.slice(url.lastIndexOf(":") + 1)));
  }

  /** Per cent by display name. */
  get shares(): Record<string, number> {
    return Object.fromEntries(this.deployed.map(({ id, displayName }) => [displayName, this.trafficSplit[id] ?? 0]));
  }

  /** Puts a model there, past the program. */
  byHand(displayName: string, id: string, percent: number, machineType = "n2-standard-4"): void {
    const dedicatedResources = { machineSpec: { machineType }, minReplicaCount: 1, maxReplicaCount: 2 };
    this.deployed.push({ id, displayName, dedicatedResources });
    if (percent > 0) this.trafficSplit[id] = percent;
  }

  request(request: HttpRequest, seconds: number): HttpResponse | "unreachable" {
    this.requests.push(request);
    this.settle(seconds);
    const fault = this.fault(request);
    if (fault !== undefined && fault !== "answer-lost") return fault;
    const answer = this.answer(request, seconds);
    return fault === "answer-lost" ? "unreachable" : answer;
  }

  private settle(seconds: number): void {
    for (const operation of this.operations) {
      if (operation.applied || seconds < operation.endsAt) continue;
      operation.applied = true;
      if (operation.fails === undefined) operation.apply();
    }
  }

  private answer({ method, url, query, body }: HttpRequest, seconds: number): HttpResponse {
    const begin = (kind: keyof typeof SECONDS, what: string, apply: () => void): HttpResponse => {
      const name = `${PARENT}/operations/${this.operations.length + 1}`;
      const endsAt = seconds + SECONDS[kind] * this.slowness;
      this.operations.push({ name, endsAt, apply, ...(what in this.failing ? { fails: this.failing[what] } : {}) });
      return { code: 200, body: { name } };
    };
    const operation = this.operations.find(({ name }) => url === `${API}/${name}`);
    if (operation) {
      const { name, applied, fails } = operation;
      const end = fails === undefined ? { response: {} } : { error: { code: 3, message: fails } };
      return { code: 200, body: applied ? { name, done: true, ...end } : { name } };
    }
    const endpoint = this.variables["ENDPOINT_URL"]!;
    const models = this.variables["MODELS_URL"]!;
    const at = `${method} ${url.replace(endpoint, "ENDPOINT").replace(models, "MODELS")}`;
    if (at.startsWith("GET MODELS/")) {
      const found = this.models.get(at.slice("GET MODELS/".length));
      return found ? { code: 200, body: found } : { code: 404, body: {} };
    }
    const busy = this.operations.some(({ applied }) => !applied);
    switch (at) {
      case "GET ENDPOINT":
        // As the API: what is empty is left out.
        return {
          code: 200,
          body: {
            etag: `e${this.etag}`,
            ...(this.deployed.length > 0 ? { deployedModels: this.deployed } : {}),
            ...(Object.keys(this.trafficSplit).length > 0 ? { trafficSplit: this.trafficSplit } : {}),
          },
        };
      case "PATCH ENDPOINT": {
        if (query["updateMask"] !== "trafficSplit") return { code: 400, body: {} };
        if (body.etag !== `e${this.etag}`) return { code: 409, body: {} };
        return this.split(body.trafficSplit) ? { code: 200, body: {} } : { code: 400, body: {} };
      }
      case "POST MODELS:upload":
        if (busy || this.models.has(body.modelId)) return { code: 409, body: {} };
        return begin("upload", "upload", () =>
          this.models.set(body.modelId, { ...body.model, uploadedAs: body.serviceAccount }),
        );
      case "POST ENDPOINT:deployModel": {
        const { deployedModel: given, trafficSplit } = body;
        if (!this.models.has(given.model.split("/models/")[1])) return { code: 404, body: {} };
        if (busy || this.deployed.some(({ id }) => id === given.id)) return { code: 409, body: {} };
        return begin("deploy", "deployModel", () => {
          this.deployed.push(given);
          if (!trafficSplit) return;
          this.split(
            Object.fromEntries(
              Object.entries(trafficSplit).map(([id, share]) => [id === "0" ? given.id : id, share as number]),
            ),
          );
        });
      }
      case "POST ENDPOINT:mutateDeployedModel":
        return begin("other", "mutateDeployedModel", () => {
          const one = this.deployed.find(({ id }) => id === body.deployedModel.id)!;
          one.dedicatedResources = { ...one.dedicatedResources, ...body.deployedModel.dedicatedResources };
        });
      case "POST ENDPOINT:undeployModel":
        if ((this.trafficSplit[body.deployedModelId] ?? 0) > 0) return { code: 400, body: {} };
        return begin("other", "undeployModel", () => {
          this.deployed = this.deployed.filter(({ id }) => id !== body.deployedModelId);
        });
      default:
        return { code: 404, body: {} };
    }
  }

  private split(shares: Record<string, number>): boolean {
    const known = Object.keys(shares).every((id) => this.deployed.some((one) => one.id === id));
    if (!known || Object.values(shares).reduce((a, b) => a + b, 0) !== 100) return false;
    this.trafficSplit = shares;
    this.etag += 1;
    return true;
  }
}
