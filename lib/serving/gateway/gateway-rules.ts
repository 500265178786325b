import type { CrossFieldRule, Failure } from "../../core";
import type { ModelArmorRef } from "../../security";
import { callerFailures } from "./gateway-callers";
import type { GatewayValues } from "./gateway-config";
import { extensionFailures, type ScreenedRoute, type Screening } from "./gateway-extension";
import type { ModelValues } from "../config/model-config";
import { routeAddress, routeConflicts } from "../route/route-conflicts";

/** What single fields of a gateway cannot say. */
export const gatewayRules: readonly CrossFieldRule<GatewayValues>[] = [
  {
    reads: ["exposure", "access"],
    check: ({ exposure, access }) =>
      exposure === "external" && access.by === "network"
        ? {
            code: "open-to-everybody",
            path: "access.by",
            message: "lets in whoever reaches the address, and the whole internet does",
            got: access.by,
            allowed: "iap, api-keys",
            fix: 'set access to {by: "iap"}, or exposure to internal',
          }
        : undefined,
  },
  {
    reads: ["hosts"],
    check: ({ hosts }) =>
      hosts.flatMap((host, index): Failure[] =>
        hosts.indexOf(host) === index
          ? []
          : [
              {
                code: "duplicate",
                path: `hosts[${index}]`,
                message: "stands in the list before",
                got: host,
                fix: "write each host name once",
              },
            ],
      ),
  },
];

/** Everything that speaks against a gateway with these models; paths as in the environment file, below nothing. */
export function gatewayFailures(
  config: GatewayValues,
  models: readonly ModelValues[],
  screening: Screening | undefined,
): Failure[] {
  return [
    ...routeConflicts(models, config.hosts),
    ...callerFailures(config.access.by, models),
    ...extensionFailures(config.access, screening, screenedRoutes(models, config.hosts)),
  ];
}

/** Language models on the gateway, which prompts reach. */
export function screenedRoutes(models: readonly ModelValues[], hosts: readonly string[]): ScreenedRoute[] {
  return models.flatMap((model): ScreenedRoute[] => {
    const address = routeAddress(model, hosts);
    if (address === undefined || model.server !== "vllm") return [];
    const servedAs = [model.name, ...model.adapters.map(({ name }) => name)];
    const others = models.filter((other) => routeAddress(other, hosts)?.host.startsWith(address.host));
    return [{ ...address, model: model.name, servedAs, promptsOnly: others.every(({ server }) => server === "vllm") }];
  });
}

/** By what prompts are searched, where there is a template. */
export function screeningBy(
  { screeningSeconds }: GatewayValues,
  modelArmor: ModelArmorRef | undefined,
): Screening | undefined {
  const template = modelArmor?.id.value;
  if (template === undefined) return undefined;
  return { template, location: template.split("/")[3] ?? "", timeoutSeconds: screeningSeconds };
}
