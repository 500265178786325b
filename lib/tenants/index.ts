export * from "./team-ref";
