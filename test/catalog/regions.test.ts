import { ATTACHABLE_GPUS, knownRegions, knownZones, MACHINE_REGIONS, MACHINE_ZONES, MACHINES } from "../../lib/catalog";

describe("known zones", () => {
  test("belong to a machine, a family or an attachable GPU that the catalogue has", () => {
    const known = new Set([
      ...Object.keys(MACHINES),
      ...Object.values(MACHINES).map((machine) => machine.family),
      ...Object.keys(ATTACHABLE_GPUS),
    ]);
    expect([...Object.keys(MACHINE_ZONES), ...Object.keys(MACHINE_REGIONS)].filter((key) => !known.has(key))).toEqual(
      [],
    );
  });

  test("are zones, each once, and regions are regions", () => {
    for (const zones of Object.values(MACHINE_ZONES)) {
      for (const zone of zones) expect(zone).toMatch(/^[a-z]+-[a-z]+\d+-(\w|ai\d\w?)$/);
      expect(new Set(zones).size).toBe(zones.length);
    }
    for (const region of Object.values(MACHINE_REGIONS).flat()) expect(region).toMatch(/^[a-z]+-[a-z]+\d+$/);
  });

  test("come from the family, or from the machine where it differs", () => {
    expect(knownZones("g2-standard-96")).toContain("us-central1-a");
    expect(knownZones("a3-highgpu-1g")).toContain("europe-west8-c");
    expect(knownZones("a3-highgpu-8g")).not.toContain("europe-west8-c");
    expect(knownZones("a4-highgpu-8g")).toContain("us-west3-c");
    expect(knownZones("nvidia-tesla-t4")).toContain("us-central1-f");
  });

  test("are undefined where no source lists them, so that nothing is warned of", () => {
    expect(knownZones("e2-standard-4")).toBeUndefined();
    expect(knownZones("g4-standard-48")).toBeUndefined();
    expect(knownZones("z9-unknown-1")).toBeUndefined();
    expect(knownRegions("z9-unknown-1")).toBeUndefined();
  });

  test("give regions, and the price list gives those of G4", () => {
    expect(knownRegions("a2-ultragpu-1g")).toEqual([
      "asia-southeast1",
      "europe-west4",
      "us-central1",
      "us-east4",
      "us-east5",
    ]);
    expect(knownRegions("g4-standard-48")).toContain("us-south1");
    expect(knownRegions("g4-standard-6")).not.toContain("us-west4");
  });
});
