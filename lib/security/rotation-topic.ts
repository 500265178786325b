import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { PubsubTopicIamMember } from "@cdktf/provider-google/lib/pubsub-topic-iam-member";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import { Environment, Ref, assertSchema, known, parseProps, resourceName, type KeyRef, type Tokenable } from "../core";
import { recordGrant } from "../iam/grant";
import { Principals } from "../iam/principal";

export interface RotationTopicConfig {
  /** Topic's name, after the environment's. @default "secret-rotation" */
  readonly name?: string;
}

export const rotationTopicSchema = z.strictObject({
  name: known(z.string().min(1).describe("Topic's name, after the environment's"), "names are made of it").default(
    "secret-rotation",
  ),
});

assertSchema<RotationTopicConfig, typeof rotationTopicSchema>(true);

export type RotationTopicProps = Tokenable<RotationTopicConfig> & {
  /** Key of purpose `notifications`. */
  readonly key: KeyRef;
};

/** Where secrets say that they are due for rotation. */
export class RotationTopic extends Construct {
  /** `projects/P/topics/T`; ready once Secret Manager may publish to it. */
  readonly ref: Ref;
  readonly resources: { readonly topic: PubsubTopic; readonly publisher: PubsubTopicIamMember };

  constructor(scope: Construct, id: string, props: RotationTopicProps) {
    super(scope, id);
    const { key, ...plain } = props;
    const config = parseProps(this, "RotationTopic", rotationTopicSchema, plain);
    const { name: environment, projectId, region } = Environment.of(this);
    const name = resourceName(this, "name", NAMES.pubsubTopic, environment, config.name);
    const topic = new PubsubTopic(this, "topic", {
      project: projectId,
      name,
      kmsKeyName: key.id.from(this),
      messageStoragePolicy: { allowedPersistenceRegions: [region] },
      dependsOn: key.id.dependencies(this),
    });
    const { member, label } = Principals.serviceAgent(this, "secretManager");
    const publisher = new PubsubTopicIamMember(this, "publisher", {
      project: projectId,
      topic: topic.name,
      role: "roles/pubsub.publisher",
      member: member.from(this),
    });
    recordGrant(publisher, { principal: label, reason: "announces secrets that are due for rotation" });
    this.resources = { topic, publisher };
    this.ref = Ref.to(topic, topic.id, `projects/${projectId}/topics/${name}`, [publisher]);
  }
}
