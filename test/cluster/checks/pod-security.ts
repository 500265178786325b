import { Refusal, type ApiClient } from "../api/client";
import { nameOf, type ApiObject } from "../api/objects";
import { podOf, podTemplatesOf } from "../api/pods";
import { Problems } from "../checks";

const LEVEL_LABEL = "pod-security.kubernetes.io/enforce";
const REFUSED = /violates PodSecurity "restricted:/;

/** Namespaces whose pods must be `restricted`, and are held to it. */
export async function restrictedNamespaces(client: ApiClient): Promise<string[]> {
  const namespaces = await client.list("v1", "Namespace", { labels: `${LEVEL_LABEL}=restricted` });
  return namespaces.map(({ metadata }) => metadata.name);
}

/** Every namespace of the objects enforces `restricted`, its pods are admitted, and one that asks for more is not. */
export async function podsAreAdmittedAsRestricted(client: ApiClient, objects: readonly ApiObject[]): Promise<string> {
  const restricted = await restrictedNamespaces(client);
  const templates = objects.flatMap(podTemplatesOf);
  const problems: string[] = [];
  for (const template of templates) {
    const { owner } = template;
    if (!restricted.includes(owner.metadata.namespace ?? "")) {
      problems.push(`${nameOf(owner)}: its namespace does not enforce Pod Security restricted`);
    }
    const refusal = await refusalOf(client, podOf(template, 0));
    if (refusal !== undefined) problems.push(`pod of ${nameOf(owner)}: ${refusal}`);
  }
  for (const namespace of restricted) {
    for (const [what, pod] of Object.entries(podsThatAskForMore(namespace))) {
      const refusal = await refusalOf(client, pod);
      if (refusal === undefined) problems.push(`${namespace}: a pod ${what} is admitted`);
      else if (!REFUSED.test(refusal))
        problems.push(`${namespace}: a pod ${what} is refused for another reason: ${refusal}`);
    }
  }
  Problems.throwIfAny(problems);
  return `${templates.length} templates, ${restricted.length} namespaces, which refuse pods that ask for more`;
}

async function refusalOf(client: ApiClient, pod: ApiObject): Promise<string | undefined> {
  try {
    await client.create(pod, { dryRun: true });
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

function podsThatAskForMore(namespace: string): Readonly<Record<string, ApiObject>> {
  const resources = { requests: { cpu: "1m", memory: "1Mi" }, limits: { cpu: "1m", memory: "1Mi" } };
  const pod = (container: object, spec: object = {}): ApiObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "asks-for-more", namespace },
    spec: { containers: [{ name: "main", image: "example.invalid/main", resources, ...container }], ...spec },
  });
  return {
    "that is privileged": pod({ securityContext: { privileged: true } }),
    "on the host's network": pod({}, { hostNetwork: true }),
    "with a path of the host": pod({}, { volumes: [{ name: "host", hostPath: { path: "/" } }] }),
    "that says nothing": pod({}),
  };
}
