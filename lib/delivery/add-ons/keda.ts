import type { z } from "zod";
import { CHARTS } from "../../catalog/charts";
import { assertSchema } from "../../core";
import type { AddOn, AddOnContext } from "../add-on";
import { podMonitoring } from "../operator-metrics";
import { CONTAINER_SECURITY, POD_SECURITY } from "../pod-security";
import { installOperator } from "./operator";
import { operatorSchema, resourcesOf, spreadOver, type OperatorConfig } from "./operator-config";

/** KEDA: replicas by what managed Prometheus says of queues and caches, down to none. */
export type KedaConfig = OperatorConfig;

export const kedaSchema = operatorSchema;

assertSchema<KedaConfig, typeof kedaSchema>(true);

const NAMESPACE = CHARTS.keda.namespace;
const METRICS_PORT = 8080;

/** It is the external metrics server too, so that no adapter of Cloud Monitoring's is needed beside it: a cluster can have but one. */
export function keda(config: z.output<typeof kedaSchema>): AddOn {
  return {
    id: "keda",
    title: "KEDA",
    conflicts: ["custom-metrics-stackdriver-adapter"],
    install(scope, context) {
      const pods = { app: COMPONENTS.operator };
      return installOperator(scope, context, {
        chart: "keda",
        values: values(config, context),
        rights: () =>
          context.grant({
            namespace: NAMESPACE,
            serviceAccount: "keda-operator",
            right: "metricViewer",
            reason: "KEDA reads the queues and caches of model servers to set their replicas",
          }),
        metrics: [podMonitoring({ name: "keda-operator", namespace: NAMESPACE, selector: pods, port: METRICS_PORT })],
      });
    },
  };
}

const COMPONENTS = {
  operator: "keda-operator",
  metricsServer: "keda-operator-metrics-apiserver",
  webhooks: "keda-admission-webhooks",
} as const;

function values({ replicas }: z.output<typeof kedaSchema>, { images, priorityClass, installed }: AddOnContext) {
  const image = (name: string) => {
    const { registry, path, pinnedTag } = images.ofChart("keda", name);
    return { registry, repository: path, tag: pinnedTag };
  };
  const budget = replicas > 1 ? { minAvailable: 1 } : {};
  return {
    image: {
      keda: image("keda"),
      metricsApiServer: image("keda-metrics-apiserver"),
      webhooks: image("keda-admission-webhooks"),
      pullPolicy: "IfNotPresent",
    },
    crds: { install: true, additionalAnnotations: { "helm.sh/resource-policy": "keep" } },
    operator: { replicaCount: replicas },
    metricsServer: { replicaCount: replicas },
    webhooks: { replicaCount: replicas },
    podDisruptionBudget: { operator: budget, metricServer: budget, webhooks: budget },
    topologySpreadConstraints: Object.fromEntries(
      Object.entries(COMPONENTS).map(([component, app]) => [component, spreadOver({ app })]),
    ),
    priorityClassName: priorityClass,
    resources: {
      operator: resourcesOf("200m", "1Gi", "1"),
      metricServer: resourcesOf("100m", "512Mi", "1"),
      webhooks: resourcesOf("50m", "256Mi", "500m"),
    },
    podSecurityContext: { operator: POD_SECURITY, metricServer: POD_SECURITY, webhooks: POD_SECURITY },
    securityContext: {
      operator: CONTAINER_SECURITY,
      metricServer: CONTAINER_SECURITY,
      webhooks: CONTAINER_SECURITY,
    },
    // Triggers authenticate by Workload Identity: no secret of a tenant is KEDA's business.
    permissions: { operator: { restrict: { secret: true } }, metricServer: { restrict: { secret: true } } },
    // The default may scale and read every kind of object there is.
    rbac: {
      enabledCustomScaledRefKinds: installed("argo-rollouts"),
      scaledRefKinds: [{ apiGroup: "argoproj.io", kind: "rollouts" }],
    },
    prometheus: { operator: { enabled: true, port: METRICS_PORT } },
  };
}
