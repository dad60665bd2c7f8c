/**
 * npm run demo [-- [remapped] COMMAND... | shell | stop]: a private engine with the gates, and an ordinary account that may use
 * it. It stays until it is stopped, so that the next call costs next to nothing. Nothing of the machine is changed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Engine, EngineEnvironment } from './engine.ts'
import { type Lab, startLab } from './lab.ts'
import { type NamespaceRecord, openNamespace } from './namespace.ts'
import { checkout } from './packages.ts'
import { showProgram } from './program.ts'
import { shellWord } from './terminal.ts'

type Demo = {
  readonly record: NamespaceRecord
  readonly env: EngineEnvironment & Partial<Record<'ANYBODY', string>>
  readonly installed: number
}

/** With one's own ids; or with userns-remap, and a socket for callers without a name. */
type Kind = (typeof kinds)[number]
const kinds = ['own', 'remapped'] as const
const folders = { own: join(checkout, '.lab', 'demo'), remapped: join(checkout, '.lab', 'demo-remapped') } as const
const stateFile = (kind: Kind): string => join(folders[kind], 'state.json')
const [login, group] = ['ada', 'beamline']

const main = async (all: readonly string[]): Promise<number> => {
  const [kind, words] = all[0] === 'remapped' ? (['remapped', all.slice(1)] as const) : (['own', all] as const)
  const [first] = words
  if (first === 'stop' && words.length === 1) {
    for (const each of kinds) await stopDemo(each)
    return 0
  }
  buildPrograms()
  const { record, env } = await openDemo(kind)
  const lab = openNamespace(record)
  const asAda = { as: login, env: { ...env, TERM: process.env['TERM'] ?? 'dumb' } }
  if (first === 'shell' && words.length === 1) {
    say(`a shell as ${login}; try: dockerrun busybox id`)
    return showProgram(lab, ['/bin/bash'], asAda)
  }
  const line = ['dockerrun', 'busybox', ...(words.length === 0 ? ['id'] : words)]
  say(`${login}$ ${line.map((word) => (/^[\w./:=-]+$/.test(word) ? word : shellWord(word))).join(' ')}`)
  const status = showProgram(lab, line, asAda)
  say(
    `\na shell as ${login}: npm run demo -- ${kind === 'own' ? '' : `${kind} `}shell\nthe end of it:   npm run demo -- stop`,
  )
  return status
}

/** The running lab, where somebody may have a shell, or a new one where there is none. */
const openDemo = async (kind: Kind): Promise<Demo> => {
  const installed = builtAt()
  const running = readDemo(kind)
  if (running !== undefined && openNamespace(running.record).isAlive()) {
    if (running.installed !== installed)
      say('this demo runs an older build of dockerrun; for the new one: npm run demo -- stop, then npm run demo')
    return running
  }
  await stopDemo(kind)
  mkdirSync(folders[kind], { recursive: true })
  const lab = await startLab({ log: join(folders[kind], 'log'), people: false })
  try {
    const groups = [{ name: group, gid: 3001 }]
    lab.account({ login, uid: 2001, gid: 2001, groups, gecos: 'Ada', shell: '/bin/bash' })
    const engine = await lab.engine({ name: 'demo', remapped: kind === 'remapped' })
    const env = { ...(await engine.login(login)), ...(kind === 'remapped' ? await openToAnybody(lab, engine) : {}) }
    const demo: Demo = { record: lab.record, env, installed }
    writeFileSync(stateFile(kind), JSON.stringify(demo))
    say(`a private engine runs on ${engine.host}, in namespaces of its own, with the gates in front of it`)
    return demo
  } catch (error) {
    await lab.stop()
    throw error
  }
}

/** The image is there: from here on whoever comes by the socket is nobody in particular. */
const openToAnybody = async (lab: Lab, { socket, gate }: Engine): Promise<{ readonly ANYBODY: string }> => {
  writeFileSync(lab.path('/run/lab/engines/demo/gate/policy.yaml'), remappedPolicy)
  await gate.signal('SIGHUP')
  const { status, stderr } = await lab.exec(['/usr/local/lib/engine/bin/setfacl', '-m', `g:${group}:rw`, socket])
  if (status !== 0) throw new Error(stderr)
  return { ANYBODY: `unix://${socket}` }
}

const remappedPolicy = 'socket: anonymous\neveryone: {remapped-binds: writable}\n'

const stopDemo = async (kind: Kind): Promise<void> => {
  const running = readDemo(kind)
  if (running !== undefined) await openNamespace(running.record).stop()
  rmSync(folders[kind], { recursive: true, force: true })
}

const readDemo = (kind: Kind): Demo | undefined =>
  existsSync(stateFile(kind)) ? (JSON.parse(readFileSync(stateFile(kind), 'utf8')) as Demo) : undefined

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
