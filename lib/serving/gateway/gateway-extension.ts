import type { Failure } from "../../core";
import type { KubernetesObject, ObjectMetadata } from "../../delivery";
import type { GatewayValues } from "./gateway-config";
import type { PromptRoute } from "./edge-rules";
import type { RouteAddress } from "../route/route-conflicts";

/** A language model whose prompts and answers are searched. */
export interface ScreenedRoute extends PromptRoute {
  /** Names by which callers ask for it: its own and those of its adapters. */
  readonly servedAs: readonly string[];
  /** True where every model on its host, or on one that begins alike, is a language model. */
  readonly promptsOnly: boolean;
}

export interface Screening {
  /** `projects/P/locations/L/templates/T`. */
  readonly template: string;
  /** Where the template lies: Model Armor is asked there. */
  readonly location: string;
  readonly timeoutSeconds: number;
}

type KeyAccess = Extract<GatewayValues["access"], { by: "api-keys" }>;

// GCPTrafficExtension, its CRD: 5 chains, 1,023 characters of a metadata value, 512 of a match.
const MAX_CHAINS = 5;
const MAX_SETTINGS = 1023;
const MAX_MATCH = 512;

/**
 * What looks into requests on their way: the check of keys, and for language models Model Armor, which reads prompts before the model and answers
 * before the caller. Both fail closed. A request goes through the first chain that matches it, so each holds all that it must pass.
 */
export function extensionObjects(
  access: GatewayValues["access"],
  screening: Screening | undefined,
  routes: readonly ScreenedRoute[],
  metadata: ObjectMetadata,
): KubernetesObject[] {
  const keys = access.by === "api-keys" ? [keyCheck(access, metadata)] : [];
  const screened = screening ? screensOf(screening, routes) : [];
  const chains = [
    ...screened.map((screen) => ({
      name: `prompts-${screen.model}`,
      matchCondition: { celExpressions: [{ celMatcher: matching(screen) }] },
      extensions: [...keys, screeningOf(screening!, screen)],
    })),
    ...(keys.length > 0
      ? [
          {
            name: "callers",
            matchCondition: { celExpressions: [{ celMatcher: 'request.path.startsWith("/")' }] },
            extensions: keys,
          },
        ]
      : []),
  ];
  if (chains.length === 0) return [];
  return [
    {
      apiVersion: "networking.gke.io/v1",
      kind: "GCPTrafficExtension",
      metadata,
      spec: {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: metadata.name }],
        extensionChains: chains,
      },
    },
  ];
}

/** Requests that go through Model Armor together, called after the first of their models. */
type Screen = PromptRoute & Pick<ScreenedRoute, "servedAs">;

/**
 * A host that has language models alone is one screen: that holds whatever path a request has by then, also after a route has rewritten it. No
 * document says that the path is still that of the caller. Beside other models, and where the settings of all do not fit, each is found by its path.
 */
function screensOf(screening: Screening, routes: readonly ScreenedRoute[]): Screen[] {
  // A match is on how a host begins: the longer of two that begin alike is asked first.
  const hosts = [...new Set(routes.map(({ host }) => host))].sort((a, b) => b.length - a.length);
  return hosts.flatMap((host): readonly Screen[] => {
    const here = routes.filter((route) => route.host === host);
    const { model } = here[0]!;
    const whole = { host, path: "/", model, servedAs: here.flatMap(({ servedAs }) => servedAs) };
    const fits = settingsOf(screening, whole).length <= MAX_SETTINGS;
    return here.every(({ promptsOnly }) => promptsOnly) && fits ? [whole] : here;
  });
}

/** What of the extension GKE would refuse, with the arithmetic. */
export function extensionFailures(
  access: GatewayValues["access"],
  screening: Screening | undefined,
  routes: readonly ScreenedRoute[],
): Failure[] {
  if (screening === undefined) return [];
  const free = MAX_CHAINS - (access.by === "api-keys" ? 1 : 0);
  const screens = screensOf(screening, routes);
  const found: Failure[] = [];
  if (screens.length > free) {
    found.push({
      code: "too-many-models",
      path: "models",
      message: `has ${routes.length} language models behind one gateway, for which Model Armor needs ${screens.length} chains`,
      got: routes.map(({ model }) => model),
      allowed: `at most ${free} chains`,
      fix: "put some of them behind a second gateway, or serve variants of one model as adapters",
    });
  }
  for (const route of screens) {
    const settings = settingsOf(screening, route).length;
    if (settings > MAX_SETTINGS) {
      found.push({
        code: "too-many-adapters",
        path: "models",
        message: `${route.model} is asked for by ${route.servedAs.length} names, whose settings of Model Armor take ${settings} characters`,
        got: route.servedAs,
        allowed: `at most ${MAX_SETTINGS} characters`,
        fix: "serve some of its adapters as a model of their own",
      });
    }
    const match = matching(route).length;
    if (match > MAX_MATCH) {
      found.push({
        code: "out-of-range",
        path: "models",
        message: `has a host and path for ${route.model} that take ${match} characters of a match`,
        allowed: `at most ${MAX_MATCH} characters`,
        fix: "shorten the path of its route",
      });
    }
  }
  return found;
}

/** Requests to a host and path, in the CEL of Service Extensions. A host may be written in capitals, and with a port. */
function matching({ host, path }: RouteAddress): string {
  const named = `request.host.lowerAscii().startsWith("${host}")`;
  return path === "/" ? named : `${named} && (request.path == "${path}" || request.path.startsWith("${path}/"))`;
}

function keyCheck({ header, verifier }: KeyAccess, { namespace }: ObjectMetadata) {
  return {
    name: "keys",
    backendRef: { group: "", kind: "Service", name: verifier.service, port: verifier.port },
    authority: `${verifier.service}.${namespace}.svc`,
    // No cookie and no token of another system goes there.
    forwardHeaders: [header],
    supportedEvents: ["RequestHeaders"],
    timeout: "1s",
    failOpen: false,
  };
}

function screeningOf(screening: Screening, screen: Screen) {
  return {
    name: "model-armor",
    googleAPIServiceName: `modelarmor.${screening.location}.rep.googleapis.com`,
    supportedEvents: [
      "RequestHeaders",
      "RequestBody",
      "RequestTrailers",
      "ResponseHeaders",
      "ResponseBody",
      "ResponseTrailers",
    ],
    timeout: `${Math.round(screening.timeoutSeconds * 1000)}ms`,
    failOpen: false,
    metadata: { model_armor_settings: settingsOf(screening, screen) },
  };
}

// Model Armor looks a request's settings up by the model that it asks for (Service Extensions docs, "Configure a traffic extension to call the
// Model Armor service").
function settingsOf({ template }: Screening, { servedAs }: Screen): string {
  return JSON.stringify(
    servedAs.map((model) => ({
      model,
      user_prompt_template_id: template,
      model_response_template_id: template,
    })),
  );
}
