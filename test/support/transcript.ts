/**
 * The same words for docker's own client and for ours: a line of bash in which `run` is docker run or dockerrun, `asis` the
 * same or dockerrun --as-is, and `into` docker exec or dockerexec. `docker` is docker's own client in both.
 */
import { expect } from 'vitest'
import { dockerWords } from './docker.ts'
import type { Engine } from './engine.ts'
import type { Lab } from './lab.ts'
import type { Outcome } from './program.ts'

export type Row = {
  readonly name: string
  readonly line: string
  /** Where the words on stderr are ours and not the command's: what they are, and the status where docker's is another. */
  readonly ours?: { readonly says: RegExp; readonly status?: number }
}

export type Client = 'docker' | 'ours'

/** What comes before a line: an empty folder in the home, and who `run` and `into` are. */
export const prelude = (engine: Engine, client: Client): string => {
  const definitions: Readonly<Record<string, string>> =
    client === 'docker'
      ? { run: `docker ${dockerWords('run ME').join(' ')}`, asis: 'run', into: 'docker exec' }
      : { run: 'dockerrun', asis: 'dockerrun --as-is', into: 'dockerexec' }
  const functions = Object.entries({ docker: `command ${engine.dockerCli}`, ...definitions })
  return [
    'rm -rf ~/t; mkdir ~/t; cd ~/t',
    ...functions.map(([name, words]) => `${name}() { ${words} "$@"; }`),
    'until_true() { until [ "$("$@")" = true ]; do :; done; }',
  ].join('; ')
}

/** As alice. */
export const transcribe = async (lab: Lab, engine: Engine, client: Client, line: string): Promise<Outcome> =>
  await lab.exec(['bash', '-c', `${prelude(engine, client)}; ${line}`], { as: 'alice', env: engine.env('alice') })

/** Both clients do the same; where our words are our own, docker's are not looked at. `tidy` comes between the two. */
export const expectSame = async (
  lab: Lab,
  engine: Engine,
  { line, ours }: Row,
  tidy: () => Promise<void> = async () => await removeContainers(engine),
): Promise<void> => {
  const expected = await transcribe(lab, engine, 'docker', line)
  await tidy()
  const found = await transcribe(lab, engine, 'ours', line)
  expect(found).toEqual({
    ...expected,
    ...(ours?.status === undefined ? {} : { status: ours.status }),
    ...(ours === undefined ? {} : { stderr: expect.stringMatching(ours.says) as string }),
  })
}

/** Every container of the engine goes. */
export const removeContainers = async (engine: Engine): Promise<void> => {
  for (const { Id } of await engine.containers())
    await engine.api({ method: 'DELETE', path: `/containers/${Id}?force=1&v=1` })
}
