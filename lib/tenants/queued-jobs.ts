import { CHARTS } from "../catalog/charts";
import { ACCELERATOR_TAINTS } from "../catalog/machines";
import { admissionPolicyObjects, type KubernetesObject } from "../delivery";
import { BATCH_ACCOUNT } from "./batch-account";
import { BATCH_QUEUE } from "./queue-names";
import { PRIORITIES } from "./priority-classes";

const QUEUE_LABEL = "kueue.x-k8s.io/queue-name";
const PRIORITY_LABEL = "kueue.x-k8s.io/priority-class";

/**
 * Who makes jobs of what was asked for already: GKE's own controller of cron jobs, and that of job sets under the name that its chart gives it
 * (kubernetes-sigs/jobset@v0.12.0 charts/jobset/templates/controller/_helpers.tpl). Told by who asks: an owner reference in the object is
 * written by whoever sends it.
 */
const CONTROLLERS = [
  "system:serviceaccount:kube-system:cronjob-controller",
  `system:serviceaccount:${CHARTS.jobset.namespace}:${CHARTS.jobset.chart}-controller`,
];

/** What submitters make, as CEL reads it. */
interface Submitted {
  readonly name: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
  readonly operations: readonly string[];
  /** The object whose labels Kueue reads. */
  readonly queued: string;
  /** @param holds what must hold of the spec of a pod @returns that it holds of each of the object's */
  readonly eachPod: (holds: (pod: string) => string) => string;
  /** Users whose objects are not judged. */
  readonly except?: readonly string[];
}

const SUBMITTED: readonly Submitted[] = [
  {
    name: "queued-jobs",
    apiGroup: "batch",
    apiVersion: "v1",
    resource: "jobs",
    operations: ["CREATE"],
    queued: "object",
    eachPod: (holds) => holds("object.spec.template.spec"),
    except: CONTROLLERS,
  },
  {
    name: "queued-cronjobs",
    apiGroup: "batch",
    apiVersion: "v1",
    resource: "cronjobs",
    // Their jobs are not judged again, and a template can be changed.
    operations: ["CREATE", "UPDATE"],
    queued: "object.spec.jobTemplate",
    eachPod: (holds) => holds("object.spec.jobTemplate.spec.template.spec"),
  },
  {
    name: "queued-jobsets",
    apiGroup: "jobset.x-k8s.io",
    apiVersion: "v1alpha2",
    resource: "jobsets",
    operations: ["CREATE"],
    queued: "object",
    eachPod: (holds) => `object.spec.replicatedJobs.all(job, ${holds("job.template.spec.template.spec")})`,
  },
];

/**
 * Has the API server refuse jobs that go round the queues, into that of model servers, or run as one: quotas that can be left out are none, and
 * an identity that others can take proves nothing. What a controller makes of a job set or a cron job is judged with that.
 *
 * @param namespaces those of the teams
 */
export function queuedJobsObjects(namespaces: readonly string[]): KubernetesObject[] {
  return SUBMITTED.flatMap((submitted) => {
    const { name, apiGroup, apiVersion, resource, operations } = submitted;
    return admissionPolicyObjects({
      name,
      on: [{ apiGroups: [apiGroup], apiVersions: [apiVersion], operations, resources: [resource] }],
      conditions: conditions(submitted),
      validations: validations(submitted),
      namespaces,
    });
  });
}

function conditions({ except = [], operations }: Submitted) {
  return [
    ...(except.length > 0
      ? [{ name: "nobody-judged-it-before", expression: `!(request.userInfo.username in ${JSON.stringify(except)})` }]
      : []),
    // What is older than the policy must still be able to go.
    ...(operations.includes("UPDATE")
      ? [{ name: "is-to-stay", expression: "!has(object.metadata.deletionTimestamp)" }]
      : []),
  ];
}

function validations({ queued, eachPod }: Submitted) {
  const { name: priority } = PRIORITIES.batch;
  return [
    {
      expression: `${hasLabels(queued)} && ${labelIs(queued, QUEUE_LABEL, BATCH_QUEUE)}`,
      message: `name the queue: label ${QUEUE_LABEL}: ${BATCH_QUEUE}`,
    },
    {
      expression: `!(${hasLabels(queued)}) || !("${PRIORITY_LABEL}" in ${queued}.metadata.labels) || ${labelIs(queued, PRIORITY_LABEL, priority)}`,
      message: `jobs have the priority ${priority}: drop the label ${PRIORITY_LABEL}, or give it that value`,
    },
    {
      expression: eachPod((pod) => absentOr(`${pod}.priorityClassName`, priority)),
      message: `jobs have the priority ${priority}: drop priorityClassName, or give it that value`,
    },
    {
      // Both names of the field: a custom resource is not converted, and its controller hands the old one on.
      expression: eachPod(
        (pod) =>
          `(${absentOr(`${pod}.serviceAccountName`, BATCH_ACCOUNT)}) && (${absentOr(`${pod}.serviceAccount`, BATCH_ACCOUNT)})`,
      ),
      message: `jobs run as ${BATCH_ACCOUNT}: drop serviceAccountName, or give it that value`,
    },
    // GKE adds the toleration to pods. Kueue judges the job, before there is one, and would never admit it.
    ...Object.values(ACCELERATOR_TAINTS).map(({ key, value }) => ({
      expression: eachPod((pod) => `!(${asksFor(pod, key)}) || (${tolerates(pod, key, value)})`),
      message: `pods that request ${key} tolerate its nodes' taint themselves: add to tolerations { key: ${key}, operator: Exists, effect: NoSchedule }`,
    })),
  ];
}

function asksFor(pod: string, resource: string): string {
  const named = (list: string) => `has(c.resources.${list}) && "${resource}" in c.resources.${list}`;
  const some = (containers: string) =>
    `has(${containers}) && ${containers}.exists(c, has(c.resources) && (${named("limits")} || ${named("requests")}))`;
  return ["containers", "initContainers"].map((field) => some(`${pod}.${field}`)).join(" || ");
}

function tolerates(pod: string, key: string, value: string): string {
  const isIts = [
    `(!has(t.key) || t.key == "${key}")`,
    `(has(t.operator) && t.operator == "Exists" || has(t.value) && t.value == "${value}")`,
    `(!has(t.effect) || t.effect == "NoSchedule")`,
  ].join(" && ");
  return `has(${pod}.tolerations) && ${pod}.tolerations.exists(t, ${isIts})`;
}

function hasLabels(object: string): string {
  return `has(${object}.metadata) && has(${object}.metadata.labels)`;
}

function labelIs(object: string, label: string, value: string): string {
  return `"${label}" in ${object}.metadata.labels && ${object}.metadata.labels["${label}"] == "${value}"`;
}

function absentOr(field: string, value: string): string {
  return `!has(${field}) || ${field} == "${value}"`;
}
