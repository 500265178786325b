import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { Problems, type ClusterRef } from "../core";
import type { AddOn, AddOnContext } from "./add-on";
import { addOnFailures, inOrder } from "./add-on-order";
import { ChartSource } from "./chart-source";
import { ClusterApis } from "./cluster-apis";
import { ImageSource } from "./image-source";
import { kubernetesResource } from "./kubernetes-resource";

/** What add-ons are installed with. */
export interface AddOnsContext {
  readonly cluster: ClusterRef;
  /** Where charts come from. @default - where each project publishes them */
  readonly charts?: ChartSource;
  /** Where images come from. @default - where each project publishes them */
  readonly images?: ImageSource;
  /** Addresses at which pods reach Google's APIs. @default - none: what is closed reaches none */
  readonly googleApiRanges?: readonly string[];
  /** How rights in Google Cloud are given. @default - they are not: add-ons that need some find out when they run */
  readonly grant?: AddOnContext["grant"];
  /** Ids of the add-ons that ship with the library, for what a message proposes. @default [] */
  readonly known?: readonly string[];
  /** Where an add-on was asked for, for the failures. @default - its place in the list */
  readonly pathOf?: (addOn: AddOn, index: number) => string;
}

/** What is in a cluster once its add-ons are installed. */
export interface InstalledAddOns {
  /** In the order of installation. */
  readonly ids: readonly string[];
  /** What whoever needs an add-on waits for, by its id. */
  readonly dependables: ReadonlyMap<string, readonly ITerraformDependable[]>;
}

/** Kubernetes priority class of everything that AddOns installs: above model servers and jobs, below what runs the cluster. */
export const OPERATOR_PRIORITY_CLASS = "platform-operators";

// Kubernetes docs, "Pod Priority and Preemption": classes of users end at 1,000,000,000.
const OPERATOR_PRIORITY = 100_000_000;

export const AddOns = {
  /**
   * Installs add-ons in a stack with access to the cluster, each after those that it requires. From here on objects of the stack may be of
   * their custom resources.
   *
   * @throws ConfigError with all that keeps them from being together, and with what each of them refuses
   */
  install(scope: Construct, addOns: readonly AddOn[], context: AddOnsContext): InstalledAddOns {
    const {
      cluster,
      charts = new ChartSource(),
      images = new ImageSource(),
      known = [],
      pathOf = placeInList,
    } = context;
    const problems = new Problems(addOnFailures(addOns, cluster.features, known, pathOf));
    problems.throwIfAny(`add-ons at ${scope.node.path}`);
    ClusterApis.on(scope, {
      features: cluster.features,
      gkeVersion: cluster.version,
      addOns: addOns.map(({ id }) => id),
      groups: addOns.flatMap(({ groups = [] }) => groups),
    });
    const made = new Map<string, { readonly home: Construct; readonly dependables: readonly ITerraformDependable[] }>();
    const priority = addOns.length === 0 ? [] : [priorityClass(scope)];
    for (const addOn of inOrder(addOns)) {
      const home = new Construct(scope, addOn.id);
      const needs = (addOn.requires ?? []).map((id) => made.get(id)!);
      // For an add-on that forgets to wait by itself.
      for (const need of needs) home.node.addDependency(need.home);
      const dependables = problems.attempt(pathOf(addOn, addOns.indexOf(addOn)), () =>
        addOn.install(home, {
          cluster,
          charts,
          images,
          googleApiRanges: context.googleApiRanges ?? [],
          after: [...priority, ...needs.flatMap((need) => need.dependables)],
          priorityClass: OPERATOR_PRIORITY_CLASS,
          installed: (id) => addOns.some((other) => other.id === id),
          grant: context.grant ?? (() => []),
        }),
      );
      made.set(addOn.id, { home, dependables: dependables ?? [] });
    }
    problems.throwIfAny(`add-ons at ${scope.node.path}`);
    return {
      ids: [...made.keys()],
      dependables: new Map([...made].map(([id, { dependables }]) => [id, dependables])),
    };
  },
};

function placeInList(_addOn: AddOn, index: number): string {
  return `addOns[${index}]`;
}

function priorityClass(scope: Construct): ITerraformDependable {
  return kubernetesResource(scope, "operator-priority", {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: OPERATOR_PRIORITY_CLASS },
    value: OPERATOR_PRIORITY,
    globalDefault: false,
    preemptionPolicy: "PreemptLowerPriority",
    description: "Operators: without them nothing is admitted, scaled or released",
  });
}
