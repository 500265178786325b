import { createHash } from "node:crypto";
import { DefaultTokenResolver, StringConcat, Tokenization } from "cdktf";
import { CloudRunV2Service } from "@cdktf/provider-google/lib/cloud-run-v2-service";
import type {
  CloudRunV2ServiceTemplate,
  CloudRunV2ServiceTraffic,
} from "@cdktf/provider-google/lib/cloud-run-v2-service";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { Construct } from "constructs";
import { NAMES } from "../../catalog/names";
import {
  ConfigError,
  Environment,
  Governance,
  Ref,
  resourceName,
  type CloudRunServiceRef,
  type KeyRef,
  type ServiceAccountRef,
  type SubnetRef,
} from "../../core";
import { BucketGrants, CloudRunServiceGrants, Principals, SecretGrants, type Grant } from "../../iam";
import { callerOf } from "../gateway/gateway-callers";
import type { ModelConfig, ModelValues } from "../config/model-config";
import { variantsOf } from "../config/model-variant";
import { readModel } from "../model/read-model";
import { secretId } from "../pod/pod-secrets";
import { predictionLogVariables, type PredictionLog } from "../prediction-log/prediction-log";
import { REVISION_TAGS } from "../rollout/traffic-cloud-run";
import { concurrencyOf, containersOf, mountedBucket, timeoutOf, volumesOf } from "./cloud-run-container";
import type { CloudRunSurface } from "./cloud-run-limits";
import { cloudRunFailures } from "./cloud-run-rules";
import { surfaceLabels } from "./surface-labels";

export type CloudRunModelProps = ModelConfig & {
  /** Subnet that instances reach everything else from. */
  readonly subnet: SubnetRef;
  /** Key of purpose `cloud-run`. */
  readonly key: KeyRef;
  /** Labels of the model's team. @default {} */
  readonly teamLabels?: Readonly<Record<string, string>>;
  /** True: nobody may call it, and it has no instances. @default false */
  readonly stopped?: boolean;
  /** Where its answers are logged. @default - nowhere */
  readonly predictions?: PredictionLog;
};

/** A model on Cloud Run, as what stands around it may know it. */
export interface CloudRunModelRef extends CloudRunServiceRef {
  /** Values as they were read. */
  readonly config: ModelValues;
  /** Revisions, by variant; the candidate's only where there is one. */
  readonly revisions: { readonly stable: string; readonly candidate?: string };
  readonly account: ServiceAccountRef;
  readonly stopped: boolean;
}

/**
 * A model as a Cloud Run service: reached from inside of the network alone, by exactly those whom `callers` names, as an identity of its own.
 *
 * Revisions are named by what they hold. A candidate is a revision with the tag `candidate` and no requests; a rollout moves the shares, and
 * Terraform leaves them where it finds them as long as there is a candidate. While one is tested, change nothing that both versions share:
 * the stable revision exists already and cannot follow.
 */
export class CloudRunModel extends Construct {
  readonly ref: CloudRunModelRef;
  /** Who may call it besides. */
  readonly grants: CloudRunServiceGrants;
  readonly resources: {
    readonly service: CloudRunV2Service;
    readonly account: ServiceAccount;
    /** What the model may read. */
    readonly rights: readonly Grant[];
    /** Who may call it: none where it is stopped. */
    readonly callers: readonly Grant[];
  };

  /** @throws ConfigError with everything that speaks against the model on Cloud Run, with the arithmetic where it does not fit */
  constructor(scope: Construct, id: string, props: CloudRunModelProps) {
    super(scope, id);
    const { subnet, key, teamLabels = {}, stopped = false, predictions, ...plain } = props;
    const config = readModel(this, "CloudRunModel", plain);
    const surface = this.surfaceOf(config);
    const { name: environment, projectId, region } = Environment.of(this);
    const name = resourceName(this, "name", NAMES.cloudRunService, environment, config.name);
    const account = this.account(config, environment, projectId);
    const rights = this.giveRights(config, account.ref, predictions);
    const variants = variantsOf(config);
    const templates = variants.map((variant) =>
      this.template(variant.config, surface, { subnet, key, account: account.ref, predictions, teamLabels }),
    );
    const revisions = templates.map((template) => this.revision(name, template));
    const service = new CloudRunV2Service(this, "service", {
      project: projectId,
      location: region,
      name,
      description: `Model ${config.name}, version ${config.version}`,
      labels: surfaceLabels(config, teamLabels),
      ingress:
        surface.ingress === "load-balancer"
          ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
          : "INGRESS_TRAFFIC_INTERNAL_ONLY",
      invokerIamDisabled: false,
      deletionProtection: true,
      binaryAuthorization: { useDefault: true },
      // Cloud Run docs, "Manual scaling": a service without instances is disabled, and answers nobody.
      scaling: stopped ? { scalingMode: "MANUAL", manualInstanceCount: 0 } : { scalingMode: "AUTOMATIC" },
      template: { ...templates.at(-1)!, revision: revisions.at(-1)! },
      traffic: trafficOf(revisions),
      lifecycle: variants.length > 1 ? { ignoreChanges: ["traffic[0].percent", "traffic[1].percent"] } : undefined,
      dependsOn: [
        account.resource,
        ...rights.flatMap(({ dependables }) => dependables),
        ...[subnet.id, key.id].flatMap((ref) => ref.dependencies(this)),
      ],
    });
    const [stable, candidate] = revisions;
    this.ref = {
      project: projectId,
      location: region,
      name: Ref.to(service, service.name, name),
      config,
      revisions: { stable: stable!, ...(candidate ? { candidate } : {}) },
      account: account.ref,
      stopped,
    };
    this.grants = new CloudRunServiceGrants(this, this.ref);
    const callers = stopped
      ? []
      : [...new Set(config.callers ?? [])].map((address) =>
          this.grants.invoke(callerOf(address), { reason: `calls the model ${config.name}` }),
        );
    this.resources = { service, account: account.resource, rights, callers };
  }

