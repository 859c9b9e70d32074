/**
 * How `fetch` fails when no answer comes: undici's `TypeError: fetch failed`, with the reason as its cause.
 */

/** The codes that undici (Node's fetch) gives as `error.cause.code`. */
export type FailureCode = 'ECONNREFUSED' | 'ECONNRESET' | 'ENOTFOUND' | 'UND_ERR_CONNECT_TIMEOUT'

export function fetchFailure(code: FailureCode, host: string, hint = ''): TypeError {
  const cause = Object.assign(new Error(`${MESSAGES[code](host)}${hint}`), { code })
  return new TypeError('fetch failed', { cause })
}

const MESSAGES: Readonly<Record<FailureCode, (host: string) => string>> = {
  ECONNREFUSED: host => `connect ECONNREFUSED ${host}:80`,
  ECONNRESET: () => 'read ECONNRESET',
  ENOTFOUND: host => `getaddrinfo ENOTFOUND ${host}`,
  UND_ERR_CONNECT_TIMEOUT: host => `Connect Timeout Error (attempted address: ${host}:80, timeout: 10000ms)`,
}
