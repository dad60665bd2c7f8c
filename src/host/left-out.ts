/** Stands in for what is left out of the bundles: dockerode over ssh or gRPC, execa in the client. */
const missing = (): never => {
  throw new Error('this is not part of dockerrun')
}

export const Client = missing
export const loadPackageDefinition = missing
export const loadSync = missing
// oxlint-disable-next-line import/no-default-export -- passwd-user imports execa so
export default missing
