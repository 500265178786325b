import { MACHINES } from "./machines";

/**
 * Zones in which a machine was seen. These lists go stale with every opening of a zone: they serve a warning, never a
 * refusal.
 *
 * Sources:
 * - GPUs, TPU v5p and v6e: skypilot-org/skypilot-catalog, catalogs/v8/gcp/vms.csv @006059e0 (made from the Compute
 *   Engine API; read 2026-11-21).
 * - TPU v6e also: "TPU regions and zones", Google Cloud docs, read 2026-11-21 (AI zones).
 * - Regions of G4: gce-machine-prices-2026-08-03.json; no source of its zones was found.
 * Families without an entry (A4X, H4D, TPU v5e and v7, V100, general-purpose CPU machines) have no sourced list.
 */

const zonesIn = (region: string, letters: string): readonly string[] =>
  [...letters].map((letter) => `${region}-${letter}`);

const A2_HIGH_ZONES = [
  ...zonesIn("asia-northeast1", "ac"),
  ...zonesIn("asia-northeast3", "ab"),
  ...zonesIn("asia-southeast1", "abc"),
  ...zonesIn("europe-west4", "ab"),
  ...zonesIn("me-west1", "ac"),
  ...zonesIn("us-central1", "abcf"),
  ...zonesIn("us-east1", "b"),
  ...zonesIn("us-west1", "b"),
  ...zonesIn("us-west3", "b"),
  ...zonesIn("us-west4", "b"),
];

const A3_HIGH_ZONES = [
  ...zonesIn("asia-east1", "c"),
  ...zonesIn("asia-northeast1", "b"),
  ...zonesIn("asia-south1", "c"),
  ...zonesIn("asia-south2", "b"),
  ...zonesIn("asia-southeast1", "bc"),
  ...zonesIn("australia-southeast1", "c"),
  ...zonesIn("europe-north1", "c"),
  ...zonesIn("europe-west1", "bc"),
  ...zonesIn("europe-west3", "c"),
  ...zonesIn("europe-west4", "bc"),
  ...zonesIn("europe-west8", "c"),
  ...zonesIn("europe-west9", "c"),
  ...zonesIn("us-central1", "abc"),
  ...zonesIn("us-east4", "abc"),
  ...zonesIn("us-east5", "a"),
  ...zonesIn("us-west1", "ab"),
  ...zonesIn("us-west4", "a"),
];

