import { TerraformStack, type ITerraformDependable, type TerraformResource } from "cdktf";
import { DefaultServiceAccountV1 } from "@cdktf/provider-kubernetes/lib/default-service-account-v1";
import { Construct } from "constructs";
import { Governance, parseProps, type ClusterRef, type Tokenable } from "../core";
import { kubernetesResource, ManifestRelease, type KubernetesObject, type ObjectMetadata } from "../delivery";
import { StackObjects } from "../delivery/stack-objects";
import { Principals, ProjectGrants, type Grant, type Principal } from "../iam";
import type { GoogleApis } from "../network";
import { accessObjects, gatewayRights } from "./access";
import { BATCH_ACCOUNT } from "./batch-account";
import type { ComputeQueuesRef } from "./compute-queues";
import { namespaceObject, teamLabels } from "./namespace";
import { networkPolicyObjects } from "./network-policies";
import type { PriorityClassesRef } from "./priority-classes";
import { BATCH_QUEUE, SERVING_QUEUE } from "./queue-names";
import { localQueueObjects } from "./queue-objects";
import { limitRangeObject, quotaObject } from "./quota";
import { teamRules, teamSchema, type TeamConfig, type TeamValues } from "./team-config";
import type { TeamRef } from "./team-ref";

export type TeamProps = Tokenable<TeamConfig> & {
  readonly cluster: ClusterRef;
  /** Addresses that Google APIs are reached at, as the network has it. @default "private" */
  readonly googleApis?: GoogleApis;
  /** Priorities that its pods may name. @default - none */
  readonly priorities?: PriorityClassesRef;
  /** Queues that its work goes through. @default - none */
  readonly queues?: ComputeQueuesRef;
  /** False where another stack lets its groups through the Connect Gateway: two would take the right from each other. @default true */
  readonly opensGateway?: boolean;
};

/** What must be known of a team whose namespace exists already. */
export type ExistingTeam = Pick<TeamRef, "name"> & Partial<Omit<TeamRef, "name" | "ready">>;

/**
 * A team's namespace, closed until something is opened: pods run `restricted`, reach DNS, the metadata server and Google APIs alone, hold no
 * token of the cluster, and ask for no more than the quota. Its groups come through the Connect Gateway and see only this namespace.
 */
export class Team extends Construct {
  readonly ref: TeamRef;
  /** What its batch work is known as to IAM: data that jobs read is granted to it. */
  readonly batchPrincipal: Principal;
  /** Rights of its groups on the Connect Gateway; Kubernetes itself says what they may do behind it. */
  readonly grants: readonly Grant[];
  readonly resources: {
    readonly namespace: TerraformResource;
    /** Everything in it, by kind and name: `NetworkPolicy default-deny`. */
    readonly inside: ReadonlyMap<string, TerraformResource>;
    /** The account of pods that name none: it has no token. */
    readonly defaultAccount: DefaultServiceAccountV1;
    /** Absent without queues. */
    readonly queues?: ManifestRelease;
  };

  /** @throws ConfigError for a name that is a namespace of the cluster's own, and for what is no address of a group */
  constructor(scope: Construct, id: string, props: TeamProps) {
    super(scope, id);
    const { cluster, googleApis = "private", priorities, queues, opensGateway = true, ...plain } = props;
    const config = parseProps(this, "Team", teamSchema, plain, teamRules);
    const labels = teamLabels(Governance.of(this), config);
    const namespace = kubernetesResource(this, "namespace", namespaceObject(config.name, labels, cluster));
    const metadata = (name: string): ObjectMetadata => ({ name, namespace: config.name, labels });

    const inside = this.makeInside(namespaced(config, googleApis, metadata), namespace);
    const defaultAccount = new DefaultServiceAccountV1(this, "default-account", {
      metadata: { namespace: config.name, labels: { ...labels } },
      automountServiceAccountToken: false,
      dependsOn: [namespace],
    });
    // Its resource is none of `kubernetesResource`, as Kubernetes makes the account itself: the manifest is noted here.
    StackObjects.add(this, "default-account", accountObject(metadata("default")));
    const before = [namespace, ...inside.values(), defaultAccount];
    const release = queues && this.makeQueues(queues, config.name, metadata, before);
    this.grants = opensGateway ? this.openGateway(config) : [];
    this.batchPrincipal = Principals.workload(cluster, { namespace: config.name, serviceAccount: BATCH_ACCOUNT });
    this.resources = { namespace, inside, defaultAccount, queues: release };
    this.ref = {
      name: config.name,
      namespace: config.name,
      ready: [...before, ...(release?.dependables ?? []), ...(priorities?.ready ?? [])],
      labels,
      queuedPools: queues?.pools ?? [],
      batchServiceAccount: BATCH_ACCOUNT,
      ...(release ? { batchQueue: BATCH_QUEUE, servingQueue: SERVING_QUEUE } : {}),
      ...(priorities ? { batchPriorityClass: priorities.batch, servingPriorityClass: priorities.realTime } : {}),
    };
  }

  /** The namespace of a team that exists already, or that another program makes. */
  static fromExisting(team: ExistingTeam): TeamRef {
    const {
      name,
      namespace = name,
      labels = {},
      queuedPools = [],
      batchServiceAccount = BATCH_ACCOUNT,
      ...rest
    } = team;
    return { name, namespace, labels, queuedPools, batchServiceAccount, ready: [], ...rest };
  }

  private makeInside(
    objects: readonly KubernetesObject[],
    namespace: TerraformResource,
  ): ReadonlyMap<string, TerraformResource> {
    const made = new Map<string, TerraformResource>();
    for (const object of objects) {
      const { kind, metadata } = object;
      // A binding is refused where its role is not there yet.
      const role = kind === "RoleBinding" ? made.get(`Role ${metadata.name}`) : undefined;
      const resource = kubernetesResource(this, idOf(object), object, [namespace, ...(role ? [role] : [])]);
      made.set(`${kind} ${metadata.name}`, resource);
    }
    return made;
  }

  private makeQueues(
    queues: ComputeQueuesRef,
    team: string,
    metadata: (name: string) => ObjectMetadata,
    before: readonly ITerraformDependable[],
  ): ManifestRelease | undefined {
    const batch = queues.batch.get(team);
    if (batch === undefined) return undefined;
    return new ManifestRelease(this, "queues", {
      name: "queues",
      namespace: team,
      objects: localQueueObjects(metadata, { serving: queues.serving, batch }),
      after: [...before, ...queues.ready],
    });
  }

  // Given by the stack, so that two teams with one group share one binding that outlives either of them.
  private openGateway({ name, access }: TeamValues): Grant[] {
    const project = new ProjectGrants(TerraformStack.of(this));
    const reason = `Reaches namespace ${name} through the Connect Gateway`;
    return [...gatewayRights(access)].map(([group, right]) =>
      project.allow(right, Principals.group(group), { reason }),
    );
  }
}

function namespaced(
  config: TeamValues,
  googleApis: GoogleApis,
  metadata: (name: string) => ObjectMetadata,
): KubernetesObject[] {
  return [
    quotaObject(metadata("team"), config.quota),
    limitRangeObject(metadata("containers")),
    ...networkPolicyObjects(metadata, googleApis),
    accountObject(metadata(BATCH_ACCOUNT)),
    ...accessObjects(metadata, config.access),
  ];
}

function accountObject(metadata: ObjectMetadata): KubernetesObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false };
}

/** `RoleBinding viewer` → `role-binding-viewer`. */
function idOf({ kind, metadata: { name } }: KubernetesObject): string {
  return `${kind.replace(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase()}-${name}`;
}
