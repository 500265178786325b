import type { ApiObject } from "../api/objects";

export const STRING = { type: "string" };
export const BOOLEAN = { type: "boolean" };

/** The definition of a kind that belongs to the whole cluster, served in one version. */
export function definition(of: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly spec: object;
}): ApiObject {
  const { group, version, kind, plural, spec } = of;
  const status = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Cluster",
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: object({ spec, status }, ["spec"]) },
        },
      ],
    },
  };
}

export function object(properties: Record<string, unknown>, required: readonly string[] = []) {
  return { type: "object", properties, ...(required.length > 0 ? { required } : {}) };
}

export function listOf(items: unknown) {
  return { type: "array", items };
}

export function integer(minimum: number, maximum?: number) {
  return { type: "integer", minimum, ...(maximum === undefined ? {} : { maximum }) };
}

export function oneOf(...values: string[]) {
  return { type: "string", enum: values };
}

export function rule(expression: string, message: string) {
  return { rule: expression, message };
}
