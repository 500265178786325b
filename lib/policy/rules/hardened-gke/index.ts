import type { RulePack } from "../../rule";
import { allowedNodePoolImages } from "./allowed-node-pool-images";
import { allowedReleaseChannels } from "./allowed-release-channels";
import { disableABAC } from "./disable-abac";
import { disableAlphaCluster } from "./disable-alpha-cluster";
import { disableInsecureKubeletReadOnlyPort } from "./disable-insecure-kubelet-read-only-port";
import { disableKubernetesDashboard } from "./disable-kubernetes-dashboard";
import { disableLegacyAbac } from "./disable-legacy-abac";
import { disableLegacyClientCertificateIssuance } from "./disable-legacy-client-certificate-issuance";
import { disableLegacyMetadataEndpoints } from "./disable-legacy-metadata-endpoints";
import { disableRBACSystemBindings } from "./disable-rbac-system-bindings";
import { disallowDefaultComputeServiceAccount } from "./disallow-default-compute-service-account";
import { enableBinaryAuthorization } from "./enable-binary-authorization";
import { enableCloudLogging } from "./enable-cloud-logging";
import { enableGoogleGroupsRBAC } from "./enable-google-groups-rbac";
import { enableNetworkPolicy } from "./enable-network-policy";
import { enablePrivateNodes } from "./enable-private-nodes";
import { enableSecretsEncryption } from "./enable-secrets-encryption";
import { enableSecurityBulletinNotifications } from "./enable-security-bulletin-notifications";
import { enableShieldedNodes } from "./enable-shielded-nodes";
import { enableWorkloadIdentityFederation } from "./enable-workload-identity-federation";
import { requireCOSImage } from "./require-cos-image";
import { requireDataplaneV2 } from "./require-dataplane-v2";
import { requireGKEMetadataServer } from "./require-gke-metadata-server";
import { requireIntegrityMonitoring } from "./require-integrity-monitoring";
import { requireIntraNodeVisibility } from "./require-intra-node-visibility";
import { requireMasterAuthorizedNetworks } from "./require-master-authorized-networks";
import { requireMonitoring } from "./require-monitoring";
import { requireNodePoolAutoRepair } from "./require-node-pool-auto-repair";
import { requireNodePoolAutoUpgrade } from "./require-node-pool-auto-upgrade";
import { requireNodePoolCMEKEncryption } from "./require-node-pool-cmek-encryption";
import { requireNodePoolSandbox } from "./require-node-pool-sandbox";
import { requirePrivateEndpoint } from "./require-private-endpoint";
import { requireRegionalClusters } from "./require-regional-clusters";
import { requireSecureBoot } from "./require-secure-boot";
import { requireVPCNativeCluster } from "./require-vpc-native-cluster";

/**
 * The 35 constraints on GKE of Google's hardened organisation (cloud-foundation-fabric): 14 managed by Google, 21 custom. Each is as strict as
 * the constraint, or stricter where Terraform leaves a default to GKE, so that nothing is planned which the organisation would refuse.
 */
export const hardenedGke: RulePack = {
  id: "hardened-gke",
  title: "Google's hardened constraints on GKE",
  rules: [
    disableABAC,
    disableInsecureKubeletReadOnlyPort,
    disableLegacyClientCertificateIssuance,
    disableRBACSystemBindings,
    disallowDefaultComputeServiceAccount,
    enableBinaryAuthorization,
    enableCloudLogging,
    enableGoogleGroupsRBAC,
    enableNetworkPolicy,
    enablePrivateNodes,
    enableSecretsEncryption,
    enableSecurityBulletinNotifications,
    enableShieldedNodes,
    enableWorkloadIdentityFederation,
    allowedNodePoolImages,
    allowedReleaseChannels,
    disableAlphaCluster,
    disableKubernetesDashboard,
    disableLegacyAbac,
    disableLegacyMetadataEndpoints,
    requireCOSImage,
    requireDataplaneV2,
    requireGKEMetadataServer,
    requireIntegrityMonitoring,
    requireIntraNodeVisibility,
    requireMasterAuthorizedNetworks,
    requireMonitoring,
    requireNodePoolAutoRepair,
    requireNodePoolAutoUpgrade,
    requireNodePoolCMEKEncryption,
    requireNodePoolSandbox,
    requirePrivateEndpoint,
    requireRegionalClusters,
    requireSecureBoot,
    requireVPCNativeCluster,
  ],
};
