import { Construct } from "constructs";
import { z } from "zod";
import type { ComputeRoute } from "@cdktf/provider-google/lib/compute-route";
import { DnsManagedZone } from "@cdktf/provider-google/lib/dns-managed-zone";
import { DnsPolicy } from "@cdktf/provider-google/lib/dns-policy";
import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import { NAMES } from "../catalog/names";
import { assertSchema, Environment, known, parseProps, resourceName, type NetworkRef } from "../core";
import { nameField } from "./fields";
import { internetGatewayRoute } from "./internet-gateway-route";

/** The addresses that Google APIs are reached at: all APIs, or those that VPC Service Controls covers. */
export type GoogleApis = "private" | "restricted";

/** Addresses behind each choice (VPC docs, "Configure Private Google Access", domain options). */
export const GOOGLE_API_ADDRESSES: Readonly<
  Record<GoogleApis, { readonly range: string; readonly domain: string; readonly addresses: readonly string[] }>
> = {
  private: {
    range: "199.36.153.8/30",
    domain: "private.googleapis.com.",
    addresses: ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"],
  },
  restricted: {
    range: "199.36.153.4/30",
    domain: "restricted.googleapis.com.",
    addresses: ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"],
  },
};

// What nodes and pods ask for: APIs (Connect Gateway and fleet included), images, and the DNS endpoints of control
// planes.
const DOMAINS = ["googleapis.com", "gcr.io", "pkg.dev", "gke.goog"] as const;

/** How Google APIs are reached from a network. */
export interface GoogleApisDnsConfig {
  /** Part of its names after the environment's. @default "apis" */
  readonly name?: string;
  /**
   * `restricted` where a VPC Service Controls perimeter holds the project: APIs outside of it are then out of reach.
   * @default "private"
   */
  readonly googleApis?: GoogleApis;
}

export type GoogleApisDnsProps = GoogleApisDnsConfig & {
  readonly network: NetworkRef;
};

/** The choice between all APIs and those in a perimeter, as a field of several schemas. */
export const googleApisField = known(
  z.enum(["private", "restricted"]).describe("Addresses that Google APIs are reached at"),
  "addresses and names follow from it",
).default("private");

export const googleApisDnsSchema = z.strictObject({
  name: nameField("Part of the names after the environment's").default("apis"),
  googleApis: googleApisField,
});

assertSchema<GoogleApisDnsConfig, typeof googleApisDnsSchema>(true);

/**
 * Private DNS zones that lead Google's domains to one small range, the route to it, and a log of every DNS query of the
 * network (`custom.dnsRequirePolicyLogging`). No API call leaves Google's network, and the firewall needs one address
 * range for all of them.
 */
export class GoogleApisDns extends Construct {
  readonly resources: {
    readonly zones: readonly DnsManagedZone[];
    readonly records: readonly DnsRecordSet[];
    readonly route: ComputeRoute;
    readonly policy: DnsPolicy;
  };

  constructor(scope: Construct, id: string, props: GoogleApisDnsProps) {
    super(scope, id);
    const { network, ...plain } = props;
    const { name, googleApis } = parseProps(this, "GoogleApisDns", googleApisDnsSchema, plain);
    const environment = Environment.of(this);
    const { range, domain } = GOOGLE_API_ADDRESSES[googleApis];
    const domains = DOMAINS.map(
      (served) => new GoogleDomain(this, served.replace(".", "-"), { network, name, served, googleApis }),
    );
    const route = internetGatewayRoute(this, "route", {
      network,
      name: [name, googleApis],
      description: `Way to ${domain.slice(0, -1)}; it stays within Google's network`,
      destination: range,
    });
    const policy = new DnsPolicy(this, "policy", {
      name: resourceName(this, "name", NAMES.dnsPolicy, environment.name, name),
      description: `Logs the DNS queries of environment ${environment.name}`,
      enableLogging: true,
      enableInboundForwarding: false,
      networks: [{ networkUrl: network.id.from(this) }],
    });
    this.resources = {
      zones: domains.map((d) => d.zone),
      records: domains.flatMap((d) => d.records),
      route,
      policy,
    };
  }
}

interface GoogleDomainProps {
  readonly network: NetworkRef;
  readonly name: string;
  readonly served: string;
  readonly googleApis: GoogleApis;
}

// VPC docs, "Configure Private Google Access", DNS: one A record, and a CNAME for all names below. `googleapis.com`
// itself has no address, so its A record is that of the special domain.
class GoogleDomain extends Construct {
  readonly zone: DnsManagedZone;
  readonly records: readonly DnsRecordSet[];

  constructor(scope: Construct, id: string, props: GoogleDomainProps) {
    super(scope, id);
    const { network, name, served, googleApis } = props;
    const { domain, addresses } = GOOGLE_API_ADDRESSES[googleApis];
    const target = served === "googleapis.com" ? domain : `${served}.`;
    this.zone = new DnsManagedZone(this, "zone", {
      name: resourceName(this, "name", NAMES.dnsManagedZone, Environment.of(this).name, name, served.replace(".", "-")),
      dnsName: `${served}.`,
      description: `Leads ${served} to ${googleApis}.googleapis.com`,
      visibility: "private",
      privateVisibilityConfig: { networks: [{ networkUrl: network.id.from(this) }] },
    });
    const record = { managedZone: this.zone.name, ttl: 300 };
    this.records = [
      new DnsRecordSet(this, "address", { ...record, name: target, type: "A", rrdatas: [...addresses] }),
      new DnsRecordSet(this, "names-below", { ...record, name: `*.${served}.`, type: "CNAME", rrdatas: [target] }),
    ];
  }
}
