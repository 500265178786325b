import { schemaCommand } from "../../lib/cli/schema";
import { environmentJsonSchema } from "../../stacks/environment-schema";
import { run } from "./output";

test("schema prints the JSON Schema of the environment file, and nothing else", async () => {
  const printed = await run(schemaCommand());
  expect(printed).toBe(environmentJsonSchema());
  expect(JSON.parse(printed)).toMatchObject({
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    required: expect.arrayContaining(["name", "governance", "cluster"]) as string[],
  });
});
