import { App, type TerraformStack } from "cdktf";
import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { Ref } from "../../lib/core";
import { PlatformStack } from "../../stacks/platform-stack";
import { testEnvironment } from "../stacks/platform";

function twoStacks() {
  const app = new App();
  const home = new PlatformStack(app, "home", testEnvironment);
  const away = new PlatformStack(app, "away", testEnvironment);
  const topic = new PubsubTopic(home, "topic", { name: "t" });
  const grant = new PubsubTopic(home, "grant", { name: "g" });
  return { home, away, topic, grant, ref: Ref.to(topic, "${google_pubsub_topic.topic.id}", "projects/p/topics/t") };
}

const dependenciesOf = (stack: TerraformStack) => stack.dependencies.map(({ node }) => node.id);

describe("a reference", () => {
  test("is Terraform's within the stack, and the literal name outside, which orders the stacks", () => {
    const { home, away, ref, grant } = twoStacks();
    expect(ref.from(grant)).toBe("${google_pubsub_topic.topic.id}");
    expect(dependenciesOf(home)).toEqual([]);
    expect(ref.from(away)).toBe("projects/p/topics/t");
    expect(dependenciesOf(away)).toEqual(["test-home"]);
  });

  test("its plain value is for names and reports: reading it orders nothing", () => {
    const { away, ref } = twoStacks();
    expect(ref.value).toBe("projects/p/topics/t");
    expect(dependenciesOf(away)).toEqual([]);
  });

  test("to what exists already is the same everywhere, and orders nothing", () => {
    const { home, away } = twoStacks();
    const ref = Ref.existing("projects/p/topics/t");
    expect([ref.from(home), ref.from(away), ref.value]).toEqual(Array(3).fill("projects/p/topics/t"));
    expect(dependenciesOf(away)).toEqual([]);
    expect(ref.dependencies(home)).toEqual([]);
  });
});

describe("map", () => {
  test("changes both guises alike, and keeps what orders them", () => {
    const { home, away, grant, ref } = twoStacks();
    const url = ref.after(grant).map((id) => `https://${id}`);
    expect(url.from(home)).toBe("https://${google_pubsub_topic.topic.id}");
    expect(url.dependencies(home)).toEqual([grant]);
    expect(url.from(away)).toBe("https://projects/p/topics/t");
    expect(dependenciesOf(away)).toEqual(["test-home"]);
  });

  test("leaves the reference that it came from as it was", () => {
    const { ref } = twoStacks();
    ref.map(() => "x");
    expect(ref.value).toBe("projects/p/topics/t");
  });
});

describe("after", () => {
  test("adds to what a user within the stack waits for", () => {
    const { home, topic, grant, ref } = twoStacks();
    expect(ref.dependencies(home)).toEqual([]);
    expect(ref.after(grant).after(topic).dependencies(home)).toEqual([grant, topic]);
    expect(ref.dependencies(home)).toEqual([]);
  });

  test("a user in another stack waits for the whole stack instead", () => {
    const { away, grant, ref } = twoStacks();
    expect(ref.after(grant).dependencies(away)).toEqual([]);
  });
});
