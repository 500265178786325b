import { BOOLEAN, STRING, definition, integer, listOf, object, oneOf } from "./schema";

// Fields, values and bounds: GoogleCloudPlatform/gke-networking-api, config/crds, 2026.

/** GKE's object for a further network of nodes. */
export const NETWORK = definition({
  group: "networking.gke.io",
  version: "v1",
  kind: "Network",
  plural: "networks",
  spec: object(
    {
      type: oneOf("L2", "L3", "Device"),
      parametersRef: object({ group: STRING, kind: STRING, name: STRING, namespace: STRING }, [
        "group",
        "kind",
        "name",
      ]),
      provider: oneOf("GKE"),
      IPAMMode: oneOf("Internal", "External"),
      IPAMMode6: oneOf("Internal", "External"),
      dnsConfig: object({ nameservers: listOf(STRING), searches: listOf(STRING) }, ["nameservers"]),
      externalDHCP4: BOOLEAN,
      gateway4: STRING,
      l2NetworkConfig: object({ prefixLength4: integer(1, 32), vlanID: integer(1, 4094) }),
      networkLifecycle: oneOf("AnthosManaged", "UserManaged"),
      nodeInterfaceMatcher: object({ interfaceName: STRING }),
      routes: listOf(object({ to: STRING }, ["to"])),
    },
    ["type"],
  ),
});

/** Which VPC network and subnet one is. */
export const GKE_NETWORK_PARAM_SET = definition({
  group: "networking.gke.io",
  version: "v1",
  kind: "GKENetworkParamSet",
  plural: "gkenetworkparamsets",
  spec: object({
    vpc: STRING,
    vpcSubnet: STRING,
    deviceMode: oneOf("DPDK-VFIO", "NetDevice", "RDMA"),
    networkAttachment: STRING,
    podIPv4Ranges: object({ rangeNames: listOf(STRING) }, ["rangeNames"]),
  }),
});
