import { SERVER_SIGNALS, type ServerSignals } from "../../catalog/server-metrics";
import { reportsConfidence } from "../prediction-log/prediction-log-sidecar";
import type { ModelValues } from "../config/model-config";

/** What the pods of a model tell: their server, and the logger before it. */
export function signalsOf(config: ModelValues): ServerSignals {
  const signals = SERVER_SIGNALS[config.server];
  return reportsConfidence(config) ? { ...signals, ofAnswers: [...signals.ofAnswers, "confidence"] } : signals;
}
