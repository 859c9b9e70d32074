/**
 * Settings that KafkaJS reads from the environment; to be imported before it is used.
 */

// Version 2 has another default partitioner than version 1, and says so at the first producer. Nothing here was written for 1.
process.env.KAFKAJS_NO_PARTITIONER_WARNING ??= '1'
