import type { ClusterFeature, Failure } from "../core";
import type { AddOn } from "./add-on";

/**
 * Everything that keeps add-ons from being installed together.
 * @param known ids of the add-ons that ship with the library
 * @param pathOf where an add-on was asked for
 */
export function addOnFailures(
  addOns: readonly AddOn[],
  features: readonly ClusterFeature[],
  known: readonly string[],
  pathOf: (addOn: AddOn, index: number) => string,
): Failure[] {
  const ids = addOns.map(({ id }) => id);
  const single = addOns.flatMap((addOn, index) => {
    const { requires = [], conflicts = [], features: needed = [] } = addOn;
    const path = pathOf(addOn, index);
    return [
      ...(ids.indexOf(addOn.id) === index ? [] : [duplicate(path, addOn)]),
      ...requires.flatMap((id, n) => (ids.includes(id) ? [] : [missing(`${path}.requires[${n}]`, addOn, id, known)])),
      ...conflicts.flatMap((id, n) => (ids.includes(id) ? [conflict(`${path}.conflicts[${n}]`, addOn, id)] : [])),
      ...needed.flatMap((f, n) => (features.includes(f) ? [] : [featureOff(`${path}.features[${n}]`, addOn, f)])),
    ];
  });
  return [...single, ...cycleFailures(addOns, pathOf)];
}

/** Each add-on after those that it requires, otherwise in the order given. Asked only for add-ons without failures. */
export function inOrder(addOns: readonly AddOn[]): AddOn[] {
  const waiting = [...addOns];
  const placed: AddOn[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex((addOn) => (addOn.requires ?? []).every((id) => placed.some((p) => p.id === id)));
    placed.push(...waiting.splice(next, 1));
  }
  return placed;
}

function cycleFailures(addOns: readonly AddOn[], pathOf: (addOn: AddOn, index: number) => string): Failure[] {
  const requires = new Map(addOns.map(({ id, requires = [] }) => [id, requires]));
  const seen = new Set<string>();
  const failures: Failure[] = [];
  const walk = (id: string, way: readonly string[]): void => {
    const start = way.indexOf(id);
    if (start >= 0) {
      const circle = [...way.slice(start), id];
      const index = addOns.findIndex((addOn) => addOn.id === id);
      failures.push(cycle(pathOf(addOns[index]!, index), circle));
      return;
    }
    if (seen.has(id)) return;
    seen.add(id);
    for (const next of requires.get(id) ?? []) walk(next, [...way, id]);
  };
  for (const { id } of addOns) walk(id, []);
  return failures;
}

function duplicate(path: string, { id }: AddOn): Failure {
  return {
    code: "duplicate-add-on",
    path: `${path}.id`,
    message: "is the id of another add-on",
    got: id,
    fix: "install it once, or give one of the two an id of its own",
  };
}

function missing(path: string, { id, title }: AddOn, required: string, known: readonly string[]): Failure {
  return {
    code: "add-on-missing",
    path,
    message: `${title} (${id}) needs ${required}, which is not installed`,
    got: required,
    fix: known.includes(required)
      ? `install ${required}: it ships with the library`
      : `pass an add-on with id ${required}: it does not ship with the library`,
  };
}

function conflict(path: string, { id, title }: AddOn, other: string): Failure {
  return {
    code: "add-on-conflict",
    path,
    message: `${title} (${id}) cannot be in one cluster with ${other}`,
    got: other,
    fix: `leave out ${id} or ${other}`,
  };
}

function featureOff(path: string, { id, title }: AddOn, feature: ClusterFeature): Failure {
  return {
    code: "feature-off",
    path,
    message: `${title} (${id}) needs cluster feature ${feature}, which is off`,
    got: feature,
    fix: `switch on ${feature} in the cluster, or leave ${id} out`,
  };
}

function cycle(path: string, circle: readonly string[]): Failure {
  return {
    code: "add-on-cycle",
    path: `${path}.requires`,
    message: `waits for itself: ${circle.join(" → ")}`,
    got: circle[0],
    fix: "drop one of these requirements",
  };
}
