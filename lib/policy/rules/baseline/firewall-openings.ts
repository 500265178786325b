import { isLate, type Block } from "../../../core";
import type { Verdict } from "../../rule";
import { valuesAt, verdict } from "../../values";

interface Opening {
  readonly protocol: string;
  /** First and last port; all where the rule names none. */
  readonly ports: readonly (readonly [number, number])[] | undefined;
  /** As written. */
  readonly text: readonly string[] | undefined;
}

/** What a firewall rule lets in, or why there is nothing to judge. */
export interface Inbound {
  readonly openings: readonly Opening[];
  readonly sources: readonly string[];
}

/** Judges a rule that lets traffic in; `check` sees known values only. */
export function judgeInbound(config: Block, check: (inbound: Inbound) => Verdict): Verdict {
  const direction = config["direction"] ?? "INGRESS";
  if (isLate(direction)) return { status: "unknown", path: "direction" };
  const allowed = valuesAt(config, "allow")
    .flat()
    .filter((allow) => allow !== undefined);
  if (direction !== "INGRESS" || allowed.length === 0 || String(config["disabled"]) === "true") {
    return { status: "not-applicable" };
  }
  // Sources that only Terraform knows are judged as such; ports too.
  const sources = listOf(config["source_ranges"]);
  if (isLate(config["source_ranges"]) || sources.some(isLate)) return verdict([], "source_ranges");
  if (
    allowed.some((allow) => isLate(allow) || isLate((allow as Block)["protocol"]) || late((allow as Block)["ports"]))
  ) {
    return verdict([], "allow");
  }
  // Without sources, tags or accounts of origin, a rule lets in everyone.
  const isNarrow = ["source_tags", "source_service_accounts"].some((key) => listOf(config[key]).length > 0);
  const from = sources.length === 0 && !isNarrow ? ["0.0.0.0/0"] : sources;
  return check({ openings: allowed.map((allow) => openingOf(allow as Block)), sources: from.map(String) });
}

function openingOf({ protocol, ports }: Block): Opening {
  const text = listOf(ports).map(String);
  if (text.length === 0) return { protocol: nameOf(protocol), ports: undefined, text: undefined };
  return { protocol: nameOf(protocol), ports: text.map(rangeOf), text };
}

// Protocols may be given by number.
const NAMES: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp" };

function nameOf(protocol: unknown): string {
  const name = String(protocol).toLowerCase();
  return NAMES[name] ?? name;
}

function rangeOf(text: string): readonly [number, number] {
  const [first = NaN, last = first] = text.split("-").map(Number);
  return [first, last];
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

function late(value: unknown): boolean {
  return isLate(value) || listOf(value).some(isLate);
}

/** True where a port of a protocol is let in. */
export function opens({ openings }: Inbound, protocol: string, port: number): boolean {
  return openings.some(
    (opening) =>
      (opening.protocol === protocol || opening.protocol === "all") &&
      (opening.ports === undefined || opening.ports.some(([first, last]) => first <= port && port <= last)),
  );
}

const PRIVATE = /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)/;
const MIN_PREFIX: readonly (readonly [RegExp, number])[] = [
  [/^10\./, 8],
  [/^172\./, 12],
  [/^192\./, 16],
];

/** True for a range that lies in the private address space as a whole. */
export function isPrivate(range: string): boolean {
  const [address = "", prefix = "32"] = range.split("/");
  const least = MIN_PREFIX.find(([pattern]) => pattern.test(address))?.[1];
  return PRIVATE.test(address) && least !== undefined && Number(prefix) >= least;
}

/** Judges a rule that lets a port of TCP in: from private addresses only. */
export function judgePort(config: Block, port: number): Verdict {
  return judgeInbound(config, (inbound) => {
    if (!opens(inbound, "tcp", port)) return { status: "compliant" };
    const others = inbound.sources.filter((source) => !isPrivate(source));
    const expected = `private ranges only, or not port ${port}`;
    return verdict(others.length === 0 ? [] : [{ path: "source_ranges", found: others, expected }]);
  });
}
