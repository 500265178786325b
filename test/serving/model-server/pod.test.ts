import type { ModelConfig } from "../../../lib/serving";
import { ASSISTANT, CHURN, IMAGE, VISION, refused, served } from "./fixture";

const servers: [string, ModelConfig][] = [
  ["vllm", ASSISTANT],
  ["triton", VISION],
  ["http", CHURN],
];

describe.each(servers)("a pod of %s", (server, config) => {
  const model = served(config);
  const pod = model.pod();
  const container = model.container();

  it("runs as nobody in particular, closed in", () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      fsGroup: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(pod.serviceAccountName).toBe(config.name);
    expect(model.object("ServiceAccount").automountServiceAccountToken).toBe(false);
  });

  it("may write where servers write, up to a size, and nowhere else", () => {
    const mounts = Object.fromEntries(container.volumeMounts.map((mount: any) => [mount.mountPath, mount]));
    expect(mounts["/tmp"]).toBeDefined();
    for (const { mountPath, readOnly } of container.volumeMounts) {
      if (!["/tmp", "/cache", "/dev/shm"].includes(mountPath)) expect(readOnly).toBe(true);
    }
    for (const volume of pod.volumes) if (volume.emptyDir) expect(volume.emptyDir.sizeLimit).toMatch(/^\d+[GM]i$/);
    expect(container.env).toContainEqual({ name: "HOME", value: "/tmp" });
  });

  it("runs the image that was named by its digest", () => {
    expect(container.image).toBe(IMAGE);
  });

  it("asks for exactly what it may take", () => {
    expect(container.resources.requests).toEqual(container.resources.limits);
    expect(Object.keys(container.resources.requests)).toEqual(
      expect.arrayContaining(["cpu", "memory", "ephemeral-storage"]),
    );
  });

  it("is asked by the paths of its server, and given time to start", () => {
    const paths = {
      vllm: ["/health", "/health", "/health"],
      triton: ["/v2/health/ready", "/v2/health/ready", "/v2/health/live"],
      http: ["/healthz", "/readyz", "/healthz"],
    }[server];
    const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
    expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(paths);
    const { periodSeconds, failureThreshold } = container.startupProbe;
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(60);
    expect(model.object("Deployment").spec.progressDeadlineSeconds).toBeGreaterThan(periodSeconds * failureThreshold);
  });

  it("drains: the balancer turns away first, then the longest request ends", () => {
    expect(container.lifecycle.preStop).toEqual({ sleep: { seconds: 30 } });
    const longest = { vllm: 130, triton: 60, http: 60 }[server]!;
    expect(pod.terminationGracePeriodSeconds).toBe(30 + longest + 10);
  });

  it("is spread, by what its own revision has", () => {
    for (const constraint of pod.topologySpreadConstraints) {
      expect(constraint.labelSelector.matchLabels).toMatchObject({ "app.kubernetes.io/name": config.name });
      expect(constraint.matchLabelKeys).toEqual(["pod-template-hash"]);
    }
    expect(pod.topologySpreadConstraints.map((one: any) => [one.topologyKey, one.whenUnsatisfiable])).toEqual([
      ["topology.kubernetes.io/zone", "ScheduleAnyway"],
      ["kubernetes.io/hostname", "DoNotSchedule"],
    ]);
  });

  it("carries what the rules on AI systems look for, and who answers", () => {
    expect(model.object("Deployment").spec.template.metadata.labels).toMatchObject({
      "app.kubernetes.io/name": config.name,
      "app.kubernetes.io/component": "model-server",
      "app.kubernetes.io/managed-by": "cdktf-ai-platform",
      "app.kubernetes.io/version": "3.1",
      "ai-human-stop": "kill-switch",
      "ai.gke.io/model": config.name,
      "ai.gke.io/inference-server": server,
      owner: "support-lead",
      team: "support",
      "cost-center": "cc-42",
      environment: "test",
      "ai-risk-tier": "limited",
    });
    for (const { metadata } of model.objects) expect(metadata.labels).toMatchObject({ owner: "support-lead" });
  });
});

