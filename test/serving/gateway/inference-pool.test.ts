import { parse } from "yaml";
import { routeObjects } from "../../../lib/serving";
import { GATEWAY_REF, PICKER_IMAGE, assistant, kind, served } from "./fixture";

const objects = (values = assistant(), gateway = GATEWAY_REF) => routeObjects(served(values), gateway);
const podSpec = (name = "assistant-epp", gateway = GATEWAY_REF) =>
  (kind(objects(assistant(), gateway), "Deployment", name)["spec"] as { template: { spec: Record<string, unknown> } })
    .template.spec as unknown as {
    automountServiceAccountToken: boolean;
    securityContext: object;
    volumes: object[];
    containers: [{ image: string; args: string[]; securityContext: object; resources: object; readinessProbe: object }];
  };

describe("the pool of a language model", () => {
  test("holds the pods of its variant, and says what happens without a picker", () => {
    for (const [name, variant] of [
      ["assistant", "stable"],
      ["assistant-candidate", "candidate"],
    ] as const) {
      expect(kind(objects(), "InferencePool", name)).toMatchObject({
        apiVersion: "inference.networking.k8s.io/v1",
        spec: {
          selector: { matchLabels: { "app.kubernetes.io/name": "assistant", "ai-platform/variant": variant } },
          targetPorts: [{ number: 8000 }],
          appProtocol: "http",
          endpointPickerRef: {
            group: "",
            kind: "Service",
            name: `${name}-epp`,
            port: { number: 9002 },
            failureMode: "FailClose",
          },
        },
      });
    }
    const open = {
      ...GATEWAY_REF,
      endpointPicker: { ...GATEWAY_REF.endpointPicker!, failureMode: "FailOpen" as const },
    };
    expect(kind(objects(assistant(), open), "InferencePool", "assistant")).toMatchObject({
      spec: { endpointPickerRef: { failureMode: "FailOpen" } },
    });
  });

  test("stands alone where no second version can", () => {
    const pools = objects(assistant({ candidate: undefined })).filter((object) => object.kind === "InferencePool");
    expect(pools.map(({ metadata }) => metadata.name)).toEqual(["assistant"]);
  });

  test("has the priorities that callers may ask for, where there are any", () => {
    expect(kind(objects(), "InferenceObjective", "assistant-background")).toMatchObject({
      apiVersion: "llm-d.ai/v1alpha2",
      spec: {
        poolRef: { group: "inference.networking.k8s.io", kind: "InferencePool", name: "assistant" },
        priority: -10,
      },
    });
    const none = { ...GATEWAY_REF, endpointPicker: { ...GATEWAY_REF.endpointPicker!, priorities: {} } };
    expect(objects(assistant(), none).some((object) => object.kind === "InferenceObjective")).toBe(false);
  });
});

