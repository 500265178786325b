import {
  ATTACHABLE_GPUS,
  FLEX_START_MAX_RUN_SECONDS,
  FLEX_START_MIN_VERSION,
  MACHINES,
  TPU_FLEX_START_MIN_VERSION,
  type LocalSsdSpec,
  type MachineSpec,
} from "../../lib/catalog";

/**
 * The machine table of reference/gpu-clusters.md §2, written down a second time by hand, one line per machine: name |
 * accelerator count×GB | vCPU/GB | Local SSD | additional interfaces (fabric) | boot disks | provisioning Local SSD: -
 * none, =n fixed, <n optional. Boot disks: PD, PD+ (with pd-standard), PD/H, H. Models: O S F Q R, ! confirmed.
 */
const EXPECTED = `
g2-standard-4         | nvidia-l4 1x24             | 4/16     | <1  | 0          | PD   | OSFQR
g2-standard-8         | nvidia-l4 1x24             | 8/32     | <1  | 0          | PD   | OSFQR
g2-standard-12        | nvidia-l4 1x24             | 12/48    | <1  | 0          | PD   | OSFQR
g2-standard-16        | nvidia-l4 1x24             | 16/64    | <1  | 0          | PD   | OSFQR
g2-standard-32        | nvidia-l4 1x24             | 32/128   | <1  | 0          | PD   | OSFQR
g2-standard-24        | nvidia-l4 2x24             | 24/96    | <2  | 0          | PD   | OSFQR
g2-standard-48        | nvidia-l4 4x24             | 48/192   | <4  | 0          | PD   | OSFQR
g2-standard-96        | nvidia-l4 8x24             | 96/384   | <8  | 0          | PD   | OSFQR
g4-standard-6         | nvidia-rtx-pro-6000 1x12   | 6/22     | -   | 0          | H    | OS
g4-standard-12        | nvidia-rtx-pro-6000 1x24   | 12/45    | <1  | 0          | H    | OS
g4-standard-24        | nvidia-rtx-pro-6000 1x48   | 24/90    | <2  | 0          | H    | OS
g4-standard-48        | nvidia-rtx-pro-6000 1x96   | 48/180   | <4  | 0          | H    | OSFQR
g4-standard-96        | nvidia-rtx-pro-6000 2x96   | 96/360   | <8  | 0          | H    | OSFQR
g4-standard-192       | nvidia-rtx-pro-6000 4x96   | 192/720  | <16 | 0          | H    | OSFQR
g4-standard-384       | nvidia-rtx-pro-6000 8x96   | 384/1440 | <32 | 1 gvnic    | H    | OSFQR
a2-highgpu-1g         | nvidia-tesla-a100 1x40     | 12/85    | <8  | 0          | PD   | OSFQR
a2-highgpu-2g         | nvidia-tesla-a100 2x40     | 24/170   | <8  | 0          | PD   | OSFQR
a2-highgpu-4g         | nvidia-tesla-a100 4x40     | 48/340   | <8  | 0          | PD   | OSFQR
a2-highgpu-8g         | nvidia-tesla-a100 8x40     | 96/680   | <8  | 0          | PD   | OSFQR
a2-megagpu-16g        | nvidia-tesla-a100 16x40    | 96/1360  | <8  | 0          | PD   | OSR
a2-ultragpu-1g        | nvidia-a100-80gb 1x80      | 12/170   | =1  | 0          | PD   | OSFQR
a2-ultragpu-2g        | nvidia-a100-80gb 2x80      | 24/340   | =2  | 0          | PD   | OSFQR
a2-ultragpu-4g        | nvidia-a100-80gb 4x80      | 48/680   | =4  | 0          | PD   | OSFQR
a2-ultragpu-8g        | nvidia-a100-80gb 8x80      | 96/1360  | =8  | 0          | PD   | OSFQR
a3-highgpu-1g         | nvidia-h100-80gb 1x80      | 26/234   | =2  | 0          | PD/H | SFQ!
a3-highgpu-2g         | nvidia-h100-80gb 2x80      | 52/468   | =4  | 0          | PD/H | SFQ!
a3-highgpu-4g         | nvidia-h100-80gb 4x80      | 104/936  | =8  | 0          | PD/H | SFQ!
a3-highgpu-8g         | nvidia-h100-80gb 8x80      | 208/1872 | =16 | 4 tcpx     | PD/H | OSFQR
a3-edgegpu-8g         | nvidia-h100-80gb 8x80      | 208/1872 | =16 | 4 tcpx     | PD/H | OSR
a3-megagpu-8g         | nvidia-h100-mega-80gb 8x80 | 208/1872 | =16 | 8 tcpxo    | PD/H | OSFQR
a3-ultragpu-8g        | nvidia-h200-141gb 8x141    | 224/2952 | =32 | 9 roce     | H    | SFQR!
a4-highgpu-8g         | nvidia-b200 8x180          | 224/3968 | =32 | 9 roce     | H    | SFQR!
a4x-highgpu-4g        | nvidia-gb200 4x186         | 140/884  | =4  | 5 roce     | H    | R!
a4x-highgpu-4g-nolssd | nvidia-gb200 4x186         | 140/884  | -   | 5 roce     | H    | R!
a4x-maxgpu-4g-metal   | nvidia-gb300 4x279         | 144/960  | =4  | 5 roce-metal | H  | R!
h4d-standard-192      | none                       | 192/720  | -   | 1 falcon   | H    | OSFQR
h4d-highmem-192       | none                       | 192/1488 | -   | 1 falcon   | H    | OSFQR
h4d-highmem-192-lssd  | none                       | 192/1488 | =10 | 1 falcon   | H    | OSFQR
ct5lp-hightpu-1t      | tpu-v5-lite-podslice 1x16  | 24/48    | -   | 0          | PD   | OSFQR
ct5lp-hightpu-4t      | tpu-v5-lite-podslice 4x16  | 112/192  | -   | 0          | PD   | OSFQR
ct5lp-hightpu-8t      | tpu-v5-lite-podslice 8x16  | 224/384  | -   | 0          | PD   | OSFQR
ct5p-hightpu-1t       | tpu-v5p-slice 1x95         | 52/112   | -   | 0          | PD   | OSFQR
ct5p-hightpu-2t       | tpu-v5p-slice 2x95         | 104/224  | -   | 0          | PD   | OSFQR
ct5p-hightpu-4t       | tpu-v5p-slice 4x95         | 208/448  | -   | 0          | PD   | OSFQR
ct6e-standard-1t      | tpu-v6e-slice 1x32         | 44/176   | -   | 0          | H    | OSFQR
ct6e-standard-4t      | tpu-v6e-slice 4x32         | 180/720  | -   | 0          | H    | OSFQR
ct6e-standard-8t      | tpu-v6e-slice 8x32         | 180/1440 | -   | 0          | H    | OSFQR
tpu7x-standard-4t     | tpu7x 4x192                | 224/960  | -   | 0          | H    | FR
e2-standard-2         | none                       | 2/8      | -   | 0          | PD+  | OSR
e2-standard-4         | none                       | 4/16     | -   | 0          | PD+  | OSR
e2-standard-8         | none                       | 8/32     | -   | 0          | PD+  | OSR
e2-standard-16        | none                       | 16/64    | -   | 0          | PD+  | OSR
e2-standard-32        | none                       | 32/128   | -   | 0          | PD+  | OSR
n1-standard-1         | none                       | 1/3.75   | <24 | 0          | PD+  | OSR
n1-standard-2         | none                       | 2/7.5    | <24 | 0          | PD+  | OSR
n1-standard-4         | none                       | 4/15     | <24 | 0          | PD+  | OSR
n1-standard-8         | none                       | 8/30     | <24 | 0          | PD+  | OSR
n1-standard-16        | none                       | 16/60    | <24 | 0          | PD+  | OSR
n1-standard-32        | none                       | 32/120   | <24 | 0          | PD+  | OSR
n1-standard-64        | none                       | 64/240   | <24 | 0          | PD+  | OSR
n1-standard-96        | none                       | 96/360   | <24 | 0          | PD+  | OSR
n2-standard-2         | none                       | 2/8      | <24 | 0          | PD+  | OSR
n2-standard-4         | none                       | 4/16     | <24 | 0          | PD+  | OSR
n2-standard-8         | none                       | 8/32     | <24 | 0          | PD+  | OSR
n2-standard-16        | none                       | 16/64    | <24 | 0          | PD+  | OSR
n2-standard-32        | none                       | 32/128   | <24 | 0          | PD+  | OSR
n2-standard-48        | none                       | 48/192   | <24 | 0          | PD+  | OSR
n2-standard-64        | none                       | 64/256   | <24 | 0          | PD+  | OSR
n2-standard-80        | none                       | 80/320   | <24 | 0          | PD+  | OSR
n2d-standard-2        | none                       | 2/8      | <24 | 0          | PD+  | OSR
n2d-standard-4        | none                       | 4/16     | <24 | 0          | PD+  | OSR
n2d-standard-8        | none                       | 8/32     | <24 | 0          | PD+  | OSR
n2d-standard-16       | none                       | 16/64    | <24 | 0          | PD+  | OSR
n2d-standard-32       | none                       | 32/128   | <24 | 0          | PD+  | OSR
n2d-standard-48       | none                       | 48/192   | <24 | 0          | PD+  | OSR
n2d-standard-64       | none                       | 64/256   | <24 | 0          | PD+  | OSR
n2d-standard-80       | none                       | 80/320   | <24 | 0          | PD+  | OSR
n4-standard-2         | none                       | 2/8      | -   | 0          | H    | OSR
n4-standard-4         | none                       | 4/16     | -   | 0          | H    | OSR
n4-standard-8         | none                       | 8/32     | -   | 0          | H    | OSR
n4-standard-16        | none                       | 16/64    | -   | 0          | H    | OSR
n4-standard-32        | none                       | 32/128   | -   | 0          | H    | OSR
n4-standard-48        | none                       | 48/192   | -   | 0          | H    | OSR
n4-standard-64        | none                       | 64/256   | -   | 0          | H    | OSR
n4-standard-80        | none                       | 80/320   | -   | 0          | H    | OSR
c3-standard-4         | none                       | 4/16     | -   | 0          | PD/H | OSR
c3-standard-8         | none                       | 8/32     | -   | 0          | PD/H | OSR
c3-standard-22        | none                       | 22/88    | -   | 0          | PD/H | OSR
c3-standard-44        | none                       | 44/176   | -   | 0          | PD/H | OSR
c3-standard-88        | none                       | 88/352   | -   | 0          | PD/H | OSR
c3-standard-176       | none                       | 176/704  | -   | 0          | PD/H | OSR
`
  .trim()
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()) as [string, ...string[]]);

