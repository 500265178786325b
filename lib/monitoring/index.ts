export * from "./alert-channels";
export * from "./prometheus-alert";
export * from "./spend-budget";
