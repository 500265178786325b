import { useNearest, type Failure } from "../../core";
import { gb, llmMemory } from "../capacity/llm-memory";
import type { ModelValues } from "../config/model-config";
import { ownFailures, secretFileFailures } from "../model/model-rules";
import { confidenceFailures } from "../prediction-log/prediction-log-sidecar";
import { surfaceFailures } from "../config/rollout-config";
import { startupSeconds } from "../pod/weights";
import {
  CLOUD_RUN_GPUS,
  MOST_INITIAL_DELAY_SECONDS,
  MOST_PROBED_SECONDS,
  instanceLimits,
  instanceSize,
  type CloudRunSurface,
} from "./cloud-run-limits";

/** Everything that speaks against a model on Cloud Run. */
export function cloudRunFailures(config: ModelValues, surface: CloudRunSurface): Failure[] {
  return [
    ...ownFailures(config),
    ...secretFileFailures(config),
    ...confidenceFailures(config),
    ...(config.rollout ? surfaceFailures(config.rollout, "cloud-run") : []),
    ...clusterOnlyFailures(config),
    ...secretFailures(config),
    ...weightFailures(config, surface),
    ...gpuFailures(config, surface),
    ...sizeFailures(config, surface),
    ...startFailures(config),
  ];
}

const NO_CLUSTER = "is about a cluster, and Cloud Run has none";

function clusterOnlyFailures(config: ModelValues): Failure[] {
  const said: [string, unknown, boolean, string][] = [
    ["pool", config.pool, config.pool !== undefined, "leave it out"],
    ["capacity", config.capacity, config.capacity !== undefined, "leave it out: Cloud Run finds its instances itself"],
    [
      "callerNamespaces",
      config.callerNamespaces,
      config.callerNamespaces.length > 0,
      "name the service accounts that call it in callers",
    ],
    [
      "route",
      config.route,
      config.route !== undefined,
      "leave it out: callers reach it by its own address, inside of the network",
    ],
    ["scaling.by", config.scaling.by, config.scaling.by !== undefined, "leave it out: Cloud Run scales by requests"],
  ];
  return said.flatMap(([path, got, given, fix]): Failure[] =>
    given ? [{ code: "not-on-cloud-run", path, message: NO_CLUSTER, got, fix }] : [],
  );
}

function secretFailures({ secrets }: ModelValues): Failure[] {
  const others = secrets.filter(({ secret }) => secret !== secrets[0]!.secret);
  if (others.length === 0) return [];
  return [
    {
      code: "one-secret",
      path: "secrets",
      message: "names several secrets, and Cloud Run puts the files of one secret into one directory",
      got: secrets.map(({ secret }) => secret),
      fix: "keep what the server reads in one secret; versions of it may be several files",
    },
  ];
}

const IN_IMAGE = "build the weights into the server's image and say where: weights: {from: node-disk, path: /models}";

function weightFailures(config: ModelValues, { wholeBucket }: CloudRunSurface): Failure[] {
  const { server, source, candidate, weights } = config;
  const found: Failure[] = [];
  if (weights?.from === "image") {
    found.push({
      code: "not-on-cloud-run",
      path: "weights.from",
      message: "asks for an image as a volume, which Cloud Run does not have",
      got: "image",
      allowed: "node-disk (inside of the server's own image), gcs-fuse",
      fix: IN_IMAGE,
    });
  }
  if (server === "vllm" && config.adapters.length > 0) {
    found.push({
      code: "not-on-cloud-run",
      path: "adapters",
      message: "lie in folders of a bucket, and Cloud Run mounts no single folder",
      got: config.adapters.map(({ name }) => name),
      fix: "merge the adapter into the weights, or serve the model in the cluster",
    });
  }
  if (server !== "http" && source === undefined && weights?.from !== "node-disk") {
    found.push({
      code: "missing",
      path: "source",
      message: `is required: ${server} has nothing to serve, and nothing is downloaded when it starts`,
      fix: IN_IMAGE,
    });
  }
  if (source !== undefined && weights?.from !== "node-disk" && wholeBucket !== true) {
    found.push({
      code: "whole-bucket",
      path: "source",
      message:
        "is a folder, and Cloud Run mounts buckets as a whole (provider 6.50 has no mount options): the service would read all models of the bucket",
      got: source,
      fix: `${IN_IMAGE}; or give the model a bucket of its own and say surface.wholeBucket: true`,
    });
  }
  const buckets = [source, candidate?.source].flatMap((one) => (one === undefined ? [] : [one.split("/")[2]!]));
  if (new Set(buckets).size > 1) {
    found.push({
      code: "other-bucket",
      path: "candidate.source",
      message: "lies in another bucket than the model: the service would have to read both",
      got: candidate?.source,
      allowed: `gs://${buckets[0]}/…`,
      fix: "put both versions into the model's bucket",
    });
  }
  return found;
}

