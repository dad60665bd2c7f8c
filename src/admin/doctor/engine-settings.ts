/** What an engine was started with: its command line beside its settings file. Pure. */
import { textsOf } from '../daemon-json.ts'
import { known, type EngineProcess } from './facts.ts'

/** -H X, -HX, --host X, --host=X, as often as it is given (spf13/pflag). */
export const flagValues = (line: readonly string[], flag: string, short?: string): readonly string[] =>
  line.flatMap((word, index) => {
    if (word === flag || word === short) return line.slice(index + 1, index + 2)
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)]
    return short !== undefined && word.startsWith(short) ? [word.slice(short.length).replace(/^=/, '')] : []
  })

export const hostsOf = ({ line, config }: EngineProcess): readonly string[] => [
  ...flagValues(line, '--host', '-H'),
  ...textsOf(known(config)?.['hosts']),
]

/** Paths of the sockets it listens on. */
export const unixHostsOf = (engine: EngineProcess): readonly string[] =>
  hostsOf(engine).flatMap((host) => (host.startsWith('unix://') ? [host.slice('unix://'.length)] : []))

export const pluginsOf = ({ line, config }: EngineProcess): readonly string[] => [
  ...flagValues(line, '--authorization-plugin'),
  ...textsOf(known(config)?.['authorization-plugins']),
]

export const tcpHostsOf = (engine: EngineProcess): readonly string[] =>
  hostsOf(engine).filter((host) => host.startsWith('tcp:'))

/** Flags that say what daemon.json says on a host that dockerrunctl install has set up. */
export const shadowing = ({ line }: EngineProcess): readonly string[] =>
  line.map((word) => (/^-H./.test(word) ? '-H' : (word.split('=')[0] ?? ''))).filter((flag) => shadowed.includes(flag))

const shadowed = [
  '-H',
  '--host',
  '--authorization-plugin',
  '--default-runtime',
  '--add-runtime',
  '--tlsverify',
  '--tls',
  '--tlscacert',
]
