import { App, TerraformStack, TerraformVariable, Token } from "cdktf";
import { z } from "zod";
import {
  ConfigError,
  Defaults,
  explained,
  isLate,
  known,
  originOf,
  parseProps,
  parseValue,
  type CrossFieldRule,
} from "../../lib/core";

const schema = z.strictObject({
  name: known(explained(z.string().regex(/^[a-z]+$/), "lowercase letters"), "the name is made of it"),
  size: z.int().min(1).max(10).default(3),
  zones: z
    .array(z.string().regex(/^[a-z]-\d$/))
    .min(1)
    .optional(),
  labels: z.record(z.string().regex(/^[a-z]+$/), z.string().max(5)).default({}),
  enabled: z.boolean().default(true),
  mode: z.enum(["fast", "slow"]).default("fast"),
  disk: z.strictObject({ type: z.string().default("ssd"), sizeGb: z.int().default(100) }).optional(),
  plan: z
    .discriminatedUnion("model", [
      z.strictObject({ model: z.literal("spot"), maxNodes: z.int().min(0) }),
      z.strictObject({ model: z.literal("reserved"), reservation: z.string() }),
    ])
    .optional(),
});

const failuresOf = (given: unknown) => parseValue(schema, given, "pass").failures;
const scope = () => new TerraformStack(new App(), "stack");

describe("reading props by a schema", () => {
  test("defaults apply and what is given stays", () => {
    expect(parseValue(schema, { name: "a", size: 5 }, "pass")).toEqual({
      value: { name: "a", size: 5, labels: {}, enabled: true, mode: "fast" },
      failures: [],
    });
  });

  test("every failure comes out at once, each with its path", () => {
    const paths = failuresOf({
      name: "A1",
      size: 11,
      zones: ["x"],
      labels: { B: "toolong" },
      nmae: 1,
      mode: "fats",
    }).map((f) => `${f.code} ${f.path}`);
    expect(paths.sort()).toEqual(
      [
        "unknown-key nmae",
        "wrong-format name",
        "out-of-range size",
        "wrong-format zones[0]",
        "wrong-format labels.B",
        "out-of-range labels.B",
        "not-allowed mode",
      ].sort(),
    );
  });

  test("an e-mail address is described in words, not by the pattern that checks it", () => {
    const [failure] = parseValue(z.strictObject({ to: z.email() }), { to: "user:joe@acme.example" }, "pass").failures;
    expect(failure?.allowed).toBe("an e-mail address: name@domain, nothing before it");
  });

  test.each([
    [{ nmae: "a", name: "a" }, "unknown-key", 'did you mean "name"?'],
    [{ name: "a", mode: "fats" }, "not-allowed", 'did you mean "fast"?'],
    [{ name: 5 }, "wrong-type", 'put it in quotes: "5"'],
    [{ name: "a", size: "3" }, "wrong-type", "write it without quotes: 3"],
    [{ name: "a", zones: "x" }, "wrong-type", "write a list"],
    [{ name: "a", zones: [] }, "out-of-range", "give a value of at least 1 entry"],
    [{ name: "a", plan: { model: "sopt", maxNodes: 1 } }, "not-allowed", 'did you mean "spot"?'],
    [{ name: "a", plan: { maxNodes: 1 } }, "missing", "choose one of the allowed values"],
    [{ name: "a", plan: { model: "spot", reservation: "r", maxNodes: 1 } }, "unknown-key", "remove it"],
    [{}, "missing", "give a value"],
  ])("%j is refused with %s and the fix: %s", (given, code, fix) => {
    expect(failuresOf(given)).toEqual([expect.objectContaining({ code, fix })]);
  });
});

