/** Stands in for transports of dockerode that this package does not ship (ssh, gRPC): engines here are sockets or TLS. */
const missing = (): never => {
  throw new Error('this transport is not part of dockerrun')
}

export const Client = missing
export const loadPackageDefinition = missing
export const loadSync = missing
