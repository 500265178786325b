import { stringify } from "yaml";
import type { z } from "zod";
import { CHARTS } from "../../catalog/charts";
import { assertSchema } from "../../core";
import type { AddOn, AddOnContext } from "../add-on";
import { guardedPodMonitoring } from "../operator-metrics";
import { PLATFORM_NAMESPACE } from "../platform-namespace";
import { CONTAINER_SECURITY, POD_SECURITY } from "../pod-security";
import { installOperator, pinnedImage } from "./operator";
import { operatorSchema, resourcesOf, spreadOver, type OperatorConfig } from "./operator-config";

/** Kueue: queues for jobs and model servers that share accelerators. */
export type KueueConfig = OperatorConfig;

export const kueueSchema = operatorSchema;

assertSchema<KueueConfig, typeof kueueSchema>(true);

const NAMESPACE = CHARTS.kueue.namespace;
const PODS = { "app.kubernetes.io/name": "kueue", "control-plane": "controller-manager" };

export function kueue(config: z.output<typeof kueueSchema>): AddOn {
  return {
    id: "kueue",
    title: "Kueue",
    install(scope, context) {
      const metrics = { name: "kueue", namespace: NAMESPACE, selector: PODS, port: 8443 };
      return installOperator(scope, context, {
        chart: "kueue",
        values: values(config, context),
        // The chart's own role.
        metrics: guardedPodMonitoring(metrics, "kueue-metrics-reader"),
      });
    },
  };
}

function values({ replicas }: z.output<typeof kueueSchema>, context: AddOnContext) {
  const { isCharts } = context.images.ofChart("kueue", "kueue");
  return {
    enablePrometheus: false,
    enableKueueViz: false,
    controllerManager: {
      replicas,
      podDisruptionBudget: { enabled: replicas > 1, minAvailable: 1 },
      topologySpreadConstraints: spreadOver(PODS),
      manager: {
        ...(isCharts ? {} : { image: pinnedImage(context, "kueue", "kueue") }),
        priorityClassName: context.priorityClass,
        resources: resourcesOf("500m", "1Gi", "2"),
        podSecurityContext: POD_SECURITY,
        containerSecurityContext: CONTAINER_SECURITY,
      },
    },
    managerConfig: { controllerManagerConfigYaml: stringify(configuration(context)) },
  };
}

/** What Kueue reads at start. Job kinds whose API is not there would only be logged as missing. */
function configuration({ installed }: AddOnContext) {
  return {
    apiVersion: "config.kueue.x-k8s.io/v1beta2",
    kind: "Configuration",
    health: { healthProbeBindAddress: ":8081" },
    metrics: { bindAddress: ":8443", enableClusterQueueResources: true },
    webhook: { port: 9443 },
    leaderElection: { leaderElect: true, resourceName: "c1f6bfd2.kueue.x-k8s.io" },
    controller: {
      groupKindConcurrency: {
        "Job.batch": 5,
        Pod: 5,
        "Workload.kueue.x-k8s.io": 10,
        "LocalQueue.kueue.x-k8s.io": 5,
        "ClusterQueue.kueue.x-k8s.io": 5,
        "ResourceFlavor.kueue.x-k8s.io": 1,
      },
    },
    clientConnection: { qps: 300, burst: 500 },
    manageJobsWithoutQueueName: false,
    // The chart's webhooks take it too: they judge pods of tenants only, and without Kueue no pod of the cluster's own is held up.
    managedJobsNamespaceSelector: {
      matchExpressions: [
        { key: "managed-by", operator: "In", values: ["cdktf-ai-platform"] },
        { key: "kubernetes.io/metadata.name", operator: "NotIn", values: OPERATOR_NAMESPACES },
      ],
    },
    integrations: {
      frameworks: [
        "batch/job",
        "pod",
        "deployment",
        "statefulset",
        ...(installed("jobset") ? ["jobset.x-k8s.io/jobset"] : []),
        ...(installed("lws") ? ["leaderworkerset.x-k8s.io/leaderworkerset"] : []),
      ],
    },
  };
}

const OPERATOR_NAMESPACES = [
  PLATFORM_NAMESPACE,
  ...new Set(Object.values(CHARTS).map(({ namespace }) => namespace)),
].sort();
