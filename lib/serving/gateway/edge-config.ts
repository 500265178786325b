import { z } from "zod";
import { assertSchema, explained, known } from "../../core";

/**
 * Sets of attack signatures that Cloud Armor ships and that regional policies take, by the part of their name before `-v33-stable` (Cloud
 * Armor docs, "Preconfigured WAF rules"; `cve` is `cve-canary`).
 */
export const WAF_SETS = [
  "sqli",
  "xss",
  "lfi",
  "rfi",
  "rce",
  "protocolattack",
  "sessionfixation",
  "java",
  "nodejs",
  "php",
  "cve",
  "scannerdetection",
  "methodenforcement",
] as const;
export type WafSet = (typeof WAF_SETS)[number];

/** How requests are held to a rate. */
export interface RateLimit {
  /** Requests a minute; what is above gets 429. @default 600 */
  readonly requestsPerMinute?: number;
  /**
   * What is counted apart: each address, or each value of a header. Where callers sit behind one proxy, count by the header that tells them
   * apart; requests without it share one count. @default {"by":"address"}
   */
  readonly countedBy?: { readonly by: "address" } | { readonly by: "header"; readonly header: string };
}

/** Which attacks are searched for. */
export interface WafConfig {
  /**
   * Sets of signatures. Those that read bodies skip language models, whose prompts may quote anything; Model Armor searches these.
   * @default ["sqli","xss","lfi","rfi","rce","protocolattack","sessionfixation","java","nodejs","php","cve","scannerdetection","methodenforcement"]
   */
  readonly sets?: readonly WafSet[];
  /** 1 finds the surest signs only, 4 the faintest too, with many false alarms. @default 1 */
  readonly sensitivity?: number;
  /** False only logs what would be turned away: for the first days of a new model. @default true */
  readonly enforced?: boolean;
}

/** What the edge lets through to models (Cloud Armor). */
export interface EdgeConfig {
  /** Ranges that may call, at most 5. @default - all for an external gateway, private ranges for an internal one */
  readonly clients?: readonly string[];
  /** Rate that each caller is held to. @default {} */
  readonly rateLimit?: RateLimit;
  /** Which attacks are searched for. @default {} */
  readonly waf?: WafConfig;
}

const RULES = "rules are made of it";

// Cloud Armor docs, "Quotas and limits": 5 subexpressions in the expression of a rule.
export const MAX_SUBEXPRESSIONS = 5;

const cidr = explained(
  z
    .string()
    .regex(/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/)
    .describe("A range that may call"),
  "an IPv4 range such as 203.0.113.0/24",
);

export const edgeSchema = z.strictObject({
  clients: known(
    z
      .array(known(cidr, RULES))
      .min(1)
      .max(MAX_SUBEXPRESSIONS)
      .describe("Ranges that may call; default: all, or private ranges"),
    RULES,
  ).optional(),
  rateLimit: z
    .strictObject({
      // Cloud Armor docs, "Rate limiting": counts of 1 to 1,000,000.
      requestsPerMinute: z.int().min(1).max(1_000_000).describe("Requests a minute of one caller").default(600),
      countedBy: z
        .discriminatedUnion("by", [
          z.strictObject({ by: z.literal("address").describe("Each address is counted apart") }),
          z.strictObject({
            by: z.literal("header").describe("Each value of a header is counted apart"),
            header: explained(
              z
                .string()
                .regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/)
                .describe("Name of the header"),
              "the name of a header",
            ),
          }),
        ])
        .describe("What is counted apart")
        .default({ by: "address" }),
    })
    .describe("Rate that each caller is held to")
    .prefault({}),
  waf: z
    .strictObject({
      sets: known(z.array(known(z.enum(WAF_SETS), RULES)).describe("Sets of attack signatures"), RULES).default([
        ...WAF_SETS,
      ]),
      sensitivity: known(
        z.int().min(1).max(4).describe("1 finds the surest signs only, 4 the faintest too"),
        RULES,
      ).default(1),
      enforced: known(z.boolean().describe("Whether attacks are turned away, not only logged"), RULES).default(true),
    })
    .describe("Which attacks are searched for")
    .prefault({}),
});

assertSchema<EdgeConfig, typeof edgeSchema>(true);

export type EdgeValues = z.output<typeof edgeSchema>;
