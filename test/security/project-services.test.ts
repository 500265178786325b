import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { TerraformGraph } from "../../lib/core";
import { ProjectServices } from "../../lib/security";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";

const SERVICES = ["container.googleapis.com", "cloudkms.googleapis.com", "pubsub.googleapis.com"];

describe("the project's APIs", () => {
  test("are all enabled, and stay so when the platform goes", () => {
    const stack = stackOf((s) => void new ProjectServices(s, "services", SERVICES));
    stack.onlyTypes("google_project_service", "terraform_data");
    const made = stack.resources("google_project_service").map(({ config: { "//": _comment, ...config } }) => config);
    expect(made).toHaveLength(SERVICES.length);
    expect(made).toEqual(
      expect.arrayContaining(SERVICES.map((service) => ({ project: "acme-test", service, disable_on_destroy: false }))),
    );
  });

  test("can be waited for one by one", () => {
    const stack = stackOf((s) => {
      const services = new ProjectServices(s, "services", SERVICES);
      new PubsubTopic(s, "topic", { name: "t", dependsOn: [services.api("pubsub.googleapis.com")] });
    });
    const [api] = stack
      .resources("google_project_service")
      .filter((r) => r.config["service"] === "pubsub.googleapis.com");
    expect(stack.only("google_pubsub_topic")["depends_on"]).toEqual([api!.address]);
  });

  test("can be waited for as one", () => {
    const stack = stackOf((s) => {
      const { enabled } = new ProjectServices(s, "services", SERVICES).resources;
      new PubsubTopic(s, "topic", { name: "t", dependsOn: [enabled] });
    });
    const graph = new TerraformGraph(stack.json);
    const topic = stack.resources("google_pubsub_topic")[0]!.address;
    for (const { address } of stack.resources("google_project_service")) {
      expect(graph.waitsFor(topic, address)).toBe(true);
    }
  });

  test("one that is not enabled is refused with the nearest that is", () => {
    const services = new ProjectServices(anyStack(), "services", SERVICES);
    expect(failuresOf(() => services.api("contianer.googleapis.com"))).toEqual([
      {
        code: "api-not-enabled",
        path: "services",
        message: "does not enable this API",
        got: "contianer.googleapis.com",
        allowed: SERVICES.join(", "),
        fix: "did you mean container.googleapis.com?",
      },
    ]);
  });

  test("one that is like none of them is to be added", () => {
    const services = new ProjectServices(anyStack(), "services", SERVICES);
    const [failure] = failuresOf(() => services.api("x"));
    expect(failure!.fix).toBe("add it to the list of services");
  });
});
