import type { z } from "zod";
import { CHARTS } from "../../catalog/charts";
import { assertSchema } from "../../core";
import type { AddOn, AddOnContext } from "../add-on";
import { podMonitoring } from "../operator-metrics";
import { CONTAINER_SECURITY, POD_SECURITY } from "../pod-security";
import { installOperator } from "./operator";
import { operatorSchema, resourcesOf, spreadOver, type OperatorConfig } from "./operator-config";

/** cert-manager: certificates of webhooks within the cluster. */
export type CertManagerConfig = OperatorConfig;

export const certManagerSchema = operatorSchema;

assertSchema<CertManagerConfig, typeof certManagerSchema>(true);

const NAMESPACE = CHARTS["cert-manager"].namespace;
const CONTROLLER_PODS = podsOf("cert-manager", "controller");

export function certManager(config: z.output<typeof certManagerSchema>): AddOn {
  return {
    id: "cert-manager",
    title: "cert-manager",
    install(scope, context) {
      const metrics = { name: "cert-manager", namespace: NAMESPACE, selector: CONTROLLER_PODS, port: "http-metrics" };
      return installOperator(scope, context, {
        chart: "cert-manager",
        values: values(config, context),
        metrics: [podMonitoring(metrics)],
      });
    },
  };
}

function podsOf(name: string, component: string) {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/component": component };
}

function values({ replicas }: z.output<typeof certManagerSchema>, { images, priorityClass }: AddOnContext) {
  const image = (name: string) => {
    const { registry, path, tag, digest } = images.ofChart("cert-manager", `cert-manager-${name}`);
    return { repository: `${registry}/${path}`, tag, digest };
  };
  const controller = {
    replicaCount: replicas,
    podDisruptionBudget: { enabled: replicas > 1, minAvailable: 1 },
    securityContext: POD_SECURITY,
    containerSecurityContext: CONTAINER_SECURITY,
  };
  return {
    // Its leases stand in kube-system by default, where nothing of ours belongs.
    global: { priorityClassName: priorityClass, leaderElection: { namespace: NAMESPACE } },
    crds: { enabled: true, keep: true },
    ...controller,
    image: image("controller"),
    resources: resourcesOf("50m", "256Mi", "500m"),
    topologySpreadConstraints: spreadOver(CONTROLLER_PODS),
    webhook: {
      ...controller,
      image: image("webhook"),
      resources: resourcesOf("50m", "128Mi", "500m"),
      topologySpreadConstraints: spreadOver(podsOf("webhook", "webhook")),
    },
    cainjector: {
      ...controller,
      image: image("cainjector"),
      resources: resourcesOf("50m", "256Mi", "500m"),
      topologySpreadConstraints: spreadOver(podsOf("cainjector", "cainjector")),
    },
    acmesolver: { image: image("acmesolver") },
    startupapicheck: {
      image: image("startupapicheck"),
      resources: resourcesOf("50m", "64Mi", "200m"),
      securityContext: POD_SECURITY,
      containerSecurityContext: CONTAINER_SECURITY,
    },
    prometheus: { enabled: true, servicemonitor: { enabled: false }, podmonitor: { enabled: false } },
  };
}
