import type { Subworkflow } from "../rollout/workflow-definition";
import { envOf, look, post, repeated, wait, whereDeployed } from "./vertex-program-steps";

function attemptDeployed(parent: string, seconds: number): Subworkflow {
  return {
    params: ["want"],
    steps: [
      { look: look("now") },
      { find: { call: "find_deployed", args: { now: "${now}", want: "${want}" }, result: "id" } },
      { there: { switch: [{ condition: '${id != ""}', next: "held" }] } },
      {
        describe: {
          assign: [
            {
              body: {
                deployedModel: {
                  id: "${want.deployedId}",
                  displayName: "${want.name}",
                  model: `\${"${parent}/models/" + want.modelId}`,
                  serviceAccount: `\${${envOf("SERVING_ACCOUNT")}}`,
                  dedicatedResources: {
                    machineSpec: "${want.machine}",
                    minReplicaCount: "${want.minReplicas}",
                    maxReplicaCount: "${want.maxReplicas}",
                  },
                },
              },
            },
          ],
        },
      },
      {
        first_of_all: {
          switch: [
            {
              condition: "${want.first and len(now.deployed) == 0}",
              // Vertex AI API v1, endpoints.deployModel: "0" is the model that is being deployed.
              steps: [{ all_requests: { assign: [{ "body.trafficSplit": { "0": 100 } }] } }],
            },
          ],
        },
      },
      { deploy: post(`\${${envOf("ENDPOINT_URL")} + ":deployModel"}`, "${body}") },
      { wait: wait(seconds) },
      { look_again: look("after") },
      { find_again: { call: "find_deployed", args: { now: "${after}", want: "${want}" }, result: "id" } },
      { came: { switch: [{ condition: '${id != ""}', next: "held" }] } },
      {
        lost: {
          raise: { reason: "not-there", message: '${want.name + " was deployed, and the endpoint does not hold it"}' },
        },
      },
      { held: { return: "${id}" } },
    ],
  };
}

/** Id of the deployment of this name; of several the one that has requests. Machines cannot be changed on the way. */
const findDeployed: Subworkflow = {
  params: ["now", "want"],
  steps: [
    { nothing_yet: { assign: [{ id: "" }, { machine: "" }] } },
    {
      each_model: whereDeployed(
        '${default(map.get(deployed, "displayName"), "") == want.name and (id == "" or default(map.get(now.split, deployed.id), 0) > 0)}',
        { id: "${deployed.id}" },
        { machine: "${deployed.dedicatedResources.machineSpec.machineType}" },
      ),
    },
    { same: { switch: [{ condition: '${id == "" or machine == want.machine.machineType}', next: "held" }] } },
    {
      elsewhere: {
        raise: {
          reason: "other-machine",
          message:
            '${want.name + " runs on " + machine + " in place of " + want.machine.machineType + ": a deployed model keeps its machine; give the model a new version"}',
        },
      },
    },
    { held: { return: "${id}" } },
  ],
};

function attemptSize(seconds: number): Subworkflow {
  return {
    params: ["want"],
    steps: [
      { look: look("now") },
      { find: { call: "find_deployed", args: { now: "${now}", want: "${want}" }, result: "id" } },
      { nothing_yet: { assign: [{ size: {} }] } },
      { each_model: whereDeployed("${deployed.id == id}", { size: "${deployed.dedicatedResources}" }) },
      {
        same: {
          switch: [
            {
              condition:
                '${default(map.get(size, "minReplicaCount"), 0) == want.minReplicas and default(map.get(size, "maxReplicaCount"), 0) == want.maxReplicas}',
              next: "held",
            },
          ],
        },
      },
      {
        resize: post(`\${${envOf("ENDPOINT_URL")} + ":mutateDeployedModel"}`, {
          deployedModel: {
            id: "${id}",
            dedicatedResources: {
              machineSpec: "${want.machine}",
              minReplicaCount: "${want.minReplicas}",
              maxReplicaCount: "${want.maxReplicas}",
            },
          },
          updateMask: "dedicatedResources.minReplicaCount,dedicatedResources.maxReplicaCount",
        }),
      },
      { wait: wait(seconds) },
      { held: { return: "${id}" } },
    ],
  };
}

/** Subworkflows that put a version onto the endpoint, as large as it is wanted. */
export function deploying(parent: string, longest: { readonly deploy: number; readonly change: number }) {
  return {
    ensure_deployed: repeated("attempt_deployed", ["want"]),
    attempt_deployed: attemptDeployed(parent, longest.deploy),
    find_deployed: findDeployed,
    ensure_size: repeated("attempt_size", ["want"]),
    attempt_size: attemptSize(longest.change),
  };
}
