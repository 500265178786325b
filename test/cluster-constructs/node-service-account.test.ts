import { TerraformOutput } from "cdktf";
import { NodeServiceAccount } from "../../lib/cluster/node-service-account";
import { Ref, type RegistryRef } from "../../lib/core";
import { synthesize } from "../../lib/testing";
import { platformStack, PROJECT, REGION, stackOf } from "./fixture";
import { failuresOf } from "./refused";

const images: RegistryRef = {
  project: PROJECT,
  location: REGION,
  repository: Ref.existing("prod-images"),
  url: `${REGION}-docker.pkg.dev/${PROJECT}/prod-images`,
};

describe("a node service account", () => {
  const stack = stackOf((s) => {
    new NodeServiceAccount(s, "l4", { name: "l4", description: "Nodes of pool l4", registries: [images] });
  });

  test("is named after the environment and the pool", () => {
    stack.has("google_service_account", { account_id: "prod-l4", description: "Nodes of pool l4" });
  });

  test("has one role on the project: the one for nodes", () => {
    const [account] = stack.resources("google_service_account");
    stack.exactly("google_project_iam_member", {
      project: PROJECT,
      role: "roles/container.defaultNodeServiceAccount",
      member: `\${${account!.address}.member}`,
    });
  });

  test("may pull from the registries that were named, and from no other", () => {
    stack.count("google_artifact_registry_repository_iam_member", 1);
    stack.has("google_artifact_registry_repository_iam_member", {
      project: PROJECT,
      location: REGION,
      repository: "prod-images",
      role: "roles/artifactregistry.reader",
    });
    stack.onlyTypes(
      "google_service_account",
      "google_project_iam_member",
      "google_artifact_registry_repository_iam_member",
    );
  });

  test("without registries has the project role alone", () => {
    const bare = stackOf((s) => {
      const props = { name: "l4", description: "Nodes of pool l4", registries: [], streamsImages: true };
      new NodeServiceAccount(s, "l4", props);
    });
    bare.absent("google_artifact_registry_repository_iam_member");
    bare.count("google_project_iam_member", 1);
  });

  test("where images stream, uses the services of each project that they come from", () => {
    const other = { ...images, project: "acme-shared" };
    const streaming = stackOf((s) => {
      const registries = [images, { ...images, repository: Ref.existing("prod-quay") }, other];
      new NodeServiceAccount(s, "l4", { name: "l4", description: "Nodes of pool l4", registries, streamsImages: true });
    });
    const users = streaming
      .resources("google_project_iam_member")
      .filter(({ config }) => config["role"] === "roles/serviceusage.serviceUsageConsumer");
    expect(users.map(({ config }) => config["project"])).toEqual([PROJECT, "acme-shared"]);
  });

  test("is ready for use after its grants, within the stack; from another stack it is its literal address", () => {
    let email!: Ref;
    const out = synthesize((app) => {
      const home = platformStack(app);
      email = new NodeServiceAccount(home, "l4", { name: "l4", description: "Nodes", registries: [images] }).ref.email;
      const elsewhere = platformStack(app, "serving");
      new TerraformOutput(elsewhere, "email", { value: email.from(elsewhere) });
      expect(email.dependencies(home)).toHaveLength(2);
      expect(email.dependencies(elsewhere)).toEqual([]);
    });
    expect(out.stack("prod-serving").json.output).toMatchObject({
      email: { value: `prod-l4@${PROJECT}.iam.gserviceaccount.com` },
    });
  });

  test("whose account id would exceed 30 characters is refused: the message names the prop and the excess", () => {
    expect(
      failuresOf(() =>
        stackOf((s) => {
          const name = "h100-training-europe-west-four";
          new NodeServiceAccount(s, "pool", { name, description: "Nodes", registries: [] });
        }),
      ),
    ).toMatchObject([
      {
        code: "name-too-long",
        path: "name",
        got: "prod-h100-training-europe-west-four",
        message: "makes a name of 35 characters for google_service_account",
        fix: "shorten it by 5",
      },
    ]);
  });
});

test("an account that exists already is its address", () => {
  expect(NodeServiceAccount.fromExisting("nodes@p.iam.gserviceaccount.com").email.value).toBe(
    "nodes@p.iam.gserviceaccount.com",
  );
});
