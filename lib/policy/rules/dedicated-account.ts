import type { Requirement } from "../values";

// Default accounts of Compute Engine and App Engine: GKE's word for one, their addresses, and the data sources that read them.
const DEFAULT =
  /^default$|^\d+-compute@|@appspot\.gserviceaccount\.com$|data\.google_(compute|app_engine)_default_service_account\./;

/** The address of a service account that is not a default one; a reference to any but that is as good. */
export const isDedicatedAccount: Requirement = {
  expected: "a service account of its own",
  holds: (value) => typeof value === "string" && value !== "" && !DEFAULT.test(value),
  lateHolds: true,
};
