import { ClusterAccess, ClusterApis } from "../../lib/delivery";
import {
  ComputeQueues,
  Team,
  computeQueuesSchema,
  teamSchema,
  type TeamConfig,
  type TeamShare,
} from "../../lib/tenants";
import type { TokenCase } from "../security-foundation/token-cases";
import { A100, CLUSTER, SEARCH, TRAINING } from "./fixture";

const quota = {
  gpus: 8,
  tpus: 1,
  cpu: 64,
  memoryGb: 256,
  ephemeralStorageGb: 100,
  pods: 10,
  volumeClaims: 1,
  volumeStorageGb: 10,
};
const batch = { guaranteed: { a100: 1 }, atMost: { a100: 2 } };

/** Samples for the test of tokens in every field. */
export const TENANT_TOKEN_CASES: readonly TokenCase[] = [
  {
    name: "Team",
    schema: teamSchema,
    samples: [
      {
        ...SEARCH,
        access: {
          viewers: ["viewers@acme.example"],
          submitters: ["submitters@acme.example"],
          operators: ["operators@acme.example"],
        },
        quota,
        batch,
      },
    ],
    build: (stack, props: TeamConfig) => {
      ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
      new Team(stack, "it", { ...props, cluster: CLUSTER });
    },
  },
  {
    name: "ComputeQueues",
    schema: computeQueuesSchema,
    samples: [
      {
        teams: [{ name: "search", quota, batch }],
        queues: { pools: ["a100"], serving: { a100: 1 }, topologyPools: [] },
      },
      { teams: [{ name: "search" }], queues: { pools: ["training"], topologyPools: ["training"] } },
    ],
    build: (stack, props: { teams: TeamShare[] }) => {
      ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
      ClusterApis.on(stack, { features: [], addOns: ["kueue"] });
      new ComputeQueues(stack, "it", { ...props, pools: [A100, TRAINING] });
    },
  },
];
