import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import type { Construct } from "constructs";
import { PlatformStack, type PlatformStackProps } from "cdktf-ai-platform";
import { GpuBudget, GpuCluster, NodePool } from "cdktf-ai-platform/cluster";
import type { Ref } from "cdktf-ai-platform/core";
import { Subnet, VpcNetwork } from "cdktf-ai-platform/network";
import { ContainerRegistry, EncryptionKeys } from "cdktf-ai-platform/security";

export interface SearchClusterStackProps extends PlatformStackProps {
  /** Bucket that the ranking model reads. */
  readonly documents: Ref;
}

const KEYS = "projects/acme-keys/locations/us-central1/keyRings/search/cryptoKeys";

/** A cluster in a VPC that the network team made, with keys that the security team made. */
export class SearchClusterStack extends PlatformStack {
  constructor(scope: Construct, props: SearchClusterStackProps) {
    super(scope, "cluster", props);
    const { projectId, projectNumber, region } = props.environment;
    GpuBudget.on(this, 8);

    const { ref: cluster, resources } = new GpuCluster(this, "cluster", {
      name: "rank",
      version: "1.34",
      rbacGroup: "gke-security-groups@acme.example",
      network: VpcNetwork.fromExisting({ project: projectId, name: "shared" }),
      subnet: Subnet.fromExisting({
        project: projectId,
        region,
        name: "search-nodes",
        podRange: "search-pods",
        serviceRange: "search-services",
      }),
      secretsKey: EncryptionKeys.fromExisting(`${KEYS}/gke-secrets`),
      nodeDiskKey: EncryptionKeys.fromExisting(`${KEYS}/node-disks`),
      notificationsKey: EncryptionKeys.fromExisting(`${KEYS}/notifications`),
    });
    // The escape hatch: anything that the construct does not offer is set on the provider resource.
    resources.cluster.addOverride("description", "Ranks search results");

    const images = ContainerRegistry.fromExisting({ project: projectId, location: region, repository: "search" });
    new NodePool(this, "system", {
      name: "system",
      machine: "n2-standard-4",
      provisioning: { model: "on-demand", minNodes: 2, maxNodes: 4 },
      cluster,
      registries: [images],
    });
    new NodePool(this, "rank", {
      name: "rank",
      machine: "g2-standard-24",
      provisioning: { model: "spot", maxNodes: 4 },
      cluster,
      registries: [images],
    });

    // A workload's own right, on one bucket only. The ref of the pool makes it wait for the cluster that brings the identity pool.
    const pool = `projects/${projectNumber}/locations/global/workloadIdentityPools/${cluster.workloadPool.from(this)}`;
    new StorageBucketIamMember(this, "rank-reads-documents", {
      bucket: props.documents.from(this),
      role: "roles/storage.objectViewer",
      member: `principal://iam.googleapis.com/${pool}/subject/ns/search/sa/rank`,
    });
  }
}