const DISKS: Record<string, string> = {
  "pd-balanced,pd-ssd": "PD",
  "pd-balanced,pd-ssd,pd-standard": "PD+",
  "pd-balanced,pd-ssd,hyperdisk-balanced": "PD/H",
  "hyperdisk-balanced": "H",
};
const MODELS: Record<string, string> = {
  "on-demand": "O",
  spot: "S",
  "flex-start": "F",
  queued: "Q",
  reservation: "R",
};

function localSsdCell(ssd: LocalSsdSpec): string {
  if (ssd.kind === "none") return "-";
  return ssd.kind === "fixed" ? `=${ssd.count}` : `<${ssd.maxCount}`;
}

function cells(name: string, m: MachineSpec): string[] {
  const { accelerator: a, fabric } = m;
  return [
    name,
    a === undefined ? "none" : `${a.type} ${a.count}x${a.memoryGbEach}`,
    `${m.vcpus}/${m.memoryGb}`,
    localSsdCell(m.localSsd),
    fabric === undefined ? "0" : `${fabric.additionalInterfaces} ${fabric.kind}`,
    DISKS[m.bootDisks.join(",")] ?? m.bootDisks.join(","),
    m.provisioning.map((model) => MODELS[model]).join("") + (m.provisioningConfirmed ? "!" : ""),
  ];
}

