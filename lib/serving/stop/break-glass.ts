import type { ITerraformDependable, TerraformResource } from "cdktf";
import { MonitoringAlertPolicy } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { TagsLocationTagBinding } from "@cdktf/provider-google/lib/tags-location-tag-binding";
import { TagsTagKey } from "@cdktf/provider-google/lib/tags-tag-key";
import { TagsTagValue } from "@cdktf/provider-google/lib/tags-tag-value";
import { Construct } from "constructs";
import { NAMES } from "../../catalog/names";
import { Environment, Ref, resourceName, type ServiceAccountRef } from "../../core";
import { ManifestRelease, kubernetesResource } from "../../delivery";
import { CustomRole, Principals, ProjectGrants, ServiceAccountGrants, bindCustomRole, type Principal } from "../../iam";
import type { EdgePolicyRef } from "../gateway/edge-policy";
import type { BreakGlassConfig } from "./kill-switch-config";
import { breakGlassObjects } from "./break-glass-objects";
import { breakGlassPolicies } from "./break-glass-policies";
import type { StoppedWorkload } from "./stopped-workloads";

export interface BreakGlassProps extends BreakGlassConfig {
  /** Who answers for the right. */
  readonly owner: string;
  readonly policy: EdgePolicyRef;
  /** What may be taken down, and given back. */
  readonly workloads: readonly StoppedWorkload[];
  /** Namespace of the gateway, which holds Helm's record of what bounds the account. */
  readonly namespace: string;
  readonly after?: readonly ITerraformDependable[];
  readonly channels?: readonly Ref[];
}

const REASON = "stops models at once, without Terraform and without asking anybody";
const TAG_VALUE = "edge";

/**
 * The account that whoever is on call becomes to stop a model. On Google Cloud it may change the rules of one Cloud Armor policy, told by a tag;
 * in the cluster it may scale the models that are there, never above their minimum, and pause their autoscaling. It may nothing else: it reads no
 * data, makes nothing and takes nothing away. Its changes are in the Admin Activity log, which nobody can switch off, and the next plan shows them.
 *
 * Nobody has to agree to a use, unlike `Elevation`: a stop that waits for an approver comes too late, and can be lifted.
 */
export class BreakGlass extends Construct {
  readonly ref: ServiceAccountRef;
  readonly resources: {
    readonly account: ServiceAccount;
    readonly tag: TagsTagKey;
    readonly tagValue: TagsTagValue;
    readonly tagBinding: TagsLocationTagBinding;
    /** Rights in the cluster, by kind and namespace. */
    readonly rights: ReadonlyMap<string, TerraformResource>;
    /** What bounds those rights where a role cannot. */
    readonly bounds: ManifestRelease;
    /** Absent without channels. */
    readonly alert?: MonitoringAlertPolicy;
  };

  constructor(scope: Construct, id: string, props: BreakGlassProps) {
    super(scope, id);
    const { group, owner, policy, workloads, namespace, after = [], channels } = props;
    const { name: environment, projectId } = Environment.of(this);
    const accountId = resourceName(this, "name", NAMES.serviceAccount, environment, "kill-switch");
    const account = new ServiceAccount(this, "account", {
      project: projectId,
      accountId,
      displayName: `Stops models of ${environment}`,
    });
    const email = `${accountId}@${projectId}.iam.gserviceaccount.com`;
    this.ref = { email: Ref.to(account, account.email, email) };
    const principal = Principals.serviceAccount(this.ref);
    new ServiceAccountGrants(this, this.ref).impersonate(Principals.group(group), { reason: REASON });
    const { tag, tagValue, tagBinding } = this.tagPolicy(policy);
    this.grantEdge(principal, tag);
    new ProjectGrants(this).allow("gatewayWrite", principal, {
      reason: "reaches the cluster to take stopped models down; Kubernetes itself lets it do no more",
    });
    const bounds = new ManifestRelease(this, "bounds", {
      name: "kill-switch-bounds",
      namespace,
      objects: breakGlassPolicies(workloads, email),
      after: [...after, account],
    });
    const rights = new Map<string, TerraformResource>();
    for (const object of breakGlassObjects(workloads, email, owner)) {
      const { kind, metadata } = object;
      const role = kind === "RoleBinding" ? rights.get(`Role ${metadata.namespace}`) : undefined;
      const before = [...after, ...bounds.dependables, ...(role ? [role] : []), account];
      rights.set(
        `${kind} ${metadata.namespace}`,
        kubernetesResource(this, `${kind.toLowerCase()}-${metadata.namespace}`, object, before),
      );
    }
    const alert = channels && this.alert(email, channels, account, owner);
    this.resources = { account, tag, tagValue, tagBinding, rights, bounds, alert };
  }

