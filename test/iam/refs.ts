import { GpuCluster } from "../../lib/cluster/gpu-cluster";
import { Ref, type ClusterRef } from "../../lib/core";
import { EncryptionKeys } from "../../lib/security";

export const KEY = "projects/acme-test/locations/europe-west4/keyRings/r/cryptoKeys/k";

/** A cluster that exists already, in the project of the tests. */
export const cluster: ClusterRef = GpuCluster.fromExisting({
  name: "gpu",
  location: "europe-west4",
  project: "acme-test",
  projectNumber: "123456789012",
  version: "1.34",
  nodeDiskKey: EncryptionKeys.fromExisting(KEY),
  multiNetworking: true,
  features: ["multi-networking"],
});

export const RANK =
  "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/acme-test.svc.id.goog/subject/ns/search/sa/rank";

export const models = { name: Ref.existing("acme-test-models") };
