import type { Block } from "../../lib/core";

/** The conditions of Google's hardened set (hardened-constraints/custom-constraints), each as what a resource must satisfy. */
export const hardenedNetworkRules: Readonly<
  Record<string, readonly [type: string, holds: (config: Block) => boolean]>
> = {
  "custom.networkRequireCustomModeVpc": ["google_compute_network", (c) => c["auto_create_subnetworks"] === false],
  "custom.networkRequireSubnetPrivateGoogleAccess": [
    "google_compute_subnetwork",
    (c) => c["private_ip_google_access"] === true || c["purpose"] === "REGIONAL_MANAGED_PROXY",
  ],
  "compute.requireVpcFlowLogs": [
    "google_compute_subnetwork",
    (c) =>
      c["purpose"] === "REGIONAL_MANAGED_PROXY" ||
      ((c["log_config"] as Block | undefined)?.["flow_sampling"] as number) >= 0.1,
  ],
  "custom.firewallEnforceRuleLogging": ["google_compute_firewall", (c) => c["log_config"] !== undefined],
  "custom.firewallRequireDescription": ["google_compute_firewall", (c) => Boolean(c["description"])],
  "custom.firewallRestrictPublicAccessRule": [
    "google_compute_firewall",
    (c) => !isIngressAllow(c) || !(c["source_ranges"] as string[]).includes("0.0.0.0/0"),
  ],
  "custom.firewallRestrictExplicitAllPortsRule": [
    "google_compute_firewall",
    (c) =>
      !isIngressAllow(c) ||
      allowed(c).every(
        ({ protocol, ports }) =>
          !["tcp", "udp"].includes(protocol) ||
          (ports !== undefined && !ports.some((p) => p === "0-65535" || p === "1-65535")),
      ),
  ],
  "custom.firewallRestrictSshRule": ["google_compute_firewall", (c) => opensToPrivateOnly(c, 22)],
  "custom.firewallRestrictRdpRule": ["google_compute_firewall", (c) => opensToPrivateOnly(c, 3389)],
  "custom.dnsRequirePolicyLogging": ["google_dns_policy", (c) => c["enable_logging"] === true],
};

interface Allow {
  readonly protocol: string;
  readonly ports?: readonly string[];
}

function allowed(config: Block): readonly Allow[] {
  return (config["allow"] ?? []) as Allow[];
}

function isIngressAllow(config: Block): boolean {
  return config["direction"] === "INGRESS" && allowed(config).length > 0;
}

function opensToPrivateOnly(config: Block, port: number): boolean {
  const opens = allowed(config).some((a) =>
    (a.ports ?? []).some((ports) => {
      const [first, last = first] = ports.split("-").map(Number);
      return first! <= port && port <= last!;
    }),
  );
  const sources = (config["source_ranges"] ?? []) as string[];
  return !opens || sources.every((s) => /^(10\.|172\.(1[6-9]|2\d|3[01])|192\.168\.)/.test(s));
}
