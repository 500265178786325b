import { ClusterAccess, ManifestRelease, manifestReleaseSchema, type ManifestReleaseConfig } from "../../lib/delivery";
import type { TokenCase } from "../security-foundation/token-cases";
import { CLUSTER, configMap } from "./platform";

/** Samples for the test of tokens in every field. */
export const DELIVERY_TOKEN_CASES: readonly TokenCase[] = [
  {
    name: "ManifestRelease",
    schema: manifestReleaseSchema,
    samples: [{ name: "ranker", namespace: "search", timeoutSeconds: 900 }],
    build: (stack, props: ManifestReleaseConfig) => {
      ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
      new ManifestRelease(stack, "it", { ...props, objects: [configMap("a")] });
    },
  },
];
