export * from "./spend-budget";