function gpuFailures(config: ModelValues, { gpu }: CloudRunSurface): Failure[] {
  const { gpus } = config;
  if (gpus > 1) {
    return [
      {
        code: "too-many-gpus",
        path: "gpus",
        message: `asks for ${gpus} GPUs; an instance of Cloud Run has one at most`,
        got: gpus,
        allowed: "0 or 1",
        fix: "use a larger GPU (surface.gpu: nvidia-rtx-pro-6000), a smaller precision, or the cluster",
      },
    ];
  }
  if (gpus === 1 && gpu === undefined) {
    return [
      {
        code: "missing",
        path: "surface.gpu",
        message: "is required: the model asks for a GPU",
        allowed: Object.keys(CLOUD_RUN_GPUS).join(", "),
        fix: "name the GPU of an instance, or set gpus: 0",
      },
    ];
  }
  if (gpus === 0) {
    return gpu === undefined
      ? []
      : [
          {
            code: "accelerator-wasted",
            path: "surface.gpu",
            message: "gives each instance a GPU, and the model asks for none",
            got: gpu,
            fix: "leave it out, or set gpus: 1",
          },
        ];
  }
  const each = CLOUD_RUN_GPUS[gpu!].memoryGb;
  if (config.server !== "vllm") {
    const needed = ((config.gpuMemoryGb ?? 0) * 2 ** 30) / 1e9;
    if (needed <= each) return [];
    return [
      {
        code: "gpu-memory",
        path: "surface.gpu",
        message: `declares ${config.gpuMemoryGb} GiB = ${gb(needed)} of GPU memory; ${gpu} has ${gb(each)}`,
        got: gpu,
        fix: "take a larger GPU, or serve the model in the cluster",
      },
    ];
  }
  const { perGpuGb, arithmetic } = llmMemory(config);
  const usable = each * config.gpuMemoryUtilisation;
  if (perGpuGb <= usable) return [];
  return [
    {
      code: "gpu-memory",
      path: "surface.gpu",
      message:
        `does not fit into the GPU of an instance: ${arithmetic.join("; ")}; ` +
        `${gpu} has ${gb(each)} × ${config.gpuMemoryUtilisation} = ${gb(usable)}`,
      got: gpu,
      fix: `take a larger GPU, a smaller precision, or less contextLength × concurrency: ${gb(perGpuGb - usable)} too much`,
    },
  ];
}

function sizeFailures(config: ModelValues, { gpu }: CloudRunSurface): Failure[] {
  const { cpu, memoryGb } = instanceSize(config, gpu);
  const limits = instanceLimits(gpu);
  const what = gpu === undefined ? "an instance" : `an instance with ${gpu}`;
  if (!limits.cpus.includes(cpu)) {
    return [
      {
        code: "instance-cpu",
        path: "cpu",
        message: `is not a number of vCPUs that ${what} can have`,
        got: cpu,
        allowed: limits.cpus.join(", "),
        fix: useNearest(String(cpu), limits.cpus.map(String), `choose one of ${limits.cpus.join(", ")}`),
      },
    ];
  }
  const { least, most } = limits.memoryGb(cpu);
  if (memoryGb >= least && memoryGb <= most) return [];
  return [
    {
      code: "instance-memory",
      path: "memoryGb",
      message: `is not what ${what} of ${cpu} vCPUs can have`,
      got: memoryGb,
      allowed: `${least} to ${most} GiB`,
      fix: memoryGb > most ? "lower memoryGb, or raise cpu: memory grows with it" : `raise memoryGb to ${least}`,
    },
  ];
}

function startFailures(config: ModelValues): Failure[] {
  const needed = startupSeconds(config);
  const most = MOST_INITIAL_DELAY_SECONDS + MOST_PROBED_SECONDS;
  if (needed <= most) return [];
  return [
    {
      code: "start-too-slow",
      path: "surface",
      message: `may take ${needed} s to load and warm up; Cloud Run ends a start after ${most} s`,
      got: "cloud-run",
      fix: "make the weights smaller (precision, weightsGb), build them into the image, or serve the model in the cluster",
    },
  ];
}
