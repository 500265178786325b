import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import type { Construct } from "constructs";
import { PlatformStack, type PlatformStackProps } from "cdktf-ai-platform";
import { Ref } from "cdktf-ai-platform/core";
import { AuditLogging, EncryptionKeys } from "cdktf-ai-platform/security";

const KEYS = "projects/acme-keys/locations/us-central1/keyRings/search/cryptoKeys";

/** A stack of the team's own: a provider resource used directly is labelled and checked like any other. */
export class SearchDataStack extends PlatformStack {
  /** Name of the bucket, as other stacks may use it. */
  readonly documents: Ref;

  constructor(scope: Construct, props: PlatformStackProps) {
    super(scope, "data", props);
    const key = EncryptionKeys.fromExisting(`${KEYS}/documents`);
    const name = `${props.environment.projectId}-documents`;
    const bucket = new StorageBucket(this, "documents", {
      name,
      location: props.environment.region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      versioning: { enabled: true },
      encryption: { defaultKmsKeyName: key.id.from(this) },
    });
    // Rules judge this stack too: whoever runs AI systems of a limited risk records every access.
    new AuditLogging(this, "audit", { key: EncryptionKeys.fromExisting(`${KEYS}/logs`) });
    this.documents = Ref.to(bucket, bucket.name, name);
  }
}
