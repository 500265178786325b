import { z } from "zod";
import { assertSchema } from "../../core";
import type { AddOn } from "../add-on";
import { argoRollouts, argoRolloutsSchema, type ArgoRolloutsConfig } from "./argo-rollouts";
import { certManager, certManagerSchema, type CertManagerConfig } from "./cert-manager";
import { jobSet, jobSetSchema, type JobSetConfig } from "./jobset";
import { keda, kedaSchema, type KedaConfig } from "./keda";
import { kserve, kserveSchema, type KServeConfig } from "./kserve";
import { kueue, kueueSchema, type KueueConfig } from "./kueue";
import { llmDRouter, llmDRouterSchema, type LlmDRouterConfig } from "./llm-d-router";
import { leaderWorkerSet, leaderWorkerSetSchema, type LeaderWorkerSetConfig } from "./lws";
import { prometheusFrontend, prometheusFrontendSchema, type PrometheusFrontendConfig } from "./prometheus-frontend";

/** The add-ons that ship with the library, by id; one that is named is installed, `{}` for its defaults. */
export interface BuiltInAddOnsConfig {
  /** Queues for jobs and model servers that share accelerators. @default - not installed */
  readonly kueue?: KueueConfig;
  /** Training runs of many jobs. @default - not installed */
  readonly jobset?: JobSetConfig;
  /** Model servers over several nodes. @default - not installed */
  readonly lws?: LeaderWorkerSetConfig;
  /** Canaries that are judged and rolled back. @default - not installed */
  readonly "argo-rollouts"?: ArgoRolloutsConfig;
  /** Replicas by metrics, down to none. @default - not installed */
  readonly keda?: KedaConfig;
  /** Certificates of webhooks. @default - not installed */
  readonly "cert-manager"?: CertManagerConfig;
  /** `InferenceService` of KServe; needs cert-manager. @default - not installed */
  readonly kserve?: KServeConfig;
  /** Definitions by which callers of language models ask for a priority. @default - not installed */
  readonly "llm-d-router"?: LlmDRouterConfig;
  /** Proxy by which rollouts ask managed Prometheus. @default - not installed */
  readonly "prometheus-frontend"?: PrometheusFrontendConfig;
}

export const builtInAddOnsSchema = z.strictObject({
  kueue: kueueSchema.describe("Queues for jobs and model servers that share accelerators").optional(),
  jobset: jobSetSchema.describe("Training runs of many jobs").optional(),
  lws: leaderWorkerSetSchema.describe("Model servers over several nodes").optional(),
  "argo-rollouts": argoRolloutsSchema.describe("Canaries that are judged and rolled back").optional(),
  keda: kedaSchema.describe("Replicas by metrics, down to none").optional(),
  "cert-manager": certManagerSchema.describe("Certificates of webhooks").optional(),
  kserve: kserveSchema.describe("InferenceService of KServe; needs cert-manager").optional(),
  "llm-d-router": llmDRouterSchema
    .describe("Definitions by which callers of language models ask for a priority")
    .optional(),
  "prometheus-frontend": prometheusFrontendSchema.describe("Proxy by which rollouts ask managed Prometheus").optional(),
});

assertSchema<BuiltInAddOnsConfig, typeof builtInAddOnsSchema>(true);

/** Id of an add-on that ships with the library. */
export type BuiltInAddOnId = keyof BuiltInAddOnsConfig;

/** Makers of the add-ons that ship with the library. */
export const BUILT_IN_ADD_ONS: {
  readonly [Id in BuiltInAddOnId]-?: (config: NonNullable<z.output<typeof builtInAddOnsSchema>[Id]>) => AddOn;
} = {
  kueue,
  jobset: jobSet,
  lws: leaderWorkerSet,
  "argo-rollouts": argoRollouts,
  keda,
  "cert-manager": certManager,
  kserve,
  "llm-d-router": llmDRouter,
  "prometheus-frontend": prometheusFrontend,
};

export const BUILT_IN_ADD_ON_IDS = Object.keys(BUILT_IN_ADD_ONS) as readonly BuiltInAddOnId[];

/** The add-ons that a parsed section names. */
export function builtInAddOns(section: z.output<typeof builtInAddOnsSchema>): AddOn[] {
  return BUILT_IN_ADD_ON_IDS.flatMap((id) => {
    const config = section[id];
    return config === undefined ? [] : [(BUILT_IN_ADD_ONS[id] as (c: typeof config) => AddOn)(config)];
  });
}
