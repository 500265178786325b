import type { KubernetesObject, ObjectMetadata } from "../../delivery";
import type { GatewayValues } from "./gateway-config";

const GATEWAY_API = "gateway.networking.k8s.io";

/** Listener that does no more than send callers to HTTPS. */
const HTTP_LISTENER = "http";

const CLASSES = {
  external: "gke-l7-regional-external-managed",
  internal: "gke-l7-rilb",
} as const;

/** What the objects of a gateway name, as they must write it: references within a stack, so that Terraform orders the two. */
export interface GatewayNames {
  /** Name of the regional address. */
  readonly address: string;
  /** Names of the regional certificates. */
  readonly certificates: readonly string[];
  /** Name of the regional SSL policy. */
  readonly sslPolicy: string;
}

/**
 * A gateway of the region: one HTTPS listener a host name, for routes from the namespaces of teams and no others, and HTTP that sends callers
 * to HTTPS.
 *
 * @param namespaces whose routes it takes
 */
export function gatewayObjects(
  { exposure, hosts }: Pick<GatewayValues, "exposure" | "hosts">,
  names: GatewayNames,
  namespaces: readonly string[],
  metadata: ObjectMetadata,
): KubernetesObject[] {
  const kinds = [{ group: GATEWAY_API, kind: "HTTPRoute" }];
  const targetRef = { group: GATEWAY_API, kind: "Gateway", name: metadata.name };
  return [
    {
      apiVersion: `${GATEWAY_API}/v1`,
      kind: "Gateway",
      metadata,
      spec: {
        gatewayClassName: CLASSES[exposure],
        addresses: [{ type: "NamedAddress", value: names.address }],
        listeners: [
          {
            name: HTTP_LISTENER,
            protocol: "HTTP",
            port: 80,
            // Routes of teams would answer in plain text.
            allowedRoutes: { kinds, namespaces: { from: "Same" } },
          },
          ...hosts.map((host) => ({
            name: host,
            hostname: host,
            protocol: "HTTPS",
            port: 443,
            tls: {
              mode: "Terminate",
              // How regional gateways name certificates of Certificate Manager; maps of certificates are for global ones (GKE docs, "Secure a Gateway").
              options: { "networking.gke.io/cert-manager-certs": names.certificates.join(",") },
            },
            allowedRoutes: {
              kinds,
              namespaces: {
                from: "Selector",
                // A label that Kubernetes sets itself: nobody can let a namespace in by a label of its own.
                selector: {
                  matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }],
                },
              },
            },
          })),
        ],
      },
    },
    {
      apiVersion: `${GATEWAY_API}/v1`,
      kind: "HTTPRoute",
      metadata: { ...metadata, name: `${metadata.name}-to-https` },
      spec: {
        parentRefs: [
          {
            group: GATEWAY_API,
            kind: "Gateway",
            name: metadata.name,
            namespace: metadata.namespace,
            sectionName: HTTP_LISTENER,
          },
        ],
        hostnames: [...hosts],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/" } }],
            filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }],
          },
        ],
      },
    },
    {
      apiVersion: "networking.gke.io/v1",
      kind: "GCPGatewayPolicy",
      metadata,
      spec: { targetRef, default: { sslPolicy: names.sslPolicy } },
    },
  ];
}
