import { Policy } from "../../../lib/policy";
import { kubernetes, workloads } from "../../../lib/policy/shipped-packs";
import type { ModelConfig } from "../../../lib/serving";
import { ASSISTANT, CHURN, GATEWAY, IMAGE, VISION, served } from "./fixture";

const policy = new Policy({ packs: [workloads, kubernetes], failAt: "low" });
const rollout = { steps: [5, 10, 50] };

test.each<[string, ModelConfig]>([
  ["vLLM with a candidate and a logger", { ...ASSISTANT, candidate: { version: "4" }, log: { image: IMAGE } }],
  ["Triton", VISION],
  ["an HTTP server that is rolled out", { ...CHURN, route: { path: "/churn" }, rollout }],
])("%s breaks no rule on workloads", (_title, config) => {
  const objects = () => served(config, { gateway: config.route ? GATEWAY : undefined, policy }).objects;
  expect(objects).not.toThrow();
});

test("code of a model breaks a rule, and is accepted by name", () => {
  const code = {
    reason: "the modelling code of revision 7f3 was read line by line",
    owner: "support-lead",
    expires: "2027-03-31",
  };
  const accepted = () => served({ ...ASSISTANT, allowRemoteCode: code }, { policy });
  expect(accepted).not.toThrow();
  expect(accepted().flag("--trust-remote-code")).toBe("");
});
