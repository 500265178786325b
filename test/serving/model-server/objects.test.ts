import type { ModelConfig } from "../../../lib/serving";
import { crdFailures, describeWithCrds } from "../../kubernetes/crd-schema";
import { ASSISTANT, CHURN, FEATURES, GATEWAY, TEAM, VISION, refused, served } from "./fixture";
import { clusterWith } from "../../delivery/platform";

describe("one release", () => {
  it("holds the whole model, waits for it, and is the one thing that an argument changes", () => {
    const release = (config: ModelConfig) => served(config).stack.only("helm_release");
    expect(release(ASSISTANT)).toMatchObject({ name: "assistant", namespace: "support", atomic: true });
    const [before, after] = [[], ["--enable-prefix-caching"]].map((args) =>
      served({ ...ASSISTANT, args }).stack.resources(),
    );
    const changed = after!.filter(
      ({ config }, index) => JSON.stringify(config) !== JSON.stringify(before![index]!.config),
    );
    expect(changed.map(({ type }) => type)).toEqual(["helm_release"]);
  });

  it("has what stands around a server once", () => {
    expect(served(CHURN).kinds()).toEqual([
      "ServiceAccount churn",
      "Service churn",
      "NetworkPolicy churn",
      "PodMonitoring churn",
      "PodDisruptionBudget churn",
      "Deployment churn",
      "TriggerAuthentication churn",
      "ScaledObject churn",
    ]);
  });
});

describe("the Service", () => {
  it("leads to the pods of the stable version alone", () => {
    expect(served(CHURN).object("Service").spec).toMatchObject({
      type: "ClusterIP",
      selector: {
        "app.kubernetes.io/name": "churn",
        "app.kubernetes.io/component": "model-server",
        "ai-platform/variant": "stable",
      },
      ports: [{ name: "http", port: 8080, targetPort: "http" }],
    });
    expect(served(ASSISTANT).ref.service).toEqual({ name: "assistant", port: 8000 });
  });
});

describe("a disruption", () => {
  it("takes one replica at a time, and a broken one protects nobody", () => {
    expect(served(CHURN).object("PodDisruptionBudget").spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });
});

describe("an update", () => {
  const strategy = (config: ModelConfig) => served(config).object("Deployment").spec.strategy.rollingUpdate;

  it("adds a replica where there is room, and takes one away where GPUs are scarce", () => {
    expect(strategy(CHURN)).toEqual({ maxSurge: "50%", maxUnavailable: 0 });
    expect(strategy({ ...VISION, replicas: { max: 4 } })).toEqual({ maxSurge: 4, maxUnavailable: 0 });
    expect(strategy({ ...VISION, replicas: { max: 14 } })).toEqual({ maxSurge: 2, maxUnavailable: 0 });
    expect(strategy({ ...VISION, replicas: { max: 16 } })).toEqual({ maxSurge: 0, maxUnavailable: 1 });
    expect(strategy(ASSISTANT)).toEqual({ maxSurge: 0, maxUnavailable: 1 });
  });

  describe("is waited for", () => {
    const waits = (config: ModelConfig) => served(config).stack.only("helm_release")["timeout"] as number;
    const of = (config: ModelConfig) => {
      const { spec } = served(config).object("Deployment");
      const deadline = spec.progressDeadlineSeconds as number;
      const grace = spec.template.spec.terminationGracePeriodSeconds as number;
      // 900 s for node and image of the first, 300 s for the image of those after it.
      return { first: deadline + grace, further: deadline - 900 + 300 + grace };
    };

    it("as long as one start where all may start at once, however many they are", () => {
      for (const max of [4, 8]) {
        const config = { ...VISION, replicas: { max } };
        expect(waits(config)).toBe(of(config).first);
      }
    });

    it("for two starts without GPUs, and where those are scarce for all but the one that may be missing", () => {
      expect(waits({ ...CHURN, replicas: { max: 20 } })).toBe(of(CHURN).first + of(CHURN).further);
      const scarce = { ...ASSISTANT, replicas: { min: 2, max: 4 } };
      expect(waits(scarce)).toBe(of(scarce).first + 2 * of(scarce).further);
    });

    it("once where Argo Rollouts exchanges the pods: Helm does not wait for a Rollout", () => {
      const config: ModelConfig = { ...CHURN, replicas: { max: 20 }, route: { path: "/churn" }, rollout: {} };
      const release = served(config, { gateway: GATEWAY }).stack.only("helm_release");
      expect(release["timeout"]).toBe(of(CHURN).first);
    });
  });

  it("keeps three former revisions", () => {
    expect(served(CHURN).object("Deployment").spec.revisionHistoryLimit).toBe(3);
  });
});

describe("who may reach the pods", () => {
  const ingress = (config: ModelConfig) => served(config).object("NetworkPolicy", config.name).spec.ingress;

  it("are the collectors of metrics, on the port of the metrics", () => {
    const collectors = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "gmp-system" } } };
    expect(ingress(VISION)).toEqual([{ from: [collectors], ports: [{ protocol: "TCP", port: 8002 }] }]);
  });

  it("are the namespaces that it names", () => {
    const [, callers] = ingress({ ...VISION, callerNamespaces: ["ranking"] });
    expect(callers).toEqual({
      from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ranking" } } }],
      ports: [
        { protocol: "TCP", port: 8000 },
        { protocol: "TCP", port: 8001 },
      ],
    });
  });

  it("is the load balancer, where it has a route", () => {
    const policies = served({ ...CHURN, route: { path: "/churn" } }, { gateway: GATEWAY }).objects.filter(
      ({ kind }) => kind === "NetworkPolicy",
    );
    expect(JSON.stringify(policies)).toContain("10.16.200.0/23");
  });
});

