import type { Block } from "../../../core";

// Subnets of Google's own proxies hold no machine: they have neither private access nor flow logs.
const OF_PROXIES = new Set(["REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY"]);

/** True for a subnet that machines are in. */
export function holdsMachines(config: Block): boolean {
  return !OF_PROXIES.has(config["purpose"] as string);
}
