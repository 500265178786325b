import { PRIORITIES, placeOf } from "../gateway/edge-rules";
import { workloadsOf, type StoppableModel, type StoppedWorkload } from "./stopped-workloads";

export type { StoppableModel } from "./stopped-workloads";

/** What the commands of a stop name. */
export interface StopTarget {
  readonly project: string;
  readonly region: string;
  /** Name of the Cloud Armor policy. */
  readonly policy: string;
  /** Account that whoever is on call becomes; absent where they have rights of their own. */
  readonly account?: string;
  /** Fleet membership of the cluster: `projects/N/locations/L/gkeMemberships/C`. */
  readonly fleetMembership: string;
}

/** How a model is stopped, or all of them, without Terraform. */
export interface StopCommands {
  /** Turns callers away, within seconds; absent for a model without a route. */
  readonly edge?: string;
  /** Shows the rule: it holds where `preview` is false. */
  readonly check?: string;
  /** Takes the replicas down; none for all models, which are taken down one by one. */
  readonly capacity: readonly string[];
  /** Lets callers in again, after its replicas are back. */
  readonly lift: readonly string[];
}

/** @param model absent for all models */
export function stopCommands(target: StopTarget, model?: StoppableModel): StopCommands {
  const { project, region, policy, account } = target;
  const priority = model === undefined ? PRIORITIES.stopAll : placeOf(model.name, PRIORITIES.stops);
  const as = account === undefined ? "" : ` --impersonate-service-account=${account}`;
  const rule = (verb: string, flag = "") =>
    `gcloud compute security-policies rules ${verb} ${priority} --security-policy=${policy} --region=${region} --project=${project}${flag}${as}`;
  const isRouted = model === undefined || model.route !== undefined;
  const lift = isRouted ? [rule("update", " --preview")] : [];
  const edge = isRouted ? { edge: rule("update", " --no-preview"), check: rule("describe") } : {};
  if (model === undefined) return { ...edge, capacity: [], lift };
  const login = loginCommand(target, as);
  const kube = kubectl(account);
  const workloads = workloadsOf(model);
  return {
    ...edge,
    capacity: [login, ...workloads.flatMap((workload) => down(kube, workload))],
    lift: [login, ...workloads.flatMap((workload) => up(kube, workload)), ...lift],
  };
}

function loginCommand({ project, fleetMembership }: StopTarget, as: string): string {
  const [, , , location, , cluster] = fleetMembership.split("/");
  return `gcloud container fleet memberships get-credentials ${cluster} --location=${location} --project=${project}${as}`;
}

// `get-credentials` writes down whoever gcloud knows, not whom it impersonates: the plugin that kubectl asks would answer with the person, who may
// do nothing (kubernetes/cloud-provider-gcp cmd/gke-gcloud-auth-plugin/cred.go). A token that is given goes before the plugin.
function kubectl(account: string | undefined): string {
  if (account === undefined) return "kubectl";
  return `kubectl --token="$(gcloud auth print-access-token --impersonate-service-account=${account})"`;
}

/** Has KEDA hold a number of replicas and look no further. */
export const PAUSED = "autoscaling.keda.sh/paused-replicas";

// KEDA would scale it up again. Where KEDA scales nothing there is no such object: the cluster's own autoscaler rests at zero replicas by itself.
function down(kube: string, { kind, name, namespace, scaler }: StoppedWorkload): string[] {
  return [
    ...(scaler ? [`${kube} --namespace=${namespace} annotate scaledobject ${scaler} ${PAUSED}=0 --overwrite`] : []),
    `${kube} --namespace=${namespace} scale ${kind} ${name} --replicas=0`,
  ];
}

function up(kube: string, { kind, name, namespace, least, scaler }: StoppedWorkload): string[] {
  return [
    ...(scaler ? [`${kube} --namespace=${namespace} annotate scaledobject ${scaler} ${PAUSED}-`] : []),
    `${kube} --namespace=${namespace} scale ${kind} ${name} --replicas=${least}`,
  ];
}

/** The commands as a text for whoever is woken up, first that of all models. */
export function stopRunbook(target: StopTarget, models: readonly StoppableModel[]): string {
  const steps = (title: string, commands: readonly (string | undefined)[]) => {
    const given = commands.filter((command) => command !== undefined);
    return given.length > 0 ? [`## ${title}`, ...given] : [];
  };
  const one = (title: string, { edge, check, capacity, lift }: StopCommands) =>
    [
      `# ${title}`,
      ...steps("turn callers away, within seconds", [edge]),
      ...steps("see that it holds: preview is false", [check]),
      ...steps("take the replicas down; without KEDA leave the annotation out", capacity),
      ...steps("undo all of it", lift),
    ].join("\n");
  return `${[
    "A stop by hand holds until the next apply. Write the model into serving.stopped before, and take it out to let callers in again.",
    "It waits for nothing: an apply that runs holds Terraform's state, for hours where a model's pods do not start, and these commands do not touch it.",
    one("every model", stopCommands(target)),
    ...models.map((model) => one(model.name, stopCommands(target, model))),
  ].join("\n\n")}\n`;
}
