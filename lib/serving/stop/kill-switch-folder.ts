/** Folder of the output that holds what people do by hand, one folder a stack. */
export const RUNBOOKS_FOLDER = "runbooks";
