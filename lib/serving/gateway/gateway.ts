import type { ITerraformDependable, TerraformResource } from "cdktf";
import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address";
import { ComputeRegionSslPolicy } from "@cdktf/provider-google/lib/compute-region-ssl-policy";
import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import { Construct } from "constructs";
import { PLATFORM_IMAGES } from "../../catalog/images";
import { NAMES } from "../../catalog/names";
import {
  Environment,
  Governance,
  Problems,
  Ref,
  parseProps,
  resourceName,
  type ClusterRef,
  type SubnetRef,
  type Tokenable,
} from "../../core";
import { ImageSource, ManifestRelease, kubernetesResource, type KubernetesObject } from "../../delivery";
import { ProjectGrants, Principals, type Grant } from "../../iam";
import type { ModelArmorRef } from "../../security";
import { EdgePolicy } from "./edge-policy";
import { edgeRules } from "./edge-rules";
import { allowCallers } from "./gateway-callers";
import { GatewayCertificate, RECORD_SECONDS } from "./gateway-certificate";
import { gatewaySchema, type GatewayConfig, type GatewayValues } from "./gateway-config";
import { extensionObjects } from "./gateway-extension";
import { gatewayNamespaceObjects } from "./gateway-namespace";
import { gatewayObjects } from "./gateway-objects";
import type { GatewayRef } from "./gateway-ref";
import { gatewayFailures, gatewayRules, screenedRoutes, screeningBy } from "./gateway-rules";
import { keptRule, stopNotice, stopNoticeObjects } from "./gateway-stop-notice";
import type { ModelValues } from "../config/model-config";

export type GatewayProps = Tokenable<GatewayConfig> & {
  readonly cluster: ClusterRef;
  /** Every model of the environment; those with a route are reached through it. */
  readonly models: readonly ModelValues[];
  /** Namespaces of teams, whose routes it takes. */
  readonly namespaces: readonly string[];
  /** Range of the proxy-only subnet (`PlatformNetwork.plan.proxyOnly`), which every regional gateway needs. */
  readonly proxyRange: string;
  /** Range of the control plane's private endpoint (`PlatformNetwork.plan.controlPlane`). */
  readonly controlPlaneRange: string;
  /** Subnet of the nodes, where an internal gateway has its address. */
  readonly subnet: SubnetRef;
  /** What prompts and answers are searched for. @default - they are not searched */
  readonly modelArmor?: ModelArmorRef;
  /** Where images of the catalogue come from. @default - their own registries */
  readonly images?: ImageSource;
  /** What must exist before an object can be made in the cluster. @default - nothing of this stack */
  readonly after?: readonly ITerraformDependable[];
};

/**
 * The way to models from outside of the cluster: a GKE Gateway of the region with a managed certificate, Cloud Armor before every backend, callers
 * that are known, and Model Armor in the path of prompts. Models bring their own routes (`routeObjects`).
 */
export class Gateway extends Construct {
  readonly ref: GatewayRef;
  /** The policy that backends carry; stops of models are rules of it. */
  readonly edge: EdgePolicy;
  /** Rights of callers and of Model Armor. */
  readonly grants: readonly Grant[];
  readonly resources: {
    readonly address: ComputeAddress;
    readonly sslPolicy: ComputeRegionSslPolicy;
    /** Absent with existing certificates. */
    readonly certificate?: GatewayCertificate;
    readonly records: readonly DnsRecordSet[];
    /** The namespace and what closes it, by kind and name. */
    readonly namespace: ReadonlyMap<string, TerraformResource>;
    readonly release: ManifestRelease;
    /** Absent without a notice. */
    readonly noticeEdge?: EdgePolicy;
  };

  /** @throws ConfigError with everything that is wrong with the gateway and with the routes of models */
  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const {
      cluster,
      models,
      namespaces,
      proxyRange,
      controlPlaneRange,
      subnet,
      modelArmor,
      images,
      after = [],
      ...plain
    } = props;
    const config = parseProps(this, "Gateway", gatewaySchema, plain, gatewayRules);
    const screening = screeningBy(config, modelArmor);
    new Problems(gatewayFailures(config, models, screening)).throwIfAny(`Gateway at ${this.node.path}`);
    const prompts = screenedRoutes(models, config.hosts);

    const address = this.address(config, subnet);
    const sslPolicy = this.sslPolicy(config);
    const zone = config.dns && { name: config.dns.zone, project: config.dns.project ?? Environment.of(this).projectId };
    const certificate =
      config.certificate.from === "managed"
        ? new GatewayCertificate(this, "certificate", { name: config.name, hosts: config.hosts, zone })
        : undefined;
    const records = zone ? config.hosts.map((host) => this.record(host, zone, address)) : [];
    this.edge = new EdgePolicy(this, "edge", {
      name: config.name,
      description: "What reaches models",
      rules: edgeRules(config.edge, config.exposure, prompts),
    });
    const noticeEdge =
      config.stopNotice &&
      new EdgePolicy(this, "notice-edge", {
        name: `${config.name}-notice`,
        description: "What reaches the notice that a model is stopped",
        rules: [keptRule(config.hosts), ...edgeRules(config.edge, config.exposure, [])],
      });

