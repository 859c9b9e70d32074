/**
 * Node's `assert` as far as KafkaJS asks for it.
 */
export default function assert(condition: unknown, message = 'assertion failed'): asserts condition {
  if (!condition) throw new Error(message)
}
