/** Networks: the site's that policy names, own ones, and what a container may ask of one (B05, B07; THREATS 6.7). */
import type { Json } from '../contract/json.ts'
import type { Facts, NetworkFact } from './facts.ts'
import type { Grants } from './grants.ts'
import { anyWords, formOf } from './checks.ts'
import { empty, fieldAt, isObject, listAt, textAt, type Check, type FieldRule, type FieldRules } from './fields.ts'
import { joined, objectToJoin } from './joins.ts'
import { labels } from './labels.ts'
import { nameInUse, nameRule, referenceKind } from './names.ts'
import type { Request } from './request.ts'

const builtIn = ['bridge', 'none', 'host']
const byDefault = ['', 'default']

/** The networks a mode or an endpoint may name: in a request, and in what the engine would start. */
export function objectToNetwork(name: string, { caller, grants, networks }: Facts): string | undefined {
  const plain = byDefault.includes(name) ? 'bridge' : name
  if (plain === 'host' && caller.kind === 'anonymous') return "nobody in particular does not get the host's network"
  if (builtIn.includes(plain))
    return grants.networks.includes(plain) ? undefined : `policy grants these networks: ${grants.networks.join(', ')}`
  const network = networks.get(name)
  const isGranted =
    network?.whose === 'own'
      ? grants.networks.includes('own')
      : network?.whose === 'site' && isNamed(name, network, grants)
  return isGranted ? undefined : 'that is no network of yours, nor one that policy grants'
}

/** By its full name, as policy has it: an id is none. */
const isNamed = (name: string, network: NetworkFact, { networks }: Grants): boolean =>
  network.name === name && name !== 'own' && networks.includes(name)

export const networkMode: Check = (value, facts) => {
  if (typeof value !== 'string') return 'must be a string'
  const reference = joined(value)
  return reference === undefined ? objectToNetwork(value, facts) : objectToJoin(reference, facts)
}

const unset = (why: string): FieldRule => ({ only: [empty, '', 0], why })

const endpoint: FieldRules = {
  IPAMConfig: {
    why: 'must be an object',
    fields: {
      IPv4Address: unset('addresses are chosen by the engine (B07)'),
      IPv6Address: unset('addresses are chosen by the engine (B07)'),
      LinkLocalIPs: unset('addresses are chosen by the engine (B07)'),
    },
  },
  Links: unset("a link copies the other container's environment (B03)"),
  Aliases: { check: anyWords, why: 'names in a network; checked with the network' },
  MacAddress: unset('addresses are chosen by the engine (B07)'),
  DriverOpts: unset('driver options set sysctls as root'),
  GwPriority: { any: 'integer', why: 'routes of the container itself' },
  NetworkID: unset('filled in by the engine'),
  EndpointID: unset('filled in by the engine'),
  Gateway: unset('filled in by the engine'),
  IPAddress: unset('filled in by the engine'),
  IPPrefixLen: unset('filled in by the engine'),
  IPv6Gateway: unset('filled in by the engine'),
  GlobalIPv6Address: unset('filled in by the engine'),
  GlobalIPv6PrefixLen: unset('filled in by the engine'),
  DNSNames: unset('filled in by the engine'),
}

export const endpointsConfig: FieldRule = {
  keys: (value, facts) => objectToNetwork(typeof value === 'string' ? value : '', facts),
  values: { fields: endpoint, why: 'must be an object' },
  why: 'the networks of a container',
}

const networkOptions: Readonly<Record<string, RegExp>> = {
  'com.docker.network.driver.mtu': /^[1-9][0-9]{2,3}$/,
  'com.docker.network.bridge.enable_icc': /^(?:true|false)$/,
}

