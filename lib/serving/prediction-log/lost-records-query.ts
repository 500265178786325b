import { MODEL_SIGNALS, SERVING_LABELS } from "../../catalog/server-metrics";
import type { ServedModel } from "../config/served-model";

/** PromQL that yields a series for each reason while records of what a model answered did not reach the prediction log, in the last quarter of an hour. */
export function lostRecordsQuery(
  { name, namespace }: Pick<ServedModel, "name" | "namespace">,
  cluster: string,
): string {
  const { name: lost } = MODEL_SIGNALS.lostRecords;
  return `sum by (reason) (increase(${lost}{cluster="${cluster}",namespace="${namespace}",${SERVING_LABELS.model}="${name}"}[15m])) > 0`;
}
