import { isSetTo, judgeValues } from "../../values";
import { presenceRule } from "./systems";

export const contactsNamed = presenceRule({
  id: "ai-governance.contactsNamed",
  title: "Google knows whom to tell",
  severity: "medium",
  rationale: "Notices of incidents and abuse go to essential contacts, else to whoever owns the organisation.",
  fix: "add google_essential_contacts_contact on the project for SECURITY and TECHNICAL, with the address of a team",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "1.16" },
    { framework: "EU AI Act", id: "Art. 73" },
    { framework: "ISO 42001", id: "A.8.4" },
    { framework: "NIST AI RMF", id: "MANAGE 4.3" },
  ],
  tiers: ["high"],
  expected: "an essential contact",
  types: ["google_essential_contacts_contact"],
  judge: (config) => judgeValues(config, { email: isSetTo("an address") }),
});