  private surfaceOf(config: ModelValues): CloudRunSurface {
    const { surface } = config;
    if (surface.on !== "cloud-run") {
      throw new ConfigError(`CloudRunModel at ${this.node.path}`, [
        {
          code: "other-surface",
          path: "surface.on",
          message: "is not the surface of this construct",
          got: surface.on,
          allowed: "cloud-run",
          fix: "say surface: {on: cloud-run}, or use the construct of the other surface",
        },
      ]);
    }
    const failures = cloudRunFailures(config, surface);
    ConfigError.throwIfAny(`CloudRunModel at ${this.node.path}`, failures);
    return surface;
  }

  private account(config: ModelValues, environment: string, projectId: string) {
    const accountId = resourceName(this, "name", NAMES.serviceAccount, environment, "run", config.name);
    const resource = new ServiceAccount(this, "account", {
      project: projectId,
      accountId,
      displayName: `Model ${config.name}`,
      description: `Instances of model ${config.name} on Cloud Run`,
    });
    const ref: ServiceAccountRef = {
      email: Ref.to(resource, resource.email, `${accountId}@${projectId}.iam.gserviceaccount.com`),
    };
    return { resource, ref };
  }

  /** To read its bucket and its secrets, and to log what it answers. */
  private giveRights(config: ModelValues, account: ServiceAccountRef, predictions?: PredictionLog): Grant[] {
    const to = Principals.serviceAccount(account);
    const { projectId } = Environment.of(this);
    const bucket = mountedBucket(config);
    const secrets = [...new Set(config.secrets.map(({ secret }) => secretId(secret, projectId)))];
    return [
      ...(bucket === undefined
        ? []
        : [
            new BucketGrants(this, { name: Ref.existing(bucket) }).read(to, {
              reason: `Model ${config.name} loads weights from ${config.source}; the bucket is its own`,
            }),
          ]),
      ...secrets.map((secret) =>
        new SecretGrants(this, { id: Ref.existing(secret) }).access(to, {
          reason: `Model ${config.name} reads this secret when it starts`,
        }),
      ),
      ...(predictions
        ? [predictions.grants.publish(to, { reason: `Model ${config.name} logs what it answers`, at: this })]
        : []),
    ];
  }

  private template(
    config: ModelValues,
    surface: CloudRunSurface,
    around: Pick<CloudRunModelProps, "subnet" | "key" | "predictions" | "teamLabels"> & {
      readonly account: ServiceAccountRef;
    },
  ): CloudRunV2ServiceTemplate {
    const { subnet, key, predictions, account, teamLabels = {} } = around;
    const { projectId } = Environment.of(this);
    const topic = predictions?.ref.id.from(this);
    const variables = topic === undefined ? {} : predictionLogVariables(this, config, topic);
    const { gpu } = surface;
    return {
      labels: surfaceLabels(config, teamLabels),
      serviceAccount: account.email.from(this),
      encryptionKey: key.id.from(this),
      executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
      maxInstanceRequestConcurrency: concurrencyOf(config),
      timeout: timeoutOf(config),
      scaling: { minInstanceCount: config.replicas.min, maxInstanceCount: config.replicas.max },
      // Everything goes through the network, so that its firewall and its ways to Google's APIs hold here too.
      vpcAccess: { egress: "ALL_TRAFFIC", networkInterfaces: [{ subnetwork: subnet.id.from(this) }] },
      containers: containersOf(config, surface, variables),
      volumes: volumesOf(config, (secret) => secretId(secret, projectId)),
      ...(gpu ? { nodeSelector: { accelerator: gpu }, gpuZonalRedundancyDisabled: !surface.zonalRedundancy } : {}),
    };
  }

  /** A name that follows from what the revision holds: the same content is the same revision, whatever it was called before. */
  private revision(service: string, template: CloudRunV2ServiceTemplate): string {
    const resolver = new DefaultTokenResolver(new StringConcat());
    // Governance reaches the template's labels when the stack is written; a revision of that name with other labels would be refused.
    const all = { template, labels: Governance.of(this).labels };
    const content = JSON.stringify(Tokenization.resolve(all, { scope: this, resolver, preparing: false }));
    return `${service}-${createHash("sha256").update(content).digest("hex").slice(0, REVISION_DIGITS)}`;
  }
}

const REVISION_DIGITS = 8;

function trafficOf([stable, candidate]: readonly string[]): CloudRunV2ServiceTraffic[] {
  const to = (revision: string, percent: number, tag: string): CloudRunV2ServiceTraffic => ({
    type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
    revision,
    percent,
    tag,
  });
  return [
    to(stable!, 100, REVISION_TAGS.stable),
    ...(candidate === undefined ? [] : [to(candidate, 0, REVISION_TAGS.candidate)]),
  ];
}
