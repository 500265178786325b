import { EssentialContacts, ModelArmorTemplate, PERIMETER_SERVICES, ServicePerimeter } from "../../lib/security";
import { Principals } from "../../lib/iam/principal";
import { Ref } from "../../lib/core";
import { failuresOf } from "../cluster-constructs/refused";
import { anyStack, stackOf } from "../stacks/platform";

const PERIMETER = "google_access_context_manager_service_perimeter";
const accessPolicyId = "987654";

describe("the perimeter", () => {
  const fence = { resources: ["projects/123456789012"], restricted_services: [...PERIMETER_SERVICES] };

  test("only logs what it would refuse, until it is told to enforce", () => {
    const stack = stackOf((s) => void new ServicePerimeter(s, "perimeter", { accessPolicyId }));
    stack.has(PERIMETER, {
      parent: "accessPolicies/987654",
      name: "accessPolicies/987654/servicePerimeters/test_platform",
      use_explicit_dry_run_spec: true,
      spec: fence,
    });
    expect(stack.only(PERIMETER)["status"]).toBeUndefined();
  });

  test("refuses once it is enforced", () => {
    const stack = stackOf((s) => void new ServicePerimeter(s, "perimeter", { accessPolicyId, mode: "enforce" }));
    stack.has(PERIMETER, { status: fence });
    expect(stack.only(PERIMETER)["spec"]).toBeUndefined();
  });

  test("lets deployers in, from the given addresses only", () => {
    const email = Ref.existing("ci@acme-test.iam.gserviceaccount.com");
    const stack = stackOf(
      (s) =>
        void new ServicePerimeter(s, "perimeter", {
          accessPolicyId,
          deployers: [Principals.serviceAccount({ email })],
          deployerAddresses: ["203.0.113.0/24"],
        }),
    );
    const [level] = stack.resources("google_access_context_manager_access_level");
    expect(level!.config["basic"]).toEqual({ conditions: [{ ip_subnetworks: ["203.0.113.0/24"] }] });
    const { ingress_policies: ingress } = stack.only(PERIMETER)["spec"] as any;
    expect(ingress).toHaveLength(1);
    expect(ingress[0].ingress_from).toEqual({
      identities: ["serviceAccount:ci@acme-test.iam.gserviceaccount.com"],
      sources: [{ access_level: `\${${level!.address}.name}` }],
    });
  });

  test("closes every service that is not named to who is inside, and opens ways out by method", () => {
    const stack = stackOf(
      (s) =>
        void new ServicePerimeter(s, "perimeter", {
          accessPolicyId,
          mode: "enforce",
          reachableServices: ["sts.googleapis.com"],
          exits: [
            {
              title: "GPU drivers",
              projectNumbers: ["42"],
              service: "storage.googleapis.com",
              methods: ["google.storage.objects.get"],
            },
          ],
        }),
    );
    stack.has(PERIMETER, {
      status: {
        vpc_accessible_services: {
          enable_restriction: true,
          allowed_services: ["RESTRICTED-SERVICES", "sts.googleapis.com"],
        },
        egress_policies: [
          {
            title: "GPU drivers",
            egress_from: { identity_type: "ANY_IDENTITY" },
            egress_to: {
              resources: ["projects/42"],
              operations: [
                {
                  service_name: "storage.googleapis.com",
                  method_selectors: [{ method: "google.storage.objects.get" }],
                },
              ],
            },
          },
        ],
      },
    });
  });

  test("closes nothing to who is inside, and opens no way out, unless asked", () => {
    const stack = stackOf((s) => void new ServicePerimeter(s, "perimeter", { accessPolicyId, mode: "enforce" }));
    const { status } = stack.only(PERIMETER) as any;
    expect(status.vpc_accessible_services).toBeUndefined();
    expect(status.egress_policies).toBeUndefined();
  });

  test("refuses a way out without a method, or by a name that is no service", () => {
    const exits = [{ title: "t", projectNumbers: ["42"], service: "storage", methods: [] }];
    expect(
      failuresOf(() => new ServicePerimeter(anyStack(), "it", { accessPolicyId, exits })).map((f) => f.path),
    ).toEqual(["exits[0].service", "exits[0].methods"]);
  });

  test("refuses an access policy that is no number", () => {
    expect(
      failuresOf(() => new ServicePerimeter(anyStack(), "it", { accessPolicyId: "accessPolicies/987654" })),
    ).toEqual([expect.objectContaining({ code: "wrong-format", path: "accessPolicyId" })]);
  });
});

describe("contacts", () => {
  test("are told of everything, or of what they are for", () => {
    const contacts = [{ email: "sec@acme.example" }, { email: "pay@acme.example", categories: ["BILLING"] as const }];
    const stack = stackOf((s) => void new EssentialContacts(s, "contacts", { contacts }));
    stack.count("google_essential_contacts_contact", 2);
    stack.has("google_essential_contacts_contact", {
      parent: "projects/acme-test",
      email: "sec@acme.example",
      language_tag: "en",
      notification_category_subscriptions: ["ALL"],
    });
    stack.has("google_essential_contacts_contact", { notification_category_subscriptions: ["BILLING"] });
  });

  test("are each named once", () => {
    const contacts = [{ email: "sec@acme.example" }, { email: "sec@acme.example" }];
    expect(failuresOf(() => new EssentialContacts(anyStack(), "it", { contacts }))).toEqual([
      expect.objectContaining({ code: "duplicate", path: "contacts[1].email" }),
    ]);
  });
});

describe("the template of Model Armor", () => {
  const template = "google_model_armor_template";

  test("blocks injection, sensitive data, malicious addresses and harmful content", () => {
    const stack = stackOf((s) => void new ModelArmorTemplate(s, "armor"));
    stack.has(template, {
      location: "europe-west4",
      template_id: "test-prompts",
      filter_config: {
        pi_and_jailbreak_filter_settings: { filter_enforcement: "ENABLED", confidence_level: "MEDIUM_AND_ABOVE" },
        malicious_uri_filter_settings: { filter_enforcement: "ENABLED" },
        sdp_settings: { basic_config: { filter_enforcement: "ENABLED" } },
      },
      template_metadata: { enforcement_type: "INSPECT_AND_BLOCK" },
    });
    const { rai_settings: rai } = stack.only(template)["filter_config"] as any;
    expect(rai.rai_filters.map((f: any) => f.filter_type).sort()).toEqual([
      "DANGEROUS",
      "HARASSMENT",
      "HATE_SPEECH",
      "SEXUALLY_EXPLICIT",
    ]);
  });

  test("writes no prompt to the logs unless it is told to", () => {
    const logged = (logContent?: boolean) =>
      stackOf((s) => void new ModelArmorTemplate(s, "armor", { logContent })).only(template)["template_metadata"];
    expect(logged()).toMatchObject({ log_sanitize_operations: false });
    expect(logged(true)).toMatchObject({ log_sanitize_operations: true });
  });
});
