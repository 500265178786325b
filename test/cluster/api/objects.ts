/** An object as the API server takes and gives it. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: any;
  };
  readonly [field: string]: any;
}

export interface ObjectKey {
  readonly name: string;
  readonly namespace?: string;
}

/** `Deployment search/ranker` */
export function nameOf({ kind, metadata: { namespace, name } }: ApiObject): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}
