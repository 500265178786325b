import { kubernetesResource, type KubernetesObject } from "../../lib/delivery";
import { KUBERNETES_KINDS } from "../../lib/delivery/kubernetes-kinds";
import { anyStack } from "../stacks/platform";
import { EVERY_KIND } from "./kinds";
import { configMap, deliveryStack, refusals } from "./platform";

function typed(object: KubernetesObject) {
  const [resource] = deliveryStack((stack) => kubernetesResource(stack, "it", object)).resources();
  return resource!;
}

/** Every plain value of an object, as text. */
function valuesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [String(value).replace(/\$+\{/g, "${")];
  return Object.values(value).flatMap(valuesIn);
}

describe("built-in kinds as typed resources", () => {
  test("there is a sample of each", () => {
    expect(EVERY_KIND.map(({ kind }) => kind).sort()).toEqual(Object.keys(KUBERNETES_KINDS).sort());
  });

  test.each(EVERY_KIND.map((object) => [object.kind, object] as const))("%s: all that is set appears", (_, object) => {
    const { apiVersion: _version, kind, ...rest } = object;
    const { type, config } = typed(object);
    expect(type).toBe(`kubernetes_${kind.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase()}_v1`);
    const { "//": _comment, ...written } = config;
    const there = valuesIn(written);
    for (const value of valuesIn(rest)) expect(there).toContain(value);
    expect(written["metadata"]).toMatchObject({ labels: { owner: "platform-lead" } });
  });

  test("blocks and lists have the provider's names", () => {
    const sample = (kind: string) => typed(EVERY_KIND.find((object) => object.kind === kind)!).config;
    expect(sample("NetworkPolicy")["spec"]).toMatchObject({
      pod_selector: {},
      ingress: [{ from: [{ pod_selector: {} }, {}], ports: [{ port: "8080" }] }, {}],
      egress: [{ to: [{ ip_block: { except: ["10.1.0.0/16"] } }], ports: [{ port: "8000", end_port: 8010 }] }],
    });
    expect(sample("ClusterRole")["rule"]).toMatchObject([{}, { non_resource_urls: ["/metrics"] }]);
    expect(sample("Service")["spec"]).toMatchObject({ cluster_ip: "None", port: [{}, { target_port: "9090" }] });
    expect(sample("ResourceQuota")["spec"]).toMatchObject({
      hard: { "requests.nvidia.com/gpu": "4" },
      scope_selector: { match_expression: [{ scope_name: "PriorityClass" }] },
    });
  });

  test("text for whoever reads the object is kept from Terraform", () => {
    expect(typed(configMap("a", { x: "${HOME}" })).config["data"]).toEqual({ x: "$${HOME}" });
  });

  test("one waits for what it is told to", () => {
    const stack = deliveryStack((s) => {
      const first = kubernetesResource(s, "first", configMap("a"));
      kubernetesResource(s, "second", configMap("b"), [first]);
    });
    stack.has("kubernetes_config_map_v1", { depends_on: ["kubernetes_config_map_v1.first"] });
  });
});

describe("refused is", () => {
  const refused = (object: KubernetesObject) => refusals(() => kubernetesResource(anyStack(), "it", object));

  test("a field that the provider does not know, by its path, at any depth", () => {
    const policy = EVERY_KIND.find(({ kind }) => kind === "NetworkPolicy")!;
    const spec = { podSelector: { matchLabel: {} }, policyTypes: ["Ingress"], ingress: [{ from: [{ ipblock: {} }] }] };
    expect(refused({ ...policy, spec })).toMatchObject([
      { code: "unknown-field", path: "spec.podSelector.matchLabel", fix: expect.stringContaining("matchLabels") },
      { code: "unknown-field", path: "spec.ingress[0].from[0].ipblock", got: "ipblock" },
    ]);
    expect(refused({ ...configMap("a"), stringData: { a: "b" } })).toMatchObject([{ path: "stringData" }]);
    expect(refused({ ...configMap("a"), metadata: { name: "a", finalizers: [] } as never })).toMatchObject([
      { code: "unknown-field", path: "metadata.finalizers" },
    ]);
  });

  test("a value of another form than the API's", () => {
    const role = EVERY_KIND.find(({ kind }) => kind === "Role")!;
    expect(refused({ ...role, rules: { verbs: "get" } })).toMatchObject([{ code: "wrong-type", path: "rules" }]);
    expect(refused({ ...configMap("a"), data: ["x"] })).toMatchObject([{ code: "wrong-type", path: "data" }]);
    expect(refused({ ...configMap("a"), data: { x: { y: 1 } } })).toMatchObject([{ path: "data.x" }]);
  });

  test("another kind, and a known kind of another version", () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a", namespace: "search" } };
    expect(refused(deployment)).toMatchObject([{ code: "not-typed", got: "apps/v1 Deployment" }]);
    expect(refused({ ...configMap("a"), apiVersion: "v2" })).toMatchObject([{ code: "not-typed", path: "kind" }]);
  });

  test("an object that the stack has already", () => {
    const stack = anyStack();
    kubernetesResource(stack, "first", configMap("a"));
    expect(refusals(() => kubernetesResource(stack, "second", configMap("a")))).toMatchObject([
      { code: "duplicate-object" },
    ]);
  });
});