describe("monitoring", () => {
  it("scrapes the server with bounds, and tells versions apart", () => {
    expect(served(VISION).object("PodMonitoring").spec).toMatchObject({
      selector: { matchLabels: { "app.kubernetes.io/name": "vision" } },
      endpoints: [{ port: "metrics", path: "/metrics", interval: "15s" }],
      limits: { samples: 20_000 },
      targetLabels: {
        fromPod: expect.arrayContaining([
          { from: "app.kubernetes.io/version", to: "serving_version" },
          { from: "ai-platform/variant", to: "serving_variant" },
        ]),
      },
    });
    expect(served(ASSISTANT).object("PodMonitoring").spec.endpoints[0].port).toBe("http");
  });
});

describe("rights", () => {
  const model = served({
    ...ASSISTANT,
    secrets: [{ secret: "prod-hub", version: "3", file: "hub" }],
  });

  it("are to read exactly its folder", () => {
    model.stack.has("google_storage_managed_folder", { bucket: "acme-models", name: "assistant/3/" });
    model.stack.has("google_storage_managed_folder_iam_member", {
      bucket: "acme-models",
      role: "roles/storage.objectViewer",
      member:
        "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/acme-prod.svc.id.goog/subject/ns/support/sa/assistant",
    });
    model.stack.count("google_storage_bucket_iam_member", 0);
  });

  it("are to read exactly its secrets", () => {
    model.stack.has("google_secret_manager_secret_iam_member", {
      secret_id: "projects/acme-test/secrets/prod-hub",
      role: "roles/secretmanager.secretAccessor",
    });
  });

  it("are there before its pods are", () => {
    const { depends_on } = model.stack.only("helm_release") as { depends_on?: string[] };
    expect(depends_on).toEqual(
      expect.arrayContaining([
        expect.stringContaining("google_storage_managed_folder_iam_member"),
        expect.stringContaining("google_secret_manager_secret_iam_member"),
      ]),
    );
  });

  it("to the weights of a candidate are given besides", () => {
    const two = served({ ...ASSISTANT, candidate: { version: "4", source: "gs://acme-models/assistant/4" } });
    two.stack.count("google_storage_managed_folder", 2);
    two.stack.count("google_storage_managed_folder_iam_member", 2);
  });

  it("to the weights of the version before are kept while Argo Rollouts exchanges the two", () => {
    const source = "gs://acme-models/churn/7";
    const { stack } = served({ ...CHURN, source, previousSource: "gs://acme-models/churn/6" });
    for (const name of ["churn/7/", "churn/6/"]) {
      stack.has("google_storage_managed_folder_iam_member", { bucket: "acme-models" });
      stack.has("google_storage_managed_folder", { bucket: "acme-models", name });
    }
    stack.count("google_storage_managed_folder_iam_member", 2);
  });

  it("are none for a server without weights and secrets", () => {
    served(CHURN).stack.onlyTypes("helm_release");
  });
});

