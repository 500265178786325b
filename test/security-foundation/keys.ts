import { EncryptionKeys, type KeyPurpose } from "../../lib/security";
import type { SynthesizedStack } from "../../lib/testing";
import { TerraformGraph, type KeyRef, type TerraformResourceBlock } from "../../lib/core";
import type { PlatformStack } from "../../stacks/platform-stack";

/** A key of one purpose, made in the stack. */
export function keyOf(stack: PlatformStack, purpose: KeyPurpose): KeyRef {
  return new EncryptionKeys(stack, "keys", { purposes: [purpose] }).key(purpose);
}

/** Whether a resource comes after the grant on a key to the account that matches `agent`. */
export function waitsForAgent(stack: SynthesizedStack, resource: TerraformResourceBlock, agent: RegExp): boolean {
  const grant = stack
    .resources("google_kms_crypto_key_iam_member")
    .find(({ config }) => agent.test(String(config["member"])))!;
  return new TerraformGraph(stack.json).waitsFor(resource.address, grant.address);
}
