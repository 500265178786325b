import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import type { Construct } from "constructs";
import { z } from "zod";
import { assertSchema, explained, parseProps, type ClusterRef } from "../core";
import { ClusterApis } from "./cluster-apis";

/** How Terraform reaches the cluster's API. */
export type ClusterAccessConfig =
  | {
      /** Through the fleet's Connect Gateway: by IAM, audited, private clusters too, at an address known before the cluster exists. */
      readonly via: "connect-gateway";
    }
  | {
      /** Through the control plane's DNS endpoint, by IAM as well. */
      readonly via: "dns-endpoint";
      /** Host of the endpoint, as GKE shows it once the cluster exists. */
      readonly endpoint: string;
    }
  | {
      /** With a kubeconfig, for clusters outside of Google Cloud and for tests. */
      readonly via: "kubeconfig";
      /** Path of the file, absolute or from the stack's folder. @default - what KUBE_CONFIG_PATH names where Terraform runs */
      readonly path?: string;
      /** Context in the file. @default - its current one */
      readonly context?: string;
    };

const via = <W extends ClusterAccessConfig["via"]>(way: W) => z.literal(way).describe("Way to the API");

export const clusterAccessSchema = z.discriminatedUnion("via", [
  z.strictObject({ via: via("connect-gateway") }),
  z.strictObject({
    via: via("dns-endpoint"),
    endpoint: explained(
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]*\.[a-z]+$/)
        .describe("Host of the control plane's DNS endpoint"),
      "a host without https:// such as gke-0123456789abcdef-123456789012.europe-west4.gke.goog",
    ),
  }),
  z.strictObject({
    via: via("kubeconfig"),
    path: z.string().min(1).describe("Path of the kubeconfig, absolute or from the stack's folder").optional(),
    context: z.string().min(1).describe("Context in the kubeconfig").optional(),
  }),
]);

assertSchema<ClusterAccessConfig, typeof clusterAccessSchema>(true);

/** The providers of a stack that holds Kubernetes objects. */
export interface ClusterProviders {
  readonly kubernetes: KubernetesProvider;
  readonly helm: HelmProvider;
}

export const ClusterAccess = {
  /**
   * Gives a stack the kubernetes and helm providers for a cluster, once a stack. Credentials are fetched where Terraform runs and are in no
   * file and no state. Objects of the stack are checked against the cluster's features from here on; `ClusterApis.on` adds its add-ons.
   *
   * @throws ConfigError for a malformed way
   */
  on(stack: Construct, cluster: ClusterRef, config: ClusterAccessConfig): ClusterProviders {
    const { access } = parseProps(stack, "ClusterAccess", accessSchema, { access: config });
    if (!ClusterApis.isSetOn(stack)) {
      ClusterApis.on(stack, { features: cluster.features, gkeVersion: cluster.version, addOns: [] });
    }
    const connection = connectionOf(stack, cluster, access);
    const exec = access.via === "kubeconfig" ? undefined : GOOGLE_CREDENTIALS;
    return {
      kubernetes: new KubernetesProvider(stack, "kubernetes", { ...connection, ...(exec && { exec: [exec] }) }),
      helm: new HelmProvider(stack, "helm", { kubernetes: { ...connection, ...(exec && { exec }) } }),
    };
  },
};

const accessSchema = z.strictObject({ access: clusterAccessSchema });

// The credentials that the google provider uses too (application default), so that CI needs no gcloud login besides.
const GOOGLE_CREDENTIALS = {
  apiVersion: "client.authentication.k8s.io/v1beta1",
  command: "gke-gcloud-auth-plugin",
  args: ["--use_application_default_credentials"],
};

interface Connection {
  readonly host?: string;
  readonly configPath?: string;
  readonly configContext?: string;
}

function connectionOf(stack: Construct, cluster: ClusterRef, access: z.output<typeof clusterAccessSchema>): Connection {
  switch (access.via) {
    case "connect-gateway":
      return { host: connectGatewayUrl(cluster, stack) };
    case "dns-endpoint":
      return { host: `https://${access.endpoint}` };
    case "kubeconfig":
      return { configPath: access.path, configContext: access.context };
  }
}

/**
 * Where a cluster's API is reached through the fleet, as a resource at `scope` writes it. A membership is reached in its own region: GKE writes
 * the same address into the cluster's profile (`gateway.gke.io/endpoint`).
 */
export function connectGatewayUrl({ fleetMembership }: Pick<ClusterRef, "fleetMembership">, scope: Construct): string {
  const location = /\/locations\/([^/]+)\//.exec(fleetMembership.value)?.[1] ?? "global";
  const region = location === "global" ? "" : `${location}-`;
  return `https://${region}connectgateway.googleapis.com/v1/${fleetMembership.from(scope)}`;
}
