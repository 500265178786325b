import { RESOURCE_NAMES } from "../catalog/resource-names";
import { reviewedRole } from "../catalog/roles";
import { ForeseenValues, resourcesOf, type Block, type TerraformJson, type TerraformResourceBlock } from "../core";
import type { GrantRecord } from "./grant";
import { memberFailure } from "./member";
import { describeMember } from "./principal";

/** One right that somebody has: one binding, whoever wrote it. */
export interface IamReportRow {
  /** Member string, e.g. `principal://…`; an expression where only Terraform will know it. */
  readonly principal: string;
  /** The principal, for people. */
  readonly label: string;
  readonly role: string;
  /** Type and name, e.g. `storage_bucket prod-models`. */
  readonly resource: string;
  /** Title and expression; left out where the right is unconditional. */
  readonly condition?: string;
  /** Why it is given; `not given` for bindings that no grant wrote. */
  readonly reason: string;
  readonly constructPath: string;
  readonly stack: string;
  /** True where the role is not in the catalogue of reviewed roles for the resource. */
  readonly broad: boolean;
  /** Who answers for a broad grant, and its last day. */
  readonly owner?: string;
  readonly expires?: string;
}

/** A stack as written. */
export interface ReportedStack {
  readonly name: string;
  readonly json: TerraformJson;
}

const MEMBER_TYPE = /^google_(.+)_iam_member$/;

/**
 * Who may do what: a row for every `*_iam_member` of the stacks, broad grants first. It reads what is written, so overrides and resources
 * of others count.
 * @param records what grants know besides, by construct path: `grantRecords(app)`
 */
export function iamReport(
  stacks: readonly ReportedStack[],
  records: ReadonlyMap<string, GrantRecord>,
): readonly IamReportRow[] {
  return stacks
    .flatMap(({ name, json }) => {
      const values = new ForeseenValues(json, RESOURCE_NAMES);
      return resourcesOf(json)
        .filter(({ type }) => MEMBER_TYPE.test(type))
        .map((resource) => rowOf(name, resource, values, records.get(resource.constructPath)));
    })
    .sort(inOrder);
}

function rowOf(
  stack: string,
  { type, config, constructPath }: TerraformResourceBlock,
  values: ForeseenValues,
  record: GrantRecord | undefined,
): IamReportRow {
  const text = (value: unknown) => (typeof value === "string" ? values.resolve(value) : JSON.stringify(value ?? ""));
  // BigQuery's own prefix for what is neither account nor group.
  const principal = text(config["member"]).replace(/^iamMember:/, "");
  const role = text(config["role"]);
  const kind = MEMBER_TYPE.exec(type)![1]!;
  const condition = conditionOf(config, text);
  return {
    principal,
    label: record?.principal ?? labelOf(principal),
    role,
    resource: `${kind} ${nameOf(config, text)}`,
    ...(condition === undefined ? {} : { condition }),
    reason: record?.reason ?? "not given",
    constructPath,
    stack,
    broad: reviewedRole(`google_${kind}`, role) === undefined,
    ...record?.broad,
  };
}

function labelOf(principal: string): string {
  return memberFailure("member", principal) === undefined ? describeMember(principal).label : principal;
}

const NOT_OF_THE_NAME = new Set(["//", "role", "member", "condition", "depends_on", "lifecycle", "provider"]);
const PLACES = ["project", "location", "region", "zone"];

/** Name of a binding's resource, made of whatever attributes its type is addressed by. */
function nameOf(config: Block, text: (value: unknown) => string): string {
  const keys = Object.keys(config).filter((key) => !NOT_OF_THE_NAME.has(key));
  const own = keys.filter((key) => !PLACES.includes(key)).sort();
  const values = own.map((key) => text(config[key]));
  if (values.some((value) => value.includes("/"))) return values.join(" ");
  return [...PLACES.filter((key) => keys.includes(key)).map((key) => text(config[key])), ...values].join("/");
}

function conditionOf(config: Block, text: (value: unknown) => string): string | undefined {
  const given = config["condition"];
  const block = (Array.isArray(given) ? given[0] : given) as Block | undefined;
  return block === undefined ? undefined : `${text(block["title"])}: ${text(block["expression"])}`;
}

function inOrder(a: IamReportRow, b: IamReportRow): number {
  if (a.broad !== b.broad) return a.broad ? -1 : 1;
  const [left, right] = [a, b].map(sortKeys) as [string[], string[]];
  const index = left.findIndex((part, i) => part !== right[i]);
  return index < 0 ? 0 : left[index]! < right[index]! ? -1 : 1;
}

function sortKeys({ principal, role, resource, condition, stack, constructPath }: IamReportRow): string[] {
  return [principal, role, resource, condition ?? "", stack, constructPath];
}

/** The report as files: the same rows give the same bytes. */
export function renderIamReport(rows: readonly IamReportRow[]): { readonly json: string; readonly markdown: string } {
  return { json: `${JSON.stringify({ rows }, null, 2)}\n`, markdown: markdownOf(rows) };
}

const COLUMNS = ["Principal", "Role", "Resource", "Condition", "Reason", "Construct"] as const;

function markdownOf(rows: readonly IamReportRow[]): string {
  const broad = rows.filter((row) => row.broad);
  const reviewed = rows.filter((row) => !row.broad);
  const lines = [
    "# Rights",
    "",
    `${rows.length} bindings: ${broad.length} broad, ${reviewed.length} of reviewed roles.`,
    "",
    "## Broad",
    "",
    "Roles that the catalogue does not hold for the resource.",
    "",
    ...table([...COLUMNS, "Owner", "Until"], broad, (row) => [...cellsOf(row), row.owner ?? "", row.expires ?? ""]),
    "",
    "## Reviewed",
    "",
    ...table(COLUMNS, reviewed, cellsOf),
  ];
  return `${lines.join("\n")}\n`;
}

function cellsOf(row: IamReportRow): string[] {
  const principal = row.label === row.principal ? row.principal : `${row.label} (${row.principal})`;
  return [principal, row.role, row.resource, row.condition ?? "", row.reason, row.constructPath];
}

function table(
  columns: readonly string[],
  rows: readonly IamReportRow[],
  cells: (row: IamReportRow) => readonly string[],
): string[] {
  if (rows.length === 0) return ["None."];
  const line = (texts: readonly string[]) => `| ${texts.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map((row) => line(cells(row).map(escaped)))];
}

// Reasons and names are anybody's text: none of it may become markup.
function escaped(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\|`*_[\]@]/g, "\\$&");
}
