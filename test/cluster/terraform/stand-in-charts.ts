import * as fs from "node:fs";
import * as path from "node:path";
import type { Block, TerraformJson } from "../../../lib/core";
import type { ApiObject } from "../api/objects";

/** The file of CRDs that a chart brings. A chart that is not named brings none. */
const CRDS_OF_CHART: Readonly<Record<string, string>> = {
  "argo-cd": "argo-cd",
  "argo-rollouts": "argo-rollouts",
  jobset: "jobset",
  keda: "keda",
  "kserve-crd": "kserve",
  kueue: "kueue",
  lws: "lws",
};

/** Files of CRDs that GKE itself installs, for features that are set on the cluster. */
const CRDS_OF_GKE = ["gateway-api", "gke-gateway", "inference-extension", "managed-prometheus", "secrets-store"];

export function crdsOfGke(crds: ReadonlyMap<string, readonly ApiObject[]>): ApiObject[] {
  return CRDS_OF_GKE.flatMap((file) => crds.get(file) ?? []);
}

/**
 * Replaces each chart of a repository by one written here that holds nothing but the CRDs the real one brings: operators would need their images
 * and a network. Charts that came with the stack are real and stay.
 */
export function withStandInCharts(
  json: TerraformJson,
  crds: ReadonlyMap<string, readonly ApiObject[]>,
  folder: string,
): TerraformJson {
  const releases = Object.entries(json.resource?.["helm_release"] ?? {}).map(([id, release]): [string, Block] => {
    const chart = String(release["chart"]);
    if (chart.startsWith("./") || chart.startsWith("${path.module}")) return [id, release];
    const name = path.posix.basename(chart);
    const { repository: _repository, version, verify: _verify, keyring: _keyring, ...rest } = release;
    writeChart(path.join(folder, "stand-ins", name), name, String(version), crds.get(CRDS_OF_CHART[name] ?? "") ?? []);
    return [id, { ...rest, chart: `./stand-ins/${name}` }];
  });
  return { ...json, resource: { ...json.resource, helm_release: Object.fromEntries(releases) } };
}

// A definition may hold what a template would read as its own, so the template only prints files.
const TEMPLATE = `{{- range $name, $_ := .Files.Glob "definitions/*" }}
---
{{ $.Files.Get $name }}
{{- end }}
`;

function writeChart(folder: string, name: string, version: string, crds: readonly ApiObject[]): void {
  fs.mkdirSync(path.join(folder, "templates"), { recursive: true });
  fs.mkdirSync(path.join(folder, "definitions"), { recursive: true });
  const chart = { apiVersion: "v2", name, version: /^v?\d+\.\d+\.\d+/.test(version) ? version : "0.0.0" };
  fs.writeFileSync(path.join(folder, "Chart.yaml"), JSON.stringify(chart));
  fs.writeFileSync(path.join(folder, "templates", "definitions.yaml"), TEMPLATE);
  for (const crd of crds) {
    fs.writeFileSync(path.join(folder, "definitions", `${crd.metadata.name}.json`), JSON.stringify(crd));
  }
}
