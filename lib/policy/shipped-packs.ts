import { aiGovernance } from "./packs/ai-governance";
import { cost } from "./packs/cost";
import { dataProtection } from "./packs/data-protection";
import { iam } from "./packs/iam";
import { kubernetes } from "./packs/kubernetes";
import { serving } from "./packs/serving";
import { workloads } from "./packs/workloads";
import type { RulePack } from "./rule";
import { baseline } from "./rules/baseline";
import { hardenedGke } from "./rules/hardened-gke";

export { aiGovernance, baseline, cost, dataProtection, hardenedGke, iam, kubernetes, serving, workloads };

/** The packs that ship with the library, by which every environment is judged that does not choose. */
export const SHIPPED_PACKS: readonly RulePack[] = [
  baseline,
  hardenedGke,
  iam,
  dataProtection,
  cost,
  aiGovernance,
  workloads,
  kubernetes,
  serving,
];
