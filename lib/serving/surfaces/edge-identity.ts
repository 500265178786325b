import type { ClusterRef } from "../../core";
import type { KubernetesObject, ObjectMetadata } from "../../delivery";
import type { PodIdentity } from "../pod/pod-identity";

const DIRECTORY = "/var/run/secrets/google";
const FILE = "credentials.json";
const TOKEN = "token";

// Hours: Kubernetes renews a projected token after four fifths of its time, and a site may be cut off for a while.
const TOKEN_HOURS = 12;

/** Name of the ConfigMap that tells the pods of a model how they are known to Google Cloud. */
function identityName(model: string): string {
  return `${model}-google-identity`;
}

/**
 * How pods outside of Google Cloud are known to it: there is no metadata server to ask. Client libraries exchange a token of the pod's service
 * account for one of Google's, as `GOOGLE_APPLICATION_CREDENTIALS` tells them; it holds no secret. (Fleet docs, "Authenticate to Google Cloud
 * APIs from shared-trust fleet workloads"; audiences as there, for a membership's own identity provider.)
 */
export function edgeIdentity(model: string, { workloadPool }: Pick<ClusterRef, "workloadPool">): PodIdentity {
  return {
    env: { GOOGLE_APPLICATION_CREDENTIALS: `${DIRECTORY}/${FILE}` },
    mount: { name: "google-identity", mountPath: DIRECTORY, readOnly: true },
    volume: {
      name: "google-identity",
      projected: {
        sources: [
          {
            serviceAccountToken: {
              path: TOKEN,
              audience: workloadPool.value,
              expirationSeconds: TOKEN_HOURS * 3600,
            },
          },
          { configMap: { name: identityName(model), items: [{ key: FILE, path: FILE }] } },
        ],
      },
    },
  };
}

/** The file that `edgeIdentity` mounts. */
export function edgeIdentityObject(
  metadata: ObjectMetadata,
  { id, workloadPool }: Pick<ClusterRef, "id" | "workloadPool">,
): KubernetesObject {
  const provider = `https://gkehub.googleapis.com/${id.value}`;
  const credentials = {
    type: "external_account",
    audience: `identitynamespace:${workloadPool.value}:${provider}`,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: `${DIRECTORY}/${TOKEN}` },
  };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...metadata, name: identityName(metadata.name) },
    data: { [FILE]: JSON.stringify(credentials) },
  };
}
