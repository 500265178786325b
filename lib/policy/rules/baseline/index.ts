import type { RulePack } from "../../rule";
import { bucketVersioning } from "./bucket-versioning";
import { customModeVpc } from "./custom-mode-vpc";
import { deletionProtection } from "./deletion-protection";
import { encryptedWithOwnKey } from "./encrypted-with-own-key";
import { firewallAllPorts } from "./firewall-all-ports";
import { firewallDescription } from "./firewall-description";
import { firewallPublicAccess } from "./firewall-public-access";
import { firewallRdp } from "./firewall-rdp";
import { firewallRuleLogging } from "./firewall-rule-logging";
import { firewallSsh } from "./firewall-ssh";
import { keyAlgorithm } from "./key-algorithm";
import { keyRotation } from "./key-rotation";
import { keysPreventDestroy } from "./keys-prevent-destroy";
import { labelsPresent } from "./labels-present";
import { noForceDestroy } from "./no-force-destroy";
import { noKubernetesManifest } from "./no-kubernetes-manifest";
import { noLatestImages } from "./no-latest-images";
import { noProvisioners } from "./no-provisioners";
import { noPublicBuckets } from "./no-public-buckets";
import { noRemoteState } from "./no-remote-state";
import { policyLoggingOfDns } from "./policy-logging-of-dns";
import { providersPinned } from "./providers-pinned";
import { subnetFlowLogs } from "./subnet-flow-logs";
import { subnetPrivateGoogleAccess } from "./subnet-private-google-access";
import { uniformBucketAccess } from "./uniform-bucket-access";

/** What every stack must keep to, whatever it holds: ours, and those of Google's hardened constraints that concern what is made here. */
export const baseline: RulePack = {
  id: "baseline",
  title: "What holds for every stack",
  rules: [
    bucketVersioning,
    customModeVpc,
    deletionProtection,
    encryptedWithOwnKey,
    firewallAllPorts,
    firewallDescription,
    firewallPublicAccess,
    firewallRdp,
    firewallRuleLogging,
    firewallSsh,
    keyAlgorithm,
    keyRotation,
    keysPreventDestroy,
    labelsPresent,
    noForceDestroy,
    noKubernetesManifest,
    noLatestImages,
    noProvisioners,
    noPublicBuckets,
    noRemoteState,
    policyLoggingOfDns,
    providersPinned,
    subnetFlowLogs,
    subnetPrivateGoogleAccess,
    uniformBucketAccess,
  ],
};
