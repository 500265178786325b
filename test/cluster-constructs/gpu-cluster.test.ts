import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { TerraformOutput, Token } from "cdktf";
import { GpuCluster, LOGGING_COMPONENTS, MONITORING_COMPONENTS } from "../../lib/cluster/gpu-cluster";
import { Ref, TerraformGraph, type ClusterRef } from "../../lib/core";
import { synthesize } from "../../lib/testing";
import { CLUSTER, clusterStack, gpuCluster, keyNamed, platformStack, PROJECT, REGION, stackOf } from "./fixture";
import { failuresOf } from "./refused";

const stack = clusterStack();

function has(config: Record<string, unknown>): void {
  stack.has("google_container_cluster", config);
}

describe("a GPU cluster with nothing but the required props", () => {
  test("is regional, in the environment's zones, and named after the environment", () => {
    has({ name: "prod-gpu", project: PROJECT, location: REGION, node_locations: [`${REGION}-a`, `${REGION}-b`] });
  });

  test("has private nodes and a private endpoint, and nobody is let in besides", () => {
    has({
      private_cluster_config: {
        enable_private_nodes: true,
        enable_private_endpoint: true,
        master_global_access_config: { enabled: false },
      },
      control_plane_endpoints_config: {
        dns_endpoint_config: { allow_external_traffic: false },
        ip_endpoints_config: { enabled: true },
      },
      master_authorized_networks_config: {
        cidr_blocks: [],
        gcp_public_cidrs_access_enabled: false,
        private_endpoint_enforcement_enabled: true,
      },
    });
  });

  test("stands in the given network, with the subnet's ranges for pods and services", () => {
    has({
      network: CLUSTER.network.id.value,
      subnetwork: CLUSTER.subnet.id.value,
      networking_mode: "VPC_NATIVE",
      ip_allocation_policy: {
        cluster_secondary_range_name: "pods",
        services_secondary_range_name: "services",
        stack_type: "IPV4",
      },
    });
  });

  test("enforces network policies by Dataplane V2, without Calico", () => {
    has({
      datapath_provider: "ADVANCED_DATAPATH",
      network_policy: { enabled: false },
      enable_intranode_visibility: true,
      default_snat_status: { disabled: false },
    });
    has({
      addons_config: { network_policy_config: { disabled: true } },
      service_external_ips_config: { enabled: false },
    });
  });

  test("knows who is who: Workload Identity and Google groups, no certificates, no legacy rights, no anonymous access", () => {
    has({
      workload_identity_config: { workload_pool: `${PROJECT}.svc.id.goog` },
      authenticator_groups_config: { security_group: "gke-security-groups@acme.example" },
      master_auth: { client_certificate_config: { issue_client_certificate: false } },
      enable_legacy_abac: false,
      rbac_binding_config: {
        enable_insecure_binding_system_authenticated: false,
        enable_insecure_binding_system_unauthenticated: false,
      },
      anonymous_authentication_config: { mode: "LIMITED" },
    });
  });

  test("encrypts etcd, boot disks and notifications with three keys of ours", () => {
    has({ database_encryption: { state: "ENCRYPTED", key_name: keyNamed("gke-secrets").id.value } });
    has({ node_config: { boot_disk_kms_key: keyNamed("node-disks").id.value } });
    stack.has("google_pubsub_topic", { kms_key_name: keyNamed("pubsub").id.value });
  });

  test("admits only images that Binary Authorization lets through, and watches its posture", () => {
    has({
      binary_authorization: { evaluation_mode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
      security_posture_config: { mode: "BASIC", vulnerability_mode: "VULNERABILITY_DISABLED" },
      enable_shielded_nodes: true,
      enable_kubernetes_alpha: false,
    });
  });

  test("runs its first nodes, which are removed at once, as hardened as all later ones", () => {
    has({
      initial_node_count: 1,
      remove_default_node_pool: true,
      node_config: {
        image_type: "COS_CONTAINERD",
        metadata: { "disable-legacy-endpoints": "true" },
        shielded_instance_config: { enable_secure_boot: true, enable_integrity_monitoring: true },
        workload_metadata_config: { mode: "GKE_METADATA" },
        kubelet_config: { insecure_kubelet_readonly_port_enabled: "FALSE" },
      },
      node_pool_defaults: {
        node_config_defaults: { insecure_kubelet_readonly_port_enabled: "FALSE", gcfs_config: { enabled: true } },
      },
      lifecycle: { ignore_changes: ["node_config"] },
    });
  });

  test("runs its first nodes as an account of their own, whose role comes first", () => {
    stack.has("google_service_account", { account_id: "prod-gpu-initial" });
    stack.count("google_project_iam_member", 1);
    const [cluster] = stack.resources("google_container_cluster");
    const [role] = stack.resources("google_project_iam_member");
    expect(new TerraformGraph(stack.json).waitsFor(cluster!.address, role!.address)).toBe(true);
    expect(cluster!.config["node_config"]).toMatchObject({
      service_account: expect.stringMatching(/^\$\{google_service_account\..*\.email\}$/),
    });
  });

  test("logs every part of the control plane and measures all 14 components, DCGM among them", () => {
    expect(MONITORING_COMPONENTS).toHaveLength(14);
    expect(MONITORING_COMPONENTS).toContain("DCGM");
    has({
      logging_config: { enable_components: [...LOGGING_COMPONENTS] },
      monitoring_config: {
        enable_components: [...MONITORING_COMPONENTS],
        managed_prometheus: { enabled: true, auto_monitoring_config: { scope: "ALL" } },
        advanced_datapath_observability_config: { enable_metrics: true, enable_relay: false },
      },
      cost_management_config: { enabled: true },
    });
  });

  test("tells a topic of its own about security bulletins and upgrades; messages stay in the region for 31 days", () => {
    const [topic] = stack.resources("google_pubsub_topic");
    expect(topic!.config).toMatchObject({
      name: "prod-gpu-notifications",
      message_storage_policy: { allowed_persistence_regions: [REGION] },
      message_retention_duration: "2678400s",
    });
    has({
      notification_config: {
        pubsub: {
          enabled: true,
          topic: `\${${topic!.address}.id}`,
          filter: {
            event_type: ["SECURITY_BULLETIN_EVENT", "UPGRADE_EVENT", "UPGRADE_AVAILABLE_EVENT", "UPGRADE_INFO_EVENT"],
          },
        },
      },
    });
  });

  test("brings the add-ons that model serving and backups need", () => {
    has({
      addons_config: {
        http_load_balancing: { disabled: false },
        horizontal_pod_autoscaling: { disabled: false },
        dns_cache_config: { enabled: true },
        gce_persistent_disk_csi_driver_config: { enabled: true },
        gcs_fuse_csi_driver_config: { enabled: true },
        gke_backup_agent_config: { enabled: true },
      },
      secret_manager_config: { enabled: true },
      gateway_api_config: { channel: "CHANNEL_STANDARD" },
      vertical_pod_autoscaling: { enabled: true },
    });
  });

  test("makes no node pools by itself, and removes idle nodes soon", () => {
    has({ cluster_autoscaling: { enabled: false, autoscaling_profile: "OPTIMIZE_UTILIZATION" } });
    stack.absent("google_container_node_pool");
  });

  test("upgrades by the regular channel, joins the project's fleet, cannot be destroyed, and carries the labels", () => {
    has({
      min_master_version: "1.34",
      release_channel: { channel: "REGULAR" },
      fleet: { project: PROJECT },
      deletion_protection: true,
      enable_multi_networking: true,
      resource_labels: { owner: "ml-platform-lead", "cost-center": "cc-4711", environment: "prod" },
    });
  });

  test("is made of four resources", () => {
    stack.onlyTypes(
      "google_container_cluster",
      "google_pubsub_topic",
      "google_service_account",
      "google_project_iam_member",
    );
    expect(stack.resources()).toHaveLength(4);
  });
});

describe("a GPU cluster", () => {
  test("says what it was told to", () => {
    clusterStack({
      version: "1.34.5-gke.1153000",
      releaseChannel: "STABLE",
      authorizedRanges: [{ cidr: "10.0.0.0/20", name: "nodes" }],
      dnsEndpoint: "external",
      multiNetworking: true,
      autoscalingProfile: "BALANCED",
      deletionProtection: false,
    }).has("google_container_cluster", {
      min_master_version: "1.34.5-gke.1153000",
      release_channel: { channel: "STABLE" },
      master_authorized_networks_config: { cidr_blocks: [{ cidr_block: "10.0.0.0/20", display_name: "nodes" }] },
      control_plane_endpoints_config: { dns_endpoint_config: { allow_external_traffic: true } },
      enable_multi_networking: true,
      cluster_autoscaling: { autoscaling_profile: "BALANCED" },
      deletion_protection: false,
    });
  });

  test.each(["network", "subnet", "secretsKey", "nodeDiskKey"] as const)("waits for what its %s waits for", (prop) => {
    const waiting = stackOf((s) => {
      // Stands for anything that must exist first, e.g. a grant on a key.
      const grant = new PubsubTopic(s, "grant", { name: "grant" });
      gpuCluster(s, { [prop]: { ...CLUSTER[prop], id: Ref.to(s, "literal", "literal", [grant]) } });
    });
    expect(waiting.only("google_container_cluster")["depends_on"]).toContain("google_pubsub_topic.grant");
  });

  test("gets its topic only after what the topic's key waits for", () => {
    const waiting = stackOf((s) => {
      const grant = new PubsubTopic(s, "grant", { name: "grant" });
      gpuCluster(s, { notificationsKey: { id: Ref.to(s, "literal", "literal", [grant]) } });
    });
    waiting.has("google_pubsub_topic", { name: "prod-gpu-notifications", depends_on: ["google_pubsub_topic.grant"] });
  });

  test("takes values that only Terraform knows", () => {
    clusterStack({
      rbacGroup: "${var.group}",
      authorizedRanges: [{ cidr: "${var.cidr}", name: "${var.name}" }],
      autoscalingProfile: Token.asAny("${var.profile}"),
      deletionProtection: Token.asAny("${var.protect}"),
    }).has("google_container_cluster", {
      authenticator_groups_config: { security_group: "${var.group}" },
      master_authorized_networks_config: { cidr_blocks: [{ cidr_block: "${var.cidr}", display_name: "${var.name}" }] },
      cluster_autoscaling: { autoscaling_profile: "${var.profile}" },
      deletion_protection: "${var.protect}",
    });
  });
});

describe("a GPU cluster is refused", () => {
  test("with all that is wrong with it at once", () => {
    const props = {
      version: "latest",
      rbacGroup: "platform-team@acme.example",
      releaseChannel: "RAPID",
      authorizedRanges: [{ cidr: "10.0.0.300/20", name: "nodes" }],
      dnsEndpoint: "public",
      maintainance: {},
    };
    expect(failuresOf(() => clusterStack(props as never))).toMatchObject([
      { code: "unknown-key", path: "maintainance", fix: 'did you mean "maintenance"?' },
      {
        code: "wrong-format",
        path: "version",
        allowed: "a minor version such as 1.34, or a full one such as 1.34.5-gke.1153000",
      },
      { code: "wrong-format", path: "rbacGroup", allowed: "gke-security-groups@ and your domain" },
      { code: "not-allowed", path: "releaseChannel", allowed: "REGULAR, STABLE" },
      { code: "wrong-format", path: "authorizedRanges[0].cidr", allowed: "an IPv4 range such as 10.0.0.0/20" },
      { code: "not-allowed", path: "dnsEndpoint", allowed: "internal, external" },
    ]);
  });

  test("where it would let every address reach the control plane", () => {
    expect(failuresOf(() => clusterStack({ authorizedRanges: [{ cidr: "0.0.0.0/0", name: "all" }] }))).toMatchObject([
      {
        code: "open-to-all",
        path: "authorizedRanges[0].cidr",
        got: "0.0.0.0/0",
        message: "lets every address reach the control plane",
      },
    ]);
  });

  test("without ranges for pods and services", () => {
    const subnet = { id: CLUSTER.subnet.id, name: CLUSTER.subnet.name };
    expect(failuresOf(() => clusterStack({ subnet }))).toMatchObject([
      { code: "missing", path: "subnet.podRange" },
      { code: "missing", path: "subnet.serviceRange" },
    ]);
  });

  test("with a name that GKE refuses, or that leaves no room for its account's", () => {
    expect(failuresOf(() => clusterStack({ name: "g".repeat(36) }))).toMatchObject([
      { code: "name-too-long", path: "name", allowed: "1 to 40 characters", fix: "shorten it by 1" },
    ]);
    expect(failuresOf(() => clusterStack({ name: "g".repeat(18) }))).toMatchObject([
      { code: "name-too-long", path: "name", allowed: "6 to 30 characters", fix: "shorten it by 1" },
    ]);
  });

  test("with a version or a name that only Terraform knows", () => {
    expect(failuresOf(() => clusterStack({ version: "${var.version}", name: "${var.name}" }))).toMatchObject([
      { code: "late-value", path: "name" },
      { code: "late-value", path: "version" },
    ]);
  });
});

describe("what others may know of a cluster", () => {
  const values = (ref: ClusterRef) => ({
    name: ref.name,
    id: ref.id,
    workloadPool: ref.workloadPool,
    fleetMembership: ref.fleetMembership,
  });

  test("is its version, place, key and kind", () => {
    stackOf((s) => {
      expect(gpuCluster(s, { multiNetworking: true }).ref).toMatchObject({
        location: REGION,
        project: PROJECT,
        version: "1.34",
        multiNetworking: true,
        nodeDiskKey: CLUSTER.nodeDiskKey,
      });
    });
  });

  test("is a Terraform reference in its own stack, so that its users wait for it", () => {
    const { json } = stackOf((s) => {
      for (const [name, value] of Object.entries(values(gpuCluster(s).ref))) {
        new TerraformOutput(s, name, { value: value.from(s) });
      }
    });
    const cluster = expect.stringContaining("${google_container_cluster.");
    expect(json.output).toMatchObject({
      name: { value: cluster },
      id: { value: cluster },
      workloadPool: { value: cluster },
      fleetMembership: { value: cluster },
    });
  });

  test("is a literal name in every other stack", () => {
    const written = synthesize((app) => {
      const { ref } = gpuCluster(platformStack(app));
      const elsewhere = platformStack(app, "serving");
      for (const [name, value] of Object.entries(values(ref))) {
        new TerraformOutput(elsewhere, name, { value: value.from(elsewhere) });
      }
    });
    expect(written.stack("prod-serving").json.output).toEqual({
      name: { value: "prod-gpu" },
      id: { value: `projects/${PROJECT}/locations/${REGION}/clusters/prod-gpu` },
      workloadPool: { value: `${PROJECT}.svc.id.goog` },
      fleetMembership: { value: `projects/123456789012/locations/${REGION}/gkeMemberships/prod-gpu` },
    });
  });

  test("is the same of a cluster that exists already", () => {
    const ref = GpuCluster.fromExisting({
      name: "legacy",
      location: REGION,
      project: PROJECT,
      projectNumber: "123456789012",
      version: "1.33",
      nodeDiskKey: keyNamed("node-disks"),
      multiNetworking: false,
    });
    expect(ref.id.value).toBe(`projects/${PROJECT}/locations/${REGION}/clusters/legacy`);
    expect(ref.workloadPool.value).toBe(`${PROJECT}.svc.id.goog`);
    expect(ref.fleetMembership.value).toBe(`projects/123456789012/locations/${REGION}/gkeMemberships/legacy`);
  });
});
