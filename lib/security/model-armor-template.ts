import { ModelArmorTemplate as GoogleModelArmorTemplate } from "@cdktf/provider-google/lib/model-armor-template";
import { Construct } from "constructs";
import { z } from "zod";
import { NAMES } from "../catalog/names";
import { Environment, Ref, assertSchema, known, parseProps, resourceName, type Tokenable } from "../core";

/** How sure Model Armor must be before a filter matches: the first is the strictest. */
export const CONFIDENCE_LEVELS = ["LOW_AND_ABOVE", "MEDIUM_AND_ABOVE", "HIGH"] as const;
export type ConfidenceLevel = (typeof CONFIDENCE_LEVELS)[number];

export interface ModelArmorConfig {
  /** Template's name, after the environment's. @default "prompts" */
  readonly name?: string;
  /** From which confidence prompt injection and jailbreaks are matched. @default "MEDIUM_AND_ABOVE" */
  readonly injection?: ConfidenceLevel;
  /** From which confidence harmful content is matched: hate, harassment, sexual content, danger. @default "MEDIUM_AND_ABOVE" */
  readonly harmfulContent?: ConfidenceLevel;
  /** True writes prompts and answers that were looked at to the logs, personal data included. @default false */
  readonly logContent?: boolean;
  /** True looks at languages other than English too. @default true */
  readonly multiLanguage?: boolean;
}

export const modelArmorSchema = z.strictObject({
  name: known(z.string().min(1).describe("Template's name, after the environment's"), "names are made of it").default(
    "prompts",
  ),
  injection: z
    .enum(CONFIDENCE_LEVELS)
    .describe("From which confidence prompt injection and jailbreaks are matched")
    .default("MEDIUM_AND_ABOVE"),
  harmfulContent: z
    .enum(CONFIDENCE_LEVELS)
    .describe("From which confidence harmful content is matched")
    .default("MEDIUM_AND_ABOVE"),
  logContent: z.boolean().describe("Whether prompts and answers are written to the logs").default(false),
  multiLanguage: z.boolean().describe("Whether languages other than English are looked at").default(true),
});

assertSchema<ModelArmorConfig, typeof modelArmorSchema>(true);

export type ModelArmorProps = Tokenable<ModelArmorConfig>;

/** A template of filters, as others may know it. */
export interface ModelArmorRef {
  /** `projects/P/locations/L/templates/T`. */
  readonly id: Ref;
}

const HARMS = ["HATE_SPEECH", "HARASSMENT", "SEXUALLY_EXPLICIT", "DANGEROUS"];

/** What prompts and answers are searched for: injection and jailbreak, sensitive data, malicious addresses, harmful content. */
export class ModelArmorTemplate extends Construct {
  readonly ref: ModelArmorRef;
  readonly resources: { readonly template: GoogleModelArmorTemplate };

  constructor(scope: Construct, id: string, props: ModelArmorProps = {}) {
    super(scope, id);
    const config = parseProps(this, "ModelArmorTemplate", modelArmorSchema, props);
    const { name: environment, projectId, region } = Environment.of(this);
    const templateId = resourceName(this, "name", NAMES.modelArmorTemplate, environment, config.name);
    const template = new GoogleModelArmorTemplate(this, "template", {
      project: projectId,
      location: region,
      templateId,
      filterConfig: {
        piAndJailbreakFilterSettings: { filterEnforcement: "ENABLED", confidenceLevel: config.injection },
        maliciousUriFilterSettings: { filterEnforcement: "ENABLED" },
        sdpSettings: { basicConfig: { filterEnforcement: "ENABLED" } },
        raiSettings: {
          raiFilters: HARMS.map((filterType) => ({ filterType, confidenceLevel: config.harmfulContent })),
        },
      },
      templateMetadata: {
        enforcementType: "INSPECT_AND_BLOCK",
        logTemplateOperations: true,
        logSanitizeOperations: config.logContent,
        multiLanguageDetection: { enableMultiLanguageDetection: config.multiLanguage },
      },
    });
    this.resources = { template };
    this.ref = {
      id: Ref.to(template, template.id, `projects/${projectId}/locations/${region}/templates/${templateId}`),
    };
  }

  /** A template that exists already. @param id `projects/P/locations/L/templates/T` */
  static fromExisting(id: string): ModelArmorRef {
    return { id: Ref.existing(id) };
  }
}
