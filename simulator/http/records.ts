/**
 * What the network writes into the trace.
 */
export type HttpRecord =
  /** Sent by the recording process. `to` is a service or an outside party; `path` has no query. */
  | { kind: 'http.request'; to: string; method: string; path: string; subject: string }
  /** The answer has come back; its cause is what the far side did last. */
  | { kind: 'http.response'; from: string; status: number }
  /** No answer will come; `error` is a code such as ECONNREFUSED, or the name of the abort's reason. */
  | { kind: 'http.failed'; to: string; error: string }
  /** An outside party did something, whatever its caller gets to hear. */
  | { kind: 'party.did'; party: string; action: string; key: string }
