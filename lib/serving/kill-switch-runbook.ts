import { PRIORITIES, placeOf } from "./edge-rules";

/** Folder of the output that holds what people do by hand, one folder a stack. */
export const RUNBOOKS_FOLDER = "runbooks";

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

/** A model as the commands name it. */
export interface StoppedModel {
  readonly name: string;
  readonly namespace: string;
}

/** How a model is stopped, or all of them, without Terraform. */
export interface StopCommands {
  /** Turns callers away, within seconds. */
  readonly edge: string;
  /** Shows the rule: it holds where `preview` is false. */
  readonly check: string;
  /** Lets callers in again. */
  readonly lift: string;
  /** Takes the replicas down; none for all models, which are taken down one by one. */
  readonly capacity: readonly string[];
}

/** @param model absent for all models */
export function stopCommands(target: StopTarget, model?: StoppedModel): StopCommands {
  const { project, region, policy, account } = target;
  const priority = model === undefined ? PRIORITIES.stopAll : placeOf(model.name, PRIORITIES.stops);
  const as = account === undefined ? "" : ` --impersonate-service-account=${account}`;
  const rule = (verb: string, flag = "") =>
    `gcloud compute security-policies rules ${verb} ${priority} --security-policy=${policy} --region=${region} --project=${project}${flag}${as}`;
  return {
    edge: rule("update", " --no-preview"),
    check: rule("describe"),
    lift: rule("update", " --preview"),
    capacity: model === undefined ? [] : capacityCommands(target, model, as),
  };
}

function capacityCommands(
  { project, fleetMembership }: StopTarget,
  { name, namespace }: StoppedModel,
  as: string,
): string[] {
  const [, , , location, , cluster] = fleetMembership.split("/");
  const inNamespace = `kubectl --namespace=${namespace}`;
  return [
    `gcloud container fleet memberships get-credentials ${cluster} --location=${location} --project=${project}${as}`,
    // KEDA would scale a Deployment up again; without KEDA there is no such object, and the autoscaler rests at zero replicas by itself.
    `${inNamespace} annotate scaledobject ${name} autoscaling.keda.sh/paused-replicas=0 --overwrite`,
    `${inNamespace} scale deployment ${name} --replicas=0`,
  ];
}

/** The commands as a text for whoever is woken up, first that of all models. */
export function stopRunbook(target: StopTarget, models: readonly StoppedModel[]): string {
  const one = (title: string, { edge, check, lift, capacity }: StopCommands) =>
    [
      `# ${title}`,
      "## turn callers away, within seconds",
      edge,
      "## see that it holds: preview is false",
      check,
      ...(capacity.length > 0 ? ["## take the replicas down", ...capacity] : []),
      "## let callers in again",
      lift,
    ].join("\n");
  const texts = [
    one("every model", stopCommands(target)),
    ...models.map((model) => one(model.name, stopCommands(target, model))),
  ];
  return `${texts.join("\n\n")}\n`;
}
