import type { IConstruct } from "constructs";
import { acknowledgementsAt, type TerraformResourceBlock } from "../../lib/core";
import { synthesize } from "../../lib/testing";
import { AiPlatform } from "../../stacks/ai-platform";
import { exampleFile } from "../stacks/examples";
import { platformApp } from "../stacks/platform";

/** An example with its constructs, which know what is waived, and its resources, which are judged. */
export class BuiltExample {
  readonly root: IConstruct;
  readonly resources: readonly TerraformResourceBlock[];

  constructor(name: string) {
    const roots: IConstruct[] = [];
    const out = synthesize((app) => {
      AiPlatform.fromFile(app, exampleFile(name));
      roots.push(app);
    }, platformApp);
    this.root = roots[0]!;
    this.resources = out.names.flatMap((stack) => out.stack(stack).resources());
  }

  /** Resources of a type; fails where there is none, for then nothing would be judged. */
  ofType(type: string): readonly TerraformResourceBlock[] {
    const found = this.resources.filter((resource) => resource.type === type);
    if (found.length === 0) throw new Error(`no ${type} in the example`);
    return found;
  }

  /** Ids of the rules that are acknowledged as broken at the construct of a resource. */
  waivedAt({ constructPath }: TerraformResourceBlock): string[] {
    const construct = this.root.node.findAll().find(({ node }) => node.path === constructPath);
    if (construct === undefined) throw new Error(`no construct at ${constructPath}`);
    return acknowledgementsAt(construct).map(({ rule }) => rule);
  }
}
