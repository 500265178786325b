import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { WorkflowsWorkflow } from "@cdktf/provider-google/lib/workflows-workflow";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../../catalog/names";
import { suffixOf } from "../../cluster/node-pool-name";
import {
  assertSchema,
  Environment,
  explained,
  known,
  parseProps,
  Ref,
  resourceName,
  type CrossFieldRule,
  type KeyRef,
  type ServiceAccountRef,
} from "../../core";
import { ProjectGrants, type Principal } from "../../iam";
import { goalFailures } from "./analysis-goals";
import { analysisQueries } from "./analysis-queries";
import { rolloutFailures, rolloutSchema, surfaceFailures, type RolloutConfig } from "./rollout-config";
import { idleProgram, rolloutProgram } from "./rollout-program";
import { rolloutRights, type RolloutAccount } from "./rollout-rights";
import {
  targetDependencies,
  targetSignals,
  targetTraffic,
  targetUrl,
  targetVariants,
  type RolloutTarget,
} from "./rollout-target";
import { METRICS_URL_VARIABLE, TRAFFIC_URL_VARIABLE } from "./traffic";
import { workflowSource, type WorkflowDefinition } from "./workflow-definition";

export interface RolloutWorkflowConfig {
  /** Name of the model. */
  readonly name: string;
  /** Version under test, as the registry knows it. @default - none: the workflow says so when it is started */
  readonly candidateVersion?: string;
  /** Steps and checks. @default {} */
  readonly rollout?: RolloutConfig;
}

const IN_QUERIES = "names and queries are made of it";

export const rolloutWorkflowSchema = z.strictObject({
  name: known(z.string().min(1).max(40).describe("Name of the model"), IN_QUERIES),
  candidateVersion: known(
    explained(
      z
        .string()
        .regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/)
        .describe("Version under test"),
      "1 to 63 letters, digits, -, _ or ., starting and ending with a letter or digit",
    ),
    IN_QUERIES,
  ).optional(),
  rollout: rolloutSchema.describe("Steps and checks").prefault({}),
});

assertSchema<RolloutWorkflowConfig, typeof rolloutWorkflowSchema>(true);

type RolloutWorkflowValues = z.output<typeof rolloutWorkflowSchema>;

export type RolloutWorkflowProps = RolloutWorkflowConfig & {
  readonly target: RolloutTarget;
  /** Key of purpose `workflows`. */
  readonly key: KeyRef;
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

  /** @throws ConfigError for steps, checks and goals that the target cannot take */
  constructor(scope: Construct, id: string, props: RolloutWorkflowProps) {
    super(scope, id);
    const { target, key, starters = [], ...plain } = props;
    const config = parseProps(this, "RolloutWorkflow", rolloutWorkflowSchema, plain, [rolloutRule(target)]);
    const { name: environment, projectId, region } = Environment.of(this);
    const name = resourceName(this, "name", NAMES.workflowsWorkflow, environment, "rollout", config.name);
    this.program = programOf(config, target);
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
        [METRICS_URL_VARIABLE]: `https://monitoring.googleapis.com/v1/projects/${projectId}/location/global/prometheus/api/v1/query`,
      },
      sourceContents: workflowSource(this.program),
      dependsOn: [...key.id.dependencies(this), ...targetDependencies(target, this), ...rights],
    });
    for (const starter of starters) {
      new ProjectGrants(this).allow("workflowInvoker", starter, {
        reason: `starts rollouts of the model ${config.name}`,
      });
    }
    this.startCommand = `gcloud workflows execute ${name} --location=${region} --project=${projectId}`;
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
  { name, candidateVersion, rollout }: RolloutWorkflowValues,
  target: RolloutTarget,
): WorkflowDefinition {
  if (candidateVersion === undefined) return idleProgram(name);
  const variants = targetVariants(target, name, candidateVersion);
  const analysis = analysisQueries({ signals: targetSignals(target), variants, rollout });
  return rolloutProgram({ model: name, rollout, analysis, traffic: targetTraffic(target, rollout) });
}
