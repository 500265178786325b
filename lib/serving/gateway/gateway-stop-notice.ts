import { CONTAINER_SECURITY, type KubernetesObject, type ObjectMetadata } from "../../delivery";
import type { GatewayRef, StopNoticeRef } from "./gateway-ref";
import { STOPPED_PATH, type RouteAddress } from "../route/route-conflicts";
import { fromLoadBalancer, openings } from "../route/route-network";
import { backendPolicies } from "../route/route-policies";
import { requestsTo } from "./edge-expressions";
import { PRIORITIES, type EdgeRule } from "./edge-rules";

const NAME = "stop-notice";
const PORT = 8080;
const HEALTH_PATH = "/healthz";

/** The Service by which callers of a stopped model are told, in the gateway's namespace. */
export function stopNotice(namespace: string): StopNoticeRef {
  return { name: NAME, namespace, port: PORT };
}

// The route of a stopped model says in two headers what is stopped and who decides: a stop changes no object but the model's own.
const NGINX = `server {
  listen ${PORT};
  server_tokens off;
  default_type application/json;
  location = ${HEALTH_PATH} {
    access_log off;
    return 200 '{}';
  }
  location / {
    add_header Retry-After 300 always;
    return 503 '{"error":{"type":"service_unavailable","code":"model_stopped","message":"model $http_x_stopped_model is stopped; $http_x_stopped_owner decides when it is back"}}';
  }
}
`;

/** Where the route lies that has the load balancer know the notice. No model answers there, and nobody else does. */
function keptAddress(hosts: readonly string[]): RouteAddress {
  return { host: hosts[0]!, path: STOPPED_PATH };
}

/** Of the notice's own policy: its address is of use to the load balancer alone. */
export function keptRule(hosts: readonly string[]): EdgeRule {
  return {
    id: "kept",
    priority: PRIORITIES.nobody,
    description: "The notice itself, which nobody calls by its own path",
    action: "deny(404)",
    expression: requestsTo(keptAddress(hosts)),
  };
}

/**
 * GKE makes a backend, its network endpoints and their health checks only once a route names them, which takes minutes. This route names the
 * notice at all times, so that the route of a stopped model leads to what is there.
 */
function keptRoute(hosts: readonly string[], { name, namespace }: Pick<GatewayRef, "name" | "namespace">) {
  const { host, path } = keptAddress(hosts);
  const group = "gateway.networking.k8s.io";
  return {
    parentRefs: [{ group, kind: "Gateway", name, namespace, sectionName: host }],
    hostnames: [host],
    rules: [
      {
        matches: [{ path: { type: "PathPrefix", value: path } }],
        backendRefs: [{ group: "", kind: "Service", name: NAME, port: PORT, weight: 1 }],
      },
    ],
  };
}

/** nginxinc/nginx-unprivileged: user 101, and all that it writes lies below /tmp. */
const NGINX_USER = 101;

/**
 * Two small servers that answer 503 and say why. Cloud Armor, which stops within seconds, can neither say 503 nor anything else; once the release
 * of a stopped model has moved its route here, callers know.
 *
 * @param securityPolicy of its own, without the stops: what is stopped must reach it
 */
export function stopNoticeObjects(
  image: string,
  gateway: Pick<GatewayRef, "name" | "namespace" | "hosts" | "access" | "loggedShare" | "proxyRange">,
  securityPolicy: string,
  namespaces: readonly string[],
  metadataOf: (name: string) => ObjectMetadata,
): KubernetesObject[] {
  const pods = { "app.kubernetes.io/name": NAME, "app.kubernetes.io/component": NAME };
  const base = metadataOf(NAME);
  const metadata = { ...base, labels: { ...base.labels, ...pods } };
  const backend = { group: "" as const, kind: "Service" as const, name: NAME, port: PORT };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "default.conf": NGINX } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "ClusterIP",
        selector: pods,
        ports: [{ name: "http", port: PORT, targetPort: "http", protocol: "TCP" }],
      },
    },
    deployment(image, metadata, pods),
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels: pods }, unhealthyPodEvictionPolicy: "AlwaysAllow" },
    },
    openings(metadata, pods, [fromLoadBalancer(gateway.proxyRange, PORT)]),
    ...backendPolicies(backend, metadata, { gateway, securityPolicy, requestSeconds: 10, readyPath: HEALTH_PATH }),
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata,
      spec: keptRoute(gateway.hosts, gateway),
    },
    {
      // v1 came with Gateway API 1.5 only, which older clusters do not have.
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      kind: "ReferenceGrant",
      metadata,
      spec: {
        from: namespaces.map((namespace) => ({ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace })),
        to: [{ group: "", kind: "Service", name: NAME }],
      },
    },
  ];
}

function deployment(image: string, metadata: ObjectMetadata, pods: Readonly<Record<string, string>>): KubernetesObject {
  const probe = { httpGet: { path: HEALTH_PATH, port: "http" }, periodSeconds: 10 };
  const amount = { cpu: "50m", memory: "64Mi" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 2,
      revisionHistoryLimit: 3,
      selector: { matchLabels: pods },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: { ...metadata.labels, ...pods } },
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: NGINX_USER,
            runAsGroup: NGINX_USER,
            seccompProfile: { type: "RuntimeDefault" },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: pods },
            },
          ],
          containers: [
            {
              name: NAME,
              image,
              ports: [{ name: "http", containerPort: PORT, protocol: "TCP" }],
              readinessProbe: { ...probe, periodSeconds: 5 },
              livenessProbe: probe,
              resources: { requests: amount, limits: amount },
              securityContext: CONTAINER_SECURITY,
              volumeMounts: [
                { name: "config", mountPath: "/etc/nginx/conf.d", readOnly: true },
                { name: "tmp", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name: NAME } },
            { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
          ],
        },
      },
    },
  };
}
