import { GcsBackend, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { EXTRA_LABEL_FIELDS, LABELLED_BY_PROVIDER } from "../lib/catalog/label-fields";
import {
  ConfigError,
  Environment,
  Governance,
  labelEverything,
  resourcesOf,
  wireDependencies,
  type EnvironmentFacts,
  type GovernanceConfig,
  type TerraformJson,
} from "../lib/core";
import { Policy } from "../lib/policy";
import type { StateConfig } from "./backend";
import { checkOnceAtSynth } from "./checks-at-synth";

export interface PlatformStackProps {
  readonly environment: EnvironmentFacts;
  readonly governance: GovernanceConfig;
  readonly state: StateConfig;
  /** Rules for this stack; stacks of one policy are judged together. @default - those set above, else all that ship with the library */
  readonly policy?: Policy;
  /** Stacks that are deployed before this one. */
  readonly after?: readonly TerraformStack[];
}

/**
 * The base of every stack, ours and users': brings the google provider, state, governance, labels on everything, real
 * dependencies, and the checks at synth. Its id, which is also its folder, is `<environment>-<layer>`.
 */
export class PlatformStack extends TerraformStack {
  readonly governance: Governance;
  readonly environment: EnvironmentFacts;
  private written: TerraformJson | undefined;

  /** @param layer what the stack holds, e.g. `network` */
  constructor(scope: Construct, layer: string, props: PlatformStackProps) {
    const { environment, state } = props;
    super(scope, `${environment.name}-${layer}`);
    this.environment = environment;
    this.governance = Governance.on(this, environment.name, props.governance);
    Environment.on(this, environment);
    if (props.policy) Policy.on(this, props.policy);
    new GoogleProvider(this, "google", { project: environment.projectId, region: environment.region });
    if (state.backend === "gcs") {
      new GcsBackend(this, { bucket: state.bucket, prefix: `${state.prefix ?? environment.name}/${layer}` });
    } else {
      // Relative to the stack's folder, three below the one that holds cdktf.out: state outlives a cleaned output folder.
      new LocalBackend(this, { path: `../../../terraform.${this.node.id}.tfstate` });
    }
    for (const stack of props.after ?? []) this.addDependency(stack);
    checkOnceAtSynth(this.node.root);
  }

  override prepareStack(): void {
    wireDependencies(this);
    super.prepareStack();
  }

  override toTerraform(): TerraformJson {
    const json = super.toTerraform() as TerraformJson;
    qualifyProviderSources(json);
    dropEmptyDependsOn(json);
    refuseRemoteState(this, json);
    labelEverything(json, this.governance.labels, { byProvider: LABELLED_BY_PROVIDER, extra: EXTRA_LABEL_FIELDS });
    this.written = json;
    return json;
  }

  override toHclTerraform(): never {
    throw new ConfigError(this.node.path, [
      {
        code: "hcl-output",
        path: "SYNTH_HCL_OUTPUT",
        message: "HCL output would leave out labels and checks, which work on Terraform JSON",
        fix: "synthesize JSON: drop --hcl and SYNTH_HCL_OUTPUT",
      },
    ]);
  }

  /** The JSON that was written last, or that would be written now. */
  get terraform(): TerraformJson {
    return this.written ?? this.toTerraform();
  }
}

// `google` alone means a different registry address to Terraform and to OpenTofu, and neither says so.
function qualifyProviderSources(json: TerraformJson): void {
  for (const provider of Object.values(json.terraform?.required_providers ?? {})) {
    if (provider.source !== undefined && !provider.source.includes("/"))
      provider.source = `hashicorp/${provider.source}`;
  }
}

// What a construct has to wait for is often nothing: an empty list is noise in a review.
function dropEmptyDependsOn(json: TerraformJson): void {
  for (const { config } of resourcesOf(json)) {
    if (Array.isArray(config["depends_on"]) && config["depends_on"].length === 0) delete config["depends_on"];
  }
}

function refuseRemoteState(stack: TerraformStack, json: TerraformJson): void {
  const reads = Object.keys(json.data?.["terraform_remote_state"] ?? {});
  if (reads.length === 0) return;
  throw new ConfigError(stack.node.path, [
    {
      code: "token-across-stacks",
      path: "",
      message: "uses a Terraform value of another stack, which cdktf turns into a read of that stack's state",
      got: reads,
      fix: "pass the construct's ref (ref.id.from(this) gives the literal name), or a plain value",
    },
  ]);
}
