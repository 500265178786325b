import { GIB } from "../../cluster";
import type { ModelValues } from "../config/model-config";
import { bytesQuantity, cpuQuantity } from "../capacity/replica-resources";
import { WEIGHTS_PATH, bucketPath, fuseVolumes, weightsOf, weightsSidecar } from "./weights";

const FUSE_DRIVER = "gcsfuse.csi.storage.gke.io";

/** Has GKE add the Cloud Storage FUSE container to a pod, with amounts of ours. */
export function weightsAnnotations(config: ModelValues): Record<string, string> | undefined {
  const sidecar = weightsSidecar(config);
  if (sidecar === undefined) return undefined;
  const cpu = cpuQuantity(sidecar.cpuMillis);
  const memory = bytesQuantity(sidecar.memoryBytes);
  const ephemeral = bytesQuantity(sidecar.ephemeralBytes);
  return {
    "gke-gcsfuse/volumes": "true",
    "gke-gcsfuse/cpu-request": cpu,
    "gke-gcsfuse/cpu-limit": cpu,
    "gke-gcsfuse/memory-request": memory,
    "gke-gcsfuse/memory-limit": memory,
    "gke-gcsfuse/ephemeral-storage-request": ephemeral,
    "gke-gcsfuse/ephemeral-storage-limit": ephemeral,
  };
}

/** What a volume is, without its name. */
export type VolumeSource = Readonly<Record<string, unknown>>;

export function weightMounts(config: ModelValues) {
  const from = weightsOf(config)?.from;
  const whole =
    from === "image" || from === "edge-cache" ? [{ name: "weights", mountPath: WEIGHTS_PATH, readOnly: true }] : [];
  return [...whole, ...fuseVolumes(config).map(({ name, path }) => ({ name, mountPath: path, readOnly: true }))];
}

/** @param cached the volume that an edge cluster keeps weights on */
export function weightVolumes(config: ModelValues, cached: VolumeSource = {}): object[] {
  const weights = weightsOf(config);
  const fuse = fuseVolumes(config);
  const cacheBytes = weights?.from === "gcs-fuse" ? weights.cacheBytes : GIB;
  const inMemory = weights?.from === "gcs-fuse" && weights.cache === "memory";
  return [
    ...(weights?.from === "edge-cache" ? [{ name: "weights", ...cached }] : []),
    ...(weights?.from === "image"
      ? [{ name: "weights", image: { reference: weights.image, pullPolicy: "IfNotPresent" } }]
      : []),
    ...fuse.map(({ name, source }) => ({
      name,
      csi: {
        driver: FUSE_DRIVER,
        readOnly: true,
        volumeAttributes: {
          bucketName: bucketPath(source).bucket,
          mountOptions: mountOptions(bucketPath(source).prefix),
          fileCacheCapacity: bytesQuantity(cacheBytes),
          fileCacheForRangeRead: "true",
          // The driver would look at the whole bucket, which the server may not read.
          skipCSIBucketAccessCheck: "true",
        },
      },
    })),
    // The driver takes the volume of this name for its cache.
    ...(fuse.length > 0
      ? [
          {
            name: "gke-gcsfuse-cache",
            emptyDir: { ...(inMemory ? { medium: "Memory" } : {}), sizeLimit: bytesQuantity(cacheBytes + GIB / 2) },
          },
        ]
      : []),
  ];
}

/** A model does not change where it lies: what is known of it is never asked for again, and large files come in parallel. */
function mountOptions(prefix: string): string {
  return [
    "implicit-dirs",
    `only-dir:${prefix}`,
    // Until gcsfuse has GoogleCloudPlatform/gcsfuse#4980 (merged 2026-08-04, not in v3.11.2), it asks for the layout of the whole bucket, for which
    // a right on one folder is not enough, and the mount ends. Without folders of a hierarchical bucket it asks nothing of the kind.
    "enable-hns:false",
    "metadata-cache:ttl-secs:-1",
    "metadata-cache:stat-cache-max-size-mb:-1",
    "metadata-cache:type-cache-max-size-mb:-1",
    "file-cache:enable-parallel-downloads:true",
  ].join(",");
}
