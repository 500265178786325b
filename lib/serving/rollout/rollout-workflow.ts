import type { ITerraformDependable } from "cdktf";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { WorkflowsWorkflow } from "@cdktf/provider-google/lib/workflows-workflow";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../../catalog/names";
import { suffixOf } from "../../cluster/node-pool-name";
import {
  assertSchema,
  Environment,
  known,
  parseProps,
  Ref,
  resourceName,
  type CrossFieldRule,
  type KeyRef,
  type ServiceAccountRef,
} from "../../core";
import { ProjectGrants, type Principal } from "../../iam";
import { labelValue } from "../config/model-field-kinds";
import { goalFailures } from "./analysis-goals";
import { analysisQueries } from "./analysis-queries";
import { warnOfUncomparedAnswers } from "./compared-answers";
import { rolloutFailures, rolloutSchema, surfaceFailures, type RolloutConfig } from "../config/rollout-config";
import { idleProgram, rolloutProgram } from "./rollout-program";
import { promotionProgram } from "./rollout-promotion";
import { rolloutRights, type RolloutAccount } from "./rollout-rights";
import {
  replicasUrl,
  targetDependencies,
  targetSignals,
  targetTraffic,
  targetUrl,
  targetVariants,
  type RolloutTarget,
} from "./rollout-target";
import { METRICS_URL_VARIABLE, TRAFFIC_URL_VARIABLE } from "./traffic";
import { REPLICAS_URL_VARIABLE } from "./traffic-replicas";
import { workflowSource, type WorkflowDefinition } from "./workflow-definition";

export interface RolloutWorkflowConfig {
  /** Name of the model. */
  readonly name: string;
  /** Version that the model itself has. With the candidate's, the rollout is over. @default - another than the candidate's */
  readonly version?: string;
  /** Version under test, as the registry knows it. @default - none: the workflow says so when it is started */
  readonly candidateVersion?: string;
  /** Steps and checks. @default {} */
  readonly rollout?: RolloutConfig;
}

const IN_QUERIES = "names and queries are made of it";

export const rolloutWorkflowSchema = z.strictObject({
  name: known(z.string().min(1).max(40).describe("Name of the model"), IN_QUERIES),
  version: labelValue("Version that the model itself has").optional(),
  candidateVersion: labelValue("Version under test").optional(),
  rollout: rolloutSchema.describe("Steps and checks").prefault({}),
});

assertSchema<RolloutWorkflowConfig, typeof rolloutWorkflowSchema>(true);

type RolloutWorkflowValues = z.output<typeof rolloutWorkflowSchema>;

export type RolloutWorkflowProps = RolloutWorkflowConfig & {
  readonly target: RolloutTarget;
  /** Key of purpose `workflows`. */
  readonly key: KeyRef;
  /**
   * What its program speaks of: the release of the model, so that one that promotes is written once what it promotes is up; an endpoint whose
   * address it has by name.
   * @default []
   */
  readonly after?: readonly ITerraformDependable[];
  /** Who may start it, besides the apply identity of CI, which may already. They may then start every workflow of the project. @default [] */
  readonly starters?: readonly Principal[];
};

/**
 * A workflow that takes a new version of a model from none to all of the requests, or back, by itself: on a route of the Gateway between two
 * backends, between two revisions on Cloud Run, or between two models on a Vertex AI endpoint. It shifts, waits, compares the metrics of the two
 * versions and goes on, or goes back to none.
 *
 * Nothing starts it but a person or CI, after the apply that brought the candidate (`startCommand`): an apply that ends well says that the
 * candidate is up, not that now is the hour to let callers meet it.
 */
export class RolloutWorkflow extends Construct {
  /** Account that the workflow runs as. */
  readonly ref: ServiceAccountRef;
  readonly resources: {
    readonly workflow: WorkflowsWorkflow;
    readonly account: ServiceAccount;
  };
  /** The program, as it is tested and handed over. */
  readonly program: WorkflowDefinition;
  /** What CI or a person runs to start a rollout. */
  readonly startCommand: string;
  /** What CI or a person runs to end a promotion, after the apply that gave the model the candidate's version. */
  readonly finishCommand: string;

