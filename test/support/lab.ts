/**
 * A lab: a machine of its own for a test, with real accounts and real engines, and nothing of it left afterwards.
 *     await using lab = await startLab()
 *     const engine = await lab.engine({ name: 'plain' })
 *     const { stdout } = await lab.exec(['dockerrun', 'busybox', 'id'], { as: 'alice', env: await engine.login('alice') })
 */
import { type AccountOptions, type LabAccount, makeAccount } from './accounts.ts'
import { type Engine, type EngineOptions, startEngine } from './engine.ts'
import { type Namespace, type NamespaceRecord, startNamespace } from './namespace.ts'
import { type Outcome, type ProgramOptions, type Running, execProgram, spawnProgram } from './program.ts'
import { type Terminal, type TerminalOptions, openTerminal } from './terminal.ts'

export type Lab = AsyncDisposable & {
  readonly record: NamespaceRecord
  /** A path inside, for reading and writing it from here as root. */
  readonly path: (inside: string) => string
  readonly exec: (argv: readonly string[], options?: Parameters<typeof execProgram>[2]) => Promise<Outcome>
  readonly spawn: (argv: readonly string[], options?: ProgramOptions) => Running
  readonly terminal: (argv: readonly string[], options?: TerminalOptions) => Terminal
  readonly account: (options: AccountOptions) => LabAccount
  readonly engine: (options: EngineOptions) => Promise<Engine>
  readonly stop: () => Promise<void>
}

/** With the accounts alice (2001) and bob (2002), who share the group beam (3000), unless it shall have no people yet. */
export const startLab = async ({ log, people = true }: { log?: string; people?: boolean } = {}): Promise<Lab> => {
  const lab = labIn(await startNamespace(log === undefined ? {} : { log }))
  const groups = [{ name: 'beam', gid: 3000 }]
  if (people) {
    lab.account({ login: 'alice', uid: 2001, gid: 2001, groups })
    lab.account({ login: 'bob', uid: 2002, gid: 2002, groups })
  }
  return lab
}

const labIn = (namespace: Namespace): Lab => {
  let engines = 0
  return {
    record: { id: namespace.id, init: namespace.init, started: namespace.started },
    path: namespace.path,
    exec: (argv, options) => execProgram(namespace, argv, options),
    spawn: (argv, options) => spawnProgram(namespace, argv, options),
    terminal: (argv, options) => openTerminal(namespace, argv, options),
    account: (options) => makeAccount(namespace, options),
    engine: (options) => startEngine(namespace, engines++, options),
    stop: namespace.stop,
    [Symbol.asyncDispose]: namespace.stop,
  }
}
