import type { Rule } from "../../rule";
import { judgeValues, type Requirement } from "../../values";
import { holdsMachines } from "./subnet-purpose";

// The least that Google's constraint takes for "light".
const MIN_SAMPLING = 0.1;

const SAMPLED: Requirement = { expected: `at least ${MIN_SAMPLING}`, holds: (value) => Number(value) >= MIN_SAMPLING };

export const subnetFlowLogs: Rule = {
  id: "compute.requireVpcFlowLogs",
  title: "Subnets log their traffic",
  severity: "medium",
  rationale: "Without flow logs nobody can tell afterwards who talked to whom.",
  fix: "add log_config with a flow_sampling of at least 0.1",
  controls: [
    { framework: "Google hardened", id: "compute.requireVpcFlowLogs" },
    { framework: "CIS GCP 4.0.0", id: "3.8" },
  ],
  resourceTypes: ["google_compute_subnetwork"],
  check: (config) =>
    holdsMachines(config) ? judgeValues(config, { "log_config.flow_sampling": SAMPLED }) : { status: "not-applicable" },
};
