import * as fs from "node:fs";
import * as path from "node:path";
import { CHARTS } from "../../lib/catalog/charts";

/** Charts of the catalogue by name and version, with nothing in them: enough for a plan, which reads them and reaches no registry. */
export function writeStandInCharts(folder: string): void {
  for (const { chart, version } of Object.values(CHARTS)) {
    const templates = path.join(folder, chart, "templates");
    fs.mkdirSync(templates, { recursive: true });
    fs.writeFileSync(path.join(folder, chart, "Chart.yaml"), `apiVersion: v2\nname: ${chart}\nversion: ${version}\n`);
    fs.writeFileSync(path.join(templates, "NOTES.txt"), `stands for ${chart}\n`);
  }
}
