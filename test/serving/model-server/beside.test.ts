import type { ModelConfig } from "../../../lib/serving";
import { clusterWith } from "../../delivery/platform";
import { ASSISTANT, CHURN, GATEWAY, IMAGE, VISION, refused, served } from "./fixture";

const LOGGED = { ...ASSISTANT, log: { image: IMAGE } } as const satisfies ModelConfig;
const variables = { PREDICTION_LOG_TOPIC: "projects/acme-test/topics/predictions", PREDICTION_LOG_SAMPLE: "1" };

describe("a logger before a server that logs nothing itself", () => {
  const model = served(LOGGED, { variables });
  const [logger] = model.pod().initContainers;

  it("starts before the server and ends after it, closed in like it", () => {
    expect(logger).toMatchObject({
      name: "prediction-logger",
      restartPolicy: "Always",
      image: IMAGE,
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
    });
    expect(logger.resources.requests).toEqual(logger.resources.limits);
  });

  it("is what callers reach; collectors reach the server too", () => {
    expect(model.object("Service").spec.ports).toMatchObject([{ port: 8081, targetPort: "logged" }]);
    expect(model.ref.service.port).toBe(8081);
    expect(model.object("PodMonitoring").spec.endpoints[0].port).toBe("http");
    const [metrics, callers] = served({ ...LOGGED, callerNamespaces: ["ranking"] }).object("NetworkPolicy").spec
      .ingress;
    expect(metrics.ports.map(({ port }: { port: number }) => port)).toEqual([8000, 8081]);
    expect(callers.ports).toEqual([{ protocol: "TCP", port: 8081 }]);
  });

  it("is told where to log; the server is not", () => {
    const topic = { name: "PREDICTION_LOG_TOPIC", value: variables.PREDICTION_LOG_TOPIC };
    expect(logger.env).toContainEqual(topic);
    expect(logger.env).toContainEqual({ name: "UPSTREAM_URL", value: "http://127.0.0.1:8000" });
    expect(model.container().env).not.toContainEqual(topic);
  });

  it("is counted in what the pod takes", () => {
    const { pod, server } = served({ ...LOGGED, memoryGb: 48 }).ref.placement.resources;
    const { pod: without } = served({ ...ASSISTANT, memoryGb: 48 }).ref.placement.resources;
    expect(pod.memoryBytes - without.memoryBytes).toBe(2 ** 29);
    expect(server.memoryBytes).toBe(48 * 2 ** 30);
  });

  it("is none where a server logs itself, which is told where to", () => {
    const churn = served(CHURN, { variables });
    expect(churn.pod()).not.toHaveProperty("initContainers");
    expect(churn.container().env).toContainEqual({ name: "PREDICTION_LOG_SAMPLE", value: "1" });
  });
});

describe("an edge cluster", () => {
  const { pool: _, ...vision } = VISION;
  const nodes = { count: 4, cpu: 16, memoryGb: 64, diskGb: 200, gpu: { type: "nvidia-l4", memoryGb: 24, count: 1 } };
  const plant = { on: "edge", membership: "plant-7", version: "1.35", nodes } as const;
  const config: ModelConfig = {
    ...vision,
    surface: { ...plant, cacheGb: 20, nodeGroup: "line-1" },
  };
  const cluster = clusterWith("managed-prometheus");
  const cachedWeights = { persistentVolumeClaim: { claimName: "models", readOnly: true } };

  it("keeps weights on its nodes: no Cloud Storage, no rights in it", () => {
    const model = served(config, { cluster, cachedWeights });
    expect(model.pod().volumes).toContainEqual({ name: "weights", ...cachedWeights });
    expect(model.container().volumeMounts).toContainEqual({ name: "weights", mountPath: "/models", readOnly: true });
    expect(model.object("Deployment").spec.template.metadata).not.toHaveProperty("annotations");
    model.stack.onlyTypes("helm_release");
  });

  it("has nodes that its owner labels, and a container toolkit that writes into containers with GPUs", () => {
    const model = served(config, { cluster, cachedWeights });
    expect(model.pod().nodeSelector).toEqual({ "ai-platform/edge-group": "line-1" });
    expect(model.container().securityContext.readOnlyRootFilesystem).toBe(false);
    const churn: ModelConfig = { ...CHURN, surface: { ...plant, cacheGb: 1 } };
    const plain = served(churn, { cluster });
    expect(plain.container().securityContext.readOnlyRootFilesystem).toBe(true);
    expect(plain.pod().nodeSelector).toEqual({});
  });

  it("must keep weights somewhere", () => {
    expect(refused(config, { cluster })).toEqual([expect.objectContaining({ code: "no-edge-cache", path: "source" })]);
  });
});

test.each(["cloud-run"] as const)("a model on %s is no server in a cluster of ours", (on) => {
  expect(refused({ ...CHURN, surface: { on } }, { gateway: GATEWAY })).toEqual([
    expect.objectContaining({ code: "other-surface", path: "surface.on", got: on }),
  ]);
});