describe("its endpoint picker", () => {
  test("watches its own pool, with the weights of llm-d router", () => {
    const [{ image, args }] = podSpec("assistant-candidate-epp").containers;
    expect(image).toBe(PICKER_IMAGE);
    expect(args).toEqual(
      expect.arrayContaining([
        "--pool-name=assistant-candidate",
        "--pool-namespace=support",
        "--ha-enable-leader-election=true",
      ]),
    );
    const text = args.find((arg) => arg.startsWith("--config-text="))!.slice("--config-text=".length);
    expect(parse(text)).toMatchObject({
      apiVersion: "llm-d.ai/v1alpha1",
      kind: "EndpointPickerConfig",
      schedulingProfiles: [
        {
          name: "default",
          plugins: [
            { pluginRef: "queue-scorer", weight: 2 },
            { pluginRef: "kv-cache-utilization-scorer", weight: 2 },
            { pluginRef: "prefix-cache-scorer", weight: 3 },
          ],
        },
      ],
    });
  });

  test("of two, one is in reserve and never ready: neither a rollout nor Helm waits for it, and nothing keeps nodes from draining", () => {
    expect(kind(objects(), "Deployment", "assistant-epp")).toMatchObject({
      spec: { replicas: 2, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "100%" } } },
    });
    expect(podSpec().containers[0].readinessProbe).toMatchObject({ grpc: { port: 9003, service: "readiness" } });
    expect(objects().some((object) => object.kind === "PodDisruptionBudget")).toBe(false);
    const single = { ...GATEWAY_REF, endpointPicker: { ...GATEWAY_REF.endpointPicker!, replicas: 1 } };
    expect(kind(objects(assistant(), single), "Deployment", "assistant-epp")).toMatchObject({
      spec: { replicas: 1, strategy: { type: "Recreate" } },
    });
    expect(podSpec("assistant-epp", single).containers[0].args).toContain("--ha-enable-leader-election=false");
  });

  test("runs restricted, with a token that it asks for by name and that ends", () => {
    const { automountServiceAccountToken, securityContext, volumes, containers } = podSpec();
    expect(automountServiceAccountToken).toBe(false);
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(JSON.stringify(volumes)).toContain('"serviceAccountToken":{"path":"token","expirationSeconds":3607}');
    expect(containers[0].resources).toEqual({
      requests: { cpu: "2000m", memory: "4096Mi" },
      limits: { cpu: "2000m", memory: "4096Mi" },
    });
  });

  test("may read pods, pools and priorities of its namespace, and hold a lease", () => {
    const { rules } = kind(objects(), "Role", "assistant-epp") as unknown as {
      rules: { resources: string[]; verbs: string[] }[];
    };
    const writes = rules.filter(({ verbs }) => verbs.some((verb) => !["get", "list", "watch"].includes(verb)));
    expect(writes.flatMap(({ resources }) => resources)).toEqual(["leases", "events"]);
    expect(objects().some((object) => object.kind.startsWith("Cluster") || object.kind === "Secret")).toBe(false);
  });

  test("talks to the load balancer, to metrics, to its model and to the control plane alone", () => {
    expect(kind(objects(), "NetworkPolicy", "assistant-epp")).toMatchObject({
      spec: {
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          { from: [{ ipBlock: { cidr: "10.16.88.0/23" } }, {}, {}], ports: [{ port: 9002 }, { port: 9003 }] },
          {
            from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "gmp-system" } } }],
            ports: [{ port: 9090 }],
          },
        ],
        egress: [
          { to: [{ podSelector: { matchLabels: { "ai-platform/variant": "stable" } } }], ports: [{ port: 8000 }] },
          { to: [{ ipBlock: { cidr: "10.16.92.0/28" } }], ports: [{ port: 443 }] },
        ],
      },
    });
    expect(kind(objects(), "NetworkPolicy", "assistant-epp-metrics")).toMatchObject({
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": "assistant" } },
        ingress: [{ from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "assistant-epp" } } }] }],
      },
    });
  });

  test("outlives the longest request that it was asked for, after load balancers were told", () => {
    const spec = podSpec() as unknown as { terminationGracePeriodSeconds: number };
    // 1000 tokens of 100 ms, and 30 s for prompt and queue.
    expect(spec.terminationGracePeriodSeconds).toBe(30 + 130 + 10);
    expect(podSpec().containers[0].args).toContain("--drain-timeout=30s");
    // It would keep its lease while it slept: the one in reserve could not take over.
    expect(podSpec().containers[0]).not.toHaveProperty("lifecycle");
  });

  test("stands on two nodes, and goes after others where nodes are short", () => {
    const model = { ...served(assistant()), priorityClass: "real-time" };
    const { spec } = (kind(routeObjects(model, GATEWAY_REF), "Deployment", "assistant-epp")["spec"] as any).template;
    expect(spec.priorityClassName).toBe("real-time");
    expect(spec.topologySpreadConstraints.map((one: any) => [one.topologyKey, one.whenUnsatisfiable])).toEqual([
      ["topology.kubernetes.io/zone", "ScheduleAnyway"],
      ["kubernetes.io/hostname", "DoNotSchedule"],
    ]);
    expect(podSpec()).not.toHaveProperty("priorityClassName");
  });

  test("stays as it is when the model gets a new version", () => {
    const templateOf = (version: string) => {
      const model = served(assistant({ version }));
      const labels = { ...model.labels, "app.kubernetes.io/version": version };
      const deployment = kind(routeObjects({ ...model, labels }, GATEWAY_REF), "Deployment", "assistant-epp");
      return (deployment["spec"] as any).template;
    };
    expect(templateOf("5")).toEqual(templateOf("4"));
  });

  test("is no model server to whoever selects those by label", () => {
    const { metadata, spec } = kind(objects(), "Deployment", "assistant-epp") as unknown as {
      metadata: { labels: object };
      spec: { template: { metadata: { labels: object } } };
    };
    for (const labels of [metadata.labels, spec.template.metadata.labels]) {
      expect(labels).toMatchObject({
        "app.kubernetes.io/component": "endpoint-picker",
        "app.kubernetes.io/name": "assistant-epp",
      });
    }
  });
});
