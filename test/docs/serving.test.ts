import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { ACCELERATOR_TAINTS } from "../../lib/catalog/machines";
import { CHARTS } from "../../lib/catalog/charts";
import { ConfigError } from "../../lib/core";
import { BUILT_IN_ADD_ON_IDS, BUILT_IN_ADD_ONS, type AddOn, type KubernetesObject } from "../../lib/delivery";
import { llmMemory } from "../../lib/serving/capacity/llm-memory";
import { vllmModelSchema } from "../../lib/serving";
import { AiPlatform } from "../../stacks/ai-platform";
import { environmentSchema } from "../../stacks/environment-config";
import { crdFailures, describeWithCrds } from "../kubernetes/crd-schema";
import { exampleFile } from "../stacks/examples";
import { platformApp } from "../stacks/platform";
import { blocks, brokenLinks, documentText } from "./markdown";
import { typeErrors } from "./typescript-snippet";

// What the pages on model serving show is what the code takes and prints.
const serving = documentText("docs/serving.md");
const addOns = documentText("docs/addons.md");

const folder = () => fs.mkdtempSync(path.join(os.tmpdir(), "docs-"));
const prodText = fs.readFileSync(exampleFile("prod"), "utf8");

type Data = Record<string, any>;

const snippets = [serving, addOns].flatMap((text) => blocks(text, "yaml")).map((text) => parse(text) as Data);
const sections = snippets.filter((snippet) => !("apiVersion" in snippet));
const objects = snippets.filter((snippet) => "apiVersion" in snippet) as unknown as KubernetesObject[];

function named(data: Data): string {
  return `${Object.keys(data).join(", ")} ${(data["models"]?.[0]?.name as string | undefined) ?? ""}`.trim();
}

/** The production example with a section in place of its own: lists by name, the rest field by field. */
function inProduction(section: Data): Data {
  const data = parse(prodText) as Data;
  for (const [key, value] of Object.entries(section)) {
    const own = data[key] as unknown;
    if (Array.isArray(value)) {
      const names = value.map(({ name }) => name as string);
      data[key] = [...(own as Data[]).filter(({ name }) => !names.includes(name as string)), ...value];
    } else
      data[key] = { ...(own as Data), ...value, ...(key === "addons" ? { install: (own as Data)["install"] } : {}) };
  }
  return data;
}

function refusal(text: string): string {
  const file = path.join(folder(), "prod.yaml");
  fs.writeFileSync(file, text);
  try {
    AiPlatform.fromFile(platformApp(folder()), file);
    return "accepted";
  } catch (error) {
    if (!ConfigError.is(error)) throw error;
    return error.message.replace(file, "prod.yaml");
  }
}

test("there are snippets of both kinds", () => {
  expect(sections.length).toBeGreaterThan(8);
  expect(objects.map(({ kind }) => kind)).toEqual(["Job", "JobSet"]);
});

describe.each(sections.map((section) => [named(section), section] as const))("the snippet %s", (_name, section) => {
  test("is of the environment's schema", () => {
    for (const [key, value] of Object.entries(section)) {
      const field = environmentSchema.shape[key as keyof typeof environmentSchema.shape];
      expect(field.safeParse(value).error?.issues ?? []).toEqual([]);
    }
  });

  test("is accepted in the production example", () => {
    expect(() => new AiPlatform(platformApp(folder()), inProduction(section) as never)).not.toThrow();
  });
});

test("the first snippet has ten lines", () => {
  expect(blocks(serving, "yaml")[0]!.trimEnd().split("\n")).toHaveLength(10);
});

test("the arithmetic is that of the language model beside it", () => {
  const model = sections.find((section) => named(section) === "models assistant")!["models"][0] as object;
  const { arithmetic, perGpuGb } = llmMemory(vllmModelSchema.parse(model));
  expect(serving).toContain(arithmetic.join("\n"));
  expect(serving).toContain(`${perGpuGb.toFixed(1)} GB ≤ 80 GB × 0.9 = 72 GB`);
});

const REFUSED: readonly (readonly [what: string, from: RegExp | string, to: string])[] = [
  ["does not fit", "    gpus: 2\n", "    gpus: 1\n"],
  ["nothing is known of yet", "rollout: { steps: [5, 10, 50] }", "rollout: { steps: [25, 50] }"],
  ["is not of the form asked for", /vllm-openai@sha256:[0-9a-f]{64}/, "vllm-openai:v0.28.0"],
  ["take part of the path", "route: { path: /pump-condition }", "route: { path: /assistant/pumps }"],
  [
    "is a secret in clear",
    "env: { MODEL_PATH: /models }",
    "env: { HF_TOKEN: hf_abcdefghijklmnopqrstuvwxyz0123456789 }",
  ],
];

// Lines move with every change of the example; all else is compared.
const unplaced = (text: string) => text.replaceAll(/prod\.yaml:\d+:\d+/g, "prod.yaml");

test.each(REFUSED)("the refusal that says %s is what is printed", (what, from, to) => {
  expect(prodText).toMatch(from);
  const shown = blocks(serving, "text").find((block) => block.includes(what))!;
  const printed = `${refusal(prodText.replace(from, to))}\n\nNothing was written.\n`;
  expect(unplaced(printed)).toBe(unplaced(shown));
});

test("a candidate is promoted in two steps, each accepted", () => {
  const data = parse(prodText) as Data;
  const assistant = (data["models"] as Data[]).find(({ name }) => name === "assistant")!;
  const { version, source } = assistant["candidate"] as Data;
  const promoted = { ...assistant, version, source };
  const { candidate: _gone, ...alone } = promoted as Data;
  for (const model of [promoted, alone]) {
    expect(() => new AiPlatform(platformApp(folder()), inProduction({ models: [model] }) as never)).not.toThrow();
  }
  const other = { ...promoted, source: assistant["source"] as string };
  expect(() => new AiPlatform(platformApp(folder()), inProduction({ models: [other] }) as never)).toThrow(
    /metrics could not be told apart/,
  );
});

