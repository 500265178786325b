import { baseline, hardenedGke, type PolicyConfig, type RulePack } from "cdktf-ai-platform/policy";
import { bucketsHaveLifecycle } from "./buckets-have-lifecycle";
import { onlyEuropeanLocations } from "./only-european-locations";

const acme: RulePack = {
  id: "acme",
  title: "What Acme asks for besides",
  rules: [onlyEuropeanLocations, bucketsHaveLifecycle],
};

/** What every program of Acme's is judged by. */
export const acmePolicy: PolicyConfig = {
  packs: [baseline, hardenedGke, acme],
  severities: { "acme.bucketsHaveLifecycle": "medium" },
  failAt: "medium",
};
