/** A structured entry of the log, which alerts and people look for by `rollout`. */
export function logged(severity: string, model: string, entry: Readonly<Record<string, string>>) {
  return { call: "sys.log", args: { severity, json: { rollout: model, ...entry } } };
}