/** The engine chooses driver, addresses and names of interfaces: all else reaches into the host's own networking (B05). */
export const networkCreate: FieldRules = {
  Name: { required: true, check: objectToNetworkName, why: 'a name of the user' },
  CheckDuplicate: { any: 'boolean', why: 'the gate checks it' },
  Driver: { only: ['', 'bridge'], why: "other drivers reach the host's interfaces (B05)" },
  Internal: { any: 'boolean', why: 'less is always granted' },
  Attachable: { any: 'boolean', why: 'has no effect without swarm' },
  Ingress: { only: [false], why: 'has no meaning without swarm' },
  ConfigOnly: { only: [false], why: 'another network would be made of it' },
  ConfigFrom: {
    why: 'must be an object',
    fields: { Network: { only: [''], why: 'would copy the options of another network' } },
  },
  Scope: { only: ['', 'local'], why: 'has no meaning without swarm' },
  EnableIPv4: { only: [true, null], why: 'the engine chooses addresses' },
  EnableIPv6: { only: [false, null], why: 'the engine has IPv6 addresses only from a subnet of the site' },
  IPAM: {
    why: 'must be an object',
    fields: {
      Driver: { only: ['', 'default'], why: 'address plugins run as root' },
      Options: unset('address plugins run as root'),
      Config: unset("a chosen subnet could hide a part of the site's network"),
    },
  },
  Options: { check: objectToOptions, why: 'only what stays inside' },
  Labels: labels,
}

function objectToNetworkName(value: Json | undefined, { nameIsFree }: Facts): string | undefined {
  const reserved = [...builtIn, 'default', 'own', 'container', 'ingress', 'docker_gwbridge', 'nat']
  if (typeof value !== 'string' || referenceKind(value) !== 'name' || reserved.includes(value)) return nameRule
  return nameIsFree ? undefined : nameInUse('network', value)
}

function objectToOptions(value: Json | undefined): string | undefined {
  if (value === null) return undefined
  const entries = value instanceof Map ? [...value] : [['', '']]
  return entries.every(
    ([key, option]) => typeof option === 'string' && formOf(networkOptions, String(key))?.test(option) === true,
  )
    ? undefined
    : `only ${Object.keys(networkOptions).join(' and ')} are granted (B05)`
}

export function objectToNetworkCreation(_: Request, { caller, counts, grants }: Facts): string | undefined {
  if (!grants.networks.includes('own')) return 'policy grants no networks of your own'
  if (caller.kind === 'anonymous') return 'nobody in particular has no networks'
  return counts.networks < grants.limits.networks
    ? undefined
    : `you have ${counts.networks} networks, and policy grants ${grants.limits.networks}: remove one with docker network rm`
}

const container: FieldRule = {
  required: true,
  check: (value, { ownContainers }) =>
    typeof value === 'string' && ownContainers.has(value) ? undefined : 'that is no container of yours',
  why: 'an own container',
}

export const networkConnect: FieldRules = {
  Container: container,
  EndpointConfig: { fields: endpoint, why: 'must be an object' },
}

export const networkDisconnect: FieldRules = {
  Container: container,
  Force: { any: 'boolean', why: 'takes an own container from an own network' },
}

const endpointsOf = (body: Json | undefined): readonly (readonly [string, Json])[] => {
  const config = fieldAt(body, 'NetworkingConfig', 'EndpointsConfig')
  return isObject(config) ? [...config] : []
}

/** An alias is a name that others in the network ask for: it is taken in own networks only. */
export function objectToAliases(body: Json | undefined, { networks }: Facts): string | undefined {
  const foreign = endpointsOf(body).find(
    ([name, endpointConfig]) => listAt(endpointConfig, 'Aliases').length > 0 && networks.get(name)?.whose !== 'own',
  )
  return foreign === undefined
    ? undefined
    : `NetworkingConfig.EndpointsConfig.${foreign[0]}.Aliases: aliases are for networks of your own`
}

/** The engine makes a name in the network of the host name and of the container's: a site's network is everybody's. */
export function objectToHostname({ query, body }: Request, { networks }: Facts): string | undefined {
  const value = body.kind === 'json' ? body.value : undefined
  const isSites = findNetworkReferences(value).some((name) => networks.get(name)?.whose === 'site')
  if (!isSites) return undefined
  if (textAt(value, 'Hostname') !== '')
    return "Hostname: it would be a name in the site's network: leave --hostname out"
  return query.get('name')?.includes('.') === true
    ? "name: it would be a name in the site's network: choose one without dots"
    : undefined
}

/** What a create body calls networks, built-in ones and other containers' left out. */
export const findNetworkReferences = (body: Json | undefined): readonly string[] =>
  namedNetworks([textAt(body, 'HostConfig', 'NetworkMode'), ...endpointsOf(body).map(([name]) => name)])

export const namedNetworks = (names: readonly string[]): readonly string[] =>
  names.filter((name) => joined(name) === undefined && ![...builtIn, ...byDefault].includes(name))
