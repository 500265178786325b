import * as path from "node:path";
import type { IConstruct } from "constructs";
import { OutputFiles } from "../core";

/**
 * Version of the chart. Helm's provider does not see a changed template (terraform-provider-helm issues 515, 821): a test holds that it is
 * raised with each change.
 */
export const OBJECTS_CHART_VERSION = "1.0.0";

export const OBJECTS_CHART = {
  "Chart.yaml": `apiVersion: v2
name: objects
description: Kubernetes objects, verbatim from the values of the release
version: ${OBJECTS_CHART_VERSION}
`,
  // Objects stand in the values under a name of their own, so that a plan shows which one changes.
  "templates/objects.yaml": `{{- range $name, $object := .Values.objects }}
---
{{ toYaml $object }}
{{- end }}
`,
};

/** The path of the chart as Terraform in the stack of `scope` finds it; the chart is written with that stack. */
export function objectsChart(scope: IConstruct): string {
  const written = Object.entries(OBJECTS_CHART).map(([file, content]) =>
    OutputFiles.besideTerraform(scope, `objects-chart/${file}`, content),
  );
  return path.posix.dirname(written[0]!);
}
