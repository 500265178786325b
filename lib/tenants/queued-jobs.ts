import type { KubernetesObject } from "../delivery";
import { BATCH_QUEUE } from "./queue-names";
import { PRIORITIES } from "./priority-classes";

const API = "admissionregistration.k8s.io/v1";

const QUEUE_LABEL = "kueue.x-k8s.io/queue-name";
const PRIORITY_LABEL = "kueue.x-k8s.io/priority-class";

/** What submitters make: resource, and an expression of CEL that holds where no pod of it goes before others. */
const SUBMITTED = [
  {
    name: "queued-jobs",
    apiGroup: "batch",
    apiVersion: "v1",
    resource: "jobs",
    podsWait: priorityOf("object.spec.template.spec"),
  },
  {
    name: "queued-jobsets",
    apiGroup: "jobset.x-k8s.io",
    apiVersion: "v1alpha2",
    resource: "jobsets",
    podsWait: `object.spec.replicatedJobs.all(job, ${priorityOf("job.template.spec.template.spec")})`,
  },
] as const;

function priorityOf(pod: string): string {
  return `!has(${pod}.priorityClassName) || ${pod}.priorityClassName == "${PRIORITIES.batch.name}"`;
}

/**
 * Has the API server refuse jobs that go round the queues, or into that of model servers: quotas that can be left out are none. What another
 * object owns (the jobs of a job set, of a cron job, of an analysis) is decided with its owner.
 *
 * @param namespaces those of the teams
 */
export function queuedJobsObjects(namespaces: readonly string[]): KubernetesObject[] {
  return SUBMITTED.flatMap(({ name, apiGroup, apiVersion, resource, podsWait }) => [
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [
            { apiGroups: [apiGroup], apiVersions: [apiVersion], operations: ["CREATE"], resources: [resource] },
          ],
        },
        matchConditions: [{ name: "has-no-owner", expression: "!has(object.metadata.ownerReferences)" }],
        validations: [
          {
            expression: `has(object.metadata.labels) && ${labelIs(QUEUE_LABEL, BATCH_QUEUE)}`,
            message: `name the queue: label ${QUEUE_LABEL}: ${BATCH_QUEUE}`,
          },
          {
            expression: `!has(object.metadata.labels) || !("${PRIORITY_LABEL}" in object.metadata.labels) || ${labelIs(PRIORITY_LABEL, PRIORITIES.batch.name)}`,
            message: `jobs have the priority ${PRIORITIES.batch.name}: drop the label ${PRIORITY_LABEL}, or give it that value`,
          },
          {
            expression: podsWait,
            message: `jobs have the priority ${PRIORITIES.batch.name}: drop priorityClassName, or give it that value`,
          },
        ],
      },
    },
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        matchResources: {
          namespaceSelector: {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }],
          },
        },
      },
    },
  ]);
}

function labelIs(label: string, value: string): string {
  return `"${label}" in object.metadata.labels && object.metadata.labels["${label}"] == "${value}"`;
}
