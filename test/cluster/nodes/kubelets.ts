import { setTimeout as sleep } from "node:timers/promises";
import { Refusal, type ApiClient } from "../api/client";
import type { ApiObject } from "../api/objects";
import { say } from "../checks";

const LOOK_MS = 500;
// A kubelet renews its lease four times in the 40 s after which the node counts as lost.
const RENEW_MS = 10_000;

/**
 * Nodes without machines: registers them, keeps them alive, and says of each pod that is bound to one what a kubelet would say if all went well.
 * Nothing runs. Deployments become available and deleted pods go, as Terraform and Helm wait for.
 */
export class Kubelets {
  private stopped = false;
  private readonly names: ReadonlySet<string>;
  private running: Promise<void> = Promise.resolve();
  private renewedAt = 0;

  constructor(
    private readonly client: ApiClient,
    private readonly nodes: readonly ApiObject[],
  ) {
    this.names = new Set(nodes.map(({ metadata }) => metadata.name));
  }

  /** Registers the nodes and waits until pods may be bound to all of them. */
  async start(): Promise<void> {
    for (const node of this.nodes) {
      const { status, ...rest } = node;
      await this.client.create(rest);
      await this.renew(node);
      await this.client.patchStatus(node, { ...status, conditions: conditions() });
    }
    this.renewedAt = Date.now();
    this.running = this.run();
    // The API server taints a new node as not ready; the node controller takes that away once it is.
    for (let waited = 0; (await this.notReady()).length > 0; waited += LOOK_MS) {
      if (waited > 60_000) throw new Error(`nodes did not get ready: ${(await this.notReady()).join(", ")}`);
      await sleep(LOOK_MS);
    }
  }

  /** Deletes the nodes. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    for (const { metadata } of this.nodes) {
      await this.client.delete("v1", "Node", metadata);
      await this.client.delete("coordination.k8s.io/v1", "Lease", leaseOf(metadata.name).metadata);
    }
  }

  private async notReady(): Promise<string[]> {
    const nodes = await this.client.list("v1", "Node");
    return nodes
      .filter(({ metadata }) => this.names.has(metadata.name))
      .filter(({ spec }) => spec.taints?.some(({ key }: any) => key.startsWith("node.kubernetes.io/")))
      .map(({ metadata }) => metadata.name);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        if (Date.now() - this.renewedAt > RENEW_MS) {
          this.renewedAt = Date.now();
          await Promise.all(this.nodes.map((node) => this.renew(node)));
        }
        const pods = await this.client.list("v1", "Pod");
        await Promise.all(pods.filter(({ spec }) => this.names.has(spec.nodeName)).map((pod) => this.tend(pod)));
      } catch (error) {
        if (!this.stopped) say(`stand-in kubelets: ${error instanceof Error ? error.message : String(error)}`);
      }
      await sleep(LOOK_MS);
    }
  }

  private async renew({ metadata }: ApiObject): Promise<void> {
    await this.client.apply(leaseOf(metadata.name));
  }

  private async tend(pod: ApiObject): Promise<void> {
    try {
      if (pod.metadata["deletionTimestamp"] !== undefined) await this.client.delete("v1", "Pod", pod.metadata, 0);
      else if (pod["status"]?.phase === "Pending") await this.client.patchStatus(pod, running(pod));
    } catch (error) {
      // Gone, or changed in between: the next look sees it.
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

function leaseOf(name: string): ApiObject {
  const now = new Date().toISOString().replace("Z", "000Z");
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: "kube-node-lease" },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: now },
  };
}

function conditions() {
  const now = new Date().toISOString();
  const condition = (type: string, status: string) => {
    return { type, status, reason: "StandIn", message: "", lastHeartbeatTime: now, lastTransitionTime: now };
  };
  return [
    condition("Ready", "True"),
    ...["MemoryPressure", "DiskPressure", "PIDPressure"].map((type) => condition(type, "False")),
  ];
}

/** A job's pod has done its work, any other is ready. */
function running({ spec }: ApiObject) {
  const now = new Date().toISOString();
  const done = spec.restartPolicy === "Never" || spec.restartPolicy === "OnFailure";
  const state = done
    ? { terminated: { exitCode: 0, reason: "Completed", startedAt: now, finishedAt: now } }
    : { running: { startedAt: now } };
  const statuses = (containers: readonly any[] = []) =>
    containers.map(({ name, image }) => {
      return { name, image, imageID: "", ready: !done, started: !done, restartCount: 0, state };
    });
  return {
    phase: done ? "Succeeded" : "Running",
    startTime: now,
    conditions: ["Initialized", "ContainersReady", "Ready"].map((type) => {
      return { type, status: done && type !== "Initialized" ? "False" : "True", lastTransitionTime: now };
    }),
    containerStatuses: statuses(spec.containers),
  };
}
