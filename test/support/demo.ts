/**
 * npm run demo [-- COMMAND... | shell | stop]: a private engine with the gates, and an ordinary account that may use it.
 * It stays until it is stopped, so that the next call costs next to nothing. Nothing of the machine is changed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { EngineEnvironment } from './engine.ts'
import { startLab } from './lab.ts'
import { type NamespaceRecord, openNamespace } from './namespace.ts'
import { checkout } from './packages.ts'
import { showProgram } from './program.ts'
import { shellWord } from './terminal.ts'

type Demo = { readonly record: NamespaceRecord; readonly env: EngineEnvironment; readonly installed: number }

const folder = join(checkout, '.lab', 'demo')
const stateFile = join(folder, 'state.json')
const login = 'ada'

const main = async (words: readonly string[]): Promise<number> => {
  const [first] = words
  if (first === 'stop' && words.length === 1) return stopDemo()
  buildPrograms()
  const { record, env } = await openDemo()
  const lab = openNamespace(record)
  const asAda = { as: login, env: { ...env, TERM: process.env['TERM'] ?? 'dumb' } }
  if (first === 'shell' && words.length === 1) {
    say(`a shell as ${login}; try: dockerrun busybox id`)
    return showProgram(lab, ['/bin/bash'], asAda)
  }
  const line = ['dockerrun', 'busybox', ...(words.length === 0 ? ['id'] : words)]
  say(`${login}$ ${line.map((word) => (/^[\w./:=-]+$/.test(word) ? word : shellWord(word))).join(' ')}`)
  const status = showProgram(lab, line, asAda)
  say(`\na shell as ${login}: npm run demo -- shell\nthe end of it:   npm run demo -- stop`)
  return status
}

/** The running lab, where somebody may have a shell, or a new one where there is none. */
const openDemo = async (): Promise<Demo> => {
  const installed = builtAt()
  const running = readDemo()
  if (running !== undefined && openNamespace(running.record).isAlive()) {
    if (running.installed !== installed)
      say('this demo runs an older build of dockerrun; for the new one: npm run demo -- stop, then npm run demo')
    return running
  }
  await stopDemo()
  mkdirSync(folder, { recursive: true })
  const lab = await startLab({ log: join(folder, 'log'), people: false })
  try {
    const groups = [{ name: 'beamline', gid: 3001 }]
    lab.account({ login, uid: 2001, gid: 2001, groups, gecos: 'Ada', shell: '/bin/bash' })
    const engine = await lab.engine({ name: 'demo' })
    const demo: Demo = { record: lab.record, env: await engine.login(login), installed }
    writeFileSync(stateFile, JSON.stringify(demo))
    say(`a private engine runs on ${engine.host}, in namespaces of its own, with gate 1 in front of it`)
    return demo
  } catch (error) {
    await lab.stop()
    throw error
  }
}

const stopDemo = async (): Promise<number> => {
  const running = readDemo()
  if (running !== undefined) await openNamespace(running.record).stop()
  rmSync(folder, { recursive: true, force: true })
  return 0
}

const readDemo = (): Demo | undefined =>
  existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, 'utf8')) as Demo) : undefined

/** build.sh does nothing where dist is up to date. */
const buildPrograms = (): void => {
  const path = [join(checkout, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
  const script = join(checkout, 'test', 'support', 'build.sh')
  const { status } = spawnSync('sh', [script], { stdio: 'inherit', env: { ...process.env, PATH: path } })
  if (status !== 0) throw new Error('dockerrun could not be built')
}

const builtAt = (): number => {
  const dist = join(checkout, 'dist')
  return Math.max(0, ...readdirSync(dist).map((name) => statSync(join(dist, name)).mtimeMs))
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

process.exitCode = await main(process.argv.slice(2))
