import { z } from "zod";
import { assertSchema, explained, known } from "../../core";
import { edgeSchema, type EdgeConfig } from "./edge-config";
import { imageField } from "../config/model-field-kinds";

/** Where the certificate of the gateway comes from. */
export type GatewayCertificateConfig =
  | {
      /** Made and renewed by Certificate Manager, which asks for a DNS record of each host name: written into `dns` where that is given. */
      readonly from: "managed";
    }
  | {
      /** Regional certificates of Certificate Manager that exist already. */
      readonly from: "existing";
      /** Their names in the environment's project and region. */
      readonly names: readonly string[];
    };

/** Who gets through to models, and how they are known. */
export type GatewayAccessConfig =
  | {
      /**
       * Identity-Aware Proxy: people by a Google sign-in, workloads by a token that their service account signs. Google keeps the OAuth client;
       * there is no secret to hold.
       */
      readonly by: "iap";
      /** Groups and service accounts, by address, that may call every model; a model's `callers` may call that model. @default [] */
      readonly callers?: readonly string[];
    }
  | {
      /**
       * Keys that callers send in a header and that a Service of yours checks before a request goes on (Service Extensions callout, closed when
       * it fails). It keeps hashes of the keys. Keys of the API Keys service are not offered: Terraform would hold them in its state in plain text.
       */
      readonly by: "api-keys";
      /** Header that carries the key. @default "x-api-key" */
      readonly header?: string;
      /** The Service that checks keys, in the gateway's namespace: HTTP/2 with TLS on this port, Envoy's external processing API. */
      readonly verifier: { readonly service: string; readonly port: number };
    }
  | {
      /** Whoever reaches the address; internal gateways only. */
      readonly by: "network";
      /** Why the network is enough, at least 20 characters. */
      readonly reason: string;
    };

/** What decides which replica of a language model answers a request (llm-d router). */
export interface EndpointPickerConfig {
  /** Image of version 0.10.0 of llm-d-router-endpoint-picker, by digest. @default - the catalogue's, from the mirror of its registry where there is one */
  readonly image?: string;
  /** 2 keep one in reserve: only one works at a time, as each knows only the requests that it sent itself. @default 2 */
  readonly replicas?: number;
  /** What happens when none answers: `FailClose` turns requests away, `FailOpen` sends them to any replica. @default "FailClose" */
  readonly failureMode?: "FailClose" | "FailOpen";
  /** vCPUs of one: half to one for each request a second. @default 2 */
  readonly cpu?: number;
  /** Memory of one in GiB. @default 4 */
  readonly memoryGb?: number;
  /**
   * Priorities that a caller may ask for with the header `x-llm-d-inference-objective`, by name: the higher goes first, the negative gives way
   * where a model is full. Needs the add-on `llm-d-router`. @default {}
   */
  readonly priorities?: Readonly<Record<string, number>>;
}

/** The way to models from outside of the cluster. */
export interface GatewayConfig {
  /** Part of its names after the environment's, and its namespace. @default "gateway" */
  readonly name?: string;
  /** Whether the internet reaches it, or the network alone. @default "internal" */
  readonly exposure?: "external" | "internal";
  /** Host names; the first is the default of routes. */
  readonly hosts: readonly string[];
  /** Where its certificate comes from. @default {"from":"managed"} */
  readonly certificate?: GatewayCertificateConfig;
  /** Cloud DNS zone that holds the host names: records are written there. @default - whoever has the zone writes them */
  readonly dns?: {
    /** Name of the managed zone. */
    readonly zone: string;
    /** Its project. @default - the environment's */
    readonly project?: string;
  };
  /** Ciphers that callers may use, all TLS 1.2 or later. @default "RESTRICTED" */
  readonly tls?: "RESTRICTED" | "MODERN";
  /** Who gets through, and how they are known. @default {"by":"iap"} */
  readonly access?: GatewayAccessConfig;
  /** What the edge lets through. @default {} */
  readonly edge?: EdgeConfig;
  /** Share of requests that are logged, 0 to 1. @default 1 */
  readonly loggedShare?: number;
  /** Seconds that Model Armor may take for one part of a prompt or answer; a request fails after that. @default 5 */
  readonly screeningSeconds?: number;
  /** What decides which replica of a language model answers. @default {} */
  readonly endpointPicker?: EndpointPickerConfig;
  /** Tells callers of a stopped model, with 503 and a text, who stopped it. @default - they see a status alone */
  readonly stopNotice?: {
    /** Image of nginx that runs without root (nginxinc/nginx-unprivileged), by digest. */
    readonly image: string;
  };
}

const SHAPES = "it decides which resources are made";

const address = known(z.email().describe("Address of a group or service account"), "a right is given to each");

