import { parse } from "yaml";
import { TerraformGraph } from "../../lib/core";
import type { SynthesizedStack } from "../../lib/testing";
import type { EnvironmentConfig } from "../../stacks/environment-config";
import { example, synthesizeEnvironment } from "./examples";

const WORKFLOW = "google_workflows_workflow";

/** Serving as an example has it with one of its models changed. */
function servingWith(environment: string, name: string, change: (model: any) => void): SynthesizedStack {
  const config = structuredClone(example(environment)) as EnvironmentConfig & { models: any[] };
  change(config.models.find((model) => model.name === name));
  return synthesizeEnvironment(config).stack(`${environment}-serving`);
}

const rolloutOf = (stack: SynthesizedStack, name: string) =>
  stack.resources(WORKFLOW).find(({ config }) => String(config["name"]).endsWith(`-rollout-${name}`));

const handOver = (model: any) => Object.assign(model, { ...model.candidate, candidate: model.candidate });

describe("a candidate in the cluster that is handed over", () => {
  const tested = servingWith("prod", "assistant", () => undefined);
  const handedOver = servingWith("prod", "assistant", handOver);
  const release = (stack: SynthesizedStack) =>
    stack.resources("helm_release").find(({ config }) => config["name"] === "assistant")!;

  test("keeps its requests: the route says the same, which Helm compares with what it said before", () => {
    const route = (stack: SynthesizedStack) => {
      const [values] = release(stack).config["values"] as string[];
      const { objects } = parse(values!) as { objects: any };
      return Object.values<any>(objects)
        .flat()
        .find(({ kind }) => kind === "HTTPRoute")?.spec;
    };
    expect(route(tested).rules[0].backendRefs).toHaveLength(2);
    expect(route(handedOver)).toEqual(route(tested));
    expect(release(handedOver).config["values"]).not.toEqual(release(tested).config["values"]);
  });

  test("is promoted by the same workflow, which is written once the release is up", () => {
    const [before, after] = [tested, handedOver].map((stack) => rolloutOf(stack, "assistant")!);
    expect(after!.address).toBe(before!.address);
    expect(before!.config["source_contents"]).toContain("too-early");
    expect(after!.config["source_contents"]).toContain("await_replicas");
    expect(new TerraformGraph(handedOver.json).waitsFor(after!.address, release(handedOver).address)).toBe(true);
  });
});

describe("a model on Vertex AI", () => {
  test("keeps the workflow of its rollouts from one candidate to the next: it is protected against deletion", () => {
    const candidate = { version: "3", source: "gs://acme-ai-staging-models/forecast/3" };
    const stages = [
      (model: any) => Object.assign(model, { rollout: {} }),
      (model: any) => Object.assign(model, { rollout: {}, candidate }),
      (model: any) => handOver(Object.assign(model, { rollout: {}, candidate })),
    ].map((change) => rolloutOf(servingWith("staging", "forecast", change), "forecast"));
    expect(new Set(stages.map((workflow) => workflow?.address)).size).toBe(1);
    expect(stages[0]).toBeDefined();
    const reasons = stages.map((workflow) => {
      const { main } = JSON.parse(String(workflow!.config["source_contents"]).replaceAll("$${", "${"));
      return main.steps[0].refuse?.raise.reason ?? "rolls out";
    });
    expect(reasons).toEqual(["not-ready", "rolls out", "handed-over"]);
  });
});
