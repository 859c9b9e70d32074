/**
 * Makes KafkaJS retry in tests as it does in production.
 *
 * KafkaJS chooses its retry policy by NODE_ENV when it is loaded: under a test runner it retries 15 times within a second
 * instead of 5 times within 30. A run must be the same in a test and from the command line, so the test policy is
 * overwritten by the other. Passing the policy as configuration instead would not reach everything
 * (`admin.setOffsets` makes a consumer without one) and would make idempotent producers warn about limited retries.
 */
import defaults from 'kafkajs/src/retry/defaults.js'
import testDefaults from 'kafkajs/src/retry/defaults.test.js'

Object.assign(testDefaults, defaults)