describe("vLLM", () => {
  it("is told what the model's shape decides", () => {
    const model = served(ASSISTANT);
    const container = model.container();
    expect(container.command).toEqual(["vllm", "serve"]);
    expect(container.args[0]).toBe("/models");
    expect(model.flag("--served-model-name")).toBe("assistant");
    expect(model.flag("--max-model-len")).toBe("8192");
    expect(model.flag("--max-num-seqs")).toBe("16");
    expect(model.flag("--tensor-parallel-size")).toBe("2");
    expect(model.flag("--gpu-memory-utilization")).toBe("0.9");
    expect(model.flag("--dtype")).toBe("bfloat16");
    expect(model.flag("--shutdown-timeout")).toBe("130");
    expect(model.flag("--disable-access-log-for-endpoints")).toBe("/health,/metrics");
    expect(model.flag("--trust-remote-code")).toBeUndefined();
    expect(model.flag("--data-parallel-size")).toBeUndefined();
    expect(container.env).toContainEqual({ name: "HF_HUB_OFFLINE", value: "1" });
  });

  it("splits its requests over copies where fewer GPUs share one", () => {
    const model = served({ ...ASSISTANT, tensorParallel: 1 });
    expect(model.flag("--tensor-parallel-size")).toBe("1");
    expect(model.flag("--data-parallel-size")).toBe("2");
    expect(model.flag("--max-num-seqs")).toBe("8");
  });

  it("keeps a cache of eight bits only where it was asked for", () => {
    expect(served(ASSISTANT).flag("--kv-cache-dtype")).toBeUndefined();
    const small = served({ ...ASSISTANT, llm: { ...ASSISTANT.llm, kvCachePrecision: "fp8", precision: "fp8" } });
    expect(small.flag("--kv-cache-dtype")).toBe("fp8");
    expect(small.flag("--dtype")).toBeUndefined();
  });

  it("waits as long as a request may take, by tokens or as said", () => {
    expect(served({ ...ASSISTANT, llm: { ...ASSISTANT.llm, maxOutputTokens: 4000 } }).pod()).toMatchObject({
      terminationGracePeriodSeconds: 30 + 430 + 10,
    });
    const said = served({ ...ASSISTANT, requestTimeoutSeconds: 45 });
    expect(said.pod().terminationGracePeriodSeconds).toBe(85);
    expect(said.flag("--shutdown-timeout")).toBe("45");
  });

  it("gets shared memory for each GPU of a copy, counted in its memory", () => {
    const shm = served(ASSISTANT)
      .pod()
      .volumes.find(({ name }: any) => name === "shm");
    expect(shm.emptyDir).toEqual({ medium: "Memory", sizeLimit: "2Gi" });
    expect(refused({ ...ASSISTANT, memoryGb: 2 })).toContainEqual(
      expect.objectContaining({ code: "shared-memory", message: expect.stringContaining("/dev/shm takes 2 GiB") }),
    );
  });

  it("starts within the time that its weights take, stated by their size", () => {
    const seconds = (config: ModelConfig) => {
      const { periodSeconds, failureThreshold } = served(config).container().startupProbe;
      return periodSeconds * failureThreshold;
    };
    // 16 GB at 200 MB a second, and 240 s of warm-up.
    expect(seconds(ASSISTANT)).toBe(320);
    expect(seconds({ ...ASSISTANT, llm: { ...ASSISTANT.llm, parametersBillions: 32 } })).toBe(560);
  });

  it("serves adapters beside the model", () => {
    const model = served({
      ...ASSISTANT,
      adapters: [
        { name: "polite", source: "gs://acme-models/adapters/polite" },
        { name: "terse", source: "gs://acme-models/adapters/terse", rank: 24 },
      ],
    });
    const { args, volumeMounts } = model.container();
    expect(args).toEqual(expect.arrayContaining(["--enable-lora", "--max-loras=2", "--max-lora-rank=32"]));
    expect(args).toEqual(expect.arrayContaining(["polite=/adapters/polite", "terse=/adapters/terse"]));
    expect(volumeMounts).toContainEqual({ name: "adapter-polite", mountPath: "/adapters/polite", readOnly: true });
    model.stack.count("google_storage_managed_folder_iam_member", 3);
  });

  it("runs code of the model only where someone answers for it", () => {
    const code = {
      reason: "the modelling code of revision 7f3 was read line by line",
      owner: "support-lead",
      expires: "2027-03-31",
    };
    expect(served({ ...ASSISTANT, allowRemoteCode: code }).flag("--trust-remote-code")).toBe("");
    expect(refused({ ...ASSISTANT, allowRemoteCode: true })[0]).toMatchObject({ path: "allowRemoteCode" });
    expect(refused({ ...ASSISTANT, args: ["--trust-remote-code"] })).toContainEqual(
      expect.objectContaining({ code: "computed-argument", fix: "leave it out and set allowRemoteCode" }),
    );
    expect(refused({ ...ASSISTANT, allowRemoteCode: { ...code, expires: "2026-01-01" } })).toContainEqual(
      expect.objectContaining({ code: "expired", path: "allowRemoteCode.expires" }),
    );
  });
});

