import { hasDigest, isFixedImage } from "../../images";
import { blockOf } from "./pods";
import { isLate, type Block } from "../../../core";
import { workloadRule } from "./workload-rule";
const PINNED = "pinned";

/** An image in the way of charts: repository, tag and digest apart. Without a repository, the chart names the image. */
function describe({ repository, tag, digest }: Block): unknown {
  if (typeof digest === "string" && digest !== "") return PINNED;
  if (tag === "latest") return tag;
  if (typeof tag === "string" && tag.includes("@sha256:")) return PINNED;
  return repository === undefined ? PINNED : (tag ?? repository);
}

/** A repository may be a reference while the digest stands there. */
function lateUnlessDigest(image: unknown): unknown {
  return isLate(image) && hasDigest(image) ? /[^/}]*$/.exec(String(image))![0] : image;
}

/** Outside of pods a text may be no image at all, so only `latest` counts. */
function isMoving(image: unknown): boolean {
  return String(image).endsWith(":latest") && !isFixedImage(image);
}

export const pinnedImages = workloadRule({
  id: "workloads.pinnedImages",
  title: "Images are named by their digest",
  severity: "high",
  rationale: "A tag can be moved to another image, which then runs without a review.",
  fix: "give the image as repository@sha256:\u2026",
  controls: [
    { framework: "CIS GKE 1.4", id: "5.10.5" },
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "ISO 42001", id: "A.6.2.5" },
  ],
  look: ({ pods, blocks }, sight) => {
    for (const { path, block } of pods.flatMap((pod) => pod.containers)) {
      const partial = block["image"] === undefined;
      sight.demand(`${path}.image`, lateUnlessDigest(block["image"]), "an image with a digest", hasDigest, partial);
    }
    for (const { path, block } of blocks) {
      const image = block["image"];
      if (typeof image === "string")
        sight.refuse(`${path}.image`, lateUnlessDigest(image), "an image with a digest", isMoving);
      const chart = blockOf(block, "image");
      if (chart)
        sight.refuse(`${path}.image.tag`, describe(chart), "an image with a digest", (value) => value !== PINNED);
    }
  },
});
