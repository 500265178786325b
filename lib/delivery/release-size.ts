import type { Failure } from "../core";
import { objectName, type KubernetesObject } from "./kubernetes-object";
import { TOKEN, valuesOf } from "./object-values";

// Kubernetes API, MaxSecretSize: bytes of a Secret's data.
const SECRET_BYTES = 1024 * 1024;

// Chart, release notes and status, with room to spare: the objects chart has 300 bytes.
const RELEASE_FRAME_BYTES = 64 * 1024;

/**
 * Bytes that the objects of one release may take. Helm keeps a release in one Secret: its values and its rendered manifest, gzipped, then in
 * base64, which makes four bytes of three. Counted as if gzip saved nothing: how much it saves depends on the content, and a rule that does not
 * look at it splits alike on every machine.
 */
export const RELEASE_OBJECTS_BYTES = (SECRET_BYTES / 4) * 3 - RELEASE_FRAME_BYTES;

// What a token stands for is known to Terraform only; the longest names of Google's resources stay below it.
const TOKEN_BYTES = 512;

// Asked for twice of each object: whether it fits at all, and into which release. Writing it as YAML is what takes time.
const counted = new WeakMap<KubernetesObject, number>();

/** Bytes of an object in Helm's record of its release: once as a value, once as text of the manifest. */
export function bytesInRelease(object: KubernetesObject): number {
  const bytes = counted.get(object) ?? countBytes(object);
  counted.set(object, bytes);
  return bytes;
}

function countBytes(object: KubernetesObject): number {
  const all = new RegExp(TOKEN.source, "g");
  const asText = JSON.stringify(valuesOf([object]));
  const tokens = asText.match(all)?.length ?? 0;
  const bytes = (text: string) => Buffer.byteLength(text.replaceAll(all, ""));
  return bytes(asText) + bytes(JSON.stringify(object)) + 2 * tokens * TOKEN_BYTES;
}

/** The objects in as many lists as Helm's limit asks for, in their order. */
export function splitBySize(objects: readonly KubernetesObject[]): KubernetesObject[][] {
  const parts: KubernetesObject[][] = [];
  let free = 0;
  for (const object of objects) {
    const bytes = bytesInRelease(object);
    if (bytes > free) {
      parts.push([]);
      free = RELEASE_OBJECTS_BYTES;
    }
    parts.at(-1)!.push(object);
    free -= bytes;
  }
  return parts;
}

/** Why an object fits no release, with the arithmetic. */
export function sizeFailures(path: string, object: KubernetesObject): Failure[] {
  const bytes = bytesInRelease(object);
  if (bytes <= RELEASE_OBJECTS_BYTES) return [];
  return [
    {
      code: "object-too-large",
      path,
      message:
        `takes ${bytes} bytes in Helm's record of a release (once as a value, once in the manifest); ` +
        `a Secret holds ${SECRET_BYTES} bytes, in base64 ${(SECRET_BYTES / 4) * 3}, less ${RELEASE_FRAME_BYTES} for the rest of the record`,
      got: objectName(object),
      allowed: `at most ${RELEASE_OBJECTS_BYTES} bytes`,
      fix: "split it, or keep large content in an image or a bucket",
    },
  ];
}
