import { PLATFORM_APIS, SERVICE_AGENTS, type ServiceAgent } from "../../lib/catalog";

const agents = Object.entries(SERVICE_AGENTS) as [string, ServiceAgent][];

describe("service agents", () => {
  test.each(agents)("%s has an address made of the project number, and a source", (_, agent) => {
    expect(agent.email).toMatch(/^(service|bq)-\{projectNumber\}@[a-z-]+\.iam\.gserviceaccount\.com$/);
    expect(agent.service).toMatch(/^[a-z]+\.googleapis\.com$/);
    expect(agent.source).not.toBe("");
  });

  test("have distinct addresses", () => {
    expect(new Set(agents.map(([, agent]) => agent.email)).size).toBe(agents.length);
  });

  test.each([
    ["compute", "service-{projectNumber}@compute-system.iam.gserviceaccount.com"],
    ["container", "service-{projectNumber}@container-engine-robot.iam.gserviceaccount.com"],
    ["storage", "service-{projectNumber}@gs-project-accounts.iam.gserviceaccount.com"],
    ["bigquery", "bq-{projectNumber}@bigquery-encryption.iam.gserviceaccount.com"],
    ["redis", "service-{projectNumber}@cloud-redis.iam.gserviceaccount.com"],
    ["cloudRun", "service-{projectNumber}@serverless-robot-prod.iam.gserviceaccount.com"],
  ] as const)("%s is %s", (key, email) => {
    expect(SERVICE_AGENTS[key].email).toBe(email);
  });
});

describe("platform APIs", () => {
  test("are enabled once each, with a reason", () => {
    const services = PLATFORM_APIS.map((api) => api.service);
    expect(new Set(services).size).toBe(services.length);
    for (const api of PLATFORM_APIS) {
      expect(api.service).toMatch(/^[a-z]+\.googleapis\.com$/);
      expect(api.reason).not.toBe("");
    }
  });

  test("cover the agents that foundation and cluster grant rights to", () => {
    const services = PLATFORM_APIS.map((api) => api.service);
    for (const key of ["compute", "container", "gkeBackup", "gkeHub", "pubsub", "artifactRegistry"] as const) {
      expect(services).toContain(SERVICE_AGENTS[key].service);
    }
  });
});
