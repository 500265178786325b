import type { KubernetesObject } from "../../lib/delivery";
import { crdFailures, describeWithCrds } from "./crd-schema";

const flavor = (fields: object, apiVersion = "kueue.x-k8s.io/v1beta2"): KubernetesObject => ({
  apiVersion,
  kind: "ResourceFlavor",
  metadata: { name: "l4" },
  ...fields,
});

describeWithCrds("the check of custom resources against their definitions", () => {
  test("passes what an API server takes", () => {
    expect(crdFailures(flavor({ spec: { nodeLabels: { pool: "l4" } } }))).toEqual([]);
  });

  test.each([
    ["a field that is not there", flavor({ spec: { nodeLabel: {} } }), /nodeLabel/],
    ["a field at the top that is not there", flavor({ specs: {} }), /specs/],
    ["a value of the wrong type", flavor({ spec: { nodeLabels: { pool: 4 } } }), /string/],
    ["a missing field", flavor({ spec: { nodeTaints: [{ key: "a" }] } }), /effect/],
    ["a deprecated version", flavor({ spec: {} }, "kueue.x-k8s.io/v1beta1"), /deprecated/],
    ["a version that is not served", flavor({ spec: {} }, "kueue.x-k8s.io/v1"), /not served/],
    ["an unknown kind", { ...flavor({}), kind: "Flavour" }, /no definition/],
    ["a namespace on what has none", { ...flavor({}), metadata: { name: "l4", namespace: "a" } }, /Cluster/],
  ])("says so of %s", (_what, object, said) => {
    expect(crdFailures(object).join("\n")).toMatch(said);
  });

  test("checks values against patterns and lists", () => {
    const queue = (spec: object): KubernetesObject => ({
      apiVersion: "kueue.x-k8s.io/v1beta2",
      kind: "ClusterQueue",
      metadata: { name: "serving" },
      spec,
    });
    expect(crdFailures(queue({ queueingStrategy: "FIFO" })).join()).toMatch(/queueingStrategy/);
    expect(crdFailures(queue({ cohortName: "Prod GPU" })).join()).toMatch(/pattern/);
  });
});
