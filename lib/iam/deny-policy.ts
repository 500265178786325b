import { Fn } from "cdktf";
import { IamDenyPolicy } from "@cdktf/provider-google/lib/iam-deny-policy";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import { Environment, assertSchema, isLate, known, parseProps, resourceName, type Tokenable } from "../core";
import type { Principal } from "./principal";

export interface DenyPolicyConfig {
  /** Policy's name, after the environment's. @default "guardrails" */
  readonly name?: string;
}

export const denyPolicySchema = z.strictObject({
  name: known(z.string().min(1).describe("Policy's name, after the environment's"), "names are made of it").default(
    "guardrails",
  ),
});

assertSchema<DenyPolicyConfig, typeof denyPolicySchema>(true);

export type DenyPolicyProps = Tokenable<DenyPolicyConfig> & {
  /** Service accounts, groups and federated identities that may change policies: the deployer that applies, and who steps in for it. */
  readonly policyAdministrators: readonly [Principal, ...Principal[]];
};

const EVERYBODY = "principalSet://goog/public:all";

/** Nobody may: no exception. */
const KEYS = ["iam.googleapis.com/serviceAccountKeys.create"];

/** Whoever changes who may do what, on the project or on what lies in it. */
const POLICIES = [
  "cloudresourcemanager.googleapis.com/projects.setIamPolicy",
  "iam.googleapis.com/roles.create",
  "iam.googleapis.com/roles.delete",
  "iam.googleapis.com/roles.undelete",
  "iam.googleapis.com/roles.update",
  "iam.googleapis.com/serviceAccounts.setIamPolicy",
];

/**
 * Bindings on data, where a public one does most harm. A deny rule cannot see who a binding is for (its conditions know tags only), so
 * only those may bind whose bindings were judged by rules before.
 */
const DATA_BINDINGS = [
  "cloudkms.googleapis.com/cryptoKeys.setIamPolicy",
  "secretmanager.googleapis.com/secrets.setIamPolicy",
  "storage.googleapis.com/buckets.setIamPolicy",
];

/** What nobody does in the project whatever roles they have: make account keys, and change policies past the deployer. */
export class DenyPolicy extends Construct {
  readonly resources: { readonly policy: IamDenyPolicy };

  constructor(scope: Construct, id: string, props: DenyPolicyProps) {
    super(scope, id);
    const { policyAdministrators, ...plain } = props;
    const config = parseProps(this, "DenyPolicy", denyPolicySchema, plain);
    const { name: environment, projectId } = Environment.of(this);
    const administrators = policyAdministrators.map((principal) => this.inDenyForm(principal));
    const deny = (description: string, deniedPermissions: string[], exceptionPrincipals: string[]) => ({
      description,
      denyRule: { deniedPrincipals: [EVERYBODY], deniedPermissions, exceptionPrincipals },
    });
    const policy = new IamDenyPolicy(this, "policy", {
      parent: encodeURIComponent("cloudresourcemanager.googleapis.com/projects/") + projectId,
      name: resourceName(this, "name", NAMES.denyPolicy, environment, config.name),
      displayName: `Guardrails of ${environment}`,
      rules: [
        deny("No keys of service accounts", KEYS, []),
        deny("Policies are changed by the deployer", POLICIES, administrators),
        deny("Bindings on data are made by the deployer", DATA_BINDINGS, administrators),
      ],
    });
    this.resources = { policy };
  }

  /** Deny policies name identities in a form of their own (IAM docs, "Principal identifiers", v2). */
  private inDenyForm({ kind, member }: Principal): string {
    const written = member.from(this);
    const withoutPrefix = (prefix: string) =>
      isLate(written) ? Fn.trimprefix(written, prefix) : written.replace(prefix, "");
    switch (kind) {
      case "service-account":
      case "service-agent":
        return `principal://iam.googleapis.com/projects/-/serviceAccounts/${withoutPrefix("serviceAccount:")}`;
      case "group":
        return `principalSet://goog/group/${withoutPrefix("group:")}`;
      default:
        return written;
    }
  }
}
