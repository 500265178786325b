import { isLate, type Failure } from "../core";

const ALLOWED = "serviceAccount:…, group:…, principal://…, principalSet://…/attribute.…/… or …/group/…";

interface Refusal {
  readonly code: string;
  readonly pattern: RegExp;
  readonly message: string;
  readonly fix: string;
}

// First match counts: what is narrower in words stands before what is wider.
const REFUSALS: readonly Refusal[] = [
  {
    code: "public-member",
    pattern: /^(allUsers|allAuthenticatedUsers)$/,
    message: "is everyone on the internet",
    fix: "name the identities that need the right: a group, a service account or a workload",
  },
  {
    code: "person",
    pattern: /^user:/,
    message: "is one person: rights would stay when the person changes teams",
    fix: "give the right to a group (Principals.group) and put the person in it",
  },
  {
    code: "whole-domain",
    pattern: /^domain:/,
    message: "is everyone in an organisation",
    fix: "give the right to a group (Principals.group)",
  },
  {
    code: "deleted-member",
    pattern: /^deleted:/,
    message: "was deleted: Terraform takes no deleted principals",
    fix: "remove the grant, or make the identity again and name that",
  },
  {
    code: "basic-role-holders",
    pattern: /^project(Owner|Editor|Viewer):/,
    message: "is whoever holds a basic role on a project",
    fix: "name the identities that need the right",
  },
  {
    code: "indirect-workload",
    pattern: /^serviceAccount:[^@]+\.svc\.id\.goog\[.*\]$/,
    message: "is the old form of a Kubernetes service account, which needs a Google service account besides",
    fix: "use Principals.workload(cluster, { namespace, serviceAccount })",
  },
  {
    code: "whole-pool",
    pattern: /^principalSet:\/\/(?!iam\.googleapis\.com\/.+\/(attribute\.[^/]+|group)\/[^/*]+$)/,
    message: "is a whole pool, namespace, cluster or project of identities",
    fix: "name one identity: principal://…/subject/…, or a set by attribute or group",
  },
];

const EMAIL = /^[^@\s:]+@[^@\s:]+\.[^@\s:]+$/;
const DEFAULT_ACCOUNT = /^\d+-compute@developer\.gserviceaccount\.com$|@appspot\.gserviceaccount\.com$/;

/** Why no right is given to a member, or undefined where one may be. */
export function memberFailure(path: string, member: string): Failure | undefined {
  if (isLate(member)) return lateFailure(path, member);
  const refused = REFUSALS.find(({ pattern }) => pattern.test(member));
  if (refused) {
    const { code, message, fix } = refused;
    return { code, path, message, got: member, allowed: ALLOWED, fix };
  }
  if (member.startsWith("serviceAccount:")) return emailFailure(path, member.slice("serviceAccount:".length));
  if (member.startsWith("group:")) return groupFailure(path, member.slice("group:".length));
  if (/^principal(Set)?:\/\/iam\.googleapis\.com\/.+/.test(member)) return undefined;
  return {
    code: "wrong-format",
    path,
    message: "is no member that IAM knows",
    got: member,
    allowed: ALLOWED,
    fix: "write it in one of the allowed forms, or use the other methods of Principals",
  };
}

/** Why no right is given to a service account, or undefined where one may be. */
export function emailFailure(path: string, email: string): Failure | undefined {
  if (DEFAULT_ACCOUNT.test(email)) {
    return {
      code: "default-account",
      path,
      message: "is a default service account: everything that names no account of its own runs as it",
      got: email,
      fix: "make a service account for the one purpose, or use Principals.workload for pods",
    };
  }
  return EMAIL.test(email) ? undefined : notAnAddress(path, email, "name@project.iam.gserviceaccount.com");
}

/** Why a text is not the address of a group, or undefined where it may be one. */
export function groupFailure(path: string, email: string): Failure | undefined {
  if (isLate(email)) return lateFailure(path, email);
  return EMAIL.test(email) ? undefined : notAnAddress(path, email, "name@organisation.example");
}

function notAnAddress(path: string, got: string, allowed: string): Failure {
  return {
    code: "wrong-format",
    path,
    message: "is not an e-mail address",
    got,
    allowed,
    fix: "give the full address, without a prefix",
  };
}

function lateFailure(path: string, got: string): Failure {
  return {
    code: "late-value",
    path,
    message: "must be known when the program runs: who gets a right is checked then",
    got,
    fix: "give a plain value, or use Principals.serviceAccount or Principals.federated with a ref",
  };
}
