import type { IConstruct } from "constructs";
import { SERVICE_AGENTS, type ServiceAgent, type ServiceAgentKey } from "../catalog/service-agents";
import { ConfigError, Environment, Ref, isLate, type ClusterRef, type Failure, type ServiceAccountRef } from "../core";
import { emailFailure, groupFailure, memberFailure } from "./member";

/** Who a right is given to, in the form that IAM bindings take. Made by the static methods only: what IAM should not know cannot be said. */
export interface Principal {
  readonly kind: "workload" | "service-account" | "service-agent" | "group" | "federated";
  /** The member string, e.g. `principal://…`, `serviceAccount:…`, `group:…`; ready after what must exist before it. */
  readonly member: Ref;
  /** For people: `workload search/rank`, `group ml-platform@acme.example`. */
  readonly label: string;
}

/** A Kubernetes service account, as the pods that run as it are known to IAM. */
export interface WorkloadIdentity {
  readonly namespace: string;
  /** Name of the Kubernetes service account; `default` is refused: every pod without an account of its own runs as it. */
  readonly serviceAccount: string;
  /** Number of the cluster's project. @default - the number in the cluster's fleet membership */
  readonly projectNumber?: string;
}

/** What a federation of identities gives for one identity that it lets in. */
export interface FederatedRef {
  /** `principal://…` or `principalSet://…`, ready after its pool and provider. */
  readonly principal: Ref;
  /** For people, e.g. `github acme/platform environment prod`. */
  readonly label: string;
}

// Kubernetes docs, object names: RFC 1123 label for namespaces, RFC 1123 subdomain for service accounts.
const NAMESPACE = /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SERVICE_ACCOUNT = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Makers of principals. People are groups; `user:`, everyone, default accounts and keys are refused. */
export const Principals = {
  /**
   * A Kubernetes service account by direct Workload Identity: no Google service account stands between. It waits for the cluster, which makes
   * the pool. All clusters of one project share its pool: the same namespace and name in two of them is one principal.
   * @throws ConfigError for the service account `default`, for malformed names, and where the project's number is not known
   */
  workload(cluster: ClusterRef, identity: WorkloadIdentity): Principal {
    const { namespace, serviceAccount } = identity;
    const projectNumber = identity.projectNumber ?? numberIn(cluster.fleetMembership.value);
    const label = `workload ${namespace}/${serviceAccount}`;
    ConfigError.throwIfAny(label, workloadFailures(identity, projectNumber));
    const subject = `subject/ns/${namespace}/sa/${serviceAccount}`;
    const pools = `//iam.googleapis.com/projects/${projectNumber}/locations/global/workloadIdentityPools`;
    const member = cluster.workloadPool.map((pool) => `principal:${pools}/${pool}/${subject}`);
    return { kind: "workload", member, label };
  },

  /**
   * A Google service account.
   * @throws ConfigError for the default accounts of Compute Engine and App Engine
   */
  serviceAccount({ email }: ServiceAccountRef): Principal {
    const label = `service account ${knownPartOf(email.value)}`;
    ConfigError.throwIfAny(label, isLate(email.value) ? [] : [emailFailure("email", email.value)]);
    return { kind: "service-account", member: email.map((address) => `serviceAccount:${address}`), label };
  },

  /** A service account that Google made in the environment's project for one of its services, e.g. `compute`. */
  serviceAgent(scope: IConstruct, agent: ServiceAgentKey): Principal {
    const { projectNumber } = Environment.of(scope);
    const { email }: ServiceAgent = SERVICE_AGENTS[agent];
    const member = Ref.existing(`serviceAccount:${email.replace("{projectNumber}", projectNumber)}`);
    return { kind: "service-agent", member, label: `service agent ${agent}` };
  },

  /**
   * A Google group: how people get rights.
   * @param email address of the group, which must exist
   * @throws ConfigError where it is no address
   */
  group(email: string): Principal {
    ConfigError.throwIfAny("group", [groupFailure("email", email)]);
    return { kind: "group", member: Ref.existing(`group:${email}`), label: `group ${email}` };
  },

  /** An identity of another system, e.g. of a CI job, that a workload identity pool lets in. */
  federated({ principal, label }: FederatedRef): Principal {
    ConfigError.throwIfAny(label, isLate(principal.value) ? [] : [memberFailure("principal", principal.value)]);
    return { kind: "federated", member: principal, label };
  },

  /**
   * What IAM knows by this member string.
   * @throws ConfigError for people, everyone, domains, default accounts, deleted principals, whole pools, and what only Terraform will know
   */
  fromMember(member: string): Principal {
    ConfigError.throwIfAny("Principals.fromMember", [memberFailure("member", member)]);
    return { member: Ref.existing(member), ...describeMember(member) };
  },
};

