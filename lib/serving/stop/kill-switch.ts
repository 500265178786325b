import type { ITerraformDependable, TerraformResource } from "cdktf";
import type { ComputeRegionSecurityPolicyRule } from "@cdktf/provider-google/lib/compute-region-security-policy-rule";
import { Construct } from "constructs";
import { Environment, OutputFiles, Problems, parseProps, type ClusterRef, type Ref, type Tokenable } from "../../core";
import { kubernetesResource } from "../../delivery";
import { BreakGlass } from "./break-glass";
import { edgeRule, type EdgePolicyRef } from "../gateway/edge-policy";
import { killSwitchSchema, stopFailures, type KillSwitchConfig } from "./kill-switch-config";
import { RUNBOOKS_FOLDER } from "./kill-switch-folder";
import { placeFailures, stopRules } from "./kill-switch-rules";
import { stopRunbook, type StopTarget } from "./kill-switch-runbook";
import { workloadsOf, type StoppableModel } from "./stopped-workloads";

export type KillSwitchProps = Tokenable<KillSwitchConfig> & {
  /** Every model of the environment; those without a route have no rule at the edge. */
  readonly models: readonly StoppableModel[];
  /** Host names of the gateway, the first of which is the default of routes. */
  readonly hosts: readonly string[];
  /** The policy that the gateway's backends carry. */
  readonly policy: EdgePolicyRef;
  readonly cluster: ClusterRef;
  /** Namespace of the gateway, which holds the commands of a stop. */
  readonly namespace: string;
  /** What must exist before an object can be made in the namespaces. @default - nothing of this stack */
  readonly after?: readonly ITerraformDependable[];
  /** Who is told when somebody breaks the glass: ids of notification channels (`AlertChannels.ref.ids`). @default - nobody but the audit log */
  readonly channels?: readonly Ref[];
};

/**
 * The stop of each model and of all of them. At the edge a rule for each is always there, logged only, and turns callers away once its model
 * is named in `stopped`; the model's own release then has no replicas (`ServedModel.stopped`). Nothing else changes.
 */
export class KillSwitch extends Construct {
  /** Absent where only Terraform stops. */
  readonly breakGlass?: BreakGlass;
  readonly resources: {
    /** By the id of the rule: `stop-all`, `stop-<model>`. */
    readonly rules: ReadonlyMap<string, ComputeRegionSecurityPolicyRule>;
    /** The commands of a stop, for whoever stands before the cluster. */
    readonly commands: TerraformResource;
  };

  /** @throws ConfigError for the name of a model that is none, and for a missing owner */
  constructor(scope: Construct, id: string, props: KillSwitchProps) {
    super(scope, id);
    const { models, hosts, policy, cluster, namespace, after = [], channels, ...plain } = props;
    const config = parseProps(this, "KillSwitch", killSwitchSchema, plain);
    const names = models.map(({ name }) => name);
    const problems = new Problems([...stopFailures(config.stopped, names, ""), ...placeFailures(models)]);
    problems.throwIfAny(`KillSwitch at ${this.node.path}`);
    const rules = new Map(
      stopRules(models, hosts, config.stopped).map((rule) => [rule.id, edgeRule(this, policy, rule)]),
    );
    this.breakGlass =
      config.breakGlass &&
      new BreakGlass(this, "break-glass", {
        ...config.breakGlass,
        owner: config.owner,
        policy,
        workloads: models.flatMap(workloadsOf),
        namespace,
        after,
        channels,
      });
    const { projectId, region } = Environment.of(this);
    const target: StopTarget = {
      project: projectId,
      region,
      policy: policy.name.value,
      account: this.breakGlass?.ref.email.value,
      fleetMembership: cluster.fleetMembership.value,
    };
    const runbook = stopRunbook(target, models);
    OutputFiles.inFolder(this, RUNBOOKS_FOLDER, "kill-switch.md", runbook);
    const commands = kubernetesResource(
      this,
      "commands",
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "kill-switch", namespace, labels: { "ai-human-stop": config.owner } },
        data: { "runbook.md": runbook },
      },
      [...after, ...rules.values(), ...(this.breakGlass ? [this.breakGlass.resources.account] : [])],
    );
    this.resources = { rules, commands };
  }
}
