import type { RulePack } from "../rule";
import { cachesAuthenticated } from "../rules/data-protection/caches-authenticated";
import { cachesEncryptedInTransit } from "../rules/data-protection/caches-encrypted-in-transit";
import { cloudRunInternal } from "../rules/data-protection/cloud-run-internal";
import { indexEndpointsPrivate } from "../rules/data-protection/index-endpoints-private";
import { logRetention } from "../rules/data-protection/log-retention";
import { noSecretLiterals } from "../rules/data-protection/no-secret-literals";
import { noSecretsInCloudRunEnv } from "../rules/data-protection/no-secrets-in-cloud-run-env";
import { noSecretsInState } from "../rules/data-protection/no-secrets-in-state";
import { onlineStoresPrivate } from "../rules/data-protection/online-stores-private";
import { secretsInNamedRegions } from "../rules/data-protection/secrets-in-named-regions";
import { sinkBucketsLocked } from "../rules/data-protection/sink-buckets-locked";
import { sqlBackedUp } from "../rules/data-protection/sql-backed-up";
import { sqlConnectionsEncrypted } from "../rules/data-protection/sql-connections-encrypted";
import { sqlPrivate } from "../rules/data-protection/sql-private";

export const dataProtection: RulePack = {
  id: "data-protection",
  title: "Protection of data and of secrets",
  rules: [
    cachesAuthenticated,
    cachesEncryptedInTransit,
    cloudRunInternal,
    indexEndpointsPrivate,
    logRetention,
    noSecretLiterals,
    noSecretsInCloudRunEnv,
    noSecretsInState,
    onlineStoresPrivate,
    secretsInNamedRegions,
    sinkBucketsLocked,
    sqlBackedUp,
    sqlConnectionsEncrypted,
    sqlPrivate,
  ],
};
