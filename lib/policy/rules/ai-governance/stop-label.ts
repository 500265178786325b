import type { Block } from "../../../core";
import { valueAt } from "../../values";

/**
 * Marks what stops an AI system (takes its traffic or its scale to zero, or denies access to it). A label, or an annotation; its value is the
 * team or role that may use it, as a label value. A contract of this library: no Google product reads it.
 */
export const HUMAN_STOP = "ai-human-stop";

const CARRIERS = ["labels", "annotations", "metadata.labels", "metadata.annotations"];

/** The attribute that carries the mark, where there is one. */
export function stopCarrier(config: Block): string | undefined {
  return CARRIERS.find((path) => valueAt(config, `${path}.${HUMAN_STOP}`) !== undefined);
}
