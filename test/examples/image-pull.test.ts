import { synthesizeExample } from "../stacks/examples";

const out = synthesizeExample("prod");
const releases = out.names.flatMap((stack) => out.stack(stack).resources("helm_release"));
const named = releases.flatMap(({ config }) => [
  ...JSON.stringify(config["values"]).matchAll(/docker\.pkg\.dev\/acme-ai-prod\/([a-z0-9-]+)/g),
]);
const repositories = [...new Set(named.map(([, repository]) => repository!))].sort();

test("images of models and operators come from repositories of ours", () => {
  expect(repositories).toEqual(["prod-ghcr", "prod-images", "prod-k8s", "prod-quay"]);
});

test.each(repositories)("every pool's nodes may pull from %s", (repository) => {
  const cluster = out.stack("prod-cluster");
  const accounts = cluster.resources("google_container_node_pool").map(({ config }) => {
    return String((config["node_config"] as { service_account: string }).service_account).replace(/\.email\}$/, "");
  });
  const readers = cluster
    .resources("google_artifact_registry_repository_iam_member")
    .filter(({ config }) => config["role"] === "roles/artifactregistry.reader" && config["repository"] === repository)
    .map(({ config }) => String(config["member"]).replace(/\.member\}$/, ""));
  expect(accounts.length).toBe(4);
  for (const account of accounts) expect(readers).toContain(account);
});
