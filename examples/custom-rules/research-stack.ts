import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import type { Construct } from "constructs";
import { PlatformStack, type PlatformStackProps } from "cdktf-ai-platform";
import { acknowledge } from "cdktf-ai-platform/core";

/** A bucket for what is made anew each week: it keeps no old versions, and says so. */
export class ResearchStack extends PlatformStack {
  constructor(scope: Construct, props: PlatformStackProps) {
    super(scope, "data", props);
    const scratch = new StorageBucket(this, "scratch", {
      name: `${props.environment.projectId}-scratch`,
      location: props.environment.region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      lifecycleRule: [{ action: { type: "Delete" }, condition: { age: 7 } }],
      encryption: {
        defaultKmsKeyName: "projects/acme-keys/locations/europe-west4/keyRings/research/cryptoKeys/scratch",
      },
    });
    acknowledge(scratch, {
      rule: "custom.storageRequireBucketObjectVersionning",
      reason: "Everything in it is made anew by the next run and deleted after a week",
      owner: "research-lead",
      expires: "2027-06-30",
    });
  }
}