    const namespace = this.namespace(config.name, cluster, after);
    const base = { name: config.name, namespace: config.name };
    const access = config.access.by;
    const seen = { hosts: config.hosts, access, loggedShare: config.loggedShare, proxyRange };
    const objects: KubernetesObject[] = [
      ...gatewayObjects(
        config,
        {
          address: address.name,
          certificates: certificate ? [certificate.certificateName] : existingCertificates(config),
          sslPolicy: sslPolicy.name,
        },
        // The notice's route is the gateway's own.
        noticeEdge ? [...namespaces, base.namespace] : namespaces,
        base,
      ),
      ...extensionObjects(config.access, screening, prompts, base),
      ...(noticeEdge
        ? stopNoticeObjects(
            config.stopNotice!.image,
            { ...base, ...seen },
            noticeEdge.ref.name.from(this),
            namespaces,
            (name) => ({
              ...base,
              name,
            }),
          )
        : []),
    ];
    this.grants = [
      ...(config.access.by === "iap" ? allowCallers(this, config.hosts, config.access.callers, models) : []),
      ...(screening && prompts.length > 0 ? this.letScreen() : []),
    ];
    const release = new ManifestRelease(this, "release", {
      ...base,
      objects,
      // Backends carry the policy until the Gateway is gone: it is the last to go.
      after: [...namespace.values(), this.edge.resources.policy, ...(modelArmor?.id.dependencies(this) ?? [])],
    });
    this.resources = { address, sslPolicy, certificate, records, namespace, release, noticeEdge };
    this.ref = {
      ...base,
      ...seen,
      securityPolicy: Ref.to(this.edge.resources.policy, this.edge.resources.policy.name, this.edge.ref.name.value, [
        this.edge.resources.policy,
        ...release.dependables,
      ]),
      controlPlaneRange,
      endpointPicker: { ...config.endpointPicker, image: config.endpointPicker.image ?? pickerImage(images) },
      stopNotice: config.stopNotice && stopNotice(config.name),
    };
  }

  /** A gateway that another program makes: its policy must be there before routes name it. */
  static fromExisting(ref: Omit<GatewayRef, "securityPolicy"> & { readonly securityPolicy: string }): GatewayRef {
    return { ...ref, securityPolicy: Ref.existing(ref.securityPolicy) };
  }

  private address({ name: part, exposure }: GatewayValues, subnet: SubnetRef): ComputeAddress {
    const { name: environment, projectId, region } = Environment.of(this);
    const common = {
      project: projectId,
      region,
      name: resourceName(this, "name", NAMES.computeAddress, environment, part),
      description: `Gateway of ${environment}`,
    };
    return new ComputeAddress(
      this,
      "address",
      exposure === "external"
        ? { ...common, addressType: "EXTERNAL" }
        : {
            ...common,
            addressType: "INTERNAL",
            // HTTP and HTTPS are two forwarding rules on one address (GKE docs, "Deploying Gateways").
            purpose: "SHARED_LOADBALANCER_VIP",
            subnetwork: subnet.id.from(this),
            dependsOn: subnet.id.dependencies(this),
          },
    );
  }

  private sslPolicy({ name: part, tls }: GatewayValues): ComputeRegionSslPolicy {
    const { name: environment, projectId, region } = Environment.of(this);
    return new ComputeRegionSslPolicy(this, "ssl-policy", {
      project: projectId,
      region,
      name: resourceName(this, "name", NAMES.computeRegionSslPolicy, environment, part),
      description: `Ciphers of the gateway of ${environment}`,
      profile: tls,
      minTlsVersion: "TLS_1_2",
    });
  }

  private record(host: string, zone: { readonly name: string; readonly project: string }, address: ComputeAddress) {
    return new DnsRecordSet(this, `record-${host}`, {
      project: zone.project,
      managedZone: zone.name,
      name: `${host}.`,
      type: "A",
      ttl: RECORD_SECONDS,
      rrdatas: [address.address],
    });
  }

  private namespace(
    name: string,
    cluster: ClusterRef,
    after: readonly ITerraformDependable[],
  ): ReadonlyMap<string, TerraformResource> {
    const made = new Map<string, TerraformResource>();
    for (const object of gatewayNamespaceObjects(name, Governance.of(this).labels, cluster)) {
      const { kind, metadata } = object;
      const before = [...after, ...made.values()].slice(0, after.length + 1);
      made.set(
        `${kind} ${metadata.name}`,
        kubernetesResource(this, `${kind.toLowerCase()}-${metadata.name}`, object, before),
      );
    }
    return made;
  }

  // Service Extensions docs also have the agent administer clusters; nothing in a callout to Model Armor needs that, so it is not given.
  private letScreen(): Grant[] {
    const agent = Principals.serviceAgent(this, "serviceExtensions");
    const reason = "the load balancer has Model Armor search prompts and answers";
    const grants = new ProjectGrants(this);
    return (["modelArmorCalloutUser", "modelArmorUser", "serviceUsageConsumer"] as const).map((right) =>
      grants.allow(right, agent, { reason }),
    );
  }
}

function pickerImage(images = new ImageSource()): string {
  return images.image(PLATFORM_IMAGES.endpointPicker).reference;
}

function existingCertificates({ certificate }: GatewayValues): readonly string[] {
  return certificate.from === "existing" ? certificate.names : [];
}