const machines = Object.entries(MACHINES);
const spec = (name: string): MachineSpec => MACHINES[name] as MachineSpec;

describe("machine table", () => {
  test.each(EXPECTED)("%s is as the reference says", (name, ...rest) => {
    expect(cells(name, spec(name))).toEqual([name, ...rest]);
  });

  test("it has the machines of the reference and no others, each once", () => {
    const names = EXPECTED.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(MACHINES).sort()).toEqual([...names].sort());
  });
});

describe("every machine", () => {
  test.each(machines)("%s names its source and a default boot disk", (_, m) => {
    expect(m.source).toMatch(/20\d\d/);
    expect(m.bootDisks.length).toBeGreaterThan(0);
    expect(m.provisioning.length).toBeGreaterThan(0);
  });

  test("of a series that takes only Hyperdisk lists no persistent disk", () => {
    const hyperdiskOnly = /^(g4-|a3-ultragpu|a4-|a4x-|h4d-|n4-|ct6e-|tpu7x-)/;
    const wrong = machines.filter(
      ([name, m]) => hyperdiskOnly.test(name) && m.bootDisks.some((d) => d.startsWith("pd-")),
    );
    expect(wrong).toEqual([]);
  });

  test("with Local SSD has at least one disk, and the largest optional count is an allowed one", () => {
    for (const [, m] of machines) {
      if (m.localSsd.kind === "fixed") expect(m.localSsd.count).toBeGreaterThan(0);
      if (m.localSsd.kind === "optional") expect(m.localSsd.counts.at(-1)).toBe(m.localSsd.maxCount);
      if (m.localSsd.kind === "optional") expect(m.localSsd.counts.length).toBeGreaterThan(0);
    }
  });

  test("that can be had with flex-start or queued says from which GKE version, and no other does", () => {
    for (const [name, m] of machines) {
      const flexible = m.provisioning.includes("flex-start");
      expect([name, m.versions.flexStartMin !== undefined]).toEqual([name, flexible]);
      if (m.provisioning.includes("queued")) expect(flexible).toBe(true);
    }
  });

  test("states versions as GKE writes them, per minor in ascending order", () => {
    const minor = (version: string): number => Number(version.split(".")[1]);
    for (const [, { versions: v }] of machines) {
      const perMinor = [...(v.minByMinor ?? []), ...(v.fixedByMinor ?? [])];
      const all = [v.min, v.maxExclusive, v.flexStartMin, ...perMinor].filter((x) => x !== undefined);
      for (const version of all) expect(version).toMatch(/^1\.\d+\.\d+-gke\.\d+$/);
      const minors = (v.minByMinor ?? []).map(minor);
      expect(minors).toEqual([...new Set(minors)].sort((a, b) => a - b));
      expect(v.min !== undefined && v.minByMinor !== undefined).toBe(false);
      expect(v.maxExclusive === undefined).toBe(v.maxReason === undefined);
    }
  });
});

