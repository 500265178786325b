import { PlatformApp } from "cdktf-ai-platform";
import { Policy } from "cdktf-ai-platform/policy";
import { acmePolicy } from "./acme-policy";
import { ResearchStack } from "./research-stack";

const app = new PlatformApp();
Policy.on(app, acmePolicy);
new ResearchStack(app, {
  environment: {
    name: "research",
    projectId: "acme-research",
    projectNumber: "200000000002",
    region: "europe-west4",
    zones: ["europe-west4-a", "europe-west4-b"],
  },
  governance: {
    owner: "research-lead",
    team: "research",
    costCenter: "cc-8200",
    dataClass: "internal",
    riskTier: "limited",
  },
  state: { backend: "local" },
});
app.synth();
