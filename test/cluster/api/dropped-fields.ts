/**
 * Fields that were sent and did not come back: the server knows them, so that strict validation lets them through, but drops them, as it does
 * with what belongs to a feature that is off.
 */
export function droppedFields(sent: unknown, got: unknown, path = ""): string[] {
  if (isEmpty(sent)) return [];
  if (got === undefined || got === null) return [path];
  if (Array.isArray(sent)) {
    return sent.flatMap((item, index) => droppedFields(item, (got as unknown[])[index], `${path}[${index}]`));
  }
  if (typeof sent !== "object") return [];
  return Object.entries(sent as object).flatMap(([key, item]) => {
    return droppedFields(item, (got as Record<string, unknown>)[key], path ? `${path}.${key}` : key);
  });
}

// Left out on the way back where it is what an absent field means.
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
  return typeof value === "object" && Object.values(value).every(isEmpty);
}