describe.each(objects.map((object) => [object.kind, object] as const))("the template of a %s", (_kind, object) => {
  const { spec } = object as unknown as Data;
  const pod: Data = object.kind === "Job" ? spec.template.spec : spec.replicatedJobs[0].template.spec.template.spec;

  test("goes through the team's queue, with its priority", () => {
    expect(object.metadata.labels).toEqual({ "kueue.x-k8s.io/queue-name": "batch" });
    expect(pod["priorityClassName"]).toBe("batch");
  });

  test("tolerates accelerators, and asks for some", () => {
    const { key, value } = ACCELERATOR_TAINTS.gpu;
    expect(pod["tolerations"]).toEqual([{ key, operator: "Equal", value, effect: "NoSchedule" }]);
    for (const { resources } of pod["containers"] as Data[]) {
      expect(resources.limits).toEqual(resources.requests);
      expect(Number(resources.requests["nvidia.com/gpu"])).toBeGreaterThan(0);
    }
  });

  test("is admitted by Pod Security restricted", () => {
    expect(notRestricted(pod)).toEqual([]);
    expect(notRestricted({ ...pod, securityContext: {} })).not.toEqual([]);
  });
});

describeWithCrds("the templates of jobs", () => {
  const [job, jobSet] = objects as unknown as Data[];

  test("are of the definition of job sets, which has that of jobs in it", () => {
    const { metadata, spec } = job!;
    const wrapped = {
      ...jobSet!,
      metadata,
      spec: { replicatedJobs: [{ name: "job", replicas: 1, template: { spec } }] },
    };
    for (const object of [jobSet!, wrapped]) expect(crdFailures(object as KubernetesObject)).toEqual([]);
  });
});

/** What a pod lacks of the standard (Kubernetes docs, "Pod Security Standards", restricted). */
function notRestricted(pod: Data): string[] {
  const { securityContext = {}, containers, initContainers = [], volumes = [] } = pod;
  const allowed = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
  ];
  const said: [boolean, string][] = [
    [securityContext.runAsNonRoot === true && securityContext.runAsUser !== 0, "runs as root"],
    [securityContext.seccompProfile?.type === "RuntimeDefault", "has no seccomp profile"],
    [["hostNetwork", "hostPID", "hostIPC"].every((field) => !(field in pod)), "shares namespaces of the host"],
    ...(volumes as Data[]).map((volume): [boolean, string] => [
      Object.keys(volume).every((key) => key === "name" || allowed.includes(key)),
      `has volume ${volume["name"]}`,
    ]),
    ...([...containers, ...initContainers] as Data[]).flatMap(
      ({ name, ports = [], ...container }): [boolean, string][] => {
        const own = container["securityContext"] ?? {};
        return [
          [own.allowPrivilegeEscalation === false, `${name} may gain privileges`],
          [JSON.stringify(own.capabilities) === '{"drop":["ALL"]}', `${name} has capabilities`],
          [!own.privileged, `${name} is privileged`],
          [(ports as Data[]).every((port) => !("hostPort" in port)), `${name} has a port of the host`],
        ];
      },
    ),
  ];
  return said.flatMap(([good, what]) => (good ? [] : [what]));
}

describe("the page on add-ons", () => {
  test("names each that there is, with the version of its chart", () => {
    const rows = new Map(
      [...addOns.matchAll(/^\| `([a-z-]+)` +\| (.+) \|$/gm)].map(([, id, rest]) => [id!, rest!] as const),
    );
    for (const id of BUILT_IN_ADD_ON_IDS) {
      const made = (BUILT_IN_ADD_ONS[id] as (config: object) => AddOn)({ replicas: 2 });
      const versions = Object.values(CHARTS).flatMap(({ addOn, version }) => (addOn === id ? [version] : []));
      const named = [...versions, ...(made.requires ?? []), ...(made.conflicts ?? []), ...(made.features ?? [])];
      expect([id, named.filter((name) => !rows.get(id)?.includes(name))]).toEqual([id, []]);
    }
  });

  test("says of each chart how it brings its definitions", () => {
    const [kept, gone, folders] = ["stay, and with them", "go, and with them", "do \\*\\*not\\*\\* follow"].map(
      (what) => new RegExp(`^\\|.*${what}.*$`, "m").exec(addOns)![0].toLowerCase().replaceAll(" ", "-"),
    );
    for (const id of BUILT_IN_ADD_ON_IDS) {
      for (const { definitions, addOn } of Object.values(CHARTS)) {
        if (addOn !== id || definitions === undefined) continue;
        const row = definitions.in === "folder" ? folders : definitions.kept ? kept : gone;
        expect(row).toContain(id);
      }
    }
  });

  test("has an add-on that compiles", () => {
    const [snippet] = blocks(addOns, "ts");
    const [shown, broken] = typeErrors([snippet!, snippet!.replace('id: "qdrant"', "id: 3")]);
    expect(shown).toEqual([]);
    expect(broken).not.toEqual([]);
  }, 120_000);
});

test.each([
  "README.md",
  "CONTRIBUTING.md",
  "docs/serving.md",
  "docs/addons.md",
  "docs/operations.md",
  "docs/quirks.md",
])("links of %s lead somewhere", (file) => {
  expect(brokenLinks(file)).toEqual([]);
});
