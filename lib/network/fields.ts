import { z } from "zod";
import { explained, known } from "../core";

const OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const CIDR = new RegExp(`^${OCTET}(\\.${OCTET}){3}/(3[0-2]|[12]?\\d)$`);

/** A range of IPv4 addresses. */
export function cidrField(what: string) {
  return explained(
    z.string().regex(CIDR).describe(what),
    "an IPv4 CIDR, e.g. 10.16.0.0/16",
    "write address/prefix length",
  );
}

/** A part of a resource's name: the environment's name goes before it. */
export function nameField(what: string) {
  return known(
    explained(
      z
        .string()
        .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
        .describe(what),
      "lower-case letters, digits and dashes, starting with a letter, ending with a letter or digit",
    ),
    "a name is made of it",
  );
}

/** A TCP or UDP port, or a range of them. */
export function portField() {
  return explained(z.string().regex(/^\d{1,5}(-\d{1,5})?$/), 'a port or a range in quotes, e.g. "443" or "8000-8100"');
}