describe("Triton", () => {
  it("loads its repository, or the models that are named", () => {
    expect(served(VISION).flag("--model-repository")).toBe("/models");
    expect(served(VISION).flag("--model-control-mode")).toBeUndefined();
    const one = served({ ...VISION, modelNames: ["resnet", "yolo"] });
    expect(one.flag("--model-control-mode")).toBe("explicit");
    expect(one.container().args).toEqual(expect.arrayContaining(["--load-model=resnet", "--load-model=yolo"]));
    expect(one.container().ports.map(({ containerPort }: any) => containerPort)).toEqual([8000, 8001, 8002]);
  });
});

describe("an HTTP server", () => {
  it("is told its port, its model and the time that it has", () => {
    const { env, ports, command } = served({ ...CHURN, port: 9000, requestTimeoutSeconds: 20 }).container();
    expect(command).toBeUndefined();
    expect(ports).toEqual([{ name: "http", containerPort: 9000, protocol: "TCP" }]);
    for (const [name, value] of Object.entries({
      PORT: "9000",
      MODEL_NAME: "churn",
      MODEL_VERSION: "3.1",
      REQUEST_TIMEOUT_SECONDS: "20",
      DRAIN_LISTEN_SECONDS: "0",
      DRAIN_SECONDS: "25",
    })) {
      expect(env).toContainEqual({ name, value });
    }
  });

  it("finds its weights where it has some", () => {
    const env = (config: ModelConfig) => served(config).container().env;
    expect(env(CHURN).some(({ name }: any) => name === "MODEL_PATH")).toBe(false);
    expect(env({ ...CHURN, source: "gs://acme-models/churn" })).toContainEqual({
      name: "MODEL_PATH",
      value: "/models",
    });
  });
});

describe("what would change a Triton that runs", () => {
  const closed = "model-repository,shared-memory,logging,trace:nobody=\n";

  it("is shut for all, over HTTP and gRPC alike", () => {
    const { args } = served(VISION).pod().containers[0];
    expect(args).toEqual(
      expect.arrayContaining([`--http-restricted-api=${closed}`, `--grpc-restricted-protocol=${closed}`]),
    );
  });

  it("is left to restrictions of the owner's own, which Triton would not take twice", () => {
    const own = "--http-restricted-api=shared-memory:key=value";
    const { args } = served({ ...VISION, args: [own] }).pod().containers[0];
    const [first, ...more] = args.filter((arg: string) => arg.startsWith("--http-restricted-api"));
    expect([first, more]).toEqual([own, []]);
    expect(args).toContain(`--grpc-restricted-protocol=${closed}`);
  });
});
