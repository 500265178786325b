import { CONTAINER_SECURITY } from "../../delivery";
import type { ModelValues } from "../config/model-config";
import {
  LOGGER_NAME,
  LOGGER_PORT,
  LOGGER_PORT_NAME,
  LOGGER_RESOURCES,
  loggedPaths,
  loggerVariables,
  needsLogger,
} from "../prediction-log/prediction-log-sidecar";
import { quantities, variables } from "./pod-fields";
import type { PodIdentity } from "./pod-identity";

/**
 * The logger before a server that cannot log its answers: a sidecar of Kubernetes' own kind, which is ready before the server starts and ends
 * after it, so that the last answers are logged too. None for other servers.
 */
export function loggerContainers(
  config: ModelValues,
  env: Readonly<Record<string, string>>,
  identity?: PodIdentity,
): object[] {
  if (!needsLogger(config)) return [];
  const resources = quantities(LOGGER_RESOURCES);
  const probe = (path: string) => ({ httpGet: { path, port: LOGGER_PORT_NAME }, periodSeconds: 5, timeoutSeconds: 3 });
  return [
    {
      name: LOGGER_NAME,
      image: config.log.image,
      imagePullPolicy: "IfNotPresent",
      restartPolicy: "Always",
      env: variables({ ...identity?.env, ...loggerVariables(config, env) }),
      ports: [{ name: LOGGER_PORT_NAME, containerPort: LOGGER_PORT, protocol: "TCP" }],
      resources: { requests: resources, limits: resources },
      startupProbe: { ...probe(loggedPaths.live), periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { ...probe(loggedPaths.ready), failureThreshold: 2 },
      livenessProbe: { ...probe(loggedPaths.live), failureThreshold: 6 },
      securityContext: CONTAINER_SECURITY,
      volumeMounts: [{ name: "tmp", mountPath: "/tmp", subPath: "logger" }, ...(identity ? [identity.mount] : [])],
    },
  ];
}
