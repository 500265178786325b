import { admissionPolicyObjects, type AdmissionPolicy, type KubernetesObject } from "../../delivery";
import { PAUSED } from "./kill-switch-runbook";
import type { StoppedWorkload } from "./stopped-workloads";

/**
 * What Kubernetes' roles cannot say of the account that stops models: of an autoscaling object it changes one annotation, between nothing and
 * 0, and it scales a model down, or up again to its minimum.
 *
 * @param account its e-mail address: the name by which the Connect Gateway makes it known to Kubernetes
 */
export function breakGlassPolicies(workloads: readonly StoppedWorkload[], account: string): KubernetesObject[] {
  const stops = [{ name: "stops-models", expression: `request.userInfo.username == "${account}"` }];
  const updates = (apiGroup: string, resource: string) => {
    return { apiGroups: [apiGroup], apiVersions: ["*"], operations: ["UPDATE"], resources: [resource] };
  };
  return [
    ...admissionPolicyObjects({
      name: "kill-switch-pause",
      on: [updates("keda.sh", "scaledobjects")],
      conditions: stops,
      ...pausesAndNoMore(),
    }),
    ...admissionPolicyObjects({
      name: "kill-switch-scale",
      on: [updates("apps", "deployments/scale"), updates("argoproj.io", "rollouts/scale")],
      conditions: stops,
      ...scalesToTheMinimum(workloads),
    }),
  ];
}

type Judgement = Pick<AdmissionPolicy, "variables" | "validations">;

function pausesAndNoMore(): Judgement {
  const annotationsOf = (object: string) => `has(${object}.metadata.annotations) ? ${object}.metadata.annotations : {}`;
  const same = (field: string) => `object.metadata.?${field} == oldObject.metadata.?${field}`;
  return {
    variables: [
      { name: "now", expression: annotationsOf("object") },
      { name: "before", expression: annotationsOf("oldObject") },
    ],
    validations: [
      {
        expression: "object.spec == oldObject.spec",
        message: "whoever stops models pauses their autoscaling and does not change it: leave spec as it is",
      },
      {
        expression: [
          `variables.now.all(key, key == "${PAUSED}" || (key in variables.before && variables.now[key] == variables.before[key]))`,
          `variables.before.all(key, key == "${PAUSED}" || key in variables.now)`,
          ...["labels", "ownerReferences", "finalizers"].map(same),
        ].join(" && "),
        message: `whoever stops models changes the annotation ${PAUSED} and no other field`,
      },
      {
        // KEDA scales to the number that is given.
        expression: `!("${PAUSED}" in variables.now) || variables.now["${PAUSED}"] == "0"`,
        message: `whoever stops models sets ${PAUSED} to 0 or takes it away`,
      },
    ],
  };
}

function scalesToTheMinimum(workloads: readonly StoppedWorkload[]): Judgement {
  const least = workloads.map(({ namespace, name, least }) => `"${namespace}/${name}": ${least}`);
  return {
    variables: [
      { name: "least", expression: `{${least.join(", ")}}` },
      { name: "model", expression: 'request.namespace + "/" + request.name' },
    ],
    validations: [
      {
        // A scale of 0 is written as no number at all.
        expression:
          "!has(object.spec.replicas) || (variables.model in variables.least && object.spec.replicas <= variables.least[variables.model])",
        message: "whoever stops models scales them down, and up again to their minimum and no further",
      },
    ],
  };
}
