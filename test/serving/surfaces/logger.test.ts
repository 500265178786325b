import { predictionLogVariables } from "../../../lib/serving";
import { anyStack } from "../../stacks/platform";
import { ASSISTANT, CHURN, DIGEST, VISION, served } from "../model-server/fixture";

const LOGGER = `europe-docker.pkg.dev/acme/images/prediction-logger@${DIGEST}`;
const LOGGED = { ...ASSISTANT, log: { image: LOGGER } };

describe("a server that cannot log its answers", () => {
  it("has a logger before it, which starts first and ends last", () => {
    const pod = served(LOGGED, { variables: { PREDICTION_LOG_TOPIC: "projects/p/topics/t" } }).pod();
    const [logger] = pod.initContainers;
    expect(logger).toMatchObject({ image: LOGGER, restartPolicy: "Always" });
    expect(logger.securityContext).toMatchObject({ readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });
    expect(logger.env).toEqual(
      expect.arrayContaining([
        { name: "UPSTREAM_URL", value: "http://127.0.0.1:8000" },
        { name: "PREDICTION_LOG_TOPIC", value: "projects/p/topics/t" },
      ]),
    );
    expect(served(ASSISTANT).pod().initContainers).toBeUndefined();
  });

  it("is reached through it alone; metrics are read from the server itself", () => {
    const model = served({ ...LOGGED, callerNamespaces: ["ranking"] });
    expect(model.ref.service.port).toBe(8081);
    expect(model.object("Service", "assistant").spec.ports[0]).toMatchObject({ port: 8081, targetPort: "logged" });
    const flows = JSON.stringify(model.object("NetworkPolicy", "assistant").spec.ingress);
    expect(flows).toContain("8081");
    expect(model.object("PodMonitoring").spec.endpoints[0].port).toBe("http");
  });

  it("leaves it room beside the server", () => {
    const cpu = (config: typeof ASSISTANT) => served(config).ref.placement.resources;
    const [without, beside] = [cpu(ASSISTANT), cpu(LOGGED)];
    expect(beside.pod.cpuMillis).toBe(without.pod.cpuMillis);
    expect(without.server.cpuMillis - beside.server.cpuMillis).toBe(500);
  });
});

describe("who must have one", () => {
  const told = (config: any) => () => predictionLogVariables(anyStack(), { ...config, log: config.log ?? {} }, "t");

  test.each([ASSISTANT, VISION])("a model of high risk on $server", (config) => {
    expect(told({ ...config, riskTier: "high" })).toThrow("examples/prediction-logger");
    expect(told({ ...config, riskTier: "high", log: { image: LOGGER } })()).toMatchObject({
      PREDICTION_LOG_SAMPLE: "1",
    });
    expect(told({ ...config, riskTier: "high", log: { sample: 0 } })()).toMatchObject({ PREDICTION_LOG_SAMPLE: "0" });
    expect(told({ ...config, riskTier: "limited" })()).toMatchObject({ PREDICTION_LOG_SAMPLE: "0.1" });
  });

  it("not an HTTP server: it logs itself", () => {
    expect(told({ ...CHURN, riskTier: "high" })()).toMatchObject({ PREDICTION_LOG_SAMPLE: "1" });
    expect(told({ ...CHURN, log: { image: LOGGER } })).toThrow("logged twice");
  });
});
