import type { Construct } from "constructs";
import { PLATFORM_APIS } from "../lib/catalog/apis";
import { Problems, type RegistryRef } from "../lib/core";
import {
  ContainerRegistry,
  EncryptionKeys,
  ProjectServices,
  type ContainerRegistryConfig,
  type EncryptionKeysConfig,
} from "../lib/security";
import { PlatformStack, type PlatformStackProps } from "./platform-stack";

export interface FoundationStackProps extends PlatformStackProps {
  readonly keys?: EncryptionKeysConfig;
  readonly registry?: ContainerRegistryConfig;
}

/** What everything else needs first: APIs, keys that their service agents may use, the registry of images. */
export class FoundationStack extends PlatformStack {
  readonly services: ProjectServices;
  readonly keys: EncryptionKeys;
  readonly registry: RegistryRef;

  /** @throws ConfigError with the failures of all its constructs; paths as in the environment file */
  constructor(scope: Construct, props: FoundationStackProps) {
    super(scope, "foundation", props);
    const problems = new Problems();
    const services = new ProjectServices(
      this,
      "services",
      PLATFORM_APIS.map(({ service }) => service),
    );
    const keys =
      problems.attempt("keys", () => new EncryptionKeys(this, "keys", props.keys)) ??
      new EncryptionKeys(this, "default-keys");
    keys.node.addDependency(services);
    const registry = problems.attempt(
      "registry",
      () => new ContainerRegistry(this, "registry", { ...props.registry, key: keys.key("artifacts") }),
    );
    problems.throwIfAny(this.node.path);
    this.services = services;
    this.keys = keys;
    this.registry = registry!.ref;
  }
}