describe("tokens", () => {
  const late = Token.asString({ resolve: () => "late" });

  test.each([
    ["string", { name: "a", disk: { type: late } }],
    ["number", { name: "a", size: Token.asNumber({ resolve: () => 4 }) }],
    ["list", { name: "a", zones: Token.asList({ resolve: () => ["a-1"] }) }],
    ["list element", { name: "a", zones: [late] }],
    ["map", { name: "a", labels: Token.asStringMap({ resolve: () => ({}) }) }],
    ["map value", { name: "a", labels: { a: late } }],
    ["expression written by hand", { name: "a", disk: { type: "${var.type}" } }],
  ])("a %s token passes every check unchanged", (_kind, given) => {
    const { value, failures } = parseValue(schema, given, "pass");
    expect(failures).toEqual([]);
    expect(value).toMatchObject(given);
  });

  test("a boolean token, which cdktf gives as an object, passes", () => {
    const enabled = new TerraformVariable(scope(), "on", { type: "bool" }).booleanValue;
    const { value, failures } = parseValue(schema, { name: "a", enabled }, "pass");
    expect(failures).toEqual([]);
    expect((value as { enabled: unknown }).enabled).toBe(enabled);
  });

  test("an IResolvable for a word becomes a string that the bindings take", () => {
    const { value, failures } = parseValue(
      schema,
      { name: "a", mode: { resolve: () => "slow", creationStack: [] } },
      "pass",
    );
    expect(failures).toEqual([]);
    expect(isLate((value as { mode: string }).mode)).toBe(true);
  });

  test("a field that shapes the output refuses tokens and says why", () => {
    expect(failuresOf({ name: late })).toEqual([
      expect.objectContaining({
        code: "late-value",
        path: "name",
        message: expect.stringContaining("the name is made of it"),
      }),
    ]);
  });

  test("a token for a whole block is refused: its fields take tokens", () => {
    const disk = new TerraformVariable(scope(), "disk", { type: "any" }).value;
    expect(failuresOf({ name: "a", disk })).toEqual([expect.objectContaining({ code: "late-block", path: "disk" })]);
  });

  test("a file refuses Terraform expressions everywhere", () => {
    const { failures } = parseValue(schema, { name: "a", disk: { type: "${var.x}" } }, "refuse");
    expect(failures).toEqual([expect.objectContaining({ code: "expression-in-file", path: "disk.type" })]);
  });
});

describe("cross-field rules", () => {
  const rule: CrossFieldRule<z.output<typeof schema>> = {
    reads: ["size", "zones"],
    check: ({ size, zones }) =>
      (zones?.length ?? 0) <= size
        ? undefined
        : { code: "zones", path: "zones", message: "too many zones", fix: "drop one" },
  };

  test("run on known, well-formed fields", () => {
    expect(() => parseProps(scope(), "Thing", schema, { name: "a", size: 1, zones: ["a-1", "a-2"] }, [rule])).toThrow(
      /1 problem in Thing at stack[\s\S]*zones: too many zones \[zones\]/,
    );
  });

  test("stay silent where a field they read is a token or failed on its own", () => {
    const size = Token.asNumber({ resolve: () => 1 });
    expect(() =>
      parseProps(scope(), "Thing", schema, { name: "a", size, zones: ["a-1", "a-2"] }, [rule]),
    ).not.toThrow();
    expect(() => parseProps(scope(), "Thing", schema, { name: "a", size: 0, zones: ["a-1", "a-2"] }, [rule])).toThrow(
      /^1 problem(?![\s\S]*too many zones)/,
    );
  });
});

describe("where a value came from", () => {
  test("the caller wins over defaults of inner scopes, those over outer ones, those over the schema", () => {
    const stack = scope();
    Defaults.set(stack.node.root, "Thing", { size: 7, mode: "slow", labels: { a: "1" } });
    Defaults.set(stack, "Thing", { size: 8 });
    const value = parseProps(stack, "Thing", schema, { name: "a", mode: "fast", disk: { sizeGb: 5 } });
    expect(value).toEqual({
      name: "a",
      size: 8,
      mode: "fast",
      labels: { a: "1" },
      enabled: true,
      disk: { type: "ssd", sizeGb: 5 },
    });
    expect(originOf(stack, "size")).toBe("defaults of stack");
    expect(originOf(stack, "labels.a")).toBe("defaults of the app");
    expect(originOf(stack, "mode")).toBe("caller");
    expect(originOf(stack, "disk.sizeGb")).toBe("caller");
    expect(originOf(stack, "disk.type")).toBe("schema default");
    expect(originOf(stack, "enabled")).toBe("schema default");
    expect(originOf(stack, "zones")).toBeUndefined();
  });

  test("a wrong default is refused like a wrong prop", () => {
    const stack = scope();
    Defaults.set(stack, "Thing", { sise: 8 });
    expect(() => parseProps(stack, "Thing", schema, { name: "a" })).toThrow(
      /sise: is not a known key[\s\S]*did you mean "size"/,
    );
  });
});

describe("ConfigError", () => {
  test("names what cannot be shown: a construct where text belongs", () => {
    expect(() => parseProps(scope(), "Thing", schema, { name: scope() })).toThrow(
      /got: {5}an object of TerraformStack/,
    );
  });

  test("shows code, path, value, what is allowed and the fix", () => {
    const error = new ConfigError("prod.yaml", [
      {
        code: "c",
        path: "a.b",
        position: "prod.yaml:3:4",
        message: "is wrong",
        got: { x: 1 },
        allowed: "1 to 3",
        fix: "give 2",
      },
    ]);
    expect(error.message).toBe(
      [
        "1 problem in prod.yaml",
        "",
        "  a.b (prod.yaml:3:4): is wrong [c]",
        '    got:     {"x":1}',
        "    allowed: 1 to 3",
        "    fix:     give 2",
      ].join("\n"),
    );
    expect(ConfigError.is(error)).toBe(true);
    expect(ConfigError.is(new TypeError("x"))).toBe(false);
  });
});
