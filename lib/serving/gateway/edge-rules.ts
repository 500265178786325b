import { MAX_SUBEXPRESSIONS, type EdgeValues, type WafSet } from "./edge-config";
import { attacks, outside, requestsTo } from "./edge-expressions";
import type { RouteAddress } from "../route/route-conflicts";

/** One rule of the policy at the edge. The first that matches decides, the lowest priority first. */
export interface EdgeRule {
  /** Part of the rule's Terraform address. */
  readonly id: string;
  readonly priority: number;
  /** Cloud Armor docs, "Best practices": at most 64 characters. */
  readonly description: string;
  readonly action: string;
  /** True only logs what the rule would do. */
  readonly preview?: boolean;
  /** Which requests; all where there is none. */
  readonly expression?: string;
  readonly limit?: EdgeValues["rateLimit"];
}

/** A language model behind the edge. */
export interface PromptRoute extends RouteAddress {
  readonly model: string;
}

/**
 * Where the rules of the policy stand. Stops come before everything that lets through, and each model has a place that depends on its name alone:
 * one that comes or goes moves no other.
 */
export const PRIORITIES = {
  stopAll: 100,
  nobody: 500,
  stops: { from: 1_000, places: 1_000_000_000 },
  outsiders: 1_100_000_000,
  callers: 1_200_000_000,
  prompts: { from: 1_300_000_000, places: 100_000_000 },
  attacks: 1_500_000_000,
  rate: 1_600_000_000,
  // Google makes the very last rule (2,147,483,647, allow) with the policy.
  refuse: 2_147_483_646,
} as const;

/** The place of a name: the same on every machine, and the same whatever other names there are. */
export function placeOf(name: string, { from, places }: { readonly from: number; readonly places: number }): number {
  // FNV-1a, 32 bits: two names among a hundred share one of a billion places once in two hundred thousand environments.
  let hash = 0x811c9dc5;
  for (const sign of name) hash = Math.imul(hash ^ sign.codePointAt(0)!, 0x01000193) >>> 0;
  return from + (hash % places);
}

// RFC 1918: what an internal load balancer is called from.
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

// These look at the method and at headers only; all others read bodies.
const BODILESS: readonly WafSet[] = ["scannerdetection", "methodenforcement"];

/**
 * What the edge does with requests, stops of models apart: outsiders are refused, attacks are, and who calls too often is; what no rule lets
 * through is refused.
 */
export function edgeRules(
  config: EdgeValues,
  exposure: "external" | "internal",
  prompts: readonly PromptRoute[],
): EdgeRule[] {
  const { waf, rateLimit } = config;
  const clients = config.clients ?? (exposure === "internal" ? PRIVATE_RANGES : []);
  const bodiless = waf.sets.filter((set) => BODILESS.includes(set));
  const others = waf.sets.filter((set) => !BODILESS.includes(set));
  const preview = !waf.enforced;
  return [
    ...(clients.length > 0
      ? [
          {
            id: "outsiders",
            priority: PRIORITIES.outsiders,
            description: "Addresses that may not call",
            action: "deny(403)",
            expression: outside(clients),
          },
        ]
      : []),
    ...(bodiless.length > 0
      ? [
          {
            id: "scanners",
            priority: PRIORITIES.callers,
            description: "Scanners, and methods that no model has",
            action: "deny(403)",
            preview,
            expression: attacks(bodiless, waf.sensitivity),
          },
        ]
      : []),
    ...prompts.map((prompt) => ({
      id: `prompts-${prompt.model}`,
      priority: placeOf(prompt.model, PRIORITIES.prompts),
      description: `Prompts to ${prompt.model}, at most at the rate`,
      action: "throttle",
      expression: requestsTo(prompt),
      limit: rateLimit,
    })),
    ...inGroups(others).map((sets, index) => ({
      id: `attacks-${index + 1}`,
      priority: PRIORITIES.attacks + index * 1000,
      description: `Attacks: ${sets.join(", ")}`,
      action: "deny(403)",
      preview,
      expression: attacks(sets, waf.sensitivity),
    })),
    {
      id: "rate",
      priority: PRIORITIES.rate,
      description: "Everybody else, at most at the rate",
      action: "throttle",
      limit: rateLimit,
    },
    {
      id: "refuse",
      priority: PRIORITIES.refuse,
      description: "What no rule lets through",
      action: "deny(403)",
    },
  ];
}

function inGroups<T>(items: readonly T[]): T[][] {
  const groups = Math.ceil(items.length / MAX_SUBEXPRESSIONS);
  return Array.from({ length: groups }, (_, index) =>
    items.slice(index * MAX_SUBEXPRESSIONS, (index + 1) * MAX_SUBEXPRESSIONS),
  );
}
