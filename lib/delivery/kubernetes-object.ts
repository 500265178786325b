/** A Kubernetes object as its API takes it: camel case, plain data; strings may be CDKTF tokens. */
export interface KubernetesObject {
  /** `v1`, `apps/v1`, `kueue.x-k8s.io/v1beta2`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  /** `spec`, `data`, `rules` and whatever else the kind has at its top. */
  readonly [field: string]: unknown;
}

export interface ObjectMetadata {
  readonly name: string;
  /** Absent for kinds that belong to the whole cluster. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** `Deployment search/ranker`: how messages, plans and file names call an object. */
export function objectName({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
