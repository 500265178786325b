import { Command } from "commander";
import { environmentJsonSchema } from "../../stacks/environment-schema";

export function schemaCommand(): Command {
  return new Command("schema")
    .description("print the JSON Schema of the environment file, for editors and CI")
    .action(() => void process.stdout.write(environmentJsonSchema()));
}
