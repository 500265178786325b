import { ConfigError } from "../../core";
import type { KubernetesObject, ObjectMetadata } from "../../delivery";
import type { GatewayRef, StopNoticeRef } from "../gateway/gateway-ref";
import { objectiveObjects, pickerName, poolName, poolObject, variantPods, type Variant } from "./inference-pool";
import { pickerObjects, pickerPods } from "./inference-pool-picker";
import { publishedPaths, type PublishedPath } from "./published-paths";
import { routeAddress, type RoutedModel } from "./route-conflicts";
import { fromLoadBalancer, openings } from "./route-network";
import { backendPolicies, type RouteBackend } from "./route-policies";
import { requestSeconds } from "../config/route-timeout";
import type { ServedModel } from "../config/served-model";
import { serverCommand } from "../pod/server-command";

const GATEWAY_API = "gateway.networking.k8s.io";

/** True for a model behind an `InferencePool`: a language model, whose replicas are not alike to a request. */
export function usesInferencePool(model: Pick<ServedModel["config"], "server">): boolean {
  return model.server === "vllm";
}

/** True where a second version may stand beside the stable one: a candidate, or what Argo Rollouts makes of a Service's pods. */
function hasSecondVersion(config: ServedModel["config"]): boolean {
  return config.candidate !== undefined || (config.rollout !== undefined && !usesInferencePool(config));
}

/**
 * What makes a model answer on the gateway: its route, what the load balancer knows of each of its backends, and for a language model the pools
 * with their endpoint pickers. None for a model without a route. They belong into the model's own release, which waits for `afterGateway`.
 *
 * The path of the route is the gateway's: the server sees what comes after it, and of that only what callers ask for. A version under test
 * starts with no requests; whoever rolls it out moves the weights.
 */
export function routeObjects(model: ServedModel, gateway: GatewayRef): KubernetesObject[] {
  const address = routeAddress(model.config, gateway.hosts);
  if (address === undefined) return [];
  const metadataOf = (name: string): ObjectMetadata => ({ name, namespace: model.namespace, labels: model.labels });
  const variants: readonly Variant[] = hasSecondVersion(model.config) ? ["stable", "candidate"] : ["stable"];
  const backends = variants.map((variant) => backendOf(model, variant));
  const treatment = {
    gateway,
    securityPolicy: gateway.securityPolicy.value,
    requestSeconds: requestSeconds(model.config),
    readyPath: serverCommand(model.config).paths.ready,
  };
  return [
    httpRoute(model, gateway, backends, metadataOf(model.name)),
    ...backends.flatMap((backend) => backendPolicies(backend, metadataOf(backend.name), treatment)),
    openings(metadataOf(`${model.name}-gateway`), model.selector, [
      fromLoadBalancer(gateway.proxyRange, model.service.port),
    ]),
    ...(usesInferencePool(model.config) ? poolsOf(model, gateway, variants, metadataOf) : []),
  ];
}

function backendOf(model: ServedModel, variant: Variant): RouteBackend {
  const { port, name } = model.service;
  if (usesInferencePool(model.config)) {
    return { group: "inference.networking.k8s.io", kind: "InferencePool", name: poolName(model.name, variant), port };
  }
  return { group: "", kind: "Service", name: variant === "stable" ? name : `${model.name}-canary`, port };
}

// Defaults of the API are written out: what a server fills in would differ from what is applied for ever.
function httpRoute(
  model: ServedModel,
  gateway: GatewayRef,
  backends: readonly RouteBackend[],
  metadata: ObjectMetadata,
): KubernetesObject {
  const { host, path } = routeAddress(model.config, gateway.hosts)!;
  const notice = model.stopped ? gateway.stopNotice : undefined;
  return {
    apiVersion: `${GATEWAY_API}/v1`,
    kind: "HTTPRoute",
    metadata,
    spec: {
      parentRefs: [
        {
          group: GATEWAY_API,
          kind: "Gateway",
          name: gateway.name,
          namespace: gateway.namespace,
          sectionName: host,
        },
      ],
      hostnames: [host],
      rules: notice
        ? [noticeRule(model, notice, path)]
        : publishedPaths(model.config.server, path).map((one) => serverRule(one, backends)),
    },
  };
}

function noticeRule({ name: model, config }: ServedModel, notice: StopNoticeRef, path: string) {
  const { name, namespace, port } = notice;
  const set = [
    { name: "X-Stopped-Model", value: model },
    { name: "X-Stopped-Owner", value: config.owner },
  ];
  return {
    matches: [{ path: { type: "PathPrefix", value: path } }],
    filters: [{ type: "RequestHeaderModifier", requestHeaderModifier: { set } }],
    backendRefs: [{ group: "", kind: "Service", name, namespace, port, weight: 1 }],
  };
}

// A rule for each path: the API takes a rewrite of a prefix only where a rule has one match.
function serverRule({ from, to }: PublishedPath, backends: readonly RouteBackend[]) {
  const rewrite = { path: { type: "ReplacePrefixMatch", replacePrefixMatch: to } };
  return {
    matches: [{ path: { type: "PathPrefix", value: from } }],
    ...(from === to ? {} : { filters: [{ type: "URLRewrite", urlRewrite: rewrite }] }),
    backendRefs: backends.map(({ group, kind, name, port }, index) => ({
      group,
      kind,
      name,
      port,
      weight: index === 0 ? 100 : 0,
    })),
  };
}

function poolsOf(
  model: ServedModel,
  gateway: GatewayRef,
  variants: readonly Variant[],
  metadataOf: (name: string) => ObjectMetadata,
): KubernetesObject[] {
  const picker = gateway.endpointPicker;
  if (picker === undefined) throw new ConfigError(`routes of ${model.name}`, [noPicker(model.config)]);
  const ranges = { proxies: gateway.proxyRange, controlPlane: gateway.controlPlaneRange };
  return [
    ...variants.flatMap((variant) => {
      const name = poolName(model.name, variant);
      const pods = variantPods(model, variant);
      const pool = {
        name,
        namespace: model.namespace,
        pods,
        port: model.service.port,
        requestSeconds: requestSeconds(model.config),
        priorityClass: model.priorityClass,
      };
      const own = pickerName(name);
      // A picker is no model server: what selects the model's pods or asks for their duties must pass it by.
      const pickerMetadata = (object: string): ObjectMetadata => ({
        ...metadataOf(object),
        labels: { ...model.labels, ...pickerPods(own) },
      });
      return [
        poolObject(model, variant, picker.failureMode, metadataOf),
        ...pickerObjects(own, pool, picker, ranges, pickerMetadata),
        openings(metadataOf(`${own}-metrics`), pods, [
          { peers: [{ pods: pickerPods(own) }], ports: [model.service.port] },
        ]),
      ];
    }),
    ...objectiveObjects(model.name, picker.priorities, metadataOf),
  ];
}

/** Why a language model cannot have a route. */
export function noPicker({ name }: Pick<RoutedModel, "name">) {
  return {
    code: "missing",
    path: "route",
    message: `needs gateway.endpointPicker: ${name} is a language model, and something must choose the replica that answers`,
    fix: "give gateway.endpointPicker the image of llm-d-router-endpoint-picker 0.10.0, by digest",
  };
}
