import type { NodePoolProps } from "../../lib/cluster/node-pool";
import { l4, networks, poolOf, CLUSTER, type PoolProps } from "./pools";

const specific = { model: "reservation", reservation: { affinity: "specific", name: "r" }, maxNodes: 2 } as const;
const a4x: PoolProps = {
  machine: "a4x-highgpu-4g",
  zones: ["europe-west4-a"],
  nodeNetworks: networks(5),
  cluster: { ...CLUSTER, version: "1.34" },
};
const v5p: PoolProps = { machine: "ct5p-hightpu-4t", zones: ["europe-west4-b"] };

const REFUSED: readonly [what: string, props: PoolProps, message: RegExp][] = [
  [
    "fewer nodes at most than at least",
    { provisioning: { model: "on-demand", minNodes: 3, maxNodes: 2 } },
    /provisioning\.minNodes: is more than maxNodes \[out-of-range\]\n +got: +3\n +allowed: at most 2\n +fix: +lower minNodes or raise maxNodes/,
  ],
  [
    "a run longer than seven days",
    { provisioning: { model: "flex-start", maxNodes: 1, maxRunHours: 169 } },
    /provisioning\.maxRunHours: must be at most 168 \[out-of-range\]/,
  ],
  [
    "a specific reservation without a zone",
    { provisioning: specific },
    /zones: must be given with a specific reservation, which lives in one zone \[zones-needed\]/,
  ],
  [
    "a sub-block of no block",
    {
      zones: ["europe-west4-a"],
      provisioning: { ...specific, reservation: { ...specific.reservation, subBlock: "s" } },
    },
    /provisioning\.reservation\.block: is required: a sub-block belongs to a block/,
  ],
  [
    "a reservation by its full path",
    {
      zones: ["europe-west4-a"],
      provisioning: { ...specific, reservation: { affinity: "specific", name: "projects/p/reservations/r" } },
    },
    /provisioning\.reservation\.name: is not of the form .*\n.*\n.*\n +fix: +give the reservation's name alone; its project and block/,
  ],
  [
    "compact placement over two zones",
    { placement: "compact", zones: ["europe-west4-a", "europe-west4-b"] },
    /zones: must be exactly one zone: compact placement keeps nodes together \[one-zone\]\n +got: +\["europe-west4-a","europe-west4-b"\]/,
  ],
  ["compact placement over the environment's zones", { placement: "compact" }, /zones: must be exactly one zone/],
  [
    "compact placement with a blue-green upgrade",
    { placement: "compact", zones: ["europe-west4-a"], upgrade: { strategy: "blue-green" } },
    /placement: compact placement and a blue-green upgrade exclude each other \[placement\]/,
  ],
  [
    "compact placement of queued GPUs",
    { placement: "compact", zones: ["europe-west4-a"], provisioning: { model: "queued", maxNodes: 1 } },
    /placement: compact placement and queued provisioning exclude each other/,
  ],
  [
    "compact placement of flex-start on a machine that cannot",
    { placement: "compact", zones: ["europe-west4-a"], provisioning: { model: "flex-start", maxNodes: 1 } },
    /placement: compact placement with flex-start is not possible on g2-standard-8 .*\n.*\n.*\n +fix: +leave placement out; with flex-start only these can: a3-ultragpu-8g, a4-highgpu-8g, h4d-/,
  ],
  [
    "compact placement of A4X",
    { ...a4x, provisioning: specific, placement: "compact" },
    /placement: a4x-highgpu-4g is placed by its workload policy/,
  ],
  [
    "more A4X nodes than one NVLink domain has",
    { ...a4x, provisioning: { ...specific, maxNodes: 19 } },
    /provisioning\.maxNodes: a pool of a4x-highgpu-4g is one NVLink domain \(1x72\) \[out-of-range\]\n +got: +19\n +allowed: at most 18\n +fix: +make several pools/,
  ],
  [
    "A4X over two zones",
    { ...a4x, zones: ["europe-west4-a", "europe-west4-b"], provisioning: specific },
    /zones: must be exactly one zone: the workload policy of a4x-highgpu-4g/,
  ],
  [
    "a boot disk that the machine refuses",
    { machine: "g4-standard-48", cluster: { ...CLUSTER, version: "1.35" }, bootDisk: { type: "pd-balanced" } },
    /bootDisk\.type: g4-standard-48 refuses this boot disk \[boot-disk\]\n +got: +"pd-balanced"\n +allowed: hyperdisk-balanced/,
  ],
  [
    "another number of Local SSDs than the machine comes with",
    { machine: "a2-ultragpu-1g", localSsds: 2 },
    /localSsds: a2-ultragpu-1g comes with 1 Local SSDs, no more and no fewer/,
  ],
  [
    "a number of Local SSDs that the machine does not take",
    { machine: "a2-highgpu-8g", localSsds: 2 },
    /allowed: 0, 8/,
  ],
  [
    "a Local SSD where none fits",
    { machine: "e2-standard-4", localSsds: 1 },
    /localSsds: e2-standard-4 takes no Local SSD/,
  ],
  [
    "partitions of a GPU that has none",
    { sharing: { strategy: "mig", partition: "1g.5gb" } },
    /sharing\.strategy: GPUs of g2-standard-8 cannot be shared this way \[gpu-sharing\]\n +got: +"mig"\n +allowed: time-sharing, mps/,
  ],
  [
    "a partition of another GPU",
    { machine: "a2-highgpu-1g", sharing: { strategy: "mig", partition: "1g.10gb" } },
    /sharing\.partition: .* \[gpu-partition\]\n.*\n +allowed: 1g\.5gb, 2g\.10gb, 3g\.20gb, 7g\.40gb/,
  ],
  [
    "sharing without a GPU",
    { machine: "e2-standard-4", sharing: { strategy: "mps", clients: 2 } },
    /e2-standard-4 has no GPU to share/,
  ],
  [
    "a driver without a GPU",
    { machine: "e2-standard-4", driver: "latest" },
    /driver: e2-standard-4 has no GPU that needs a driver/,
  ],
  [
    "image disks without image streaming",
    { imageDisks: ["projects/acme/global/images/vllm"], imageStreaming: false },
    /imageStreaming: must be on: GKE reads secondary boot disks through image streaming \[image-streaming\]/,
  ],
  [
    "an image disk by its bare name",
    { imageDisks: ["vllm"] },
    /imageDisks\[0\]: .*\n.*\n +allowed: projects\/PROJECT\/global\/images\/IMAGE/,
  ],
  [
    "the accelerator's taint a second time",
    { taints: [{ key: "nvidia.com/gpu", value: "x", effect: "NO_SCHEDULE" }] },
    /taints\[0\]\.key: is a taint that accelerator pools have by themselves/,
  ],
  [
    "an upgrade that moves nothing",
    { upgrade: { strategy: "surge", maxSurge: 0 } },
    /upgrade: .*\n +got: +0\n +allowed: 1 to 20/,
  ],
  ["an upgrade of too many at once", { upgrade: { strategy: "surge", maxSurge: 20, maxUnavailable: 1 } }, /got: +21/],
  [
    "a TPU machine without a topology",
    { ...v5p, provisioning: { model: "spot", maxNodes: 4 } },
    /tpuTopology: is required: ct5p-hightpu-4t forms slices of several shapes \[missing\]\n +allowed: 2x2x1, /,
  ],
  [
    "a topology that the machine does not form",
    { ...v5p, tpuTopology: "3x3", provisioning: { model: "spot", maxNodes: 4 } },
    /forms no slice/,
  ],
  [
    "a slice of other than its number of nodes",
    { ...v5p, tpuTopology: "2x2x4", provisioning: { model: "spot", maxNodes: 8 } },
    /provisioning\.maxNodes: a pool with topology 2x2x4 is one slice of 4 nodes \[tpu-slice\]/,
  ],
  [
    "a slice of several nodes over several zones",
    { ...v5p, zones: undefined, tpuTopology: "2x2x4", provisioning: { model: "spot", maxNodes: 4 } },
    /zones: must be exactly one zone: a TPU slice of several nodes/,
  ],
  ["a topology without TPUs", { tpuTopology: "2x2" }, /tpuTopology: g2-standard-8 has no TPU/],
  [
    "a zone of another region",
    { zones: ["us-central1-a"] },
    /zones\[0\]: is not in region europe-west4 \[zone-outside-region\]/,
  ],
  [
    "a fabric without its networks",
    { machine: "a3-megagpu-8g" },
    /nodeNetworks: a3-megagpu-8g needs exactly 8 additional networks for tcpxo \[node-networks\]\n +got: +0\n +allowed: 8\n +fix: +pass the nodeNetworks of a GpuFabric for this machine, or set fabric to "none"/,
  ],
  [
    "a ninth network on A3 Mega",
    { machine: "a3-megagpu-8g", nodeNetworks: networks(9) },
    /needs exactly 8 additional networks.*\n +got: +9/,
  ],
  ["networks on a machine without fabric", { nodeNetworks: networks(1) }, /g2-standard-8 takes no additional networks/],
  [
    "networks on a pool without its fabric",
    { machine: "a3-megagpu-8g", fabric: "none", nodeNetworks: networks(8) },
    /a3-megagpu-8g without its fabric takes no additional networks/,
  ],
  [
    "several networks on a cluster with one",
    { machine: "a3-megagpu-8g", nodeNetworks: networks(8), cluster: { ...CLUSTER, multiNetworking: false } },
    /nodeNetworks: the cluster's nodes may have one network only \[multi-networking\]/,
  ],
  [
    "a cluster before the machine's minimum",
    {
      machine: "a4-highgpu-8g",
      nodeNetworks: networks(9),
      provisioning: { model: "spot", maxNodes: 1 },
      cluster: { ...CLUSTER, version: "1.31" },
    },
    /machine: a4-highgpu-8g does not work on the cluster's GKE version \[gke-version-outside\]\n +got: +"1\.31"\n +allowed: 1\.32\.2-gke\.1475000 or later/,
  ],
  [
    "A3 High on a cluster that breaks its fabric",
    { machine: "a3-highgpu-8g", nodeNetworks: networks(4), cluster: { ...CLUSTER, version: "1.34.1-gke.1431000" } },
    /machine: a3-highgpu-8g does not work .*\n.*\n +allowed: .*before 1\.34\.1-gke\.1431000 \(Container-Optimized OS 125/,
  ],
  [
    "flex-start before GKE had it",
    { provisioning: { model: "flex-start", maxNodes: 1 }, cluster: { ...CLUSTER, version: "1.32.2-gke.1651999" } },
    /provisioning\.model: flex-start of g2-standard-8 does not work .*\n.*\n +allowed: 1\.32\.2-gke\.1652000 or later/,
  ],
  ["a name that Kubernetes refuses", { name: "L4_pool" }, /name: is not of the form asked for/],
  ["one client of a shared GPU", { sharing: { strategy: "mps", clients: 1 } }, /sharing\.clients: must be at least 2/],
];

describe("a node pool refuses", () => {
  it.each(REFUSED)("%s", (_what, props, message) => {
    expect(() => poolOf(l4(props))).toThrow(message);
  });

  it("an unknown key, with the nearest known one", () => {
    expect(() => poolOf({ ...l4(), nodeLabel: {} } as NodePoolProps)).toThrow(
      /nodeLabel: is not a known key .*\n(.*\n)*.*did you mean "nodeLabels"\?/,
    );
  });

  it("everything at once", () => {
    const many: PoolProps = {
      placement: "compact",
      bootDisk: { type: "pd-standard" },
      driver: "latest",
      tpuTopology: "2x2",
    };
    expect(() => poolOf(l4({ ...many, machine: "n4-standard-4", zones: ["us-central1-a", "europe-west4-a"] }))).toThrow(
      /^5 problems in NodePool at prod-cluster\/pool/,
    );
  });
});

describe("a node pool accepts", () => {
  it.each<[string, PoolProps]>([
    [
      "A3 High without its fabric where only the fabric breaks",
      { machine: "a3-highgpu-8g", fabric: "none", cluster: { ...CLUSTER, version: "1.35" } },
    ],
    [
      "a machine whose second network is optional",
      { machine: "g4-standard-384", cluster: { ...CLUSTER, version: "1.35" } },
    ],
    [
      "compact placement of spot nodes",
      { placement: "compact", zones: ["europe-west4-a"], provisioning: { model: "spot", maxNodes: 2 } },
    ],
    [
      "compact placement of flex-start on a machine that can",
      {
        machine: "a3-ultragpu-8g",
        nodeNetworks: networks(9),
        placement: "compact",
        zones: ["europe-west4-a"],
        provisioning: { model: "flex-start", maxNodes: 2 },
      },
    ],
    ["the number of Local SSDs that the machine comes with", { machine: "a2-ultragpu-1g", localSsds: 1 }],
  ])("%s", (_what, props) => {
    poolOf(l4(props));
  });
});