describe("fabrics", () => {
  const fabric = (name: string) => spec(name).fabric;

  test("A3 High has four networks of MTU 8244, one /20 each", () => {
    expect(fabric("a3-highgpu-8g")).toMatchObject({
      gvnicNetworks: 4,
      rdmaNetworks: 0,
      mtuBytes: 8244,
      subnetPrefixLength: 20,
    });
  });

  test("A3 Mega has exactly eight networks of MTU 8244", () => {
    expect(fabric("a3-megagpu-8g")).toMatchObject({
      gvnicNetworks: 8,
      rdmaNetworks: 0,
      additionalInterfaces: 8,
      mtuBytes: 8244,
    });
  });

  test.each(["a3-ultragpu-8g", "a4-highgpu-8g"])(
    "%s has one gVNIC network and eight subnets in one RoCE network",
    (name) => {
      expect(fabric(name)).toMatchObject({
        gvnicNetworks: 1,
        rdmaNetworks: 1,
        rdmaSubnets: 8,
        mtuBytes: 8896,
        networkProfileSuffix: "vpc-roce",
      });
    },
  );

  test("A4X has one gVNIC network and four subnets in one RoCE network", () => {
    expect(fabric("a4x-highgpu-4g")).toMatchObject({
      gvnicNetworks: 1,
      rdmaNetworks: 1,
      rdmaSubnets: 4,
      networkProfileSuffix: "vpc-roce",
    });
  });

  test("A4X Max uses the profile of bare metal, which brings its subnets, and DRANET", () => {
    expect(fabric("a4x-maxgpu-4g-metal")).toMatchObject({
      rdmaSubnets: 0,
      networkProfileSuffix: "vpc-roce-metal",
      needsDranet: true,
    });
    expect(spec("a4x-maxgpu-4g-metal").providerCapability).toContain("7.31");
    expect(spec("a4x-maxgpu-4g-metal").secureBoot).toBe(false);
  });

  test("interfaces add up: one per gVNIC network and one per RDMA subnet", () => {
    for (const [name, m] of machines) {
      if (m.fabric === undefined || m.fabric.kind === "roce-metal") continue;
      expect([name, m.fabric.additionalInterfaces]).toEqual([name, m.fabric.gvnicNetworks + m.fabric.rdmaSubnets]);
    }
  });
});

