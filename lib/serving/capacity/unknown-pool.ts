import type { NodePoolRef } from "../../cluster";
import { useNearest, type Failure } from "../../core";

/** A pool was named that is none of the environment's. */
export function unknownPool(path: string, name: string, pools: readonly NodePoolRef[]): Failure {
  const names = pools.map(({ pool }) => pool);
  return {
    code: "unknown-pool",
    path,
    message: "is no node pool of the environment",
    got: name,
    allowed: names.join(", "),
    fix: useNearest(name, names, "name one of the pools"),
  };
}
