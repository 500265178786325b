/** What a pod outside of Google Cloud needs to be known to it. */
export interface PodIdentity {
  readonly volume: object;
  readonly mount: object;
  readonly env: Readonly<Record<string, string>>;
}