describe("exceptions that the reference names", () => {
  test("A3 High with TCPX has a known-bad maximum and its reason", () => {
    expect(spec("a3-highgpu-8g").versions).toEqual({
      minByMinor: ["1.27.16-gke.2874000", "1.28.15-gke.3163000", "1.29.15-gke.2467000"],
      maxExclusive: "1.34.1-gke.1431000",
      maxReason: expect.stringContaining("Container-Optimized OS 125"),
      fixedByMinor: ["1.34.5-gke.1153000", "1.35.2-gke.1485000"],
      flexStartMin: "1.32.2-gke.1652000",
    });
  });

  test.each([
    ["g4-standard-6", undefined, ["1.34.5-gke.1153000", "1.35.2-gke.1485000"]],
    ["g4-standard-48", "1.34.0-gke.1662000", undefined],
    ["a3-ultragpu-8g", "1.31.4-gke.1183000", undefined],
    ["a4-highgpu-8g", "1.32.2-gke.1475000", undefined],
    ["a4x-highgpu-4g", undefined, ["1.32.8-gke.1108000", "1.33.4-gke.1036000"]],
    ["a4x-maxgpu-4g-metal", undefined, ["1.34.3-gke.1318000", "1.35.0-gke.2745000"]],
    ["tpu7x-standard-4t", "1.34.0-gke.1662000", undefined],
    [
      "a3-megagpu-8g",
      undefined,
      [
        "1.28.15-gke.3163000",
        "1.29.15-gke.2467000",
        "1.30.14-gke.1922000",
        "1.31.14-gke.1243000",
        "1.32.11-gke.1174000",
      ],
    ],
  ])("%s needs its lowest GKE version", (name, min, minByMinor) => {
    expect(spec(name).versions.min).toBe(min);
    expect(spec(name).versions.minByMinor).toEqual(minByMinor);
  });

  test("only Grace machines are arm64, and only they need the 1x72 workload policy of 18 nodes", () => {
    const grace = ["a4x-highgpu-4g", "a4x-highgpu-4g-nolssd", "a4x-maxgpu-4g-metal"];
    expect(machines.filter(([, m]) => m.architecture === "arm64").map(([name]) => name)).toEqual(grace);
    expect(machines.filter(([, m]) => m.workloadPolicy).map(([name]) => name)).toEqual(grace);
    for (const name of grace)
      expect(spec(name).workloadPolicy).toMatchObject({ acceleratorTopology: "1x72", maxNodesPerPool: 18 });
  });

  test("compact placement goes with flex-start only on A3 Ultra, A4 and H4D", () => {
    const families = machines.filter(([, m]) => m.compactPlacementWithFlexStart).map(([, m]) => m.family);
    expect([...new Set(families)]).toEqual(["a3-ultra", "a4", "h4d"]);
  });

  test("a part of a GPU is shared by no other means", () => {
    for (const [name, fraction] of [
      ["g4-standard-6", 1 / 8],
      ["g4-standard-12", 1 / 4],
      ["g4-standard-24", 1 / 2],
    ] as const) {
      expect(spec(name).accelerator?.fraction).toBe(fraction);
      expect(spec(name).sharing).toEqual({ timeSharing: false, mps: false, migPartitions: [] });
      expect(spec(name).launchStage).toBe("preview");
    }
  });

  test("multi-instance partitions belong to the GPU: none on L4, T4 and V100", () => {
    expect(spec("g2-standard-4").sharing.migPartitions).toEqual([]);
    expect(spec("a2-highgpu-1g").sharing.migPartitions).toEqual(["1g.5gb", "2g.10gb", "3g.20gb", "7g.40gb"]);
    expect(spec("a2-ultragpu-1g").sharing.migPartitions).toEqual(["1g.10gb", "2g.20gb", "3g.40gb", "7g.80gb"]);
    expect(spec("a3-megagpu-8g").sharing.migPartitions).toContain("1g.20gb");
    expect(spec("a3-ultragpu-8g").sharing.migPartitions).toContain("7g.141gb");
    expect(spec("a4-highgpu-8g").sharing.migPartitions).toContain("7g.180gb");
    for (const gpu of Object.values(ATTACHABLE_GPUS)) expect(gpu.sharing.migPartitions).toEqual([]);
  });

  test("GPUs attached to N1 have their counts and most vCPUs", () => {
    expect(ATTACHABLE_GPUS["nvidia-tesla-t4"]).toMatchObject({
      memoryGbEach: 16,
      maxVcpusByCount: { 1: 48, 2: 48, 4: 96 },
    });
    expect(ATTACHABLE_GPUS["nvidia-tesla-v100"]).toMatchObject({
      memoryGbEach: 16,
      maxVcpusByCount: { 1: 12, 2: 24, 4: 48, 8: 96 },
    });
  });

  test("A4X has Local SSDs of 3000 GiB, the others of 375", () => {
    for (const [name, m] of machines) {
      if (m.localSsd.kind === "none") continue;
      expect([name, m.localSsd.gibEach]).toEqual([name, name.startsWith("a4x-") ? 3000 : 375]);
    }
  });

  test("only TPU machines have topologies", () => {
    for (const [name, m] of machines) if (m.tpuTopologies) expect([name, m.accelerator?.kind]).toEqual([name, "tpu"]);
    expect(spec("ct6e-standard-4t").tpuTopologies).toEqual(["2x2", "2x4", "4x4", "4x8", "8x8", "8x16", "16x16"]);
  });

  test("flex-start has its versions and its seven days", () => {
    expect(FLEX_START_MIN_VERSION).toBe("1.32.2-gke.1652000");
    expect(TPU_FLEX_START_MIN_VERSION).toBe("1.33.0-gke.1712000");
    expect(FLEX_START_MAX_RUN_SECONDS).toBe(7 * 24 * 3600);
  });
});
