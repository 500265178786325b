/** True for an image with a digest, or with a tag that is not `latest`. A port of the registry is no tag. */
export function isFixedImage(image: unknown): boolean {
  if (typeof image !== "string") return false;
  if (hasDigest(image)) return true;
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  return tag !== undefined && tag !== "latest";
}

/** True for an image that is named by what it holds. */
export function hasDigest(image: unknown): boolean {
  return typeof image === "string" && /@sha256:[0-9a-f]{64}$/.test(image);
}
