import type { KubernetesObject } from "./kubernetes-object";

/** What the API server asks of objects that are sent to it: a `ValidatingAdmissionPolicy`, in the words of its API. */
export interface AdmissionPolicy {
  readonly name: string;
  /** Kinds of objects, and what is done to them. */
  readonly on: readonly {
    readonly apiGroups: readonly string[];
    readonly apiVersions: readonly string[];
    readonly operations: readonly string[];
    readonly resources: readonly string[];
  }[];
  /** CEL by which requests are judged or let be. */
  readonly conditions: readonly { readonly name: string; readonly expression: string }[];
  /** CEL that later expressions use. @default - none */
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  /** CEL that must hold, and what whoever is refused reads. */
  readonly validations: readonly { readonly expression: string; readonly message: string }[];
  /** Where it holds. @default - in every namespace, and for what is in none */
  readonly namespaces?: readonly string[];
}

const API = "admissionregistration.k8s.io/v1";

/** The policy and its binding. What the API server cannot judge it refuses. */
export function admissionPolicyObjects(policy: AdmissionPolicy): KubernetesObject[] {
  const { name, on, conditions, variables, validations, namespaces } = policy;
  return [
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: on },
        matchConditions: conditions,
        ...(variables ? { variables } : {}),
        validations,
      },
    },
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        ...(namespaces ? { matchResources: { namespaceSelector: named(namespaces) } } : {}),
      },
    },
  ];
}

function named(namespaces: readonly string[]) {
  return { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }] };
}
