import type { ApiObject } from "./objects";

/** The pods that an object asks for. */
export interface PodTemplate {
  readonly owner: ApiObject;
  readonly template: { readonly metadata?: Record<string, any>; readonly spec: Record<string, any> };
  /** How many at the least that is declared; one at least. */
  readonly replicas: number;
}

/** Kinds whose pods a control plane makes by itself. Those of others are made by operators, which no test cluster runs. */
const OWN_CONTROLLERS = ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"];

export function hasOwnController({ kind }: ApiObject): boolean {
  return OWN_CONTROLLERS.includes(kind);
}

export function podTemplatesOf(owner: ApiObject): PodTemplate[] {
  const { spec } = owner;
  const of = (template: any, replicas: unknown = 1): PodTemplate[] =>
    template?.spec ? [{ owner, template, replicas: Math.max(1, Number(replicas)) }] : [];
  switch (owner.kind) {
    case "Pod":
      return of({ metadata: owner.metadata, spec });
    case "Job":
      return of(spec.template, spec.parallelism);
    case "CronJob":
      return of(spec.jobTemplate.spec.template, spec.jobTemplate.spec.parallelism);
    case "JobSet":
      return spec.replicatedJobs.flatMap(({ template, replicas = 1 }: any) =>
        of(template.spec.template, replicas * (template.spec.parallelism ?? 1)),
      );
    case "LeaderWorkerSet": {
      const { leaderTemplate, workerTemplate, size = 1 } = spec.leaderWorkerTemplate;
      const groups = Math.max(1, spec.replicas ?? 1);
      return [
        ...of(leaderTemplate ?? workerTemplate, groups),
        ...(size > 1 ? of(workerTemplate, groups * (size - 1)) : []),
      ];
    }
    default:
      // Deployment, StatefulSet, DaemonSet, ReplicaSet, Rollout: a template and a number.
      return of(spec?.template, spec?.replicas);
  }
}

/** A pod of a template, as its controller would make it. */
export function podOf({ owner, template }: PodTemplate, index: number): ApiObject {
  const { name, namespace } = owner.metadata;
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${name}-stand-in-${index}`, namespace, labels, annotations },
    spec: template.spec,
  };
}
