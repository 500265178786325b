import { z } from "zod";
import { CHARTS } from "../../catalog/charts";
import { ROLLOUTS_GATEWAY_PLUGIN } from "../../catalog/images";
import { assertSchema, explained, known } from "../../core";
import type { AddOn, AddOnContext } from "../add-on";
import { podMonitoring } from "../operator-metrics";
import { rolloutsRights } from "./argo-rollouts-rights";
import { CONTAINER_SECURITY, POD_SECURITY } from "../pod-security";
import { installOperator } from "./operator";
import { operatorShape, resourcesOf, spreadOver, type OperatorConfig } from "./operator-config";

/** Argo Rollouts with its traffic router for Gateway API: canaries that are judged and rolled back. */
export interface ArgoRolloutsConfig extends OperatorConfig {
  /**
   * Image that holds the traffic router at `/bin`, by its digest, as the project publishes it: nothing is fetched when the controller starts.
   * @default - the controller fetches the program from `pluginLocation`
   */
  readonly pluginImage?: string;
  /**
   * Where the controller fetches the program when it starts; nodes must reach it. What comes must have the catalogue's SHA-256.
   * @default - the project's release on GitHub
   */
  readonly pluginLocation?: string;
}

export const argoRolloutsSchema = z.strictObject({
  ...operatorShape,
  pluginImage: known(
    explained(
      z
        .string()
        .regex(/^[^\s@]+@sha256:[0-9a-f]{64}$/)
        .describe("Image that holds the traffic router, by its digest"),
      "an image with its digest, repository@sha256:…",
    ),
    "a container is made of it",
  ).optional(),
  pluginLocation: explained(
    z
      .string()
      .regex(/^https:\/\/\S+$/)
      .describe("Where the controller fetches the traffic router when it starts"),
    "an https address",
  ).optional(),
});

assertSchema<ArgoRolloutsConfig, typeof argoRolloutsSchema>(true);

type Values = z.output<typeof argoRolloutsSchema>;

const NAMESPACE = CHARTS["argo-rollouts"].namespace;
const PODS = { "app.kubernetes.io/name": "argo-rollouts", "app.kubernetes.io/component": "rollouts-controller" };

export function argoRollouts(config: Values): AddOn {
  return {
    id: "argo-rollouts",
    title: "Argo Rollouts",
    // Its analyses ask there, and without an answer no canary goes on.
    requires: ["prometheus-frontend"],
    features: ["gateway-api"],
    install(scope, context) {
      const metrics = { name: "argo-rollouts", namespace: NAMESPACE, selector: PODS, port: "metrics" };
      return installOperator(scope, context, {
        chart: "argo-rollouts",
        values: values(config, context),
        rights: (namespace) => rolloutsRights(scope, [namespace]),
        metrics: [podMonitoring(metrics)],
      });
    },
  };
}

function values(config: Values, { images, priorityClass }: AddOnContext) {
  const { registry, path, pinnedTag } = images.ofChart("argo-rollouts", "argo-rollouts");
  const { replicas } = config;
  return {
    installCRDs: true,
    keepCRDs: true,
    clusterInstall: true,
    // Tenants get their rights where tenants are made.
    createClusterAggregateRoles: false,
    // Ours: see argo-rollouts-rights.ts.
    providerRBAC: { enabled: false },
    podSecurityContext: POD_SECURITY,
    containerSecurityContext: CONTAINER_SECURITY,
    controller: {
      createClusterRole: false,
      replicas,
      image: { registry, repository: path, tag: pinnedTag, pullPolicy: "IfNotPresent" },
      resources: resourcesOf("200m", "512Mi", "1"),
      pdb: { enabled: replicas > 1, minAvailable: 1 },
      topologySpreadConstraints: spreadOver(PODS),
      priorityClassName: priorityClass,
      metrics: { enabled: false },
      ...plugin(config),
    },
    dashboard: { enabled: false },
    notifications: { configmap: { create: false }, secret: { create: false } },
  };
}

const PLUGIN_FOLDER = "/plugins";
// Name of the program in the project's image (its Dockerfile at v0.15.0).
const PROGRAM = "rollouts-plugin-trafficrouter-gatewayapi";

/** The traffic router: fetched by the controller, which refuses another content, or brought by an image. */
function plugin({ pluginImage, pluginLocation }: Values) {
  const { name, location, sha256 } = ROLLOUTS_GATEWAY_PLUGIN;
  if (pluginImage === undefined) {
    return { trafficRouterPlugins: [{ name, location: pluginLocation ?? location, sha256 }] };
  }
  const mount = { name: "gateway-plugin", mountPath: PLUGIN_FOLDER };
  return {
    trafficRouterPlugins: [{ name, location: `file://${PLUGIN_FOLDER}/${PROGRAM}` }],
    initContainers: [
      {
        name: "gateway-plugin",
        image: pluginImage,
        command: ["cp", `/bin/${PROGRAM}`, `${PLUGIN_FOLDER}/${PROGRAM}`],
        resources: resourcesOf("50m", "64Mi", "500m"),
        securityContext: { ...CONTAINER_SECURITY, ...POD_SECURITY },
        volumeMounts: [mount],
      },
    ],
    volumes: [{ name: mount.name, emptyDir: { sizeLimit: "256Mi" } }],
    volumeMounts: [{ ...mount, readOnly: true }],
  };
}
