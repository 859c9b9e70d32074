/**
 * Problem details (RFC 9457): the one form of every error that is answered by HTTP.
 */
export interface Problem {
  status: number
  title: string
  detail?: string
  /** What was wrong with a body, and where. */
  errors?: { path: string; message: string }[]
  /** Seconds; sent as the header Retry-After. */
  retryAfter?: number
  /** Methods; sent as the header Allow. */
  allow?: readonly string[]
}

export function problem({ retryAfter, allow, ...fields }: Problem): Response {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter)
  if (allow !== undefined) headers.allow = allow.join(', ')
  return new Response(JSON.stringify({ type: 'about:blank', ...fields }), { status: fields.status, headers })
}
