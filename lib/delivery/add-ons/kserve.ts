import { z } from "zod";
import { CHARTS } from "../../catalog/charts";
import { assertSchema } from "../../core";
import type { AddOn, AddOnContext } from "../add-on";
import { ChartRelease } from "../chart-release";
import { operatorNamespace } from "../operator-namespace";
import { CONTAINER_SECURITY, POD_SECURITY } from "../pod-security";
import { resourcesOf } from "./operator-config";

/**
 * KServe in its Standard mode: an `InferenceService` is a Deployment, without Knative. It makes no routes: its HTTPRoutes match by regular
 * expression and set timeouts, and GKE's Gateway refuses both (kserve issues 5319, 5311).
 */
export type KServeConfig = Readonly<Record<string, never>>;

// Its chart runs one controller and has no value for more.
export const kserveSchema = z.strictObject({});

assertSchema<KServeConfig, typeof kserveSchema>(true);

const NAMESPACE = CHARTS["kserve-resources"].namespace;

export function kserve(): AddOn {
  return {
    id: "kserve",
    title: "KServe",
    requires: ["cert-manager"],
    install(scope, context) {
      const namespace = operatorNamespace(scope, NAMESPACE, context);
      const definitions = new ChartRelease(scope, "definitions", {
        chart: "kserve-crd",
        source: context.charts,
        after: [...context.after, namespace],
      });
      return new ChartRelease(scope, "chart", {
        chart: "kserve-resources",
        source: context.charts,
        values: values(context),
        after: definitions.dependables,
      }).dependables;
    },
  };
}

function values({ images }: AddOnContext) {
  const image = (name: string) => {
    const { registry, path, pinnedTag } = images.ofChart("kserve-resources", name);
    return { image: `${registry}/${path}`, tag: pinnedTag };
  };
  const storage = image("storage-initializer");
  return {
    kserve: {
      agent: image("agent"),
      router: { ...image("router"), imagePullPolicy: "IfNotPresent" },
      storage: { ...storage, containerSecurityContext: { ...CONTAINER_SECURITY, ...POD_SECURITY } },
      localmodel: { enabled: false },
      controller: {
        // The chart's default is Knative, which is not there.
        deploymentMode: "Standard",
        ...image("kserve-controller"),
        imagePullPolicy: "IfNotPresent",
        rbacProxyImage: images.ofChart("kserve-resources", "kube-rbac-proxy").reference,
        // 100m and 300Mi by default: too little to start with many services.
        resources: resourcesOf("200m", "1Gi", "1"),
        rbacProxy: { resources: resourcesOf("50m", "64Mi", "200m"), securityContext: CONTAINER_SECURITY },
        securityContext: POD_SECURITY,
        containerSecurityContext: { ...CONTAINER_SECURITY, runAsNonRoot: true },
        gateway: {
          disableIngressCreation: true,
          disableHTTPRouteTimeout: true,
          ingressGateway: { enableGatewayApi: true, createGateway: false },
        },
        knativeAddressableResolver: { enabled: false },
      },
    },
  };
}
