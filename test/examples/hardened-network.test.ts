import { hardenedNetworkRules } from "../network/hardened-network-rules";
import { examples } from "../stacks/examples";
import { BuiltExample } from "./built";

describe.each(examples)("%s", (name) => {
  const built = new BuiltExample(name);

  test.each(Object.entries(hardenedNetworkRules))("%s holds, with no waiver", (_rule, [type, holds]) => {
    const broken = built.ofType(type).filter(({ config }) => !holds(config));
    expect(broken.map(({ address }) => address)).toEqual([]);
  });
});
