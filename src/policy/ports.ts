/** Host ports (B01, B07): those that any program of the user could listen on, and policy grants. */
import type { Json } from '../contract/json.ts'
import type { Facts } from './facts.ts'
import { fieldAt, isList, isObject, type Check, type FieldRule, type FieldRules } from './fields.ts'
import type { PortRange } from './grants.ts'
import type { Request } from './request.ts'

/** Written the one way: the engine reads 0022 and ranges of all kinds as well. */
const portForm = /^[1-9][0-9]{0,4}$/
const protocolForm = /^[1-9][0-9]{0,4}(?:\/(?:tcp|udp|sctp))?$/
const addressForm = /^(?:|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/

/** Of IPv6, an IPv4 one at its end. */
const longestAddress = 45

const binding: FieldRules = {
  HostIp: {
    check: (value) =>
      typeof value === 'string' && value.length <= longestAddress && addressForm.test(value)
        ? undefined
        : 'must be an address',
    why: "an address of the host, as for any program of the user's",
  },
  HostPort: { required: true, check: objectToHostPort, why: 'a port any user may listen on' },
}

export const portBindings: FieldRule = {
  keys: (value) =>
    typeof value === 'string' && protocolForm.test(value) ? undefined : 'must be PORT/PROTOCOL in plain digits',
  values: { each: binding, why: 'a port any user may listen on' },
  why: 'host ports',
}

/** Where the engine takes a port from when it may choose: the host's ephemeral ones, as Linux has them by default. */
const ephemeral = { first: 32_768, last: 60_999 }

const grantsAnyPort = (ports: PortRange): boolean => ports.first <= ephemeral.first && ports.last >= ephemeral.last

/** Empty is one of the engine's choice. */
function objectToHostPort(value: Json | undefined, { grants: { ports } }: Facts): string | undefined {
  if (typeof value !== 'string') return 'must be a string'
  if (ports === undefined) return 'no host port is granted to you'
  const isWithin = portForm.test(value) && Number(value) >= ports.first && Number(value) <= ports.last
  return isWithin || (value === '' && grantsAnyPort(ports))
    ? undefined
    : `must be one port from ${ports.first} to ${ports.last} (B01)`
}

/** The engine starts a program of root's for each, and they are everybody's. */
const mostPorts = 256
const mostExposed = 64

export function objectToPorts({ body }: Request): string | undefined {
  const value = body.kind === 'json' ? body.value : undefined
  const [bindings, exposed] = [fieldAt(value, 'HostConfig', 'PortBindings'), fieldAt(value, 'ExposedPorts')]
  // A port without a binding is one of the engine's choice, with PublishAllPorts.
  const asked = [...(isObject(bindings) ? bindings.values() : [])].map((each) => (isList(each) ? each.length : 0))
  if (asked.reduce((sum, each) => sum + Math.max(1, each), 0) > mostPorts)
    return `HostConfig.PortBindings: more than ${mostPorts} ports are not published`
  return fieldAt(value, 'HostConfig', 'PublishAllPorts') === true && isObject(exposed) && exposed.size > mostExposed
    ? `HostConfig.PublishAllPorts: more than ${mostExposed} ports are not published: publish those you need with -p`
    : undefined
}

export const publishAll: Check = (value, { grants: { ports } }) => {
  if (typeof value !== 'boolean') return 'must be true or false'
  return value && (ports === undefined || !grantsAnyPort(ports))
    ? "ports of the engine's choice are not granted to you: publish each with -p"
    : undefined
}
