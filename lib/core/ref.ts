import { TerraformStack, type ITerraformDependable } from "cdktf";
import type { IConstruct } from "constructs";

/**
 * A value of a resource, under the two guises it has: a Terraform reference within its own stack, so that Terraform
 * orders the two, and its literal name from any other stack, so that no stack reads another's state.
 */
export class Ref {
  private constructor(
    private readonly owner: IConstruct | undefined,
    private readonly inside: string,
    private readonly literal: string,
    private readonly readyAfter: readonly ITerraformDependable[],
  ) {}

  /**
   * A value of a resource made here.
   * @param inside Terraform reference, e.g. `key.id`
   * @param literal the same value as known before anything is created
   * @param readyAfter what must exist besides the resource before the value is of use, e.g. a grant on a key
   */
  static to(owner: IConstruct, inside: string, literal: string, readyAfter: readonly ITerraformDependable[] = []): Ref {
    return new Ref(owner, inside, literal, readyAfter);
  }

  /** A value of something that exists already, or that another program makes. */
  static existing(literal: string): Ref {
    return new Ref(undefined, literal, literal, []);
  }

  /** The same resource, another value of it, e.g. the URL made from its name. */
  map(change: (value: string) => string): Ref {
    return new Ref(this.owner, change(this.inside), change(this.literal), this.readyAfter);
  }

  /** The same value, of use only after more things exist. */
  after(...more: readonly ITerraformDependable[]): Ref {
    return new Ref(this.owner, this.inside, this.literal, [...this.readyAfter, ...more]);
  }

  /** The value as `scope` must write it. From another stack, that stack becomes a dependency of the scope's. */
  from(scope: IConstruct): string {
    if (this.owner === undefined) return this.literal;
    const stack = TerraformStack.of(scope);
    const home = TerraformStack.of(this.owner);
    if (stack === home) return this.inside;
    stack.addDependency(home);
    return this.literal;
  }

  /** What a resource at `scope` that uses this value must list in `dependsOn`: nothing from another stack, which is deployed whole before. */
  dependencies(scope: IConstruct): ITerraformDependable[] {
    if (this.owner === undefined || TerraformStack.of(scope) !== TerraformStack.of(this.owner)) return [];
    return [...this.readyAfter];
  }

  /** The value as known before anything is created. For names, reports and messages; a resource uses `from`. */
  get value(): string {
    return this.literal;
  }
}