describe("secrets", () => {
  const model = served({
    ...CHURN,
    secrets: [
      { secret: "prod-hub", version: "3", file: "hub" },
      { secret: "projects/other/secrets/key", version: "12", file: "key" },
    ],
  });

  it("become files, of the versions that are named", () => {
    const { provider, parameters } = model.object("SecretProviderClass").spec;
    expect(provider).toBe("gke");
    expect(parameters.secrets).toBe(
      "- resourceName: projects/acme-test/secrets/prod-hub/versions/3\n  path: hub\n" +
        "- resourceName: projects/other/secrets/key/versions/12\n  path: key\n",
    );
    expect(model.container().volumeMounts).toContainEqual({
      name: "secrets",
      mountPath: "/var/run/secrets/model",
      readOnly: true,
    });
    expect(model.pod().volumes).toContainEqual({
      name: "secrets",
      csi: {
        driver: "secrets-store-gke.csi.k8s.io",
        readOnly: true,
        volumeAttributes: { secretProviderClass: "churn" },
      },
    });
  });

  test.each(["HF_TOKEN", "OPENAI_API_KEY", "DB_PASSWORD", "CLIENT_SECRET", "AWS_SECRET_ACCESS_KEY", "SIGNING_KEY"])(
    "%s is refused as a variable, and told where it belongs",
    (name) => {
      const failures = refused({ ...CHURN, env: { [name]: "x".repeat(20) } });
      expect(failures).toEqual([expect.objectContaining({ code: "secret-in-env", path: `env.${name}`, got: name })]);
      expect(failures[0]!.fix).toContain("secrets: [{ secret, version, file }]");
    },
  );

  test.each([
    ["MAX_TOKENS", "100"],
    ["HF_TOKEN_PATH", "/var/run/secrets/model/hub"],
    ["TOKENIZERS_PARALLELISM", "false"],
    ["PAD_TOKEN", "<pad>"],
    ["API_KEY_FILE", "/var/run/secrets/model/key"],
  ])("%s is none", (name, value) => {
    expect(refused({ ...CHURN, env: { [name]: value } })).toEqual([]);
  });

  it("are found by their form and among arguments too", () => {
    expect(refused({ ...CHURN, env: { HUB: `hf_${"a".repeat(30)}` } })[0]).toMatchObject({
      path: "env.HUB",
      got: "HUB",
    });
    const failures = refused({ ...CHURN, args: ["--verbose", "--api-key=abcdefgh12345678"] });
    expect(failures).toEqual([expect.objectContaining({ code: "secret-in-args", path: "args[1]", got: "--api-key" })]);
    expect(JSON.stringify(failures)).not.toContain("abcdefgh");
  });

  it("name a version, not the latest", () => {
    expect(refused({ ...CHURN, secrets: [{ secret: "hub", version: "latest", file: "hub" }] })).toEqual([
      expect.objectContaining({
        path: "secrets[0].version",
        fix: expect.stringContaining("no plan would show a change"),
      }),
    ]);
  });

  it("have a file each", () => {
    const secrets = ["a", "b"].map((secret) => ({ secret, version: "1", file: "same" }));
    expect(refused({ ...CHURN, secrets })).toEqual([
      expect.objectContaining({ code: "duplicate", path: "secrets[1].file" }),
    ]);
  });
});

