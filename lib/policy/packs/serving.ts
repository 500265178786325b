import type { RulePack } from "../rule";
import { explicitFailureMode } from "../rules/serving/explicit-failure-mode";
import { gkeRoutes } from "../rules/serving/gke-routes";
import { guardedBackends } from "../rules/serving/guarded-backends";
import { httpsOnly } from "../rules/serving/https-only";
import { noOwnLoadBalancers } from "../rules/serving/no-own-load-balancers";
import { screeningFailsClosed } from "../rules/serving/screening-fails-closed";
import { smallFirstStep } from "../rules/serving/small-first-step";
import { stoppableRoutes } from "../rules/serving/stoppable-routes";

export const serving: RulePack = {
  id: "serving",
  title: "The way to models",
  rules: [
    explicitFailureMode,
    gkeRoutes,
    guardedBackends,
    httpsOnly,
    noOwnLoadBalancers,
    screeningFailsClosed,
    smallFirstStep,
    stoppableRoutes,
  ],
};
