import { at } from "../kubernetes/objects";
import { objectRule } from "../kubernetes/object-rule";
import { field } from "../workloads/pods";
import { specOf } from "./routes";

const OPEN: readonly unknown[] = ["LoadBalancer", "NodePort"];

export const noOwnLoadBalancers = objectRule({
  id: "serving.noOwnLoadBalancers",
  title: "Services are reached through the gateway or inside of the cluster",
  severity: "high",
  rationale:
    "A load balancer or node port of a Service's own has no certificate, no Cloud Armor, no check of callers and no stop.",
  fix: "make the Service a ClusterIP, and give the model a route on the gateway",
  controls: [
    { framework: "EU AI Act", id: "Art. 15" },
    { framework: "ISO 42001", id: "A.8.3" },
  ],
  kinds: ["Service"],
  look: (service, sight) => {
    const spec = specOf(service);
    sight.refuse(at(service, "spec.type"), field(spec, "type"), "ClusterIP", (type) => OPEN.includes(type));
    sight.refuse(at(service, "spec.externalIPs"), field(spec, "externalIPs", "external_ips"), "nothing", () => true);
  },
});
