import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import type { Construct } from "constructs";
import type { SynthesizedStack } from "../../lib/testing";
import { Group, anyStack, stackOf } from "../stacks/platform";

/** Ten topics; what each is linked to decides which are first and last. */
function topics(scope: Construct, id: string, linkedTo: (index: number) => number | undefined): Group {
  const group = new Group(scope, id);
  const made: PubsubTopic[] = [];
  for (let i = 0; i < 10; i++) {
    const before = linkedTo(i);
    made.push(
      new PubsubTopic(group, `t${i}`, {
        name: `${id}-${i}`,
        labels: before === undefined ? {} : { of: made[before]!.name },
      }),
    );
  }
  return group;
}

const chain = (i: number) => (i === 0 ? undefined : i - 1);
const star = (i: number) => (i === 0 ? undefined : 0);
const apart = () => undefined;

/** Every `depends_on` of a stack, as `user > dependency` by name. */
function edges(stack: SynthesizedStack): string[] {
  const names = new Map(stack.resources().map(({ address, config }) => [address, String(config["name"])]));
  return stack
    .resources()
    .flatMap(({ config }) =>
      ((config["depends_on"] ?? []) as string[]).map((address) => `${String(config["name"])} > ${names.get(address)}`),
    );
}

function edgesBetween(after: (i: number) => number | undefined, before: (i: number) => number | undefined): string[] {
  return edges(
    stackOf((s) => {
      const first = topics(s, "before", before);
      topics(s, "after", after).node.addDependency(first);
    }),
  );
}

describe("node.addDependency between two groups of ten", () => {
  test("one after another each: one edge, from the first of one to the last of the other", () => {
    expect(edgesBetween(chain, chain)).toEqual(["after-0 > before-9"]);
  });

  test("all after one: the first waits for the nine that nothing follows", () => {
    expect(edgesBetween(star, star).sort()).toEqual(Array.from({ length: 9 }, (_, i) => `after-0 > before-${i + 1}`));
  });

  test("all apart: every one waits for every other, for nothing less would order them", () => {
    expect(edgesBetween(apart, apart)).toHaveLength(100);
  });
});

describe("node.addDependency", () => {
  test("keeps depends_on that were there, and repeats none, however often a stack is prepared", () => {
    const stack = stackOf((s) => {
      const [a, b] = ["a", "b"].map((name) => new PubsubTopic(s, name, { name }));
      const user = new PubsubTopic(s, "user", { name: "user", dependsOn: [a!] });
      user.node.addDependency(a!, b!);
      s.prepareStack();
    });
    expect(edges(stack)).toEqual(["user > a", "user > b"]);
  });

  test("on a group that holds the dependent waits for the rest of it, not for itself", () => {
    const stack = stackOf((s) => {
      const group = new Group(s, "group");
      new PubsubTopic(group, "a", { name: "a" });
      const inner = new Group(group, "inner");
      new PubsubTopic(inner, "b", { name: "b" });
      inner.node.addDependency(group);
    });
    expect(edges(stack)).toEqual(["b > a"]);
  });

  test("on nothing that Terraform makes adds nothing", () => {
    const stack = stackOf((s) => {
      new PubsubTopic(s, "user", { name: "user" }).node.addDependency(new Group(s, "empty"));
    });
    expect(edges(stack)).toEqual([]);
  });

  test("a stack without any is left alone", () => {
    expect(() => anyStack().prepareStack()).not.toThrow();
  });
});
