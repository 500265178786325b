import { type z } from "zod";
import { PLATFORM_IMAGES } from "../../catalog/images";
import { CHARTS } from "../../catalog/charts";
import { assertSchema } from "../../core";
import type { AddOn, AddOnContext } from "../add-on";
import { kubernetesResource } from "../kubernetes-resource";
import { ManifestRelease } from "../manifest-release";
import { PLATFORM_NAMESPACE, platformNamespace } from "../platform-namespace";
import { WAYS_OUT } from "../ways-out";
import { CONTAINER_SECURITY, POD_SECURITY } from "../pod-security";
import { operatorSchema, resourcesOf, spreadOver, type OperatorConfig } from "./operator-config";

/** Proxy by which what runs in the cluster asks managed Prometheus: Argo Rollouts 1.9 cannot sign its queries itself (its pull request 5012). */
export type PrometheusFrontendConfig = OperatorConfig;

export const prometheusFrontendSchema = operatorSchema;

assertSchema<PrometheusFrontendConfig, typeof prometheusFrontendSchema>(true);

/** The Service that rollouts ask. */
export const PROMETHEUS_FRONTEND = { name: "frontend", namespace: PLATFORM_NAMESPACE, port: 9090 } as const;

const { name: NAME, namespace: NAMESPACE, port: PORT } = PROMETHEUS_FRONTEND;
const PODS = { "app.kubernetes.io/name": "prometheus-frontend", "app.kubernetes.io/component": "metrics-query" };

/** Its address within the cluster. */
export const PROMETHEUS_ADDRESS = `http://${NAME}.${NAMESPACE}.svc.cluster.local:${PORT}`;

export function prometheusFrontend({ replicas }: z.output<typeof prometheusFrontendSchema>): AddOn {
  return {
    id: "prometheus-frontend",
    title: "Frontend of managed Prometheus",
    features: ["managed-prometheus"],
    install(scope, context) {
      const namespace = platformNamespace(scope, context.cluster);
      const account = kubernetesResource(
        scope,
        "account",
        { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(NAME), automountServiceAccountToken: false },
        namespace,
      );
      const rights = context.grant({
        namespace: NAMESPACE,
        serviceAccount: NAME,
        right: "metricViewer",
        reason: "Analyses of rollouts ask managed Prometheus through it",
      });
      return new ManifestRelease(scope, "frontend", {
        name: "prometheus-frontend",
        namespace: NAMESPACE,
        objects: [
          deployment(replicas, context),
          {
            apiVersion: "v1",
            kind: "Service",
            metadata: metadata(NAME),
            spec: { selector: PODS, ports: [SERVICE_PORT] },
          },
          {
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: metadata(NAME),
            spec: { maxUnavailable: 1, selector: { matchLabels: PODS } },
          },
          wayInAndOut(context),
        ],
        after: [...context.after, account, ...rights],
      }).dependables;
    },
  };
}

const SERVICE_PORT = { name: "web", port: PORT, targetPort: "web", protocol: "TCP" };

function metadata(name: string) {
  return { name, namespace: NAMESPACE, labels: { ...PODS, "app.kubernetes.io/part-of": "ai-platform" } };
}

// After examples/frontend.yaml of prometheus-engine v0.15.3.
function deployment(replicas: number, { cluster, images, priorityClass }: AddOnContext) {
  const probe = (path: string) => ({ httpGet: { path, port: "web" }, periodSeconds: 10, timeoutSeconds: 3 });
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata(NAME),
    spec: {
      replicas,
      revisionHistoryLimit: 3,
      selector: { matchLabels: PODS },
      template: {
        metadata: { labels: PODS },
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          priorityClassName: priorityClass,
          topologySpreadConstraints: spreadOver(PODS),
          securityContext: { ...POD_SECURITY, runAsUser: 1000, runAsGroup: 1000 },
          containers: [
            {
              name: "frontend",
              image: images.image(PLATFORM_IMAGES.prometheusFrontend).reference,
              args: [`--web.listen-address=:${PORT}`, `--query.project-id=${cluster.project}`],
              ports: [{ name: "web", containerPort: PORT }],
              resources: resourcesOf("50m", "128Mi", "500m"),
              securityContext: CONTAINER_SECURITY,
              livenessProbe: probe("/-/healthy"),
              readinessProbe: probe("/-/ready"),
            },
          ],
        },
      },
    },
  };
}

/** Whoever reaches it may read every metric of the project: rollouts do, and it reaches Cloud Monitoring only. */
function wayInAndOut({ googleApiRanges }: AddOnContext) {
  const rollouts = { "kubernetes.io/metadata.name": CHARTS["argo-rollouts"].namespace };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(NAME),
    spec: {
      podSelector: { matchLabels: PODS },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: rollouts } }], ports: [{ protocol: "TCP", port: PORT }] }],
      egress: [...WAYS_OUT.names, ...WAYS_OUT.tokens, ...WAYS_OUT.googleApis(googleApiRanges)],
    },
  };
}
