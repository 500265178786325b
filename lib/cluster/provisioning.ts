import { z } from "zod";
import { FLEX_START_MAX_RUN_SECONDS } from "../catalog/machines";
import { assertSchema, explained, known } from "../core";

/** Which reservation a pool draws on. */
export type ReservationConfig =
  | {
      /** One reservation, by name. Needs explicit `zones`: a reservation lives in one zone. */
      readonly affinity: "specific";
      readonly name: string;
      /** Project that shares the reservation. @default - the cluster's own project */
      readonly project?: string;
      /** Block of the reservation. @default - any block */
      readonly block?: string;
      /** Sub-block of `block`. Refused without `block`. @default - any sub-block */
      readonly subBlock?: string;
    }
  | {
      /** Any reservation of the project that fits the machine, and on-demand capacity where none is left. */
      readonly affinity: "any";
    };

/**
 * How the nodes of a pool are obtained. Counts are totals over the pool's zones; the maximum is always finite.
 *
 * - `on-demand`: when capacity exists, for as long as wanted. Uses no reservation.
 * - `spot`: spare capacity, taken back at any time with 30 seconds' notice.
 * - `flex-start`: each node as soon as capacity exists, for at most seven days.
 * - `queued`: flex-start, all nodes of a request or none; a queue (Kueue) asks for them.
 * - `reservation`: capacity that was reserved before (also calendar and future reservations, once they are active).
 */
export type Provisioning =
  | {
      readonly model: "on-demand";
      /** Fewest nodes in total. @default 0 */
      readonly minNodes?: number;
      /** Most nodes in total. */
      readonly maxNodes: number;
    }
  | {
      readonly model: "spot";
      /** Fewest nodes in total, when capacity allows. @default 0 */
      readonly minNodes?: number;
      /** Most nodes in total. */
      readonly maxNodes: number;
    }
  | {
      readonly model: "flex-start";
      /** Most nodes in total. */
      readonly maxNodes: number;
      /** Hours after which a node is taken away, at most 168 (Google's limit). @default 168 */
      readonly maxRunHours?: number;
    }
  | {
      readonly model: "queued";
      /** Most nodes in total. */
      readonly maxNodes: number;
      /** Hours after which a node is taken away, at most 168 (Google's limit). @default 168 */
      readonly maxRunHours?: number;
    }
  | {
      readonly model: "reservation";
      readonly reservation: ReservationConfig;
      /** Fewest nodes in total. @default 0 */
      readonly minNodes?: number;
      /** Most nodes in total. */
      readonly maxNodes: number;
    };

const MAX_RUN_HOURS = FLEX_START_MAX_RUN_SECONDS / 3600;

// A GKE node pool holds at most 1,000 nodes a zone (GKE quotas and limits); a regional one has three zones.
const MAX_POOL_NODES = 3000;

const minNodes = known(
  z.int().min(0).max(MAX_POOL_NODES).describe("Fewest nodes in total over the zones").default(0),
  "the pool's first size and its GPUs are counted from it",
);
const maxNodes = known(
  z.int().min(1).max(MAX_POOL_NODES).describe("Most nodes in total over the zones"),
  "the GPU budget counts it",
);
const maxRunHours = known(
  z.int().min(1).max(MAX_RUN_HOURS).describe("Hours after which a node is taken away").default(MAX_RUN_HOURS),
  "it is written in seconds",
);

function partOfReservation<S extends z.ZodType>(schema: S): S {
  return known(schema, "the pool is replaced when it changes, and its name changes with it");
}

const reservationSchema = z.discriminatedUnion("affinity", [
  z.strictObject({
    affinity: z.literal("specific").describe("One reservation, by name"),
    name: partOfReservation(
      explained(
        z
          .string()
          .regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/)
          .describe("Name of the reservation"),
        "1 to 63 lowercase letters, digits and dashes, starting with a letter",
        "give the reservation's name alone; its project and block have fields of their own",
      ),
    ),
    project: partOfReservation(z.string().min(1).describe("Project that shares the reservation").optional()),
    block: partOfReservation(z.string().min(1).describe("Block of the reservation").optional()),
    subBlock: partOfReservation(z.string().min(1).describe("Sub-block of the block").optional()),
  }),
  z.strictObject({ affinity: z.literal("any").describe("Any reservation of the project that fits") }),
]);

export const provisioningSchema = z.discriminatedUnion("model", [
  z.strictObject({
    model: z.literal("on-demand").describe("When capacity exists, for as long as wanted"),
    minNodes,
    maxNodes,
  }),
  z.strictObject({ model: z.literal("spot").describe("Spare capacity, taken back at any time"), minNodes, maxNodes }),
  z.strictObject({
    model: z.literal("flex-start").describe("Node by node, for at most seven days"),
    maxNodes,
    maxRunHours,
  }),
  z.strictObject({
    model: z.literal("queued").describe("All nodes of a request or none, for at most seven days"),
    maxNodes,
    maxRunHours,
  }),
  z.strictObject({
    model: z.literal("reservation").describe("Capacity that was reserved before"),
    reservation: reservationSchema.describe("Which reservation the pool draws on"),
    minNodes,
    maxNodes,
  }),
]);

assertSchema<Provisioning, typeof provisioningSchema>(true);

/** `Provisioning` with its defaults filled in. */
export type ResolvedProvisioning = z.output<typeof provisioningSchema>;

/** Fewest nodes that the pool keeps; flex-start pools start from none. */
export function minNodesOf(provisioning: ResolvedProvisioning): number {
  return "minNodes" in provisioning ? provisioning.minNodes : 0;
}

/** True for flex-start with and without a queue: the same kind of capacity. */
export function isFlexStart(provisioning: ResolvedProvisioning): boolean {
  return provisioning.model === "flex-start" || provisioning.model === "queued";
}

/** True where Google has no capacity to spare: what an upgrade replaces must first be given up. */
export function isCapacityScarce(provisioning: ResolvedProvisioning): boolean {
  return isFlexStart(provisioning) || provisioning.model === "reservation";
}
