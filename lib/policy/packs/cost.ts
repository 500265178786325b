import type { RulePack } from "../rule";
import { costCenters } from "../rules/cost/cost-centers";
import { finitePools } from "../rules/cost/finite-pools";
import { flexRunDuration } from "../rules/cost/flex-run-duration";
import { gpuBudget } from "../rules/cost/gpu-budget";
import { highTierBudget } from "../rules/cost/high-tier-budget";
import { hugeFleets } from "../rules/cost/huge-fleets";
import { provisioningLimits } from "../rules/cost/provisioning-limits";

export const cost: RulePack = {
  id: "cost",
  title: "Bounded and booked cost",
  rules: [costCenters, finitePools, flexRunDuration, gpuBudget, highTierBudget, hugeFleets, provisioningLimits],
};
