import { App, TerraformStack } from "cdktf";
import { ConfigError, Problems, type Failure } from "../../lib/core";

const failure = (path: string, code = "bad"): Failure => ({ code, path, message: "is bad", fix: "mend it" });
const paths = (problems: Problems) => problems.failures.map((f) => f.path);

describe("gathering problems", () => {
  test("puts paths below the place where they were found", () => {
    const problems = new Problems([failure("name")]);
    problems.add("cluster.pools[1]", [failure("machine"), failure("")]);
    expect(paths(problems)).toEqual(["name", "cluster.pools[1].machine", "cluster.pools[1]"]);
  });

  test("keeps one of two with the same path and code, and both of two codes", () => {
    const problems = new Problems([failure("a.b")]);
    problems.add("a", [failure("b"), failure("b", "worse")]);
    expect(problems.failures.map((f) => `${f.path} ${f.code}`)).toEqual(["a.b bad", "a.b worse"]);
  });

  test("a step that is refused yields nothing, and its failures are gathered", () => {
    const problems = new Problems();
    const result = problems.attempt("keys", () => {
      throw new ConfigError("EncryptionKeys", [failure("name"), failure("rotationDays")]);
    });
    expect(result).toBeUndefined();
    expect(paths(problems)).toEqual(["keys.name", "keys.rotationDays"]);
  });

  test("a step that passes yields its result and adds nothing", () => {
    const problems = new Problems();
    expect(problems.attempt("keys", () => 3)).toBe(3);
    expect(problems.any).toBe(false);
    expect(() => problems.throwIfAny("all")).not.toThrow();
  });

  test("a fault that is no refusal is not swallowed", () => {
    const step = () => {
      throw new TypeError("a fault of ours");
    };
    expect(() => new Problems().attempt("keys", step)).toThrow(TypeError);
  });

  test("all come out in one error", () => {
    const problems = new Problems([failure("a"), failure("b")]);
    expect(() => problems.throwIfAny("the file")).toThrow(/^2 problems in the file[\s\S]* {2}a: [\s\S]* {2}b: /);
  });
});

describe("the message of an error", () => {
  const message = (more: Partial<Failure>) => new ConfigError("the file", [{ ...failure("name"), ...more }]).message;

  test("shows place, position, what was given, what is allowed and the fix", () => {
    expect(message({ got: "x", allowed: "y", position: "env.yaml:3:7" })).toBe(
      [
        "1 problem in the file",
        "",
        "  name (env.yaml:3:7): is bad [bad]",
        '    got:     "x"',
        "    allowed: y",
        "    fix:     mend it",
      ].join("\n"),
    );
  });

  test("leaves out what there is not", () => {
    expect(message({ path: "" })).toBe("1 problem in the file\n\n  is bad [bad]\n    fix:     mend it");
  });

  test("a given null, 0 or false is shown", () => {
    expect([null, 0, false].map((got) => /got: +(.*)/.exec(message({ got }))?.[1])).toEqual(["null", "0", "false"]);
  });

  test("a long value is cut, a construct is named by its class", () => {
    expect(message({ got: "x".repeat(500) })).toMatch(/got: +"x{199}…\n/);
    expect(message({ got: new TerraformStack(new App(), "stack") })).toMatch(/got: +an object of TerraformStack/);
  });

  test("a refusal is known across copies of the package", () => {
    let error: unknown;
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { ConfigError: Other } = require("../../lib/core/config-error") as { ConfigError: typeof ConfigError };
      error = new Other("x", [failure("a")]);
    });
    expect(error).not.toBeInstanceOf(ConfigError);
    expect(ConfigError.is(error)).toBe(true);
    for (const other of [new Error("x"), "x", null, undefined, {}]) expect(ConfigError.is(other)).toBe(false);
  });
});
