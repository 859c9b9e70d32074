/**
 * Errors as KafkaJS makes them from a broker's error code, so that their types, messages and `retriable` flags are its own.
 */
import kafkajsErrors from 'kafkajs/src/errors.js'
import protocolErrors from 'kafkajs/src/protocol/error.js'

const codes = new Map(protocolErrors.errorCodes.map(({ type, code }) => [type, code]))

/** @param type as in Kafka's protocol, in KafkaJS's spelling: `UNKNOWN_MEMBER_ID` */
export function protocolError(type: string): Error {
  return protocolErrors.createErrorFromCode(errorCode(type))
}

export function errorCode(type: string): number {
  const code = codes.get(type)
  if (code === undefined) throw new Error(`KafkaJS knows no protocol error ${type}`)
  return code
}

/** What the simulator does not do, it says. KafkaJS does not retry this error. */
export function notSupported(what: string): Error {
  return new kafkajsErrors.KafkaJSNonRetriableError(`Not supported by the simulator: ${what}`)
}
