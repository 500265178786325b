import type { Block } from "../../../core";
import type { Verdict } from "../../rule";
import { isSetTo, judgeValues, NOT_APPLICABLE } from "../../values";
import { answeringSystems } from "./answering-systems";
import { HUMAN_STOP, stopCarrier } from "./stop-label";
import { presenceRule } from "./systems";

/** What can be a stop: things that run, are called, or are switched. */
export const STOP_TYPES = [
  "google_cloud_run_v2_job",
  "google_cloud_run_v2_service",
  "google_cloudfunctions2_function",
  "google_pubsub_topic",
  "google_workflows_workflow",
  "kubernetes_config_map",
  "kubernetes_config_map_v1",
  "kubernetes_cron_job_v1",
  "kubernetes_deployment_v1",
  "kubernetes_job_v1",
];

function isStop(config: Block): Verdict {
  const carrier = stopCarrier(config);
  return carrier === undefined
    ? NOT_APPLICABLE
    : judgeValues(config, { [`${carrier}.${HUMAN_STOP}`]: isSetTo("a team") });
}

export const humanStop = presenceRule({
  id: "ai-governance.humanStop",
  title: "A person can stop it",
  severity: "critical",
  rationale: "Human oversight of a high-risk system includes the means to stop it, with someone who may use them.",
  fix: "label or annotate what stops the system (a job, workflow, function, topic or config map) with ai-human-stop = the team that may use it",
  controls: [
    { framework: "EU AI Act", id: "Art. 14" },
    { framework: "ISO 42001", id: "A.9.3" },
    { framework: "NIST AI RMF", id: "MANAGE 2.4" },
  ],
  judgedOn: answeringSystems,
  tiers: ["high"],
  expected: "a resource with the label or annotation ai-human-stop",
  types: STOP_TYPES,
  judge: isStop,
});
