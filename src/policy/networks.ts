/** NetworkingConfig of a container: docker's client repeats the network mode there; nothing else is granted. */
import { empty, type FieldRule, type FieldRules } from './fields.ts'

const unset = (why: string): FieldRule => ({ only: [empty, '', 0], why })

const endpoint: FieldRules = {
  IPAMConfig: unset('addresses are chosen by the engine (B07)'),
  Links: unset("a link copies the other container's environment (B03)"),
  Aliases: unset('aliases are not granted on shared networks'),
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

export const networkingFields: FieldRules = {
  EndpointsConfig: {
    why: 'must be an object',
    fields: Object.fromEntries(
      ['default', 'bridge', 'none', 'host'].map((name) => [name, { fields: endpoint, why: 'must be an object' }]),
    ),
  },
}
