import { acknowledgements } from "../../lib/core";
import { hardenedGkeRules } from "../cluster-constructs/hardened-rules";
import { examples } from "../stacks/examples";
import { BuiltExample } from "./built";

// Those that the reference lists (gpu-clusters.md §1.4): 14 managed by Google, 21 custom ones that are enforced.
const MANAGED = [
  "disableABAC",
  "disableInsecureKubeletReadOnlyPort",
  "disableLegacyClientCertificateIssuance",
  "disableRBACSystemBindings",
  "disallowDefaultComputeServiceAccount",
  "enableBinaryAuthorization",
  "enableCloudLogging",
  "enableGoogleGroupsRBAC",
  "enableNetworkPolicy",
  "enablePrivateNodes",
  "enableSecretsEncryption",
  "enableSecurityBulletinNotifications",
  "enableShieldedNodes",
  "enableWorkloadIdentityFederation",
];
const CUSTOM = [
  "AllowedNodePoolImages",
  "AllowedReleaseChannels",
  "DisableAlphaCluster",
  "DisableKubernetesDashboard",
  "DisableLegacyAbac",
  "DisableLegacyMetadataEndpoints",
  "RequireCOSImage",
  "RequireDataplaneV2",
  "RequireGKEMetadataServer",
  "RequireIntegrityMonitoring",
  "RequireIntraNodeVisibility",
  "RequireMasterAuthorizedNetworks",
  "RequireMonitoring",
  "RequireNodePoolAutoRepair",
  "RequireNodePoolAutoUpgrade",
  "RequireNodePoolCMEKEncryption",
  "RequireNodePoolSandbox",
  "RequirePrivateEndpoint",
  "RequireRegionalClusters",
  "RequireSecureBoot",
  "RequireVPCNativeCluster",
];

test("the rules are the 35 of the reference", () => {
  const listed = [...MANAGED.map((name) => `container.managed.${name}`), ...CUSTOM.map((name) => `custom.gke${name}`)];
  expect(listed).toHaveLength(35);
  expect([...new Set(hardenedGkeRules.map(({ id }) => id))].sort()).toEqual([...listed].sort());
});

describe.each(examples)("%s", (name) => {
  const built = new BuiltExample(name);
  const acknowledged = acknowledgements(built.root);
  const at = (path: string) => built.resources.filter(({ constructPath }) => constructPath === path);

  test.each(hardenedGkeRules.map((rule) => [rule.type.replace("google_container_", ""), rule.id, rule] as const))(
    "every %s meets %s, or says on itself why not",
    (_type, _id, rule) => {
      const broken = built.ofType(rule.type).filter((resource) => !rule.holds(resource.config));
      const silent = broken.filter((resource) => !built.waivedAt(resource).includes(rule.id));
      expect(silent.map(({ address }) => address)).toEqual([]);
    },
  );

  test("nothing is waived above a cluster or a pool: a waiver holds for one resource", () => {
    const ofGke = acknowledged.filter(({ acknowledgement: { rule } }) =>
      hardenedGkeRules.some(({ id }) => id === rule),
    );
    expect(ofGke.length).toBeGreaterThan(0);
    for (const { construct } of ofGke) expect(at(construct.node.path)).toHaveLength(1);
  });

  test("no waiver is without use: the rule that it names is broken there", () => {
    const unused = acknowledged
      .filter(({ acknowledgement: { rule } }) => /^(container\.managed\.|custom\.gke)/.test(rule))
      .map(({ construct, acknowledgement: { rule } }) => ({ path: construct.node.path, rule }))
      .filter(({ path, rule }) => {
        const rules = hardenedGkeRules.filter(({ id }) => id === rule);
        return !at(path).some(({ type, config }) => rules.some((r) => r.type === type && !r.holds(config)));
      });
    expect(unused).toEqual([]);
  });

  test("every waiver says why, until when, and where that is written", () => {
    for (const { acknowledgement } of acknowledged) {
      expect(acknowledgement.reason.length).toBeGreaterThanOrEqual(20);
      expect(acknowledgement).toEqual({
        ...acknowledgement,
        until: expect.stringMatching(/./),
        source: expect.stringMatching(/./),
      });
    }
  });
});

test("production waives the sandbox on every pool, auto-repair on the flex-start pool, the roles of CI, folders of weights, and nothing else", () => {
  const waived = acknowledgements(new BuiltExample("prod").root).map(
    ({ construct, acknowledgement }) => `${construct.node.path} ${acknowledgement.rule}`,
  );
  expect(waived.sort()).toEqual([
    "prod-cluster/pool-serve-a100/pool custom.gkeRequireNodePoolSandbox",
    "prod-cluster/pool-serve-l4/pool custom.gkeRequireNodePoolSandbox",
    "prod-cluster/pool-system/pool custom.gkeRequireNodePoolSandbox",
    "prod-cluster/pool-train-h100/pool custom.gkeRequireNodePoolAutoRepair",
    "prod-cluster/pool-train-h100/pool custom.gkeRequireNodePoolSandbox",
    "prod-foundation/security/deployers iam.reviewedProjectRoles",
    ...["assistant-2026-10-02", "assistant-2026-11-18", "pump-condition-1.0.0", "vision-41"].map(
      (weights) => `prod-serving/model-folder-acme-ai-prod-models-${weights}/folder baseline.noForceDestroy`,
    ),
  ]);
});
