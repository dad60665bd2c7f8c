import type { DockerConfig } from '../host/docker-config.ts'

/**
 * The variables that docker's client gives a container for `proxies` of config.json: by the engine's address, else `default`
 * (docker/cli configfile/file.go, ParseProxyConfig). `given` are the words of -e: what they name, with a value or without,
 * is left to them. docker has those of --env-file give way.
 */
export const proxyEnvironment = (
  { proxies }: Pick<DockerConfig, 'proxies'>,
  address: string,
  given: readonly string[] = [],
): readonly string[] => {
  const settings = proxies.get(address) ?? proxies.get('default')
  const names = new Set(given.map((word) => word.split('=', 1)[0]))
  return variables.flatMap(([name, key]) => {
    const value = settings?.[key] ?? ''
    return value === ''
      ? []
      : [name, name.toLowerCase()].filter((each) => !names.has(each)).map((each) => `${each}=${value}`)
  })
}

const variables = [
  ['HTTP_PROXY', 'httpProxy'],
  ['HTTPS_PROXY', 'httpsProxy'],
  ['NO_PROXY', 'noProxy'],
  ['FTP_PROXY', 'ftpProxy'],
  ['ALL_PROXY', 'allProxy'],
] as const
