import type { Rule } from "../../rule";
import { stringsIn } from "../../../core";
import { verdict } from "../../values";
import { isOfUnknownKind } from "./bindings";
import { resolved } from "./references";
/** Bindings of every service, and the lists of access that are older than IAM. */
const PUBLIC_TYPES = [
  "google_*_iam_member",
  "google_*_iam_binding",
  "google_*_iam_policy",
  "google_bigquery_dataset",
  "google_bigquery_dataset_access",
  "google_storage_bucket_access_control",
  "google_storage_bucket_acl",
  "google_storage_default_object_access_control",
  "google_storage_default_object_acl",
  "google_storage_object_access_control",
  "google_storage_object_acl",
];
const PROSE = /(^|\.)(description|friendly_name|labels)(\.|$)/;
const MEMBER_PATH =
  /^(members?|policy_data|entity|role_entity)\b|^access.*\.(special_group|iam_member)$|^(special_group|iam_member)$/;

export const noPublicMembers: Rule = {
  id: "iam.noPublicMembers",
  title: "Nothing is public",
  severity: "critical",
  rationale: "allUsers is everyone on the internet, allAuthenticatedUsers everyone with any Google account.",
  fix: "name the principals that need the resource",
  controls: [
    { framework: "CIS GCP 4.0.0", id: "5.1" },
    { framework: "CIS GCP 4.0.0", id: "7.1" },
    { framework: "NIST AI RMF", id: "MEASURE 2.7" },
    { framework: "EU AI Act", id: "Art. 15" },
  ],
  nonNegotiable: true,
  resourceTypes: PUBLIC_TYPES,
  check: (config, resource, context) => {
    const texts = [...stringsIn(config)].filter(({ path }) => !PROSE.test(path));
    const open = texts.filter(({ text }) => /\ball(Authenticated)?Users\b/.test(text));
    const late = texts.find(
      ({ path, text }) => MEMBER_PATH.test(path) && isOfUnknownKind(resolved(text, resource, context)),
    );
    return verdict(
      open.map(({ path, text }) => ({ path, found: text, expected: "a named principal" })),
      late?.path,
    );
  },
};
