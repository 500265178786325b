import * as fs from "node:fs";
import * as path from "node:path";
import type { SynthesizedStack } from "../../lib/testing";
import { synthesizeExamples } from "./stacks";

const FOLDER = path.join(__dirname, "addresses");
const UPDATE = process.env["UPDATE_ADDRESSES"] === "1";

const stacks = synthesizeExamples().flatMap((out) => out.names.map((name) => out.stack(name)));

function fileOf(stack: string): string {
  return path.join(FOLDER, `${stack}.txt`);
}

function addressesOf(stack: SynthesizedStack): string[] {
  return stack.resources().map(({ address }) => address);
}

function committed(stack: string): string[] {
  return fs.existsSync(fileOf(stack)) ? fs.readFileSync(fileOf(stack), "utf8").split("\n").filter(Boolean) : [];
}

/** What changed against the committed addresses, and what it means to whoever has the stack deployed; undefined where nothing did. */
function changes(before: readonly string[], now: readonly string[]): string | undefined {
  const gone = before.filter((address) => !now.includes(address));
  const made = now.filter((address) => !before.includes(address));
  if (gone.length === 0 && made.length === 0) return undefined;
  return [
    "Terraform addresses changed. To Terraform a changed address is another resource: it destroys the one and creates the other.",
    ...gone.map((address) => `  - ${address}`),
    ...made.map((address) => `  + ${address}`),
    "Keep the construct ids, or move the resource (moveTo / moveFromId) so that a plan moves it.",
    "Where the change is meant: UPDATE_ADDRESSES=1 npx jest test/examples, and commit the lists.",
  ].join("\n");
}

beforeAll(() => {
  if (!UPDATE) return;
  fs.rmSync(FOLDER, { recursive: true, force: true });
  fs.mkdirSync(FOLDER);
  for (const stack of stacks) fs.writeFileSync(fileOf(stack.name), `${addressesOf(stack).join("\n")}\n`);
});

describe("the Terraform addresses of the examples are the committed ones", () => {
  test.each(stacks.map((stack) => [stack.name, stack] as const))("%s", (name, stack) => {
    const changed = changes(committed(name), addressesOf(stack));
    if (changed !== undefined) throw new Error(`${name}: ${changed}`);
  });

  test("and there is no list of a stack that is no more", () => {
    const lists = fs.readdirSync(FOLDER).map((file) => path.basename(file, ".txt"));
    expect(lists.sort()).toEqual(stacks.map(({ name }) => name).sort());
  });

  test("a change is told with what is gone, what is new and what to do", () => {
    const message = changes(["a.one", "a.two"], ["a.two", "a.three"]);
    expect(message).toMatch(/destroys the one and creates the other\.\n {2}- a\.one\n {2}\+ a\.three\n/);
    expect(message).toMatch(/moveTo[\s\S]*UPDATE_ADDRESSES=1 npx jest test\/examples/);
    expect(changes(["a.one"], ["a.one"])).toBeUndefined();
  });
});