describe("weights", () => {
  it("come by Cloud Storage FUSE, from exactly their folder, cached on the node", () => {
    const pod = served(ASSISTANT).pod();
    const weights = pod.volumes.find(({ name }: any) => name === "weights");
    expect(weights.csi).toMatchObject({
      driver: "gcsfuse.csi.storage.gke.io",
      readOnly: true,
      volumeAttributes: { bucketName: "acme-models", skipCSIBucketAccessCheck: "true", fileCacheCapacity: "17Gi" },
    });
    expect(weights.csi.volumeAttributes.mountOptions.split(",")).toEqual(
      expect.arrayContaining(["implicit-dirs", "only-dir:assistant/3", "file-cache:enable-parallel-downloads:true"]),
    );
    expect(pod.volumes).toContainEqual({ name: "gke-gcsfuse-cache", emptyDir: { sizeLimit: "17920Mi" } });
  });

  it("are mounted without a look at the bucket, on which the server has no right", () => {
    const { volumeAttributes } = served(ASSISTANT)
      .pod()
      .volumes.find(({ name }: any) => name === "weights").csi;
    expect(volumeAttributes).toMatchObject({ skipCSIBucketAccessCheck: "true" });
    expect(volumeAttributes.mountOptions.split(",")).toContain("enable-hns:false");
  });

  it("are read by a container with amounts of its own, within the namespace's quota", () => {
    const { annotations } = served(ASSISTANT).object("Deployment").spec.template.metadata;
    expect(annotations).toMatchObject({
      "gke-gcsfuse/volumes": "true",
      "gke-gcsfuse/cpu-limit": "1",
      "gke-gcsfuse/memory-limit": "1Gi",
      "gke-gcsfuse/ephemeral-storage-limit": "18Gi",
    });
    expect(served(CHURN).object("Deployment").spec.template.metadata.annotations).toBeUndefined();
  });

  it("are cached in memory where asked, as memory of that container", () => {
    const model = served({ ...ASSISTANT, weights: { from: "gcs-fuse", cache: "memory", cacheGb: 20 } });
    expect(model.pod().volumes).toContainEqual({
      name: "gke-gcsfuse-cache",
      emptyDir: { medium: "Memory", sizeLimit: "20992Mi" },
    });
    const { annotations } = model.object("Deployment").spec.template.metadata;
    expect(annotations["gke-gcsfuse/memory-limit"]).toBe("21Gi");
    const { pod, server } = model.ref.placement.resources;
    expect(pod.memoryBytes - server.memoryBytes).toBe(21 * 2 ** 30);
  });

  it("lie in an image, on a cluster that can mount one", () => {
    const { source: _, ...config } = { ...ASSISTANT, weights: { from: "image", image: ASSISTANT.image } } as const;
    const cluster = { ...clusterWith(...FEATURES), version: "1.35" };
    const model = served(config, { cluster });
    expect(model.pod().volumes).toContainEqual({
      name: "weights",
      image: { reference: ASSISTANT.image, pullPolicy: "IfNotPresent" },
    });
    expect(model.container().volumeMounts).toContainEqual({ name: "weights", mountPath: "/models", readOnly: true });
    model.stack.count("google_storage_managed_folder_iam_member", 0);
    for (const version of ["1.34", "1.34.5-gke.1153000"]) {
      expect(refused(config, { cluster: { ...cluster, version } })).toEqual([
        expect.objectContaining({ code: "too-old", path: "weights.from" }),
      ]);
    }
  });

  it("lie on the node's disk, where the pool has one", () => {
    const { source: _, ...rest } = VISION;
    const config: ModelConfig = { ...rest, pool: "with-disk", weights: { from: "node-disk", path: "/opt/models" } };
    const pools = [
      {
        name: "with-disk",
        machine: "g2-standard-12",
        provisioning: { model: "on-demand", maxNodes: 4 },
        imageDisks: ["projects/acme/global/images/vision"],
      } as const,
    ];
    expect(served(config, { pools }).flag("--model-repository")).toBe("/opt/models");
    expect(refused({ ...config, pool: "serve-l4" }, { pools })).toEqual([
      expect.objectContaining({ code: "no-image-disk", allowed: "with pool: with-disk" }),
    ]);
  });

  it("must come from somewhere", () => {
    const { source: _, ...config } = VISION;
    expect(refused(config)).toEqual([expect.objectContaining({ code: "missing", path: "source" })]);
    expect(refused({ ...CHURN, weights: { from: "gcs-fuse" } })).toEqual([
      expect.objectContaining({ code: "missing", path: "source" }),
    ]);
  });
});

