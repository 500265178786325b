import type { Rule } from "../../rule";

export const noRemoteState: Rule = {
  id: "baseline.noRemoteState",
  title: "No stack reads another one's state",
  severity: "high",
  rationale:
    "Whoever may read a state reads everything in it, secrets too, and an apply of one stack can then break another.",
  fix: "pass the construct's ref (ref.id.from(this) gives the literal name), or a plain value",
  controls: [],
  resourceTypes: ["data.terraform_remote_state"],
  nonNegotiable: true,
  check: () => ({
    status: "violation",
    findings: [{ path: "", found: "terraform_remote_state", expected: "no such data source" }],
  }),
};
