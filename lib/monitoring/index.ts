export * from "./alert-channels";
export * from "./log-alert";
export * from "./prometheus-alert";
export * from "./spend-budget";
