import { ComputeRegionSecurityPolicy } from "@cdktf/provider-google/lib/compute-region-security-policy";
import { ComputeRegionSecurityPolicyRule } from "@cdktf/provider-google/lib/compute-region-security-policy-rule";
import { Construct } from "constructs";
import { NAMES } from "../../catalog/names";
import { Environment, Ref, resourceName } from "../../core";
import type { EdgeValues } from "./edge-config";
import type { EdgeRule } from "./edge-rules";

/** A Cloud Armor policy of the region, as backends and further rules name it. */
export interface EdgePolicyRef {
  readonly name: Ref;
  readonly region: string;
  /** The number that Google knows it by, which tags are bound to. Nobody knows it before it exists: of use within its own stack only. */
  readonly number: Ref;
}

export interface EdgePolicyProps {
  /** Part of its name after the environment's. */
  readonly name: string;
  /** What it guards, for people. */
  readonly description: string;
  readonly rules: readonly EdgeRule[];
}

/**
 * A Cloud Armor policy of the environment's region. Each rule is a resource of its own: a model that comes or is stopped changes one rule and
 * no other. What backends carry is the policy.
 */
export class EdgePolicy extends Construct {
  readonly ref: EdgePolicyRef;
  readonly resources: {
    readonly policy: ComputeRegionSecurityPolicy;
    readonly rules: readonly ComputeRegionSecurityPolicyRule[];
  };

  constructor(scope: Construct, id: string, { name: part, description, rules }: EdgePolicyProps) {
    super(scope, id);
    const { name: environment, projectId, region } = Environment.of(this);
    const name = resourceName(this, "name", NAMES.computeRegionSecurityPolicy, environment, part);
    const policy = new ComputeRegionSecurityPolicy(this, "policy", {
      project: projectId,
      region,
      name,
      description,
      type: "CLOUD_ARMOR",
      // VERBOSE would write parts of the requests that match, personal data among them, to the logs.
      advancedOptionsConfig: { jsonParsing: "STANDARD", logLevel: "NORMAL" },
    });
    this.ref = {
      name: Ref.to(policy, policy.name, name),
      region,
      number: Ref.to(policy, policy.policyId, policy.policyId),
    };
    this.resources = { policy, rules: rules.map((rule) => edgeRule(this, this.ref, rule)) };
  }
}

const EVERYBODY = { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } };

/** A rule of a policy, made at `scope`. */
export function edgeRule(scope: Construct, policy: EdgePolicyRef, rule: EdgeRule): ComputeRegionSecurityPolicyRule {
  const { id, priority, description, action, preview = false, expression, limit } = rule;
  return new ComputeRegionSecurityPolicyRule(scope, id, {
    project: Environment.of(scope).projectId,
    region: policy.region,
    securityPolicy: policy.name.from(scope),
    priority,
    description,
    action,
    preview,
    match: expression === undefined ? EVERYBODY : { expr: { expression } },
    ...(limit ? { rateLimitOptions: rateOf(limit) } : {}),
    dependsOn: policy.name.dependencies(scope),
  });
}

function rateOf({ requestsPerMinute, countedBy }: EdgeValues["rateLimit"]) {
  return {
    conformAction: "allow",
    exceedAction: "deny(429)",
    ...(countedBy.by === "address"
      ? { enforceOnKey: "IP" }
      : { enforceOnKey: "HTTP_HEADER", enforceOnKeyName: countedBy.header }),
    rateLimitThreshold: { count: requestsPerMinute, intervalSec: 60 },
  };
}
