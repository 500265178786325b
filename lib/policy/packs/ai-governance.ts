import type { RulePack } from "../rule";
import { accessAudited } from "../rules/ai-governance/access-audited";
import { contactsNamed } from "../rules/ai-governance/contacts-named";
import { humanStop } from "../rules/ai-governance/human-stop";
import { monitored } from "../rules/ai-governance/monitored";
import { noAuditExemptions } from "../rules/ai-governance/no-audit-exemptions";
import { predictionsLogged } from "../rules/ai-governance/predictions-logged";
import { recordsKept } from "../rules/ai-governance/records-kept";
import { tierDeclared } from "../rules/ai-governance/tier-declared";

export const aiGovernance: RulePack = {
  id: "ai-governance",
  title: "Duties of AI systems by risk tier",
  rules: [
    accessAudited,
    contactsNamed,
    humanStop,
    monitored,
    noAuditExemptions,
    predictionsLogged,
    recordsKept,
    tierDeclared,
  ],
};
