import { z } from "zod";
import { assertSchema, explained, known, type CrossFieldRule, type Failure } from "../core";

/**
 * Who may do what in the namespace, by Google group. Each group must be a member of the cluster's `rbacGroup`: GKE sees no others. Nobody
 * reads secrets, and nobody changes what Terraform owns.
 */
export interface TeamAccess {
  /** Groups that see everything but secrets, logs included. @default [] */
  readonly viewers?: readonly string[];
  /**
   * Groups that may also start and delete batch jobs. A job runs as any service account of the namespace, with the rights that one has.
   * @default []
   */
  readonly submitters?: readonly string[];
  /** Groups that may also open a shell in pods, forward ports to them and delete them, so that they are made anew. @default [] */
  readonly operators?: readonly string[];
}

/** The most that everything in the namespace may ask for together. */
export interface TeamQuota {
  /** GPUs as pods ask for them: a GPU that is shared counts once for each container that it is shared by. @default 0 */
  readonly gpus?: number;
  /** TPU chips. @default 0 */
  readonly tpus?: number;
  /** vCPUs. @default 64 */
  readonly cpu?: number;
  /** Memory in GiB. @default 256 */
  readonly memoryGb?: number;
  /** Disk of nodes in GiB: caches, logs, what containers write. @default 1000 */
  readonly ephemeralStorageGb?: number;
  /** @default 100 */
  readonly pods?: number;
  /** Persistent volume claims. @default 10 */
  readonly volumeClaims?: number;
  /** Sum of the claims in GiB. @default 1000 */
  readonly volumeStorageGb?: number;
}

/** A team's part of the pools that queues share out, in accelerators by name of the pool; in vCPUs for a pool without any. */
export interface TeamBatch {
  /** What its jobs can always have, at once or by taking it back from borrowers. @default {} */
  readonly guaranteed?: Readonly<Record<string, number>>;
  /** The most that its jobs may use, borrowed included; all of a pool that is not named. @default {} */
  readonly atMost?: Readonly<Record<string, number>>;
}

/** A team that runs models and jobs: one namespace, with the team's name. */
export interface TeamConfig {
  /** Name, which is also that of its namespace. */
  readonly name: string;
  /** Who answers for what runs there, as a label value. */
  readonly owner: string;
  /** Where its cost is booked, as a label value. */
  readonly costCenter: string;
  /** Who may do what. @default {} */
  readonly access?: TeamAccess;
  /** The most that it may ask for. @default {} */
  readonly quota?: TeamQuota;
  /** Its part of the queues. @default {} */
  readonly batch?: TeamBatch;
}

const MAX_NAME_LENGTH = 40;

function labelValue(what: string) {
  return known(
    explained(
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$/)
        .describe(what),
      "1 to 63 lowercase letters, digits, - or _, starting and ending with a letter or digit",
    ),
    "it becomes a label of everything that the team runs",
  );
}

function groups(what: string) {
  const group = explained(
    z.email().describe("Address of a Google group"),
    "the address of a Google group",
    "give the group's address; put people into the group",
  );
  return known(z.array(known(group, "rights are given to it")).describe(what), "rights are given to each").default([]);
}

function amount(what: string, standard: number) {
  return known(z.int().min(0).describe(what).default(standard), "quotas are texts, with a unit");
}

const COUNTED = "queues are checked against it";

function byPool(what: string) {
  return known(z.record(z.string().min(1), known(z.int().min(0), COUNTED)).describe(what), COUNTED);
}

export const teamSchema = z.strictObject({
  name: known(
    explained(
      z
        .string()
        .max(MAX_NAME_LENGTH)
        .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
        .describe("Name of the team and of its namespace"),
      `1 to ${MAX_NAME_LENGTH} lowercase letters, digits and dashes, starting with a letter, ending with a letter or digit`,
    ),
    "its namespace is called so",
  ),
  owner: labelValue("Who answers for what runs there"),
  costCenter: labelValue("Where its cost is booked"),
  access: z
    .strictObject({
      viewers: groups("Groups that see everything but secrets, logs included"),
      submitters: groups("Groups that may also start and delete batch jobs"),
      operators: groups("Groups that may also open a shell in pods, forward ports to them and delete them"),
    })
    .describe("Who may do what, by Google group")
    .prefault({}),
  quota: z
    .strictObject({
      gpus: amount("GPUs as pods ask for them", 0),
      tpus: amount("TPU chips", 0),
      cpu: amount("vCPUs", 64),
      memoryGb: amount("Memory in GiB", 256),
      ephemeralStorageGb: amount("Disk of nodes in GiB", 1000),
      pods: amount("Pods", 100),
      volumeClaims: amount("Persistent volume claims", 10),
      volumeStorageGb: amount("Sum of the claims in GiB", 1000),
    })
    .describe("The most that it may ask for")
    .prefault({}),
  batch: z
    .strictObject({
      guaranteed: byPool("Accelerators that its jobs can always have, by pool").default({}),
      atMost: byPool("Accelerators that its jobs may use at most, by pool; all of others").default({}),
    })
    .describe("Its part of the queues")
    .prefault({}),
});

assertSchema<TeamConfig, typeof teamSchema>(true);

/** `TeamConfig` with its defaults filled in. */
export type TeamValues = z.output<typeof teamSchema>;

// Namespaces of Kubernetes, of GKE and of operators, which all end in -system.
const NOT_FOR_TEAMS = /^(default|kube-.*|gke-.*|gmp-.*|google-.*|config-management-.*|.*-system)$/;

export const teamRules: readonly CrossFieldRule<TeamValues>[] = [
  {
    reads: ["name"],
    check: ({ name }) =>
      NOT_FOR_TEAMS.test(name)
        ? {
            code: "reserved-namespace",
            path: "name",
            message: "is a namespace of the cluster itself",
            got: name,
            allowed: "any but default, kube-…, gke-…, gmp-…, google-…, config-management-… and …-system",
            fix: "call the team something else",
          }
        : undefined,
  },
  {
    reads: ["batch"],
    check: ({ batch: { guaranteed, atMost } }) =>
      Object.entries(atMost).flatMap(([pool, most]): Failure[] => {
        const sure = guaranteed[pool] ?? 0;
        if (sure <= most) return [];
        return [
          {
            code: "out-of-range",
            path: `batch.atMost.${pool}`,
            message: "is less than what is guaranteed",
            got: most,
            allowed: `at least ${sure}`,
            fix: `raise it to ${sure}, or guarantee less`,
          },
        ];
      }),
  },
];
