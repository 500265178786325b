import * as fs from "node:fs";
import * as path from "node:path";
import { LineCounter, isMap, isPair, isScalar, parseDocument, type Document, type Node } from "yaml";
import { ConfigError, type Failure } from "../lib/core";

/** A YAML (or JSON) file as plain data, with the positions that errors point to. */
export class EnvironmentFile {
  private constructor(
    /** The file's path as given. */
    readonly file: string,
    /** Its content as plain data. */
    readonly data: unknown,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /**
   * Reads a file.
   * @throws ConfigError for a file that is missing, empty, more than one document, or not YAML, with line and column
   */
  static read(file: string): EnvironmentFile {
    let text: string;
    try {
      text = fs.readFileSync(file, "utf8");
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be read";
      throw refuse(file, [
        {
          code: "no-file",
          path: "",
          message: reason,
          got: file,
          fix: "give the path of an environment file, e.g. examples/environments/dev.yaml",
        },
      ]);
    }
    return EnvironmentFile.parse(file, text);
  }

  /** Reads text as if it stood in `file`. */
  static parse(file: string, text: string): EnvironmentFile {
    const lines = new LineCounter();
    // yaml's `prettyErrors` would put the position into the message; it stands in `position`.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const read = new EnvironmentFile(file, undefined, document, lines);
    if (document.errors.length > 0) {
      throw refuse(
        file,
        document.errors.map((error) => ({
          code: "yaml-syntax",
          path: "",
          position: read.at(error.pos[0]),
          message: error.message.split("\n")[0]!.replace(/\.$/, ""),
          fix: "correct the YAML at that place: indentation, quotes and colons are the usual suspects",
        })),
      );
    }
    const data: unknown = document.toJS();
    if (data === null || typeof data !== "object" || Array.isArray(data)) {
      throw refuse(file, [
        {
          code: data === null ? "empty-file" : "wrong-type",
          path: "",
          position: read.at(0),
          message: data === null ? "is empty" : "must be a map of environment settings",
          ...(data === null ? {} : { got: data }),
          fix: "start from examples/environments/dev.yaml",
        },
      ]);
    }
    return new EnvironmentFile(file, data, document, lines);
  }

  /** Failures with the position of what they speak of, in the file's order. */
  locate(failures: readonly Failure[]): Failure[] {
    return failures
      .map((failure) => ({ failure, offset: this.offsetOf(failure) }))
      .sort((a, b) => a.offset - b.offset)
      .map(({ failure, offset }) => ({ ...failure, position: failure.position ?? this.at(offset) }));
  }

  private offsetOf({ path: at, code }: Failure): number {
    const keys = at.split(/[.[\]]+/).filter(Boolean);
    // What is missing has no place of its own: its nearest parent has.
    for (let depth = keys.length; depth > 0; depth--) {
      const keyNode = this.keyNode(keys.slice(0, depth));
      const node = this.document.getIn(keys.slice(0, depth).map(toIndex), true) as Node | undefined;
      const named = code === "unknown-key" || code === "missing" ? (keyNode ?? node) : (node ?? keyNode);
      if (named?.range) return named.range[0];
    }
    return 0;
  }

  private keyNode(keys: readonly string[]): Node | undefined {
    const parent = keys.length > 1 ? this.document.getIn(keys.slice(0, -1).map(toIndex), true) : this.document.contents;
    if (!isMap(parent)) return undefined;
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === keys.at(-1),
    );
    return pair?.key as Node | undefined;
  }

  private at(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${path.basename(this.file)}:${line}:${col}`;
  }
}

function toIndex(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key;
}

function refuse(file: string, failures: readonly Failure[]): ConfigError {
  return new ConfigError(`environment file ${file}`, failures);
}
