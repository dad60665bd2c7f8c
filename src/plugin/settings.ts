/** dockerrun-authz [--socket PATH] [--policy FILE] [--state DIR] [--audit FILE] [--engine URL] [--runtime-socket PATH] [--anonymous-socket] [--check] (DESIGN 2). */
import { parseArgs } from 'node:util'
import { Failure } from '../failure.ts'

export type Settings = {
  readonly socket: string
  /** The descriptor of a socket that listens there already: systemd's (readHanded). */
  readonly handed?: number | undefined
  readonly policy: string
  readonly state: string
  readonly audit: string
  readonly engine: string
  /** Where gate 2 asks. */
  readonly runtimeSocket: string
  /** Who comes by the engine's socket is never an administrator, whatever the policy file says, or where there is none. */
  readonly isAnonymous: boolean
  readonly task: 'serve' | 'check' | 'help' | 'version'
}

export const usage = `Usage: dockerrun-authz [OPTIONS]

The authorization plugin of a Docker engine: lets users run containers as themselves, and no others.

Options:
  --socket PATH   where the engine asks (/run/docker/plugins/dockerrun.sock)
  --policy FILE   who may do what (/etc/dockerrun/policy.yaml)
  --state DIR     whose container is which (/var/lib/dockerrun)
  --audit FILE    one line per decision (/var/log/dockerrun/audit.jsonl)
  --engine URL    the engine's root socket (unix:///var/run/docker.sock)
  --runtime-socket PATH  where dockerrun-runtime asks (/run/dockerrun/runtime.sock)
  --anonymous-socket  who comes by the engine's socket is nobody in particular, whatever the policy says
  --check         ask the running gate whether it is well, and exit
  --version, --help
`

export function parseSettings(argv: readonly string[]): Settings {
  const values = readArguments(argv)
  return {
    socket: values.socket ?? '/run/docker/plugins/dockerrun.sock',
    policy: values.policy ?? '/etc/dockerrun/policy.yaml',
    state: values.state ?? '/var/lib/dockerrun',
    audit: values.audit ?? '/var/log/dockerrun/audit.jsonl',
    engine: values.engine ?? 'unix:///var/run/docker.sock',
    runtimeSocket: values['runtime-socket'] ?? '/run/dockerrun/runtime.sock',
    isAnonymous: values['anonymous-socket'] === true,
    task:
      values.help === true ? 'help' : values.version === true ? 'version' : values.check === true ? 'check' : 'serve',
  }
}

function readArguments(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const options = {
      socket: text,
      policy: text,
      state: text,
      audit: text,
      engine: text,
      'runtime-socket': text,
      'anonymous-socket': flag,
      check: flag,
      help: flag,
      version: flag,
    }
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Failure('usage', message.split('. ')[0] ?? message, { hint: 'dockerrun-authz --help lists the options' })
  }
}
