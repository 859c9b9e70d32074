/**
 * Stands in for `zlib`: KafkaJS prepares gzip when it is loaded, and simulated messages are never compressed.
 */
type Callback = (error: Error) => void

function refuse(_data: unknown, callback: Callback): void {
  callback(new Error('Messages are not compressed inside the simulation.'))
}

export const gzip = refuse
export const unzip = refuse
export default { gzip, unzip }
