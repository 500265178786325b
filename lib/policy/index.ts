export * from "./ordering";
