/** What a program of Workflows raises: a map, whoever raised it. */
export class WorkflowError extends Error {
  constructor(readonly value: any) {
    super(JSON.stringify(value));
  }
}
