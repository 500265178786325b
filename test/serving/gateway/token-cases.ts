import { ClusterAccess, ClusterApis, ManifestRelease } from "../../../lib/delivery";
import {
  Gateway,
  KillSwitch,
  afterGateway,
  gatewaySchema,
  killSwitchSchema,
  routeObjects,
  type GatewayConfig,
} from "../../../lib/serving";
import type { TokenCase } from "../../security-foundation/token-cases";
import { CLUSTER } from "../../delivery/platform";
import { GATEWAY, GATEWAY_REF, MODELS, NGINX_IMAGE, PICKER_IMAGE, SURROUNDINGS, assistant, served } from "./fixture";
import { EdgePolicy } from "../../../lib/serving/gateway/edge-policy";

const reason = "only the data centre's own network reaches it";

/** Samples of the gateway's props and of the stops', in the form of test/tokens. */
export const GATEWAY_TOKEN_CASES: readonly TokenCase[] = [
  {
    name: "Gateway",
    schema: gatewaySchema,
    samples: [
      {
        name: "models",
        exposure: "external",
        hosts: ["models.acme.example"],
        certificate: { from: "managed" },
        dns: { zone: "acme", project: "acme-dns" },
        tls: "MODERN",
        access: { by: "iap", callers: ["analysts@acme.example"] },
        edge: {
          clients: ["203.0.113.0/24"],
          rateLimit: { requestsPerMinute: 60, countedBy: { by: "header", header: "x-caller" } },
          waf: { sets: ["sqli"], sensitivity: 2, enforced: false },
        },
        loggedShare: 0.5,
        screeningSeconds: 3,
        endpointPicker: {
          image: PICKER_IMAGE,
          replicas: 1,
          failureMode: "FailOpen",
          cpu: 1,
          memoryGb: 2,
          priorities: { interactive: 1 },
        },
        stopNotice: { image: NGINX_IMAGE },
      },
      {
        hosts: ["models.acme.example"],
        certificate: { from: "existing", names: ["wildcard"] },
        access: { by: "api-keys", header: "x-key", verifier: { service: "keys", port: 443 } },
        endpointPicker: { image: PICKER_IMAGE },
      },
      {
        hosts: ["models.acme.example"],
        access: { by: "network", reason },
        endpointPicker: { image: PICKER_IMAGE },
      },
    ],
    build: (stack, props: GatewayConfig) => {
      ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
      ClusterApis.on(stack, { features: CLUSTER.features, addOns: ["llm-d-router"] });
      const { ref } = new Gateway(stack, "it", { ...SURROUNDINGS, ...props });
      // What a route's pool and picker are told stands in the release of its model.
      const objects = routeObjects(served(assistant()), ref);
      new ManifestRelease(stack, "assistant", {
        name: "assistant",
        namespace: "support",
        objects,
        after: afterGateway(ref, stack),
      });
    },
  },
  {
    name: "KillSwitch",
    schema: killSwitchSchema,
    samples: [{ owner: "lead", stopped: ["churn"], breakGlass: { group: "oncall@acme.example" } }],
    build: (stack, props: { owner: string }) => {
      ClusterAccess.on(stack, CLUSTER, { via: "connect-gateway" });
      const edge = new EdgePolicy(stack, "edge", { name: "edge", description: "d", rules: [] });
      new KillSwitch(stack, "it", {
        ...props,
        models: MODELS,
        hosts: GATEWAY.hosts,
        policy: edge.ref,
        cluster: CLUSTER,
        namespace: GATEWAY_REF.namespace,
      });
    },
  },
];
