import { Annotations, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { NodePoolRef } from "../../cluster";
import { ConfigError, Environment, Governance, Ref, acknowledge, type ClusterRef } from "../../core";
import { ClusterApis, ManifestRelease, type KubernetesObject } from "../../delivery";
import { ManagedFolderGrants, Principals, SecretGrants, type Grant, type Principal } from "../../iam";
import type { TeamRef } from "../../tenants/team-ref";
import { makesNodes } from "../capacity/compute-class";
import { modelObjects, type ComposedModel } from "./composed-model";
import { afterGateway, type GatewayRef } from "../gateway/gateway-ref";
import type { ModelConfig, ModelValues } from "../config/model-config";
import { ModelFolder } from "./model-folder";
import { updateSeconds } from "./model-objects";
import { signalsOf } from "./model-signals";
import { lookAround, scalerOf } from "./model-surroundings";
import { readModel } from "./read-model";
import { modelLabels, selectorOf, variantsOf } from "../config/model-variant";
import { idleGpusBy } from "../capacity/fit";
import type { Placement } from "../capacity/placement";
import { graceSeconds } from "../pod/pod-template";
import { secretId } from "../pod/pod-secrets";
import type { VolumeSource } from "../pod/pod-weights";
import { warnOfUncomparedAnswers } from "../rollout/compared-answers";
import { shiftsByArgo } from "../rollout/rollout-choice";
import { routeObjects } from "../route/route";
import type { ServedModel } from "../config/served-model";
import { servingPort } from "../pod/server-command";
import { edgeIdentity, edgeIdentityObject } from "../surfaces/edge-identity";
import { kserveObjects } from "../surfaces/kserve-objects";
import { fuseVolumes } from "../pod/weights";

export type ModelServerProps = ModelConfig & {
  readonly cluster: ClusterRef;
  /** The team that `team` names. */
  readonly teamRef: TeamRef;
  /** Pools of the cluster: one of them must hold the model. */
  readonly pools: readonly NodePoolRef[];
  /** Where its route is. @default - a model with a route is refused */
  readonly gateway?: GatewayRef;
  /** True: no replicas, and callers are turned away. @default false */
  readonly stopped?: boolean;
  /** Environment variables besides the model's, e.g. those of `predictionLogVariables`. @default {} */
  readonly variables?: Readonly<Record<string, string>>;
  /** On an edge cluster, the volume that its nodes keep the weights on. @default - none; asked for there by a model with a source */
  readonly cachedWeights?: VolumeSource;
  /** Further objects of its release. @default [] */
  readonly objects?: readonly KubernetesObject[];
  /** What must exist before its objects. @default [] */
  readonly after?: readonly ITerraformDependable[];
};

/** A model server, as what stands around it may know it. */
export interface ModelServerRef extends ServedModel {
  readonly placement: Placement;
  /** What IAM knows its pods as. */
  readonly principal: Principal;
}

/**
 * A model in the cluster: a server with its weights, in a place that was found to hold it, with rights on exactly its own folder and secrets,
 * and all that stands around it, as one release: a changed argument of the model is one changed resource in the plan.
 */
export class ModelServer extends Construct {
  readonly ref: ModelServerRef;
  readonly resources: { readonly release: ManifestRelease; readonly grants: readonly Grant[] };

  /** @throws ConfigError with everything that speaks against the model, with the arithmetic where it does not fit */
  constructor(scope: Construct, id: string, props: ModelServerProps) {
    super(scope, id);
    const { cluster, teamRef, pools, gateway, cachedWeights, ...rest } = props;
    const { stopped = false, variables = {}, objects = [], after = [], ...plain } = rest;
    const config = readModel(this, "ModelServer", plain);
    const addOns = ClusterApis.of(this)?.addOns ?? [];
    const surroundings = { cluster, team: teamRef, pools, gateway, addOns, cachesWeights: cachedWeights !== undefined };
    const { placement, failures } = lookAround(config, surroundings);
    if (placement === undefined || failures.length > 0)
      throw new ConfigError(`ModelServer at ${this.node.path}`, failures);
    const served = this.describe(config, teamRef, stopped);
    const principal = this.principalOf(served, cluster);
    const grants = this.giveRights(config, principal);
    const routes = gateway ? routeObjects(served, gateway) : [];
    const composed = { ...this.compose(served, placement, props), scaledBy: scalerOf(config, addOns), env: variables };
    const { name, namespace, labels } = served;
    const metadata = { name, namespace, labels };
    const release = new ManifestRelease(this, "release", {
      name: served.name,
      namespace: served.namespace,
      objects: [
        ...(config.surface.on === "edge" ? [edgeIdentityObject(metadata, cluster)] : []),
        ...(config.surface.on === "kserve" ? kserveObjects : modelObjects)(composed),
        ...routes,
        ...objects,
      ],
      timeoutSeconds: timeoutSeconds(config, placement),
      after: [
        ...teamRef.ready,
        ...grants.flatMap(({ dependables }) => dependables),
        ...(gateway && routes.length > 0 ? afterGateway(gateway, this) : []),
        ...after,
      ],
    });
    this.resources = { release, grants };
    this.ref = { ...served, placement, principal };
    if (config.server === "vllm" && config.allowRemoteCode) {
      acknowledge(release, { rule: "workloads.noRemoteCode", ...config.allowRemoteCode });
    }
    // A workflow says it itself.
    if (shiftsByArgo(config)) warnOfUncomparedAnswers(this, config.name, served.signals, "cluster");
    this.warnOfShortNotice(config, placement);
    this.warnOfIdleGpus(config, placement);
  }

  private describe(
    config: ModelValues,
    { namespace, labels, servingPriorityClass }: TeamRef,
    stopped: boolean,
  ): ServedModel {
    return {
      config,
      name: config.name,
      namespace,
      labels: modelLabels(config, Governance.of(this).labels, labels),
      selector: selectorOf(config.name),
      service: { name: config.name, port: servingPort(config) },
      ...(servingPriorityClass ? { priorityClass: servingPriorityClass } : {}),
      signals: signalsOf(config),
      stopped,
    };
  }

  private principalOf({ name, namespace }: ServedModel, cluster: ClusterRef): Principal {
    const { projectId, projectNumber } = Environment.of(this);
    const number = cluster.project === projectId ? { projectNumber } : {};
    return Principals.workload(cluster, { namespace, serviceAccount: name, ...number });
  }

  /** To read the folders that its versions load from, and the secrets that it names. */
  private giveRights(config: ModelValues, to: Principal): Grant[] {
    const { previousSource: before } = config;
    const loaded = variantsOf(config).flatMap((variant) => fuseVolumes(variant.config).map(({ source }) => source));
    const sources = before !== undefined && loaded.length > 0 ? [...loaded, before] : loaded;
    const secrets = config.secrets.map(({ secret }) => secretId(secret, Environment.of(this).projectId));
    return [
      ...[...new Set(sources)].map((source) =>
        new ManagedFolderGrants(this, ModelFolder.of(this, source).ref).read(to, {
          reason: `The server of model ${config.name} loads weights from ${source}`,
        }),
      ),
      ...[...new Set(secrets)].map((id) =>
        new SecretGrants(this, { id: Ref.existing(id) }).access(to, {
          reason: `The server of model ${config.name} reads this secret when it starts`,
        }),
      ),
    ];
  }

  private compose(
    served: ServedModel,
    placement: Placement,
    { cluster, teamRef, pools, gateway, cachedWeights }: ModelServerProps,
  ): Omit<ComposedModel, "scaledBy" | "env"> {
    const { config, namespace, service } = served;
    const account = [...placement.pools, ...pools].find(({ serviceAccount }) => serviceAccount)?.serviceAccount;
    const creates = placement.computeClass !== undefined && makesNodes(placement.computeClass);
    return {
      served,
      team: teamRef,
      placement,
      projectId: Environment.of(this).projectId,
      cluster: cluster.name.value,
      byArgo: shiftsByArgo(config),
      // NVIDIA's container toolkit, which GKE does not use, changes a container when it starts (KServe docs, read-only root).
      readOnlyRoot: config.surface.on !== "edge" || config.gpus === 0,
      monitored: cluster.features.includes("managed-prometheus"),
      cachedWeights,
      ...(config.surface.on === "edge" ? { identity: edgeIdentity(config.name, cluster) } : {}),
      poolName: ({ name }) => name.from(this),
      ...(gateway && config.route ? { edge: { namespace, backend: service.name, port: service.port } } : {}),
      ...(creates && account
        ? { nodes: { serviceAccount: account.email.from(this), diskKey: cluster.nodeDiskKey.id.from(this) } }
        : {}),
    };
  }

  /** Google takes spot nodes back within half a minute, whatever grace a pod asks for (GKE docs, "Spot VMs"). */
  private warnOfShortNotice(config: ModelValues, { pools }: Placement): void {
    const spot = pools.filter(({ model }) => model === "spot").map(({ pool }) => pool);
    const grace = graceSeconds({ config });
    if (spot.length === 0 || grace <= SPOT_NOTICE_SECONDS) return;
    Annotations.of(this).addWarning(
      `requests to ${config.name} may last until ${grace} s after a pod is told to go; nodes of ${spot.join(", ")} are spot and give ${SPOT_NOTICE_SECONDS} s: longer requests are cut off`,
    );
  }

  private warnOfIdleGpus({ name }: ModelValues, { pools, resources }: Placement): void {
    const idle = pools.map((pool) => idleGpusBy(resources, pool)).find((reason) => reason !== undefined);
    if (idle === undefined) return;
    Annotations.of(this).addWarning(
      `GPUs stay idle beside ${name}: ${idle}; give the pool more of it (bootDisk, localSsds, a larger machine), or let each replica ask for less`,
    );
  }
}

const SPOT_NOTICE_SECONDS = 25;

// Six hours: an update of many replicas one by one; Terraform's own patience ends later.
const MAX_TIMEOUT_SECONDS = 21_600;

/** Seconds that an apply waits. A version that never starts holds the state as long, and a planned stop waits for it. */
function timeoutSeconds(config: ModelValues, placement: Placement): number {
  const byDeployment = config.surface.on !== "kserve" && !shiftsByArgo(config);
  const each = variantsOf(config).map((variant) => updateSeconds(variant, placement, byDeployment));
  return Math.min(Math.max(...each), MAX_TIMEOUT_SECONDS);
}
