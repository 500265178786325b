import { attributeRule } from "../../attribute-rule";
import type { Requirement } from "../../values";

// A zone is a region with a letter after it.
const isRegion: Requirement = {
  expected: "a region, e.g. europe-west4",
  holds: (value) => typeof value === "string" && /^[a-z]+(-[a-z]+)+[0-9]+$/.test(value),
};

export const requireRegionalClusters = attributeRule({
  id: "custom.gkeRequireRegionalClusters",
  title: "The control plane runs in several zones",
  severity: "medium",
  rationale: "A zonal control plane is gone during upgrades, and with its zone.",
  fix: "set location to a region",
  controls: [{ framework: "Google hardened", id: "custom.gkeRequireRegionalClusters" }],
  requires: { google_container_cluster: { location: isRegion } },
});
