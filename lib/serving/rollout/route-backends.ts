/** What a route of the Gateway leads to. */
export interface RouteBackends {
  /** Names of the backends in it: an `InferencePool` and its candidate, or two Services. */
  readonly stable: string;
  readonly candidate: string;
  /** Service of the candidate's pods, which copies of requests go to. @default - requests are not copied */
  readonly mirror?: { readonly service: string; readonly port: number; readonly percent: number };
}
