import { NAMES, type NameLimit } from "../../lib/catalog";

const limits = Object.entries(NAMES) as [string, NameLimit][];

function accepts(limit: NameLimit, name: string): boolean {
  return name.length >= limit.minLength && name.length <= limit.maxLength && limit.pattern.test(name);
}

describe("name limits", () => {
  test.each(limits)("%s is coherent and matches whole names only", (_, limit) => {
    expect(limit.resourceType).toMatch(/^google_/);
    expect(limit.minLength).toBeGreaterThan(0);
    expect(limit.maxLength).toBeGreaterThan(limit.minLength);
    expect(limit.pattern.source.startsWith("^") && limit.pattern.source.endsWith("$")).toBe(true);
    expect(limit.pattern.global).toBe(false);
    expect(limit.allowed).not.toBe("");
    expect(limit.source).not.toBe("");
    expect(accepts(limit, "a".repeat(limit.maxLength))).toBe(true);
    expect(accepts(limit, "a".repeat(limit.maxLength + 1))).toBe(false);
    expect(accepts(limit, "has space")).toBe(false);
  });

  test.each([
    ["containerCluster", 1, 40],
    ["containerNodePool", 1, 40],
    ["computeNetwork", 1, 63],
    ["computeSubnetworkSecondaryRange", 1, 63],
    ["computeRouterNat", 2, 63],
    ["kmsKeyRing", 1, 63],
    ["serviceAccount", 6, 30],
    ["storageBucket", 3, 63],
    ["workloadIdentityPool", 4, 32],
    ["workloadIdentityPoolProvider", 4, 32],
    ["privilegedAccessManagerEntitlement", 4, 63],
    ["projectCustomRole", 3, 64],
    ["cloudRunService", 1, 49],
    ["secretManagerSecret", 1, 255],
    ["pubsubTopic", 3, 255],
    ["bigqueryDataset", 1, 1024],
  ] as const)("%s has %i to %i characters", (key, minLength, maxLength) => {
    expect(NAMES[key]).toMatchObject({ minLength, maxLength });
  });

  test.each([
    ["computeNetwork", "prod-net", "prod_net"],
    ["computeNetwork", "a", "-a"],
    ["computeNetwork", "prod1", "1prod"],
    ["containerCluster", "gpu-1", "gpu-"],
    ["kmsKeyRing", "Prod_keys-1", "prod.keys"],
    ["bigqueryDataset", "prod_features", "prod-features"],
    ["projectCustomRole", "platform.nodeReader", "platform-node"],
    ["workloadIdentityPool", "deployers", "gcp-deployers"],
    ["storageBucket", "acme-prod-models", "goog-prod-models"],
    ["storageBucket", "acme-prod", "acme-google-prod"],
    ["pubsubTopic", "bulletins", "googbulletins"],
    ["accessContextManagerServicePerimeter", "prod_perimeter", "prod-perimeter"],
    ["gkeHubMembership", "1-prod", "prod-"],
    ["vertexAiFeatureOnlineStore", "prod_online", "1prod"],
  ] as const)("%s accepts %s and refuses %s", (key, good, bad) => {
    expect(accepts(NAMES[key], good)).toBe(true);
    expect(accepts(NAMES[key], bad)).toBe(false);
  });
});
