/** Folder of the output that holds every Kubernetes object as a file, one folder a stack. */
export const MANIFESTS_FOLDER = "manifests";
