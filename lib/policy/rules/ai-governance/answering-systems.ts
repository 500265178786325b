import { isLate, type Block, type TerraformResourceBlock } from "../../../core";
import { valueAt } from "../../values";
import { WORKLOAD_TYPES, workloadOf } from "../workloads/pods";
import { HUMAN_STOP, stopCarrier } from "./stop-label";
import type { JudgedOn } from "./systems";

/** Label of Kubernetes that says what a workload is, and its value for one that answers from a model. */
export const COMPONENT_LABEL = "app.kubernetes.io/component";
export const MODEL_SERVER = "model-server";

const CLOUD_RUN = "google_cloud_run_v2_service";
const ENDPOINT = "google_vertex_ai_endpoint";

/**
 * AI systems that answer someone, and so are watched and can be stopped: endpoints, Cloud Run services, and workloads that are labelled as
 * model servers. A cluster is no more than room for them.
 */
export const answeringSystems: JudgedOn = {
  types: [ENDPOINT, CLOUD_RUN, ...WORKLOAD_TYPES],
  includes: (resource) => {
    if (resource.type === CLOUD_RUN) return !isStopForSure(resource.config);
    return resource.type === ENDPOINT || isModelServer(resource);
  },
};

function isStopForSure(config: Block): boolean {
  const carrier = stopCarrier(config);
  return carrier !== undefined && !isLate(valueAt(config, `${carrier}.${HUMAN_STOP}`));
}

const LABELS = ["metadata.labels", "spec.template.metadata.labels"];

function isModelServer(resource: TerraformResourceBlock): boolean {
  const { blocks } = workloadOf(resource);
  const labels = [
    ...LABELS.map((path) => valueAt(resource.config, path)),
    ...blocks.map(({ block }) => block["labels"]),
  ];
  return labels.some(isLabelled) || blocks.some(({ block }) => block["kind"] === "InferenceService");
}

function isLabelled(labels: unknown): boolean {
  return typeof labels === "object" && labels !== null && (labels as Block)[COMPONENT_LABEL] === MODEL_SERVER;
}