  // Security policies have no policy of their own, and conditions do not know their names; tags they know (Cloud Armor docs, "Manage tags").
  private tagPolicy(policy: EdgePolicyRef) {
    const { name: environment, projectId, projectNumber } = Environment.of(this);
    const tag = new TagsTagKey(this, "tag", {
      parent: `projects/${projectId}`,
      shortName: resourceName(this, "name", NAMES.tagsTagKey, environment, "kill-switch"),
      description: `What the account that stops models of ${environment} may change`,
    });
    const tagValue = new TagsTagValue(this, "tag-value", { parent: tag.id, shortName: TAG_VALUE });
    const tagBinding = new TagsLocationTagBinding(this, "tag-binding", {
      parent: `//compute.googleapis.com/projects/${projectNumber}/regions/${policy.region}/securityPolicies/${policy.number.from(this)}`,
      tagValue: tagValue.id,
      location: policy.region,
      dependsOn: policy.number.dependencies(this),
    });
    return { tag, tagValue, tagBinding };
  }

  private grantEdge(to: Principal, tag: TagsTagKey): void {
    const { projectId } = Environment.of(this);
    const rules = new CustomRole(this, "stop-role", {
      name: "killSwitch",
      title: "Stop of models at the edge",
      description: "Changes rules of the Cloud Armor policy that models are behind",
      permissions: ["compute.regionSecurityPolicies.get", "compute.regionSecurityPolicies.update"],
    });
    // gcloud waits for a change by asking for its operation, which carries no tag.
    const waiting = new CustomRole(this, "wait-role", {
      name: "killSwitchWait",
      title: "End of a stop",
      description: "Sees that a change of a Cloud Armor policy has ended",
      permissions: ["compute.regionOperations.get"],
    });
    const tagged = `resource.matchTag("${projectId}/${tag.shortNameInput}", "${TAG_VALUE}")`;
    const condition = { title: "only the policy of the models", expression: tagged };
    // Without an end: a right that is over when it is needed in an emergency stops nothing.
    bindCustomRole(this, "stop-binding", rules, to, { reason: REASON, condition });
    bindCustomRole(this, "wait-binding", waiting, to, { reason: "sees whether a stop holds already" });
  }

  private alert(
    email: string,
    channels: readonly Ref[],
    account: ServiceAccount,
    owner: string,
  ): MonitoringAlertPolicy {
    const { name: environment, projectId } = Environment.of(this);
    return new MonitoringAlertPolicy(this, "alert", {
      project: projectId,
      displayName: `${environment}: somebody stops models, or lets them go`,
      combiner: "OR",
      severity: "CRITICAL",
      conditions: [
        {
          displayName: "the account that stops models changed something",
          conditionMatchedLog: {
            filter: `logName:"cloudaudit.googleapis.com%2Factivity" protoPayload.authenticationInfo.principalEmail="${email}"`,
          },
        },
      ],
      // The least that Cloud Monitoring takes for conditions on logs: one message in five minutes.
      alertStrategy: { notificationRateLimit: { period: "300s" }, autoClose: "1800s" },
      documentation: {
        mimeType: "text/markdown",
        content: `Ask ${owner} which model is stopped and why, then write it into \`serving.stopped\`: the next apply would lift the stop.`,
      },
      notificationChannels: channels.map((channel) => channel.from(this)),
      userLabels: { owner },
      dependsOn: [account, ...channels.flatMap((channel) => channel.dependencies(this))],
    });
  }
}
