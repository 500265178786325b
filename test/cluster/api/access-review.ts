import type { ApiClient } from "./client";

/** `create pods/exec`, `list deployments.apps`, `patch deployments.apps/scale`: a verb and a resource with its group. */
export type Right = string;

export interface Subject {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Where a right is asked for: in a namespace or, without one, in the whole cluster; on one object or on any. */
export interface Where {
  readonly namespace?: string;
  readonly name?: string;
}

/** Asks the API server itself whether somebody may do something. */
export async function mayDo(
  client: ApiClient,
  { user, groups }: Subject,
  right: Right,
  { namespace, name }: Where,
): Promise<boolean> {
  const [verb, what] = right.split(" ") as [string, string];
  const [resourceAndGroup, subresource] = what.split("/") as [string, string?];
  const [resource, ...group] = resourceAndGroup.split(".");
  const resourceAttributes = { namespace, name, verb, group: group.join("."), resource, subresource };
  const { status } = await client.post<{ readonly status: { readonly allowed: boolean } }>(
    "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec: { user, groups, resourceAttributes } },
  );
  return status.allowed;
}
