import { MACHINES } from "../../lib/catalog/machines";
import { isAtLeast, isBelow, versionFailure } from "../../lib/cluster/gke-version";

const failure = (version: string, window: Parameters<typeof versionFailure>[3]) =>
  versionFailure("machine", "the machine", version, window);

describe("a full GKE version", () => {
  it("compares by its GKE patch as a number", () => {
    expect(isAtLeast("1.27.16-gke.2874000", "1.27.16-gke.900")).toBe(true);
    expect(isAtLeast("1.27.16-gke.2874000", "1.27.16-gke.2874001")).toBe(false);
    expect(isBelow("1.34.1-gke.1430999", "1.34.1-gke.1431000")).toBe(true);
    expect(isBelow("1.34.1-gke.1431000", "1.34.1-gke.1431000")).toBe(false);
  });

  it("passes its window's bounds, and no further", () => {
    const window = { min: "1.31.4-gke.1183000", maxExclusive: "1.34.1-gke.1431000" };
    expect(failure("1.31.4-gke.1183000", window)).toBeUndefined();
    expect(failure("1.34.1-gke.1430999", window)).toBeUndefined();
    expect(failure("1.31.4-gke.1182999", window)).toMatchObject({ code: "gke-version-outside" });
    expect(failure("1.34.1-gke.1431000", window)).toMatchObject({ code: "gke-version-outside" });
  });
});

describe("a minor", () => {
  it("passes a minimum only when every patch of it does", () => {
    expect(failure("1.32", { min: "1.31.4-gke.1183000" })).toBeUndefined();
    expect(failure("1.30", { min: "1.31.4-gke.1183000" })).toMatchObject({ code: "gke-version-outside" });
    expect(failure("1.31", { min: "1.31.4-gke.1183000" })).toEqual({
      code: "gke-version-vague",
      path: "machine",
      message: "needs a full GKE version to tell whether the machine works: not every release of 1.31 does",
      got: "1.31",
      allowed: "1.31.4-gke.1183000 or later",
      fix: "give the cluster a full version of the form 1.31.PATCH-gke.NUMBER inside of the window",
    });
  });

  it("passes a known-bad maximum only when no patch of it can reach it", () => {
    const window = { maxExclusive: "1.34.1-gke.1431000", maxReason: "it breaks" };
    expect(failure("1.33", window)).toBeUndefined();
    expect(failure("1.34", window)).toMatchObject({
      code: "gke-version-vague",
      allowed: "before 1.34.1-gke.1431000 (it breaks)",
    });
    expect(failure("1.35", window)).toMatchObject({ code: "gke-version-outside" });
  });
});

describe("minimums by minor", () => {
  const window = { minByMinor: ["1.32.8-gke.1108000", "1.33.4-gke.1036000"] };

  it.each(["1.32.8-gke.1108000", "1.32.9-gke.1", "1.33.4-gke.1036000", "1.34.0-gke.1", "1.34", "1.40"])(
    "pass %s",
    (version) => {
      expect(failure(version, window)).toBeUndefined();
    },
  );

  it.each(["1.31.99-gke.1", "1.32.8-gke.1107999", "1.33.0-gke.1", "1.31"])("refuse %s", (version) => {
    expect(failure(version, window)).toMatchObject({
      code: "gke-version-outside",
      allowed: "1.32.8-gke.1108000 or later of its minor, 1.33.4-gke.1036000 or later of its minor, any later minor",
    });
  });

  it.each(["1.32", "1.33"])("ask for a full version instead of %s", (version) => {
    expect(failure(version, window)).toMatchObject({ code: "gke-version-vague" });
  });
});

describe("a known-bad stretch that ends", () => {
  const window = {
    maxExclusive: "1.34.1-gke.1431000",
    maxReason: "it breaks",
    fixedByMinor: ["1.34.5-gke.1153000", "1.35.2-gke.1485000"],
  };

  it.each([
    "1.34.1-gke.1430999",
    "1.34.5-gke.1153000",
    "1.34.9-gke.1",
    "1.35.2-gke.1485000",
    "1.36.0-gke.1",
    "1.36",
    "1.33",
  ])("passes %s", (version) => {
    expect(failure(version, window)).toBeUndefined();
  });

  it.each(["1.34.1-gke.1431000", "1.34.5-gke.1152999", "1.35.0-gke.1", "1.35.2-gke.1484999"])(
    "refuses %s",
    (version) => {
      expect(failure(version, window)).toMatchObject({
        code: "gke-version-outside",
        allowed:
          "before 1.34.1-gke.1431000 (it breaks), or again 1.34.5-gke.1153000 or later of its minor, " +
          "1.35.2-gke.1485000 or later of its minor, any later minor",
      });
    },
  );

  it.each(["1.34", "1.35"])("asks for a full version instead of %s", (version) => {
    expect(failure(version, window)).toMatchObject({ code: "gke-version-vague" });
  });
});

it("A3 High takes no cluster of 1.34 whose Container-Optimized OS breaks its fabric, and the message names why", () => {
  const { versions } = MACHINES["a3-highgpu-8g"]!;
  expect(failure("1.34.1-gke.1431000", versions)!.allowed).toContain(
    "Container-Optimized OS 125 breaks GPUDirect-TCPX",
  );
  expect(failure("1.34.1-gke.1430000", versions)).toBeUndefined();
  expect(failure("1.33", versions)).toBeUndefined();
});

it("a machine without a window takes any version", () => {
  expect(failure("1.28", {})).toBeUndefined();
});
