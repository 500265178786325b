import { MODEL_SIGNALS, SERVING_LABELS } from "../../catalog/server-metrics";
import type { ServedModel } from "../config/served-model";

type LoggedModel = Pick<ServedModel, "name" | "namespace">;

/** PromQL that yields a series for each reason while records of answers did not reach the prediction log, in the last quarter of an hour. */
export function lostRecordsQuery(model: LoggedModel, cluster: string): string {
  return `sum by (reason) (increase(${MODEL_SIGNALS.lostRecords.name}${of(model, cluster)}[15m])) > 0`;
}

/** PromQL that yields a series while more of a model's answers have no confidence than have one, over an hour. */
export function unknownConfidenceQuery(model: LoggedModel, cluster: string): string {
  const { unknownConfidence, confidence } = MODEL_SIGNALS;
  const answers = (counter: string) => `sum(increase(${counter}${of(model, cluster)}[60m]))`;
  return `${answers(unknownConfidence.name)} > ${answers(`${confidence.name}_count`)}`;
}

function of({ name, namespace }: LoggedModel, cluster: string): string {
  return `{cluster="${cluster}",namespace="${namespace}",${SERVING_LABELS.model}="${name}"}`;
}
