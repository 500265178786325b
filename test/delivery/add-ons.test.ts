import {
  AddOns,
  ClusterApis,
  ManifestRelease,
  operatorNamespace,
  type AddOn,
  type AddOnContext,
  type AddOnsContext,
} from "../../lib/delivery";
import { anyStack } from "../stacks/platform";
import { CLUSTER, clusterWith, configMap, deliveryStack, refusals } from "./platform";

/** An add-on of someone else: one release of its own object. */
function addOn(id: string, more: Partial<AddOn> = {}, seen: (context: AddOnContext) => void = () => undefined): AddOn {
  return {
    id,
    title: `The ${id}`,
    install(scope, context) {
      seen(context);
      const namespace = operatorNamespace(scope, `${id}-system`, context);
      return new ManifestRelease(scope, "operator", {
        name: id,
        namespace: `${id}-system`,
        objects: [configMap(id, {}, `${id}-system`)],
        after: [...context.after, namespace],
      }).dependables;
    },
    ...more,
  };
}

function install(addOns: readonly AddOn[], context: Partial<AddOnsContext> = {}) {
  let order: readonly string[] = [];
  const stack = deliveryStack((s) => {
    order = AddOns.install(s, addOns, { cluster: CLUSTER, ...context }).ids;
  });
  return { stack, order };
}

function refused(addOns: readonly AddOn[], context: Partial<AddOnsContext> = {}) {
  return refusals(() => AddOns.install(anyStack(), addOns, { cluster: CLUSTER, ...context }));
}

const needs = (id: string, ...requires: string[]) => addOn(id, { requires });

describe("add-ons are installed", () => {
  test("each after those that it requires, otherwise in the order given", () => {
    const { order } = install([needs("c", "a"), addOn("d"), needs("a", "b"), addOn("b"), addOn("e")]);
    expect(order).toEqual(["d", "b", "a", "c", "e"]);
  });

  test("in the same order when one more comes that nobody needs", () => {
    const some = [needs("c", "a"), addOn("a"), addOn("b")];
    expect(install([...some, addOn("z")]).order.filter((id) => id !== "z")).toEqual(install(some).order);
  });

  test("so that Terraform waits for what is required", () => {
    const { stack } = install([needs("second", "first"), addOn("first")]);
    const release = (name: string) => stack.resources("helm_release").find(({ config }) => config["name"] === name)!;
    expect(release("second").config["depends_on"]).toContain(release("first").address);
  });

  test("so that Terraform waits even where an add-on forgets to", () => {
    const forgets = needs("second", "first");
    const careless: AddOn = {
      ...forgets,
      install: (scope, context) => forgets.install(scope, { ...context, after: [] }),
    };
    const { stack } = install([careless, addOn("first")]);
    const first = stack.resources("helm_release").find(({ config }) => config["name"] === "first")!.address;
    const namespace = stack.resources("kubernetes_namespace_v1").find(({ address }) => address.includes("second"))!;
    expect(namespace.config["depends_on"]).toContain(first);
  });

  test("in namespaces that hold pods to `restricted`, as this version reads it, and without accelerators", () => {
    const { stack } = install([addOn("first")]);
    stack.has("kubernetes_namespace_v1", {
      metadata: {
        name: "first-system",
        labels: {
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/enforce-version": "v1.34",
        },
      },
    });
    stack.has("kubernetes_resource_quota_v1", { spec: { hard: { "requests.nvidia.com/gpu": "0" } } });
  });

  test("with a priority above that of model servers and jobs, made before", () => {
    let name = "";
    const { stack } = install([addOn("first", {}, (context) => (name = context.priorityClass))]);
    stack.has("kubernetes_priority_class_v1", { metadata: { name }, value: 100_000_000, global_default: false });
    const namespace = stack.only("kubernetes_namespace_v1");
    expect(namespace["depends_on"]).toEqual(["kubernetes_priority_class_v1.operator-priority"]);
  });

  test("knowing which others are there", () => {
    const seen: boolean[] = [];
    install([addOn("a", {}, ({ installed }) => seen.push(installed("b"), installed("c"))), addOn("b")]);
    expect(seen).toEqual([true, false]);
  });

  test("none at all makes nothing", () => {
    expect(install([]).stack.resources()).toEqual([]);
  });
});

test("custom resources of an add-on of others are known from then on", () => {
  const stack = anyStack();
  AddOns.install(stack, [addOn("qdrant", { groups: ["qdrant.example"] })], { cluster: CLUSTER });
  const object = (apiVersion: string) => ({ apiVersion, kind: "Collection", metadata: { name: "a", namespace: "b" } });
  expect(ClusterApis.failuresFor(stack, "objects", [object("qdrant.example/v1")])).toEqual([]);
  expect(ClusterApis.failuresFor(stack, "objects", [object("other.example/v1")])).toHaveLength(1);
});

describe("add-ons are refused together, all reasons at once", () => {
  test("where one requires what is not there, with who could bring it", () => {
    expect(refused([needs("a", "cert-manager", "vault")], { known: ["cert-manager"] })).toMatchObject([
      { code: "add-on-missing", path: "addOns[0].requires[0]", fix: "install cert-manager: it ships with the library" },
      {
        code: "add-on-missing",
        path: "addOns[0].requires[1]",
        message: "The a (a) needs vault, which is not installed",
        fix: "pass an add-on with id vault: it does not ship with the library",
      },
    ]);
  });

  test("where two of them conflict", () => {
    expect(refused([addOn("a", { conflicts: ["b"] }), addOn("b")])).toMatchObject([
      { code: "add-on-conflict", message: "The a (a) cannot be in one cluster with b", fix: "leave out a or b" },
    ]);
  });

  test("where they wait for each other, along the whole way", () => {
    expect(refused([needs("a", "b"), needs("b", "c"), needs("c", "a"), needs("x", "a")])).toMatchObject([
      { code: "add-on-cycle", path: "addOns[0].requires", message: "waits for itself: a → b → c → a" },
    ]);
    expect(refused([needs("a", "a")])).toMatchObject([{ message: "waits for itself: a → a" }]);
  });

  test("where a feature of the cluster is off", () => {
    expect(
      refused([addOn("a", { features: ["gateway-api", "hpa-performance"] })], { cluster: clusterWith() }),
    ).toMatchObject([
      { code: "feature-off", path: "addOns[0].features[0]", got: "gateway-api" },
      { code: "feature-off", path: "addOns[0].features[1]", fix: expect.stringContaining("switch on hpa-performance") },
    ]);
  });

  test("where two have one id", () => {
    expect(refused([addOn("a"), addOn("a")])).toMatchObject([{ code: "duplicate-add-on", path: "addOns[1].id" }]);
  });

  test("where each of several has something wrong, and what an add-on itself refuses", () => {
    const codes = refused([addOn("a"), addOn("a"), needs("b", "c"), addOn("d", { conflicts: ["a"] })]).map(
      (f) => f.code,
    );
    expect(codes).toEqual(["duplicate-add-on", "add-on-missing", "add-on-conflict"]);
    const broken: AddOn = {
      id: "x",
      title: "X",
      install: (scope) => new ManifestRelease(scope, "r", { name: "X", namespace: "x", objects: [] }).dependables,
    };
    expect(refused([broken, addOn("y")])).toMatchObject([
      { code: "missing", path: "addOns[0].objects" },
      { code: "name-malformed", path: "addOns[0].name" },
    ]);
  });
});