function workloadFailures(
  { namespace, serviceAccount }: WorkloadIdentity,
  projectNumber: string | undefined,
): (Failure | undefined)[] {
  return [
    nameFailure("namespace", namespace, NAMESPACE, "at most 63 lower-case letters, digits and dashes"),
    serviceAccount === "default"
      ? {
          code: "default-account",
          path: "serviceAccount",
          message: "is the account of every pod in the namespace that names none",
          got: serviceAccount,
          fix: "give the workload a Kubernetes service account of its own",
        }
      : nameFailure("serviceAccount", serviceAccount, SERVICE_ACCOUNT, "lower-case letters, digits, dashes and dots"),
    projectNumber === undefined
      ? {
          code: "missing",
          path: "projectNumber",
          message: "is required: the cluster's fleet membership does not name its project by number",
          fix: "give the number of the cluster's project",
        }
      : undefined,
  ];
}

function nameFailure(path: string, name: string, pattern: RegExp, allowed: string): Failure | undefined {
  if (isLate(name)) {
    return {
      code: "late-value",
      path,
      message: "must be known when the program runs: the grant is named after it",
      got: name,
      fix: "give a plain value",
    };
  }
  if (pattern.test(name)) return undefined;
  return {
    code: "wrong-format",
    path,
    message: "is no name that Kubernetes takes",
    got: name,
    allowed,
    fix: "use only the allowed characters",
  };
}

function numberIn(fleetMembership: string): string | undefined {
  const project = /^projects\/([^/]+)\//.exec(fleetMembership)?.[1];
  return project !== undefined && (isLate(project) || /^\d+$/.test(project)) ? project : undefined;
}

/** What of an address can stand in a label, which holds no tokens: in hand-composed stacks the project may be one. */
function knownPartOf(email: string): string {
  if (!isLate(email)) return email;
  const account = email.split("@", 1)[0]!;
  return isLate(account) ? "known after apply" : account;
}

const WORKLOAD = /\/workloadIdentityPools\/[^/]+\.svc\.id\.goog\/subject\/ns\/([^/]+)\/sa\/([^/]+)$/;
const AGENT = /^service-\d+@|@gcp-sa-[a-z-]+\.iam\.gserviceaccount\.com$|@cloudservices\.gserviceaccount\.com$/;

/** What kind of principal a well-formed member string stands for, and its label. */
export function describeMember(member: string): Pick<Principal, "kind" | "label"> {
  const workload = WORKLOAD.exec(member);
  if (workload) return { kind: "workload", label: `workload ${workload[1]}/${workload[2]}` };
  if (member.startsWith("group:")) return { kind: "group", label: `group ${member.slice("group:".length)}` };
  if (member.startsWith("principal")) {
    return { kind: "federated", label: `federated ${member.replace(/^.*\/workloadIdentityPools\//, "")}` };
  }
  const email = member.slice("serviceAccount:".length);
  return AGENT.test(email)
    ? { kind: "service-agent", label: `service agent ${email}` }
    : { kind: "service-account", label: `service account ${email}` };
}
