import { stringify } from "yaml";
import { SERVING_POD_LABELS } from "../../catalog/server-metrics";
import { CONTAINER_SECURITY, type KubernetesObject, type ObjectMetadata } from "../../delivery";
import type { EndpointPickerRef } from "../gateway/gateway-ref";
import { fromLoadBalancer, openings } from "./route-network";

/** Port on which the load balancer asks which replica to take (llm-d router 0.10.0: `--grpc-port`). */
export const PICKER_PORT = 9002;
/** GKE asks for the picker's health here unless told otherwise (llm-d router 0.10.0, charts, gke.yaml). */
const HEALTH_PORT = 9003;
const METRICS_PORT = 9090;

/**
 * Seconds for which a picker that ends still takes requests: of load balancers that were not told yet. Then it ends those that it has. No preStop
 * beside it: while that slept, the picker would keep its lease, and nobody else could answer. Nor would either help one whose pool is deleted: it
 * forgets all replicas at once (llm-d router 0.10.0, runner.go, inferencepool_reconciler.go), which is why a promotion ends before that.
 */
const DRAIN_SECONDS = 30;

/** What it needs besides to stop. */
const MARGIN_SECONDS = 10;

export interface PickerPool {
  /** Name of the pool. */
  readonly name: string;
  readonly namespace: string;
  /** Labels of its pods. */
  readonly pods: Readonly<Record<string, string>>;
  /** Port of their metrics. */
  readonly port: number;
  /** Seconds that one request may last. The load balancer asks the picker once more for each piece of the answer. */
  readonly requestSeconds: number;
  /** Priority of its pods, which nothing of the model answers without. @default - the cluster's own */
  readonly priorityClass?: string;
}

/**
 * What a picker weighs, as llm-d router's chart has it: short queues, free KV cache, and most of all a prompt whose beginning a replica holds
 * in its cache already.
 */
const PICKER_CONFIG = {
  apiVersion: "llm-d.ai/v1alpha1",
  kind: "EndpointPickerConfig",
  plugins: [
    { type: "queue-scorer" },
    { type: "kv-cache-utilization-scorer" },
    { type: "prefix-cache-scorer" },
    { type: "metrics-data-source", parameters: { scheme: "http", path: "/metrics" } },
    { type: "core-metrics-extractor" },
  ],
  schedulingProfiles: [
    {
      name: "default",
      plugins: [
        { pluginRef: "queue-scorer", weight: 2 },
        { pluginRef: "kv-cache-utilization-scorer", weight: 2 },
        { pluginRef: "prefix-cache-scorer", weight: 3 },
      ],
    },
  ],
};

/** The endpoint picker of one pool, and all that it needs. `name` is its own; `metadataOf` gives the metadata of an object of this name. */
export function pickerObjects(
  name: string,
  pool: PickerPool,
  picker: EndpointPickerRef,
  ranges: { readonly proxies: string; readonly controlPlane: string },
  metadataOf: (name: string) => ObjectMetadata,
): KubernetesObject[] {
  const pods = pickerPods(name);
  const metadata = labelled(metadataOf(name), pods);
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    ...rightObjects(name, pool.namespace, metadata, picker.replicas > 1),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "ClusterIP",
        selector: pods,
        ports: [
          {
            name: "grpc-ext-proc",
            port: PICKER_PORT,
            targetPort: "grpc",
            protocol: "TCP",
            appProtocol: "kubernetes.io/h2c",
          },
        ],
      },
    },
    deployment(name, pool, picker, metadata, pods),
    openings(
      metadata,
      pods,
      [
        fromLoadBalancer(ranges.proxies, PICKER_PORT, HEALTH_PORT),
        // Metrics ask for no token: this is what keeps others away from them, without rights over the whole cluster.
        { peers: [{ namespace: "gmp-system" }], ports: [METRICS_PORT] },
      ],
      [
        { peers: [{ pods: pool.pods }], ports: [pool.port] },
        { peers: [{ range: ranges.controlPlane }], ports: [443] },
      ],
    ),
    {
      apiVersion: "monitoring.googleapis.com/v1",
      kind: "PodMonitoring",
      metadata,
      spec: {
        selector: { matchLabels: pods },
        endpoints: [{ port: "metrics", path: "/metrics", scheme: "http", interval: "30s" }],
      },
    },
  ];
}

/** Labels of the pods of an endpoint picker. */
export function pickerPods(name: string): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/component": "endpoint-picker" };
}

function labelled(metadata: ObjectMetadata, labels: Readonly<Record<string, string>>): ObjectMetadata {
  return { ...metadata, labels: { ...metadata.labels, ...labels } };
}

