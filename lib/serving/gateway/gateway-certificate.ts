import { createHash } from "node:crypto";
import { CertificateManagerCertificate } from "@cdktf/provider-google/lib/certificate-manager-certificate";
import { CertificateManagerDnsAuthorization } from "@cdktf/provider-google/lib/certificate-manager-dns-authorization";
import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import { Construct } from "constructs";
import { NAMES } from "../../catalog/names";
import { Environment, resourceName } from "../../core";

export interface GatewayCertificateProps {
  /** Part of its names after the environment's. */
  readonly name: string;
  /** Host names that it is for. */
  readonly hosts: readonly string[];
  /** Zone that the records go into, by which Google sees that the names are ours. @default - whoever has the zone writes them */
  readonly zone?: { readonly name: string; readonly project: string };
}

// Cloud DNS docs: five minutes are the usual time to live.
export const RECORD_SECONDS = 300;

/**
 * A certificate of the region that Google makes and renews. A certificate cannot change its names: other names make another certificate, which
 * is there before the first goes, so that a listener never lacks one.
 */
export class GatewayCertificate extends Construct {
  /** Its name, as a gateway writes it. */
  readonly certificateName: string;
  readonly resources: {
    readonly certificate: CertificateManagerCertificate;
    readonly authorisations: readonly CertificateManagerDnsAuthorization[];
    readonly records: readonly DnsRecordSet[];
  };

  constructor(scope: Construct, id: string, { name: part, hosts, zone }: GatewayCertificateProps) {
    super(scope, id);
    const { name: environment, projectId, region } = Environment.of(this);
    const authorisations = hosts.map(
      (domain) =>
        new CertificateManagerDnsAuthorization(this, `authorisation-${domain}`, {
          project: projectId,
          location: region,
          name: resourceName(
            this,
            "hosts",
            NAMES.certificateManagerDnsAuthorization,
            environment,
            part,
            shortOf([domain]),
          ),
          description: `That ${domain} is ours`,
          domain,
          // google 6.50.0: regional certificates take this kind only.
          type: "PER_PROJECT_RECORD",
        }),
    );
    const records = zone ? hosts.map((domain, index) => this.record(domain, authorisations[index]!, zone)) : [];
    const name = resourceName(this, "hosts", NAMES.certificateManagerCertificate, environment, part, shortOf(hosts));
    const certificate = new CertificateManagerCertificate(this, "certificate", {
      project: projectId,
      location: region,
      name,
      description: `Certificate of ${hosts.join(", ")}`.slice(0, 200),
      managed: { domains: [...hosts], dnsAuthorizations: authorisations.map((authorisation) => authorisation.id) },
      lifecycle: { createBeforeDestroy: true },
      dependsOn: records,
    });
    this.certificateName = certificate.name;
    this.resources = { certificate, authorisations, records };
  }

  private record(
    domain: string,
    authorisation: CertificateManagerDnsAuthorization,
    zone: { readonly name: string; readonly project: string },
  ): DnsRecordSet {
    const wanted = authorisation.dnsResourceRecord.get(0);
    return new DnsRecordSet(this, `record-${domain}`, {
      project: zone.project,
      managedZone: zone.name,
      name: wanted.name,
      type: wanted.type,
      ttl: RECORD_SECONDS,
      rrdatas: [wanted.data],
    });
  }
}

/** Says the same of the same names, wherever it runs: names may be longer than a certificate's. */
function shortOf(hosts: readonly string[]): string {
  return createHash("sha256").update(hosts.join(",")).digest("hex").slice(0, 8);
}
