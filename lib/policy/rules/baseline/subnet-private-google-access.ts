import type { Rule } from "../../rule";
import { is, judgeValues } from "../../values";
import { holdsMachines } from "./subnet-purpose";

export const subnetPrivateGoogleAccess: Rule = {
  id: "custom.networkRequireSubnetPrivateGoogleAccess",
  title: "Subnets reach Google without the internet",
  severity: "medium",
  rationale: "Machines without it need a way out to the internet for every call to a Google API.",
  fix: "set private_ip_google_access to true",
  controls: [{ framework: "Google hardened", id: "custom.networkRequireSubnetPrivateGoogleAccess" }],
  resourceTypes: ["google_compute_subnetwork"],
  check: (config) =>
    holdsMachines(config) ? judgeValues(config, { private_ip_google_access: is(true) }) : { status: "not-applicable" },
};