// llm-d router 0.10.0, charts, rbac.yaml; leases where two stand by each other.
function rightObjects(name: string, namespace: string, metadata: ObjectMetadata, leases: boolean): KubernetesObject[] {
  const read = (apiGroup: string, ...resources: readonly string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ["get", "list", "watch"],
  });
  const api = "rbac.authorization.k8s.io";
  return [
    {
      apiVersion: `${api}/v1`,
      kind: "Role",
      metadata,
      rules: [
        read("", "pods"),
        read("inference.networking.k8s.io", "inferencepools"),
        read("llm-d.ai", "inferenceobjectives", "inferencemodelrewrites"),
        ...(leases
          ? [
              {
                apiGroups: ["coordination.k8s.io"],
                resources: ["leases"],
                verbs: ["get", "list", "watch", "create", "update", "patch"],
              },
              { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
            ]
          : []),
      ],
    },
    {
      apiVersion: `${api}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: api, kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  ];
}

function deployment(
  name: string,
  pool: PickerPool,
  { image, replicas, cpu, memoryGb }: EndpointPickerRef,
  metadata: ObjectMetadata,
  pods: Readonly<Record<string, string>>,
): KubernetesObject {
  const inReserve = replicas > 1;
  // A leader alone is ready: probes ask for it by name (llm-d router 0.10.0, charts, _deployment.yaml).
  const asked = (service: string) => ({
    grpc: { port: HEALTH_PORT, service: inReserve ? service : "inference-extension" },
  });
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas,
      revisionHistoryLimit: 3,
      selector: { matchLabels: pods },
      // The one in reserve is never ready, so a rollout that waited for it would never end, nor Helm's wait; both make way at once. For the same
      // reason there is no disruption budget: it would keep the leader's node from being drained for ever.
      strategy: inReserve
        ? { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "100%" } }
        : { type: "Recreate" },
      template: {
        metadata: { labels: unversioned({ ...metadata.labels, ...pods }) },
        spec: {
          serviceAccountName: name,
          ...(pool.priorityClass ? { priorityClassName: pool.priorityClass } : {}),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: DRAIN_SECONDS + pool.requestSeconds + MARGIN_SECONDS,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            runAsGroup: 65_532,
            seccompProfile: { type: "RuntimeDefault" },
          },
          // By node strictly: with both on one, its end would be the model's.
          topologySpreadConstraints: [
            spread("topology.kubernetes.io/zone", "ScheduleAnyway", pods),
            spread("kubernetes.io/hostname", "DoNotSchedule", pods),
          ],
          containers: [
            {
              name: "endpoint-picker",
              image,
              args: [
                `--pool-name=${pool.name}`,
                `--pool-namespace=${pool.namespace}`,
                "--pool-group=inference.networking.k8s.io",
                `--grpc-port=${PICKER_PORT}`,
                `--grpc-health-port=${HEALTH_PORT}`,
                `--metrics-port=${METRICS_PORT}`,
                "--metrics-endpoint-auth=false",
                `--ha-enable-leader-election=${String(inReserve)}`,
                `--drain-timeout=${DRAIN_SECONDS}s`,
                "--tracing=false",
                "--zap-encoder=json",
                // Here and not in a ConfigMap, so that a change of it is a change of the pods.
                `--config-text=${stringify(PICKER_CONFIG)}`,
              ],
              env: [
                { name: "NAMESPACE", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } } },
                { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
              ],
              ports: [
                { name: "grpc", containerPort: PICKER_PORT, protocol: "TCP" },
                { name: "grpc-health", containerPort: HEALTH_PORT, protocol: "TCP" },
                { name: "metrics", containerPort: METRICS_PORT, protocol: "TCP" },
              ],
              livenessProbe: { ...asked("liveness"), initialDelaySeconds: 5, periodSeconds: 10 },
              readinessProbe: { ...asked("readiness"), periodSeconds: 2 },
              resources: amounts(cpu, memoryGb),
              securityContext: CONTAINER_SECURITY,
              volumeMounts: [
                { name: "api-token", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
              ],
            },
          ],
          volumes: [apiToken()],
        },
      },
    },
  };
}

/** Without the model's version: a new one would restart both pickers at once, and nothing would answer meanwhile. */
function unversioned(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key !== SERVING_POD_LABELS.version));
}

function spread(topologyKey: string, whenUnsatisfiable: string, pods: Readonly<Record<string, string>>) {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector: { matchLabels: pods },
    matchLabelKeys: ["pod-template-hash"],
    nodeTaintsPolicy: "Honor",
  };
}

function amounts(cpu: number, memoryGb: number) {
  const amount = { cpu: `${Math.round(cpu * 1000)}m`, memory: `${Math.round(memoryGb * 1024)}Mi` };
  return { requests: amount, limits: amount };
}

// The picker watches pods, so it needs a token of the API. Asked for by name, it lives an hour; no other container of the pod would get it.
function apiToken() {
  return {
    name: "api-token",
    projected: {
      defaultMode: 0o444,
      sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
    },
  };
}
