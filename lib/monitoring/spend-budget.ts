import { BillingBudget } from "@cdktf/provider-google/lib/billing-budget";
import { Construct } from "constructs";
import { z } from "zod";
import { Environment, assertSchema, explained, known, parseProps, type Tokenable } from "../core";

/** What a project may cost in a calendar month, and when someone is told. It tells; it stops nothing. */
export interface SpendBudgetConfig {
  /** Billing account that pays: `0X0X0X-0X0X0X-0X0X0X`. */
  readonly billingAccount: string;
  /** Amount for a calendar month, in whole units of the currency. */
  readonly monthlyAmount: number;
  /** Currency of the billing account, ISO 4217. @default "USD" */
  readonly currency?: string;
  /** Shares of the amount, in percent, at which the account's administrators are told. @default [50,80,100] */
  readonly alertPercents?: readonly number[];
}

export const spendBudgetSchema = z.strictObject({
  billingAccount: explained(
    z
      .string()
      .regex(/^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/)
      .describe("Billing account that pays"),
    "18 hexadecimal digits in three groups: 012345-6789AB-CDEF01",
  ),
  monthlyAmount: known(
    z.int().min(1).describe("Amount for a calendar month, in whole units of the currency"),
    "the API takes it as text",
  ),
  currency: explained(
    z
      .string()
      .regex(/^[A-Z]{3}$/)
      .describe("Currency of the billing account")
      .default("USD"),
    "a code of three letters such as USD",
  ),
  alertPercents: known(
    z
      .array(known(z.number().positive().max(1000), "it is divided by 100"))
      .min(1)
      .describe("Shares of the amount, in percent, at which someone is told")
      .default([50, 80, 100]),
    "a rule is written for each",
  ),
});

assertSchema<SpendBudgetConfig, typeof spendBudgetSchema>(true);

export type SpendBudgetProps = Tokenable<SpendBudgetConfig>;

/** A billing budget for the environment's project: told at shares of the amount, and as soon as the month is forecast to exceed it. */
export class SpendBudget extends Construct {
  readonly resources: { readonly budget: BillingBudget };

  constructor(scope: Construct, id: string, props: SpendBudgetProps) {
    super(scope, id);
    const config = parseProps(this, "SpendBudget", spendBudgetSchema, props);
    const { name, projectNumber } = Environment.of(this);
    const budget = new BillingBudget(this, "budget", {
      billingAccount: config.billingAccount,
      displayName: `Environment ${name}`,
      budgetFilter: { projects: [`projects/${projectNumber}`], calendarPeriod: "MONTH" },
      amount: { specifiedAmount: { currencyCode: config.currency, units: String(config.monthlyAmount) } },
      thresholdRules: [
        ...config.alertPercents.map((percent) => ({ thresholdPercent: percent / 100, spendBasis: "CURRENT_SPEND" })),
        { thresholdPercent: 1, spendBasis: "FORECASTED_SPEND" },
      ],
    });
    this.resources = { budget };
  }
}
