import type { Construct } from "constructs";
import type { KeyRef } from "../lib/core";
import { PredictionLog } from "../lib/serving";
import { PlatformStack, type PlatformStackProps } from "./platform-stack";

export interface DataStackProps extends PlatformStackProps {
  readonly keys: { readonly predictions: KeyRef };
}

/** Data that models read and write. */
export class DataStack extends PlatformStack {
  readonly predictions: PredictionLog;

  constructor(scope: Construct, props: DataStackProps) {
    super(scope, "data", props);
    this.predictions = new PredictionLog(this, "predictions", { key: props.keys.predictions });
  }
}
