import type { TerraformStack } from "cdktf";

/** Placeholder until resource names are in the catalogue. */
export function checkOrderingOf(_stack: TerraformStack): void {}
