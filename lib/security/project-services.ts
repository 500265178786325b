import { DataResource } from "cdktf";
import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import { Construct } from "constructs";
import { ConfigError, Environment, nearest } from "../core";

/** The APIs of the project that the platform uses. Left on when the platform goes: others may use them too. */
export class ProjectServices extends Construct {
  readonly resources: {
    readonly services: ReadonlyMap<string, ProjectService>;
    /** Stands for all of them, so that who needs several waits for one thing: `keys.node.addDependency(services.resources.enabled)`. */
    readonly enabled: DataResource;
  };

  /** @param services full names, e.g. `container.googleapis.com` */
  constructor(scope: Construct, id: string, services: readonly string[]) {
    super(scope, id);
    const { projectId } = Environment.of(this);
    const made = new Map(
      services.map((service) => [
        service,
        new ProjectService(this, service.replace(".googleapis.com", ""), {
          project: projectId,
          service,
          disableOnDestroy: false,
        }),
      ]),
    );
    this.resources = { services: made, enabled: new DataResource(this, "enabled", { dependsOn: [...made.values()] }) };
  }

  /**
   * One API, to depend on: `keys.node.addDependency(services.api("cloudkms.googleapis.com"))`.
   * @throws ConfigError for an API that is not enabled here
   */
  api(service: string): ProjectService {
    const found = this.resources.services.get(service);
    if (found) return found;
    const enabled = [...this.resources.services.keys()];
    throw new ConfigError(this.node.path, [
      {
        code: "api-not-enabled",
        path: "services",
        message: "does not enable this API",
        got: service,
        allowed: enabled.join(", "),
        fix: nearest(service, enabled)
          ? `did you mean ${nearest(service, enabled)}?`
          : "add it to the list of services",
      },
    ]);
  }
}
