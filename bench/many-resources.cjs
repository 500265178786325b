// node bench/many-resources.cjs platform|plain COUNT: synthesizes COUNT resources in one stack, through PlatformStack or
// cdktf's own TerraformStack, to CDKTF_OUTDIR. JavaScript, for what is measured must not compile itself.
const { App, TerraformStack } = require("cdktf");
const { ComputeNetwork } = require("@cdktf/provider-google/lib/compute-network");
const { ComputeSubnetwork } = require("@cdktf/provider-google/lib/compute-subnetwork");
const { StorageBucket } = require("@cdktf/provider-google/lib/storage-bucket");

const [, , kind, count] = process.argv;

function platform() {
  const { PlatformApp, PlatformStack } = require("cdktf-ai-platform");
  const app = new PlatformApp();
  const stack = new PlatformStack(app, "many", {
    environment: {
      name: "bench",
      projectId: "bench",
      projectNumber: "1",
      region: "europe-west4",
      zones: ["europe-west4-a"],
    },
    governance: { owner: "bench", team: "bench", costCenter: "bench", dataClass: "internal", riskTier: "minimal" },
    state: { backend: "local" },
  });
  return { app, stack };
}

function plain() {
  const { GoogleProvider } = require("@cdktf/provider-google/lib/provider");
  const app = new App({ stackTraces: false });
  const stack = new TerraformStack(app, "many");
  new GoogleProvider(stack, "google", { project: "bench", region: "europe-west4" });
  return { app, stack };
}

// As the rules want them, so that judging them is part of what is measured.
const BUCKET = {
  location: "EU",
  uniformBucketLevelAccess: true,
  publicAccessPrevention: "enforced",
  versioning: { enabled: true },
  encryption: { defaultKmsKeyName: "projects/keys/locations/eu/keyRings/r/cryptoKeys/k" },
};
const SUBNETWORK = {
  privateIpGoogleAccess: true,
  logConfig: { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
};

const { app, stack } = kind === "platform" ? platform() : plain();
const network = new ComputeNetwork(stack, "network", { name: "bench", autoCreateSubnetworks: false });
for (let index = 1; index < Number(count); index += 1) {
  const name = `bench-${index}`;
  if (index % 2 === 0) new StorageBucket(stack, name, { name, ...BUCKET });
  else
    new ComputeSubnetwork(stack, name, {
      name,
      ...SUBNETWORK,
      network: network.id,
      ipCidrRange: `10.${index >> 8}.${index & 255}.0/24`,
    });
}
app.synth();
