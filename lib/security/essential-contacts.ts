import { EssentialContactsContact } from "@cdktf/provider-google/lib/essential-contacts-contact";
import { Construct } from "constructs";
import { z } from "zod";
import { ConfigError, Environment, assertSchema, explained, known, parseProps } from "../core";

/** What Google writes about, in its words. */
export const CONTACT_CATEGORIES = ["ALL", "SUSPENSION", "SECURITY", "TECHNICAL", "BILLING", "LEGAL"] as const;
export type ContactCategory = (typeof CONTACT_CATEGORIES)[number];

/** Somebody whom Google writes to. */
export interface ContactConfig {
  /** Address of a group rather than a person, so that somebody always reads it. */
  readonly email: string;
  /** What for. @default ["ALL"] */
  readonly categories?: readonly ContactCategory[];
}

export interface EssentialContactsConfig {
  /** Whom Google writes to about security, suspension, billing and the like. */
  readonly contacts: readonly ContactConfig[];
  /** Language of the mails. @default "en" */
  readonly language?: string;
}

const ADDRESSED = "it tells contacts apart";

export const contactSchema = z.strictObject({
  email: known(
    explained(z.email().describe("Address of a group rather than a person"), "an e-mail address"),
    ADDRESSED,
  ),
  categories: z.array(z.enum(CONTACT_CATEGORIES)).min(1).describe("What Google writes about").default(["ALL"]),
});

assertSchema<ContactConfig, typeof contactSchema>(true);

export const essentialContactsSchema = z.strictObject({
  contacts: known(z.array(contactSchema).min(1).describe("Whom Google writes to"), ADDRESSED),
  language: z.string().min(2).describe("Language of the mails").default("en"),
});

assertSchema<EssentialContactsConfig, typeof essentialContactsSchema>(true);

export type EssentialContactsProps = EssentialContactsConfig;

/** Whom Google tells of what happens to the project. */
export class EssentialContacts extends Construct {
  readonly resources: { readonly contacts: ReadonlyMap<string, EssentialContactsContact> };

  constructor(scope: Construct, id: string, props: EssentialContactsProps) {
    super(scope, id);
    const config = parseProps(this, "EssentialContacts", essentialContactsSchema, props);
    const emails = config.contacts.map(({ email }) => email);
    const repeated = emails.flatMap((email, i) => (emails.indexOf(email) < i ? [i] : []));
    if (repeated.length > 0) {
      throw new ConfigError(
        `EssentialContacts at ${this.node.path}`,
        repeated.map((i) => ({
          code: "duplicate",
          path: `contacts[${i}].email`,
          message: "is listed before",
          got: emails[i],
          fix: "join the categories in one entry",
        })),
      );
    }
    const parent = `projects/${Environment.of(this).projectId}`;
    this.resources = {
      contacts: new Map(
        config.contacts.map(({ email, categories }) => [
          email,
          new EssentialContactsContact(this, email, {
            parent,
            email,
            languageTag: config.language,
            notificationCategorySubscriptions: categories,
          }),
        ]),
      ),
    };
  }
}
