import type { Rule, RuleContext } from "../../rule";
import { NOT_APPLICABLE, verdict } from "../../values";
import { Sight } from "../workloads/workload-rule";
import { objectsOf, typesOf, type SeenObject } from "./objects";

export interface ObjectRule extends Omit<Rule, "resourceTypes" | "check"> {
  /** Kinds that it speaks of. */
  readonly kinds: readonly string[];
  /** False where it has nothing to say of this object. @default all of the kinds */
  readonly applies?: (object: SeenObject, context: RuleContext) => boolean;
  readonly look: (object: SeenObject, sight: Sight, context: RuleContext) => void;
}

/** A rule over Kubernetes objects, wherever Terraform holds them: typed resources, values of charts, manifests. */
export function objectRule({ kinds, applies = () => true, look, ...rule }: ObjectRule): Rule {
  return {
    ...rule,
    resourceTypes: typesOf(kinds),
    check: (_config, resource, context) => {
      const { objects, unreadable } = objectsOf(resource);
      const judged = objects.filter((object) => kinds.includes(object.kind) && applies(object, context));
      if (judged.length === 0 && unreadable === undefined) return NOT_APPLICABLE;
      const sight = new Sight();
      for (const object of judged) look(object, sight, context);
      return verdict(sight.findings, sight.unknown ?? unreadable);
    },
  };
}
