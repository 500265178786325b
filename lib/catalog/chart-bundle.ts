import { CHARTS, type ChartId, type ChartSpec } from "./charts";

/** A component that no chart of ours brings, but that charts need: its definitions come with GKE. */
export type GkeComponent = "gateway-api" | "inference-extension";

/** One component was built against a version of another. */
export interface Requirement {
  readonly of: ChartId;
  readonly needs: ChartId | GkeComponent;
  /** Version that it was built against: ours is at least that, within the same major. */
  readonly builtAgainst: string;
  /** Needed only by what it names: `autoscaling with KEDA`. */
  readonly onlyFor?: string;
  readonly source: string;
}

/** Versions that belong together. */
export interface Bundle {
  readonly charts: Readonly<Record<ChartId, ChartSpec>>;
  /** Versions of the definitions that everything is tested with; a cluster has those of its GKE version. */
  readonly gkeComponents: Readonly<Record<GkeComponent, string>>;
  readonly requirements: readonly Requirement[];
  readonly kubernetes: {
    /** Highest of the lowest minors. */
    readonly min: string;
    /** The minor that every project tests that tells what it tests. */
    readonly testedByAll: string;
  };
}

const KSERVE_DEPS = "kserve/kserve@v0.20.0 kserve-deps.env";
const KUEUE_MOD = "kubernetes-sigs/kueue@v0.19.2 go.mod";
const ROUTER_MOD = "llm-d/llm-d-router@v0.10.0 go.mod";

/** What we install, as of August 2026. */
export const BUNDLE_2026_08: Bundle = {
  charts: CHARTS,
  gkeComponents: { "gateway-api": "1.5.1", "inference-extension": "1.6.0" },
  requirements: [
    { of: "kserve-resources", needs: "kserve-crd", builtAgainst: "0.20.0", source: KSERVE_DEPS },
    { of: "kserve-resources", needs: "cert-manager", builtAgainst: "1.17.0", source: KSERVE_DEPS },
    { of: "kserve-resources", needs: "gateway-api", builtAgainst: "1.5.1", onlyFor: "HTTPRoutes", source: KSERVE_DEPS },
    { of: "kserve-resources", needs: "keda", builtAgainst: "2.18.0", onlyFor: "KEDA autoscaling", source: KSERVE_DEPS },
    { of: "kserve-llmisvc-resources", needs: "kserve-llmisvc-crd", builtAgainst: "0.20.0", source: KSERVE_DEPS },
    { of: "kserve-llmisvc-resources", needs: "cert-manager", builtAgainst: "1.17.0", source: KSERVE_DEPS },
    {
      of: "kserve-llmisvc-resources",
      needs: "lws",
      builtAgainst: "0.8.0",
      onlyFor: "several nodes",
      source: KSERVE_DEPS,
    },
    { of: "kserve-llmisvc-resources", needs: "gateway-api", builtAgainst: "1.5.1", source: KSERVE_DEPS },
    { of: "kserve-llmisvc-resources", needs: "inference-extension", builtAgainst: "1.5.0", source: KSERVE_DEPS },
    { of: "kserve-llmisvc-resources", needs: "llm-d-router-gateway", builtAgainst: "0.9.0", source: KSERVE_DEPS },
    { of: "kserve-localmodel-resources", needs: "kserve-localmodel-crd", builtAgainst: "0.20.0", source: KSERVE_DEPS },
    { of: "kserve-localmodel-resources", needs: "kserve-resources", builtAgainst: "0.20.0", source: KSERVE_DEPS },
    { of: "kueue", needs: "jobset", builtAgainst: "0.12.0", onlyFor: "JobSets in queues", source: KUEUE_MOD },
    { of: "llm-d-router-gateway", needs: "gateway-api", builtAgainst: "1.5.1", source: ROUTER_MOD },
    { of: "llm-d-router-gateway", needs: "inference-extension", builtAgainst: "1.5.0", source: ROUTER_MOD },
  ],
  // Kueue 0.19.2 is built against LWS 0.9.0, KServe against 0.8.0: Kueue reads fields that both have, so LWS stays with KServe's.
  kubernetes: { min: "1.32", testedByAll: "1.34" },
};
