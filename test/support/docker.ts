/** docker's own client of an engine's release, as an account of the lab: one line in, what came of it out. */
import type { Engine } from './engine.ts'
import type { Lab } from './lab.ts'
import type { Outcome } from './program.ts'

export type Order = {
  /** Whose certificate; alice's where nobody is named. */
  readonly as?: string
  /** What `sh -c` shall run inside: the end of the line. */
  readonly sh?: string | undefined
  readonly input?: string
}

export type Docker = (line: string, order?: Order) => Promise<Outcome>

/** What the gate wants of a container with own ids; `ME` in a line stands for it. */
const identities: Readonly<Record<string, string>> = { alice: '2001:2001', bob: '2002:2002', carol: '2003:2003' }
const identityOf = (login: string) =>
  `-u ${identities[login] ?? ''} --security-opt no-new-privileges --userns=host`.split(' ')

/** The words of a line as `docker` gets them. */
export const dockerWords = (line: string, { as = 'alice', sh }: Order = {}): readonly string[] => [
  ...line.split(' ').flatMap((word) => (word === 'ME' ? identityOf(as) : [word])),
  ...(sh === undefined ? [] : ['sh', '-c', sh]),
]

export const dockerOf =
  (lab: () => Lab, engine: () => Engine): Docker =>
  (line, { input, ...order } = {}) => {
    const as = order.as ?? 'alice'
    const argv = [engine().dockerCli, ...dockerWords(line, order)]
    return lab().exec(argv, { as, env: engine().env(as), ...(input === undefined ? {} : { input }) })
  }

/** As root, over the unix socket. */
export const rootDockerOf =
  (lab: () => Lab, engine: () => Engine): Docker =>
  (line, order = {}) =>
    lab().exec([engine().dockerCli, '-H', `unix://${engine().socket}`, ...dockerWords(line, order)])

/** One that must do what it is told, for what a test begins with. Returns its stdout. */
export const mustOf =
  (docker: Docker) =>
  async (line: string, order?: Order): Promise<string> => {
    const { status, stdout, stderr } = await docker(line, order)
    if (status !== 0) throw new Error(`docker ${line}: status ${status}\n${stderr}`)
    return stdout.trim()
  }