describe("a feature that the cluster lacks is missed by name", () => {
  test.each<[string, ModelConfig]>([
    ["gcs-fuse", ASSISTANT],
    ["secret-manager", { ...CHURN, secrets: [{ secret: "hub", version: "1", file: "hub" }] }],
    ["managed-prometheus", CHURN],
    ["hpa-performance", { ...CHURN, scaling: { by: "hpa" } }],
  ])("%s", (feature, config) => {
    const cluster = clusterWith(...FEATURES.filter((one) => one !== feature));
    expect(refused(config, { cluster })).toContainEqual(
      expect.objectContaining({ code: "missing-feature", fix: `switch the cluster's feature ${feature} on` }),
    );
  });
});

describe("queues and priorities of the team", () => {
  const team = { servingQueue: "serving", servingPriorityClass: "real-time", queuedPools: ["serve-a100"] };

  it("are the pod's, on a pool that the queues share out", () => {
    const deployment = served(ASSISTANT, { team }).object("Deployment");
    for (const { labels } of [deployment.metadata, deployment.spec.template.metadata]) {
      expect(labels).toMatchObject({
        "kueue.x-k8s.io/queue-name": "serving",
        "kueue.x-k8s.io/priority-class": "real-time",
      });
    }
    expect(deployment.spec.template.spec.priorityClassName).toBe("real-time");
  });

  it("are the priority of what it does not answer without, and no more of it", () => {
    const routed = served({ ...ASSISTANT, route: { path: "/assistant" } }, { team, gateway: GATEWAY });
    const { metadata, spec } = routed.object("Deployment", "assistant-epp").spec.template;
    expect(spec.priorityClassName).toBe("real-time");
    expect(Object.keys(metadata.labels)).not.toContain("kueue.x-k8s.io/queue-name");
  });

  it("are no queue on a pool that none shares out", () => {
    const { metadata, spec } = served(VISION, { team }).object("Deployment");
    expect(Object.keys({ ...metadata.labels, ...spec.template.metadata.labels })).not.toContain(
      "kueue.x-k8s.io/queue-name",
    );
    expect(spec.template.spec.priorityClassName).toBe("real-time");
  });
});

describe("what is given from outside", () => {
  it("variables yield to the model's own", () => {
    const { env } = served({ ...CHURN, env: { A: "model" } }, { variables: { A: "outer", LOG: "topic" } }).container();
    expect(env).toContainEqual({ name: "A", value: "model" });
    expect(env).toContainEqual({ name: "LOG", value: "topic" });
  });

  it("a team is the one that the model names", () => {
    expect(refused({ ...CHURN, team: "ranking" })).toEqual([
      expect.objectContaining({ code: "other-team", got: "ranking", allowed: TEAM.name }),
    ]);
  });
});

const BUILT_IN = /^(networking|rbac\.authorization)\.k8s\.io\//;

describeWithCrds("custom resources are as their definitions ask", () => {
  const rollout = { steps: [5, 50] };
  test.each<[string, ModelConfig]>([
    [
      "vLLM with a route, secrets and a candidate",
      {
        ...ASSISTANT,
        route: { path: "/assistant" },
        rollout,
        candidate: { version: "4" },
        secrets: [{ secret: "hub", version: "1", file: "hub" }],
      },
    ],
    ["Triton", VISION],
    ["HTTP with a rollout", { ...CHURN, route: { path: "/churn" }, rollout }],
    ["HTTP down to zero", { ...CHURN, route: { path: "/churn" }, replicas: { min: 0, max: 3 } }],
  ])("%s", (_title, config) => {
    const { objects } = served(config, { gateway: GATEWAY });
    const ours = objects.filter(({ apiVersion }) => apiVersion.includes(".") && !BUILT_IN.test(apiVersion));
    expect(ours.length).toBeGreaterThan(2);
    for (const object of ours) expect([object.kind, crdFailures(object)]).toEqual([object.kind, []]);
  });
});
