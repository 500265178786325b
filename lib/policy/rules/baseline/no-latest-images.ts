import { isLate, stringsIn } from "../../../core";
import { isFixedImage } from "../../images";
import type { Finding, Rule } from "../../rule";
import { NOT_APPLICABLE, verdict } from "../../values";
import { WORKLOAD_TYPES } from "../workloads/pods";

// Paths that name a container image. Elsewhere `image` may be a machine's, which has no tag.
const CONTAINER_IMAGE = /(^|\.)containers?(\[\d+\])?\.image$|(^|[.\]])(image_uri|container_image)$/;
const IMAGE = /(^|[.\]])image$/;
const DISK_IMAGE = /initialize_params/;
const LATEST = /:latest$/;

export const noLatestImages: Rule = {
  id: "baseline.noLatestImages",
  title: "No image is named by :latest, nor without a tag, which means the same",
  severity: "high",
  rationale: "What runs then depends on when it was started, and a roll-back has nothing to roll back to.",
  fix: "name the image by its digest (@sha256:…), or by a tag that does not move",
  controls: [
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "ISO 42001", id: "A.10" },
  ],
  resourceTypes: ["*"],
  check: (config, { type }) => {
    // Of Kubernetes workloads a digest is asked: workloads.pinnedImages.
    if (WORKLOAD_TYPES.includes(type)) return NOT_APPLICABLE;
    const findings: Finding[] = [];
    let unknown: string | undefined;
    let images = 0;
    for (const { path, text } of stringsIn(config)) {
      const isContainer = CONTAINER_IMAGE.test(path);
      if (!isContainer && (!IMAGE.test(path) || DISK_IMAGE.test(path))) continue;
      images += 1;
      if (isMoving(text, isContainer))
        findings.push({ path, found: text, expected: "a digest, or a tag that does not move" });
      else if (isLate(text) && !text.includes("@sha256:")) unknown ??= path;
    }
    return images === 0 ? NOT_APPLICABLE : verdict(findings, unknown);
  },
};

function isMoving(image: string, isContainer: boolean): boolean {
  return LATEST.test(image) || (isContainer && !isLate(image) && !isFixedImage(image));
}