  /** @throws ConfigError for steps, checks and goals that the target cannot take */
  constructor(scope: Construct, id: string, props: RolloutWorkflowProps) {
    super(scope, id);
    const { target, key, after = [], starters = [], ...plain } = props;
    const config = parseProps(this, "RolloutWorkflow", rolloutWorkflowSchema, plain, [rolloutRule(target)]);
    const { name: environment, projectId, region } = Environment.of(this);
    const name = resourceName(this, "name", NAMES.workflowsWorkflow, environment, "rollout", config.name);
    this.program = programOf(config, target);
    warnOfUncomparedAnswers(
      this,
      config.name,
      targetSignals(target),
      target.on === "route-weights" ? "cluster" : "elsewhere",
    );
    const { account, ref } = this.makeAccount(config.name);
    this.ref = ref;
    const rights = rolloutRights(this, { account, ref }, target);
    const workflow = new WorkflowsWorkflow(this, "workflow", {
      name,
      project: projectId,
      region,
      description: `Rolls out new versions of the model ${config.name}, and goes back where one is worse`,
      serviceAccount: account.email,
      cryptoKeyName: key.id.from(this),
      // Its own log says each step; calls themselves are of interest where one fails.
      callLogLevel: "LOG_ERRORS_ONLY",
      deletionProtection: true,
      userEnvVars: {
        [TRAFFIC_URL_VARIABLE]: targetUrl(target, this),
        ...(target.on === "route-weights" ? { [REPLICAS_URL_VARIABLE]: replicasUrl(target, this) } : {}),
        [METRICS_URL_VARIABLE]: `https://monitoring.googleapis.com/v1/projects/${projectId}/location/global/prometheus/api/v1/query`,
      },
      sourceContents: workflowSource(this.program),
      dependsOn: [...key.id.dependencies(this), ...targetDependencies(target, this), ...rights, ...after],
    });
    for (const starter of starters) {
      new ProjectGrants(this).allow("workflowInvoker", starter, {
        reason: `starts rollouts of the model ${config.name}`,
      });
    }
    this.startCommand = `gcloud workflows execute ${name} --location=${region} --project=${projectId}`;
    this.finishCommand = `${this.startCommand} --data='{"finish": true}'`;
    this.resources = { workflow, account };
  }

  private makeAccount(model: string): RolloutAccount {
    const { name: environment, projectId } = Environment.of(this);
    const whole = `${environment}-rollout-${model}`;
    // An account id has 30 characters, a model's name up to 40.
    const parts =
      whole.length <= NAMES.serviceAccount.maxLength
        ? [environment, "rollout", model]
        : [environment, "rollout", suffixOf(model)];
    const accountId = resourceName(this, "name", NAMES.serviceAccount, ...parts);
    const account = new ServiceAccount(this, "account", {
      project: projectId,
      accountId,
      displayName: `Rolls out the model ${model}`,
    });
    const email = `${accountId}@${projectId}.iam.gserviceaccount.com`;
    return { account, ref: { email: Ref.to(account, account.email, email) } };
  }
}

function rolloutRule(target: RolloutTarget): CrossFieldRule<RolloutWorkflowValues> {
  return {
    reads: ["rollout"],
    check: ({ rollout }) => [
      ...rolloutFailures(rollout),
      ...surfaceFailures(rollout, target.on),
      ...goalFailures(rollout, targetSignals(target)),
    ],
  };
}

function programOf(
  { name, version, candidateVersion, rollout }: RolloutWorkflowValues,
  target: RolloutTarget,
): WorkflowDefinition {
  if (candidateVersion === undefined) {
    return idleProgram("not-ready", `${name} has no candidate: name one in its candidate, apply, and start again`);
  }
  const traffic = targetTraffic(target, rollout);
  if (version === candidateVersion) {
    if (target.on === "route-weights") {
      const fewest = target.model.config.replicas.min;
      return promotionProgram({ model: name, rollout, traffic, replicas: { version, fewest } });
    }
    return idleProgram("handed-over", `model and candidate are both ${version}, and one thing: remove the candidate`);
  }
  const variants = targetVariants(target, name, candidateVersion);
  const analysis = analysisQueries({ signals: targetSignals(target), variants, rollout });
  return rolloutProgram({ model: name, rollout, analysis, traffic, next: NEXT[target.on] });
}

/** How a candidate with all requests becomes the model itself. Revisions and deployed models are named by what they hold: it is that already. */
const NEXT: Readonly<Record<RolloutTarget["on"], string>> = {
  "route-weights":
    "give the model what the candidate has and apply, start again with finish=true, then remove the candidate and apply",
  "cloud-run": "give the model what the candidate has and remove the candidate, in one apply",
  vertex: "give the model what the candidate has and remove the candidate, in one apply, then deploy",
};
