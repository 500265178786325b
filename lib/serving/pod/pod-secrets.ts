import { stringify } from "yaml";
import type { Failure } from "../../core";
import type { KubernetesObject } from "../../delivery";
import { isSecretInClear } from "../../policy/rules/data-protection/secrets";
import type { ModelValues } from "../config/model-config";

/** Directory of the files that hold secrets. */
export const SECRETS_PATH = "/var/run/secrets/model";

/** `projects/P/secrets/S` of a secret that may be named by its id alone. */
export function secretId(secret: string, projectId: string): string {
  return secret.startsWith("projects/") ? secret : `projects/${projectId}/secrets/${secret}`;
}

/** Which versions of which secrets become which files; read by GKE's Secret Manager driver (cluster feature `secret-manager`). */
export function secretProviderClass(
  { name, secrets }: ModelValues,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  projectId: string,
): KubernetesObject[] {
  if (secrets.length === 0) return [];
  const files = secrets.map(({ secret, version, file }) => ({
    resourceName: `${secretId(secret, projectId)}/versions/${version}`,
    path: file,
  }));
  return [
    {
      apiVersion: "secrets-store.csi.x-k8s.io/v1",
      kind: "SecretProviderClass",
      metadata: { name, namespace, labels },
      spec: { provider: "gke", parameters: { secrets: stringify(files, { lineWidth: 0 }) } },
    },
  ];
}

export function secretVolume({ name, secrets }: ModelValues): object[] {
  if (secrets.length === 0) return [];
  return [
    {
      name: "secrets",
      csi: {
        driver: "secrets-store-gke.csi.k8s.io",
        readOnly: true,
        volumeAttributes: { secretProviderClass: name },
      },
    },
  ];
}

// API_KEY_FILE says where a secret is, and MAX_TOKENS how many of something.
const NAME_OF_SECRET = /(^|_)(TOKEN|KEY|PASSWORD|PASSWD|SECRET|CREDENTIALS?)$/i;
const SPECIAL_TOKEN = /(^|_)(BOS|CLS|EOS|MASK|PAD|SEP|STOP|UNK)_TOKEN$/i;

const TEACHING =
  "put the value into Secret Manager and name it under secrets: [{ secret, version, file }]; the server reads the file " +
  `${SECRETS_PATH}/<file> (for Hugging Face: env HF_TOKEN_PATH)`;

/** Variables and arguments that hold a secret: everyone who may look at the pod, the plan or the state would read it. */
export function secretsInClear({ env, args, candidate }: ModelValues): Failure[] {
  const variables = Object.entries(env).flatMap(([name, value]): Failure[] =>
    isSecretInClear(name, value) || (NAME_OF_SECRET.test(name) && !SPECIAL_TOKEN.test(name))
      ? [{ code: "secret-in-env", path: `env.${name}`, message: "is a secret in clear", got: name, fix: TEACHING }]
      : [],
  );
  const inArgs = (list: readonly string[], path: string) =>
    list.flatMap((arg, index): Failure[] => {
      const [, flag = "", value = arg] = /^--([\w-]+)=(.*)$/.exec(arg) ?? [];
      return isSecretInClear(flag.replaceAll("-", "_"), value)
        ? [
            {
              code: "secret-in-args",
              path: `${path}[${index}]`,
              message: "is a secret in clear",
              got: flag === "" ? "(withheld)" : `--${flag}`,
              fix: TEACHING,
            },
          ]
        : [];
    });
  return [...variables, ...inArgs(args, "args"), ...inArgs(candidate?.args ?? [], "candidate.args")];
}
