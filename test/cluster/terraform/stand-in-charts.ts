import * as fs from "node:fs";
import * as path from "node:path";
import { CHARTS } from "../../../lib/catalog/charts";
import { customKind, type ApiOwner } from "../../../lib/catalog/kubernetes-apis";
import type { Block, TerraformJson } from "../../../lib/core";
import type { ApiObject } from "../api/objects";

type Crds = readonly ApiObject[];

/** The definitions that GKE itself installs, for features that are set on the cluster. */
export function crdsOfGke(crds: Crds): Crds {
  return crds.filter((crd) => ["gke", "cluster-feature"].includes(ownerOf(crd)?.by ?? ""));
}

/** The definitions that a chart brings, by the library's own table: what it leaves out, the objects of `serving` will miss. */
function crdsOfChart(chart: string, crds: Crds): Crds {
  const spec = Object.values(CHARTS).find((candidate) => candidate.chart === chart);
  if (spec?.definitions === undefined) return [];
  return crds.filter((crd) => {
    const owner = ownerOf(crd);
    return owner?.by === "add-on" && owner.id === spec.addOn;
  });
}

function ownerOf({ spec }: ApiObject): ApiOwner | undefined {
  return customKind(spec.group, spec.names.kind)?.api.owner;
}

/**
 * Replaces each chart of a repository by one written here that holds nothing but the CRDs the real one brings: operators would need their images
 * and a network. Charts that came with the stack are real and stay.
 */
export function withStandInCharts(json: TerraformJson, crds: Crds, folder: string): TerraformJson {
  const releases = Object.entries(json.resource?.["helm_release"] ?? {}).map(([id, release]): [string, Block] => {
    const chart = String(release["chart"]);
    if (chart.startsWith("./") || chart.startsWith("${path.module}")) return [id, release];
    // `oci://registry/charts/kueue@sha256:…`
    const name = path.posix.basename(chart.split("@")[0]!);
    const { repository: _repository, verify: _verify, keyring: _keyring, ...rest } = release;
    const { version } = release;
    writeChart(path.join(folder, "stand-ins", name), name, String(version), crdsOfChart(name, crds));
    return [id, { ...rest, chart: `./stand-ins/${name}` }];
  });
  // Terraform refuses a type of which there is none.
  if (releases.length === 0) return json;
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
