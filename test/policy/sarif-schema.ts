// The parts of the SARIF 2.1.0 schema (OASIS, errata 01) that this library writes: names, kinds, words and bounds as there, and nothing else allowed.

const text = {
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: { text: { type: "string", minLength: 1 } },
};
const level = { enum: ["none", "note", "warning", "error"] };

const rule = {
  type: "object",
  required: ["id"],
  additionalProperties: false,
  properties: {
    id: { type: "string" },
    name: { type: "string", pattern: "^[A-Z][A-Za-z0-9]*$" },
    shortDescription: text,
    fullDescription: text,
    help: text,
    defaultConfiguration: { type: "object", additionalProperties: false, properties: { level } },
    properties: {
      type: "object",
      properties: {
        "security-severity": { type: "string", pattern: "^\\d+\\.\\d$" },
        tags: { type: "array", uniqueItems: true, items: { type: "string" } },
      },
    },
  },
};

const logicalLocation = {
  type: "object",
  additionalProperties: false,
  properties: { name: { type: "string" }, fullyQualifiedName: { type: "string" }, kind: { type: "string" } },
};

const physicalLocation = {
  type: "object",
  required: ["artifactLocation"],
  additionalProperties: false,
  properties: {
    artifactLocation: {
      type: "object",
      additionalProperties: false,
      properties: { uri: { type: "string", format: "uri-reference" }, uriBaseId: { type: "string" } },
    },
    region: { type: "object", additionalProperties: false, properties: { startLine: { type: "integer", minimum: 1 } } },
  },
};

const result = {
  type: "object",
  required: ["message"],
  additionalProperties: false,
  properties: {
    ruleId: { type: "string" },
    ruleIndex: { type: "integer", minimum: -1 },
    level,
    message: text,
    locations: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        properties: {
          physicalLocation,
          logicalLocations: { type: "array", uniqueItems: true, items: logicalLocation },
        },
      },
    },
    partialFingerprints: { type: "object", additionalProperties: { type: "string" } },
    suppressions: {
      type: "array",
      minItems: 0,
      uniqueItems: true,
      items: {
        type: "object",
        required: ["kind"],
        additionalProperties: false,
        properties: {
          kind: { enum: ["inSource", "external"] },
          status: { enum: ["accepted", "underReview", "rejected"] },
          justification: { type: "string" },
        },
      },
    },
  },
};

export const sarifSchema = {
  type: "object",
  required: ["version", "runs"],
  additionalProperties: false,
  properties: {
    $schema: { type: "string" },
    version: { const: "2.1.0" },
    runs: {
      type: "array",
      items: {
        type: "object",
        required: ["tool"],
        additionalProperties: false,
        properties: {
          tool: {
            type: "object",
            required: ["driver"],
            additionalProperties: false,
            properties: {
              driver: {
                type: "object",
                required: ["name"],
                additionalProperties: false,
                properties: { name: { type: "string" }, rules: { type: "array", uniqueItems: true, items: rule } },
              },
            },
          },
          originalUriBaseIds: {
            type: "object",
            additionalProperties: { type: "object", additionalProperties: false, properties: { description: text } },
          },
          columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
          results: { type: "array", items: result },
        },
      },
    },
  },
};
