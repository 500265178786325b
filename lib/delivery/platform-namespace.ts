import { TerraformStack, type ITerraformDependable } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import type { ClusterRef } from "../core";
import { kubernetesResource } from "./kubernetes-resource";
import { operatorNamespace } from "./operator-namespace";

/** Namespace of what the platform itself runs. */
export const PLATFORM_NAMESPACE = "ai-platform-system";

const ID = "platform-namespace";

/**
 * The platform's namespace in the stack of `scope`, made when the first asks for it: closed to all but what a policy of its own opens.
 * @returns what must exist before something is made in it
 */
export function platformNamespace(scope: IConstruct, cluster: ClusterRef): readonly ITerraformDependable[] {
  const stack = TerraformStack.of(scope);
  const home = (stack.node.tryFindChild(ID) as PlatformNamespace | undefined) ?? new PlatformNamespace(stack, cluster);
  return home.ready;
}

class PlatformNamespace extends Construct {
  readonly ready: readonly ITerraformDependable[];

  constructor(stack: TerraformStack, cluster: ClusterRef) {
    super(stack, ID);
    const namespace = operatorNamespace(this, PLATFORM_NAMESPACE, { cluster, after: [] });
    const closed = kubernetesResource(
      this,
      "default-deny",
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "default-deny", namespace: PLATFORM_NAMESPACE },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      [namespace],
    );
    this.ready = [namespace, closed];
  }
}
