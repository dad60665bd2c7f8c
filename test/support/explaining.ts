/** Explanations as root of a lab asks for them, and what they may leave behind. */
import { readdirSync } from 'node:fs'
import { callsOf } from './calls.ts'
import type { Engine } from './engine.ts'
import type { Lab } from './lab.ts'
import type { Outcome } from './program.ts'
import { createBody } from './requests.ts'

type Way = { readonly as?: string; readonly options?: readonly string[] }

export const explainingOf = (lab: () => Lab, engine: () => Engine) => {
  /** Where the gate and the engine are. */
  const places = () => [
    '--socket',
    `/run/docker/plugins/gate-${engine().name}.sock`,
    '--engine',
    `unix://${engine().socket}`,
  ]
  const argv = (line: readonly string[], { as = 'alice', options = [] }: Way = {}) => [
    'dockerrunctl',
    'policy',
    'explain',
    '--as',
    as,
    ...places(),
    ...options,
    '--',
    ...line,
  ]
  const { post } = callsOf(engine)
  return {
    places,
    argv,
    explain: (line: readonly string[], way: Way = {}): Promise<Outcome> => lab().exec(argv(line, way)),
    /** A container that was made and never started. */
    make: async (name: string, login: 'alice' | 'bob'): Promise<void> => {
      const { HostConfig, ...config } = createBody()
      const User = { alice: '2001:2001', bob: '2002:2002' }[login]
      const body = { ...config, User, HostConfig: { ...HostConfig, Memory: 33_554_432, NetworkMode: 'none' } }
      const { status, body: answer } = await post(`/containers/create?name=${name}`, body, login)
      if (status !== 201) throw new Error(`no container: ${answer}`)
    },
    /** How many lines of the audit log tell of a user's request, or of something that was done. */
    countDoings: (): number =>
      engine()
        .gate.audit()
        .filter(({ user }) => user !== 'dockerrun-authz')
        .filter(({ operation }) => !/Ping|Inspect$|List$|SystemInfo|Version/.test(String(operation))).length,
    leftBehind: (): readonly string[] =>
      readdirSync(lab().path('/run')).filter((name) => name.startsWith('dockerrun-explain')),
  }
}