const accessSchema = z.discriminatedUnion("by", [
  z.strictObject({
    by: z.literal("iap").describe("Identity-Aware Proxy"),
    callers: known(
      z.array(address).describe("Groups and service accounts, by address, that may call every model"),
      "a right is given to each",
    ).default([]),
  }),
  z.strictObject({
    by: z.literal("api-keys").describe("Keys that a Service of yours checks"),
    header: explained(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/)
        .describe("Header that carries the key"),
      "the name of a header in lower case",
    ).default("x-api-key"),
    verifier: z
      .strictObject({
        service: explained(
          z
            .string()
            .regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/)
            .describe("Name of the Service in the gateway's namespace"),
          "the name of a Service",
        ),
        port: known(z.int().min(1).max(65_535).describe("Its port, HTTP/2 with TLS"), "it stands in a text of objects"),
      })
      .describe("The Service that checks keys"),
  }),
  z.strictObject({
    by: z.literal("network").describe("Whoever reaches the address; internal gateways only"),
    reason: known(
      explained(
        z.string().trim().min(20).describe("Why the network is enough"),
        "at least 20 characters",
        "say who reaches the address and what keeps others out",
      ),
      "a reviewer reads it",
    ),
  }),
]);

const certificateSchema = z.discriminatedUnion("from", [
  z.strictObject({ from: z.literal("managed").describe("Made and renewed by Certificate Manager") }),
  z.strictObject({
    from: z.literal("existing").describe("Regional certificates of Certificate Manager that exist already"),
    names: known(
      z
        .array(
          known(
            explained(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/), "the name of a certificate, not its path"),
            SHAPES,
          ),
        )
        .min(1)
        .describe("Their names in the environment's project and region"),
      SHAPES,
    ),
  }),
]);

const endpointPickerSchema = z.strictObject({
  image: imageField("Image of the endpoint picker, by digest; default: the catalogue's").optional(),
  replicas: known(z.int().min(1).max(2).describe("2 keep one in reserve"), SHAPES).default(2),
  failureMode: z
    .enum(["FailClose", "FailOpen"])
    .describe("What happens when no endpoint picker answers")
    .default("FailClose"),
  cpu: known(z.number().min(0.1).max(64).describe("vCPUs of one"), SHAPES).default(2),
  memoryGb: known(z.number().min(0.5).max(256).describe("Memory of one in GiB"), SHAPES).default(4),
  priorities: known(
    z
      .record(
        explained(
          z.string().regex(/^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/),
          "1 to 20 lower-case letters, digits and dashes, starting with a letter",
        ),
        known(z.int().min(-1000).max(1000), "an object is made of each"),
      )
      .describe("Priorities that a caller may ask for, by name"),
    "an object is made of each",
  ).default({}),
});

export const gatewaySchema = z.strictObject({
  name: known(
    explained(
      z
        .string()
        .regex(/^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/)
        .describe("Part of its names after the environment's, and its namespace"),
      "1 to 30 lower-case letters, digits and dashes, starting with a letter",
    ),
    "names are made of it",
  ).default("gateway"),
  exposure: known(z.enum(["external", "internal"]).describe("Whether the internet reaches it"), SHAPES).default(
    "internal",
  ),
  hosts: known(
    z
      .array(
        known(
          explained(
            z
              .string()
              .max(253)
              .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/),
            "a lower-case host name such as models.acme.example",
          ),
          SHAPES,
        ),
      )
      .min(1)
      // Gateway API docs, Gateway: 64 listeners, one of them for HTTP.
      .max(63)
      .describe("Host names; the first is the default of routes"),
    SHAPES,
  ),
  certificate: certificateSchema.describe("Where its certificate comes from").default({ from: "managed" }),
  dns: z
    .strictObject({
      zone: z.string().min(1).describe("Name of the managed zone"),
      project: z.string().min(1).describe("Its project; default: the environment's").optional(),
    })
    .describe("Cloud DNS zone that holds the host names")
    .optional(),
  tls: z.enum(["RESTRICTED", "MODERN"]).describe("Ciphers that callers may use").default("RESTRICTED"),
  access: accessSchema.describe("Who gets through, and how they are known").prefault({ by: "iap" }),
  edge: edgeSchema.describe("What the edge lets through").prefault({}),
  loggedShare: known(
    z.number().min(0).max(1).describe("Share of requests that are logged"),
    "it is converted to a millionth",
  ).default(1),
  // Service Extensions: 10 milliseconds to 10 seconds.
  screeningSeconds: known(
    z.number().min(0.1).max(10).describe("Seconds that Model Armor may take for one part of a prompt or answer"),
    "it is converted to milliseconds",
  ).default(5),
  endpointPicker: endpointPickerSchema.describe("What decides which replica of a language model answers").prefault({}),
  stopNotice: z
    .strictObject({ image: imageField("Image of nginx that runs without root, by digest") })
    .describe("Tells callers of a stopped model who stopped it")
    .optional(),
});

assertSchema<GatewayConfig, typeof gatewaySchema>(true);

export type GatewayValues = z.output<typeof gatewaySchema>;
