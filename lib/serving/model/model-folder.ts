import { StorageManagedFolder } from "@cdktf/provider-google/lib/storage-managed-folder";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { Ref, Scoped, acknowledge, type ManagedFolderRef } from "../../core";
import { bucketPath } from "../pod/weights";

const made = new Scoped<Map<string, ModelFolder>>("model-folders");

/**
 * The folder of a bucket that holds a model, as one that has rights of its own: its reader may list and read what is below, and nothing else of
 * the bucket. The bucket must have uniform access. Objects that are there already belong to it.
 */
export class ModelFolder extends Construct {
  readonly ref: ManagedFolderRef;
  readonly resources: { readonly folder: StorageManagedFolder };

  private constructor(scope: Construct, source: string) {
    const { bucket, prefix } = bucketPath(source);
    super(scope, `model-folder-${bucket}-${prefix.replaceAll("/", "-")}`);
    const name = `${prefix}/`;
    const folder = new StorageManagedFolder(this, "folder", { bucket, name, forceDestroy: true });
    acknowledge(folder, {
      rule: "baseline.noForceDestroy",
      reason:
        "the folder is a place for rights: without it its objects stay where they are, under the bucket's own rights",
      until: "the provider deletes a managed folder that is not empty without force_destroy",
      source: "hashicorp/terraform-provider-google 6.50, docs of google_storage_managed_folder, force_destroy",
    });
    this.resources = { folder };
    this.ref = { bucket, folder: Ref.to(folder, folder.name, name) };
  }

  /** The folder of `gs://bucket/path`: one in a stack, however many models lie there. */
  static of(scope: Construct, source: string): ModelFolder {
    const stack = TerraformStack.of(scope);
    const folders = made.own(stack) ?? new Map<string, ModelFolder>();
    made.set(stack, folders);
    const known = folders.get(source) ?? new ModelFolder(stack, source);
    folders.set(source, known);
    return known;
  }
}
