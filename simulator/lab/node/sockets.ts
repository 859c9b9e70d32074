/**
 * Stands in for `net` and `tls`: KafkaJS names them, and no simulated client ever opens a socket.
 */
function refuse(): never {
  throw new Error('There are no sockets inside the simulation.')
}

export const connect = refuse
export const createConnection = refuse
export default { connect, createConnection }