/** Machine family, machine where it differs from its family, or GPU that is attached to N1 → zones. */
export const MACHINE_ZONES: Readonly<Record<string, readonly string[]>> = {
  g2: [
    ...zonesIn("asia-east1", "abc"),
    ...zonesIn("asia-northeast1", "abc"),
    ...zonesIn("asia-northeast3", "ab"),
    ...zonesIn("asia-south1", "abc"),
    ...zonesIn("asia-southeast1", "abc"),
    ...zonesIn("europe-west1", "bc"),
    ...zonesIn("europe-west2", "ab"),
    ...zonesIn("europe-west3", "ab"),
    ...zonesIn("europe-west4", "abc"),
    ...zonesIn("europe-west6", "bc"),
    ...zonesIn("me-central2", "ac"),
    ...zonesIn("northamerica-northeast1", "bc"),
    ...zonesIn("northamerica-northeast2", "ab"),
    ...zonesIn("us-central1", "abc"),
    ...zonesIn("us-east1", "bcd"),
    ...zonesIn("us-east4", "ac"),
    ...zonesIn("us-west1", "abc"),
    ...zonesIn("us-west4", "ac"),
  ],
  "a2-high": A2_HIGH_ZONES,
  "a2-mega": [...zonesIn("asia-southeast1", "ac"), ...zonesIn("europe-west4", "ab"), ...zonesIn("us-central1", "abcf")],
  "a2-ultra": [
    ...zonesIn("asia-southeast1", "c"),
    ...zonesIn("europe-west4", "a"),
    ...zonesIn("us-central1", "ac"),
    ...zonesIn("us-east4", "c"),
    ...zonesIn("us-east5", "ab"),
  ],
  "a3-high": A3_HIGH_ZONES,
  "a3-highgpu-8g": A3_HIGH_ZONES.filter((zone) => zone !== "europe-west8-c"),
  "a3-edge": [
    ...zonesIn("asia-northeast1", "b"),
    ...zonesIn("asia-northeast3", "ac"),
    ...zonesIn("asia-south1", "c"),
    ...zonesIn("asia-southeast1", "bc"),
    ...zonesIn("europe-west2", "b"),
    ...zonesIn("europe-west3", "ac"),
    ...zonesIn("europe-west4", "bc"),
    ...zonesIn("europe-west9", "c"),
    ...zonesIn("northamerica-northeast2", "c"),
    ...zonesIn("us-central1", "abc"),
    ...zonesIn("us-east4", "abc"),
    ...zonesIn("us-east5", "a"),
    ...zonesIn("us-west1", "ab"),
    ...zonesIn("us-west4", "a"),
  ],
  "a3-mega": [
    ...zonesIn("asia-east1", "c"),
    ...zonesIn("asia-northeast1", "b"),
    ...zonesIn("asia-southeast1", "bc"),
    ...zonesIn("australia-southeast1", "c"),
    ...zonesIn("europe-north1", "c"),
    ...zonesIn("europe-west1", "bc"),
    ...zonesIn("europe-west3", "c"),
    ...zonesIn("europe-west4", "bc"),
    ...zonesIn("us-central1", "abc"),
    ...zonesIn("us-east4", "abc"),
    ...zonesIn("us-east5", "a"),
    ...zonesIn("us-west1", "ab"),
    ...zonesIn("us-west4", "a"),
  ],
  "a3-ultra": [
    "asia-south1-b",
    "asia-south2-c",
    "europe-west1-b",
    "europe-west4-a",
    "us-central1-b",
    "us-east4-b",
    "us-east5-a",
    "us-south1-b",
    "us-west1-c",
  ],
  a4: [
    "asia-northeast1-b",
    "asia-southeast1-b",
    "europe-north1-b",
    "europe-west4-b",
    "us-central1-b",
    "us-east1-b",
    "us-east4-b",
    "us-south1-b",
    "us-west2-c",
    "us-west3-b",
    "us-west3-c",
  ],
  ct5p: [
    ...zonesIn("europe-west1", "bd"),
    ...zonesIn("europe-west4", "b"),
    ...zonesIn("us-central1", "a"),
    ...zonesIn("us-east1", "d"),
    ...zonesIn("us-east5", "abc"),
    ...zonesIn("us-south1", "abc"),
  ],
  ct6e: [
    ...zonesIn("asia-northeast1", "b"),
    ...zonesIn("asia-south1", "bc"),
    ...zonesIn("asia-southeast1", "b"),
    ...zonesIn("europe-west4", "a"),
    ...zonesIn("southamerica-west1", "a"),
    ...zonesIn("us-central1", "abc"),
    "us-central1-ai1",
    ...zonesIn("us-east1", "d"),
    ...zonesIn("us-east4", "a"),
    ...zonesIn("us-east5", "abc"),
    ...zonesIn("us-south1", "ac"),
    "us-south1-ai1b",
    ...zonesIn("us-west1", "c"),
  ],
  "nvidia-tesla-t4": [
    ...zonesIn("asia-east1", "ac"),
    ...zonesIn("asia-east2", "ac"),
    ...zonesIn("asia-northeast1", "ac"),
    ...zonesIn("asia-northeast3", "bc"),
    ...zonesIn("asia-south1", "ab"),
    ...zonesIn("asia-southeast1", "abc"),
    ...zonesIn("asia-southeast2", "ab"),
    ...zonesIn("australia-southeast1", "ac"),
    ...zonesIn("europe-central2", "bc"),
    ...zonesIn("europe-west1", "bcd"),
    ...zonesIn("europe-west2", "ab"),
    ...zonesIn("europe-west3", "b"),
    ...zonesIn("europe-west4", "abc"),
    ...zonesIn("me-west1", "bc"),
    ...zonesIn("northamerica-northeast1", "c"),
    ...zonesIn("southamerica-east1", "abc"),
    ...zonesIn("us-central1", "abcf"),
    ...zonesIn("us-east1", "bcd"),
    ...zonesIn("us-east4", "abc"),
    ...zonesIn("us-west1", "ab"),
    ...zonesIn("us-west2", "bc"),
    ...zonesIn("us-west3", "b"),
    ...zonesIn("us-west4", "ab"),
  ],
};

/** Machine family or machine → regions, where regions are known and zones are not. */
export const MACHINE_REGIONS: Readonly<Record<string, readonly string[]>> = {
  "g4-fractional": [
    "asia-east1",
    "europe-north1",
    "europe-west2",
    "europe-west4",
    "us-central1",
    "us-east1",
    "us-east5",
    "us-south1",
  ],
  g4: [
    "asia-east1",
    "asia-south1",
    "asia-south2",
    "asia-southeast1",
    "asia-southeast2",
    "europe-north1",
    "europe-west1",
    "europe-west10",
    "europe-west2",
    "europe-west4",
    "europe-west8",
    "me-central2",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "us-west3",
    "us-west4",
  ],
};

/**
 * Zones in which the machine, or the attachable GPU, was seen; or undefined where no source lists them: then nothing
 * can be warned of.
 */
export function knownZones(machine: string): readonly string[] | undefined {
  return MACHINE_ZONES[machine] ?? MACHINE_ZONES[MACHINES[machine]?.family ?? ""];
}

/** Regions in which the machine was seen, from its zones or from a price list; undefined where neither is known. */
export function knownRegions(machine: string): readonly string[] | undefined {
  const zones = knownZones(machine);
  if (zones !== undefined) return [...new Set(zones.map((zone) => zone.slice(0, zone.lastIndexOf("-"))))];
  return MACHINE_REGIONS[machine] ?? MACHINE_REGIONS[MACHINES[machine]?.family ?? ""];
}
