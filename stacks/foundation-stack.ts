import type { Construct } from "constructs";
import { PLATFORM_APIS, type PlatformApi } from "../lib/catalog/apis";
import { Problems, type RegistryRef } from "../lib/core";
import { SpendBudget, type SpendBudgetConfig } from "../lib/monitoring";
import {
  ContainerRegistry,
  EncryptionKeys,
  ProjectServices,
  SecurityFoundation,
  type ContainerRegistryConfig,
  type EncryptionKeysConfig,
  type KeyPurpose,
  type SecuritySection,
} from "../lib/security";
import { PlatformStack, type PlatformStackProps } from "./platform-stack";

export interface FoundationStackProps extends PlatformStackProps {
  readonly keys?: EncryptionKeysConfig;
  readonly registry?: ContainerRegistryConfig;
  readonly security?: SecuritySection;
  readonly budget?: SpendBudgetConfig;
  /** Services besides those that every environment needs. @default - none */
  readonly services?: readonly PlatformApi[];
  /** Purposes of keys besides those that every environment needs. @default - none */
  readonly keyPurposes?: readonly KeyPurpose[];
  /** True where the environment serves models: CI gets the rights for it. @default false */
  readonly servesModels?: boolean;
}

/** What everything else needs first: APIs, keys that their service agents may use, the registry of images, what guards the project, its budget. */
export class FoundationStack extends PlatformStack {
  readonly services: ProjectServices;
  readonly keys: EncryptionKeys;
  readonly registry: RegistryRef;
  readonly security: SecurityFoundation;

  /** @throws ConfigError with the failures of all its constructs; paths as in the environment file */
  constructor(scope: Construct, props: FoundationStackProps) {
    super(scope, "foundation", props);
    const problems = new Problems();
    const services = new ProjectServices(
      this,
      "services",
      [...PLATFORM_APIS, ...(props.services ?? [])].map(({ service }) => service),
    );
    const keys =
      problems.attempt(
        "keys",
        () => new EncryptionKeys(this, "keys", { ...props.keys, purposes: props.keyPurposes }),
      ) ?? new EncryptionKeys(this, "default-keys", { purposes: props.keyPurposes });
    keys.node.addDependency(services.resources.enabled);
    const registry = problems.attempt("registry", () => {
      return new ContainerRegistry(this, "registry", { ...props.registry, key: keys.key("artifacts") });
    });
    const security = problems.attempt("security", () => {
      return new SecurityFoundation(this, "security", {
        ...props.security,
        servesModels: props.servesModels,
        registry: registry?.ref ?? UNKNOWN_REGISTRY,
        keys: { logs: keys.key("logs"), artifacts: keys.key("artifacts"), notifications: keys.key("notifications") },
      });
    });
    security?.node.addDependency(services.resources.enabled);
    if (props.budget) {
      const budget = problems.attempt("budget", () => new SpendBudget(this, "budget", props.budget!));
      budget?.node.addDependency(services.resources.enabled);
    }
    problems.throwIfAny(this.node.path);
    this.services = services;
    this.keys = keys;
    this.registry = registry!.ref;
    this.security = security!;
  }
}

// For a registry that was refused, so that the rest is still checked; the stack throws before anything is written.
const UNKNOWN_REGISTRY = ContainerRegistry.fromExisting({
  project: "refused",
  location: "refused",
  repository: "refused",
});
