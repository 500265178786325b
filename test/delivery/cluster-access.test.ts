import { Ref } from "../../lib/core";
import { ClusterAccess, kubernetesResource, type ClusterAccessConfig } from "../../lib/delivery";
import { anyStack, stackOf } from "../stacks/platform";
import { CLUSTER, configMap, refusals } from "./platform";

function providers(access: ClusterAccessConfig, cluster = CLUSTER) {
  const { json } = stackOf((stack) => {
    ClusterAccess.on(stack, cluster, access);
    kubernetesResource(stack, "it", configMap("a"));
  });
  return { kubernetes: json.provider!["kubernetes"]![0]!, helm: json.provider!["helm"]![0]!["kubernetes"] };
}

const EXEC = { command: "gke-gcloud-auth-plugin", api_version: "client.authentication.k8s.io/v1beta1" };

describe("the way to a cluster", () => {
  test("through the fleet's gateway needs no address that is made with the cluster, and no key", () => {
    const host =
      "https://europe-west4-connectgateway.googleapis.com/v1/projects/123456789012/locations/europe-west4/gkeMemberships/prod-gpu";
    const { kubernetes, helm } = providers({ via: "connect-gateway" });
    expect(kubernetes).toMatchObject({ host, exec: [EXEC] });
    expect(helm).toMatchObject({ host, exec: EXEC });
    expect(Object.keys(kubernetes).sort()).toEqual(["exec", "host"]);
  });

  test("through the gateway of all regions for a membership that has none, as clusters outside of Google Cloud may", () => {
    const fleetMembership = Ref.existing("projects/123456789012/locations/global/gkeMemberships/edge");
    const { kubernetes } = providers({ via: "connect-gateway" }, { ...CLUSTER, fleetMembership });
    expect(kubernetes["host"]).toBe(`https://connectgateway.googleapis.com/v1/${fleetMembership.value}`);
  });

  test("through the DNS endpoint", () => {
    const endpoint = "gke-0123456789abcdef-123456789012.europe-west4.gke.goog";
    const { kubernetes, helm } = providers({ via: "dns-endpoint", endpoint });
    expect(kubernetes).toMatchObject({ host: `https://${endpoint}`, exec: [EXEC] });
    expect(helm).toMatchObject({ host: `https://${endpoint}`, exec: EXEC });
  });

  test("with a kubeconfig, or with that of whoever runs Terraform", () => {
    const named = providers({ via: "kubeconfig", path: "~/.kube/edge", context: "site-1" });
    expect(named.kubernetes).toEqual({ config_path: "~/.kube/edge", config_context: "site-1" });
    expect(named.helm).toEqual({ config_path: "~/.kube/edge", config_context: "site-1" });
    expect(providers({ via: "kubeconfig" })).toEqual({ kubernetes: {}, helm: {} });
  });

  test("is refused where it is misspelt, has a scheme, or does not exist", () => {
    const refused = (access: unknown) => refusals(() => ClusterAccess.on(anyStack(), CLUSTER, access as never));
    expect(refused({ via: "gateway" })).toMatchObject([
      { path: "access.via", allowed: expect.stringContaining("kubeconfig") },
    ]);
    expect(refused({ via: "dns-endpoint", endpoint: "https://gke.goog" })).toMatchObject([{ path: "access.endpoint" }]);
    expect(refused({ via: "connect-gateway", path: "x" })).toMatchObject([
      { code: "unknown-key", path: "access.path" },
    ]);
  });
});
