/** dockerrunctl install: shows what has to change on this host, changes it, or takes it back. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Argv, CommandModule } from 'yargs'
import { createAuthority } from '../admin/authority.ts'
import { readHostNames } from '../admin/cert-hosts.ts'
import { diffLines } from '../admin/line-diff.ts'
import { parseDaemon, type Daemon } from '../admin/daemon-json.ts'
import { daemonPath, install, planInstall, readInstalled, uninstall, type Order } from '../admin/install.ts'
import { demandSudoers, readEngineLine } from '../admin/install-site.ts'
import { readFound, type Change } from '../admin/installed.ts'
import { issueServer } from '../admin/issue-server.ts'
import { demandAnonymous, demandEmptyEngine, demandGroup } from '../admin/other-ids.ts'
import { buildSudoers, epilogPath } from '../admin/site-files.ts'
import { Failure } from '../failure.ts'
import { openEngine } from '../host/engine.ts'
import { openOwnFolder } from '../host/files.ts'
import { parseSettings } from '../plugin/settings.ts'
import { flagOption, textOption } from './options.ts'
import { print } from './report.ts'

type Options = Readonly<Record<'dir' | 'root' | 'unit', string>> &
  Readonly<Record<'dry-run' | 'uninstall' | 'purge' | 'force' | 'userns-remap' | 'slurm', boolean>> &
  Readonly<Record<'host' | 'dockerd' | 'socket-group', string | undefined>> & { readonly name: readonly string[] }

export const installCommand: CommandModule<object, Options> = {
  command: 'install',
  describe: 'Set this host up: CA, daemon.json, units, sudo rule, profile',
  builder: (command: Argv<object>) =>
    command
      .option('dir', { ...textOption, default: '/etc/dockerrun/pki', describe: 'folder of the CA' })
      .option('dry-run', { ...flagOption, describe: 'show what would change, and change nothing' })
      .option('uninstall', { ...flagOption, describe: 'take back what install did' })
      .option('purge', { ...flagOption, describe: 'with --uninstall: CA, records and audit log too' })
      .option('force', { ...flagOption, describe: 'also while containers need what is there' })
      .option('root', { ...textOption, default: '/', describe: 'the folder of an image instead of this host' })
      .option('host', { ...textOption, describe: 'where users reach the engine (tcp://127.0.0.1:2376)' })
      .option('name', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: "further name of the engine's host",
      })
      .option('unit', { ...textOption, default: 'docker.service', describe: "the engine's unit" })
      .option('dockerd', { ...textOption, describe: 'the line that starts the engine (its unit has it)' })
      .option('userns-remap', { ...flagOption, describe: 'root inside is nobody outside' })
      .option('slurm', { ...flagOption, describe: 'an Epilog for Slurm, which ends the containers of a job with it' })
      .option('socket-group', { ...textOption, describe: 'the group that may use the engine without a certificate' }),
  handler: run,
}

async function run(options: Options): Promise<void> {
  // Who else could change the tree could lead us out of it at any moment.
  const root = options.root === '/' ? '/' : await openOwnFolder(resolve(options.root))
  if (options.uninstall) return await takeBack(root, options)
  const order = await buildOrder(options, root)
  const changes = await planInstall(order)
  const missing = missingKeys(options, root)
  if (options['dry-run']) return show(changes, missing)
  await demandSudoers(buildSudoers(order.site))
  const isNew = (await readInstalled(root)) === undefined
  await install(order, changes)
  await makeKeys(options, root, missing).catch(async (error: unknown) => {
    if (isNew) await uninstall(root, { purge: true })
    throw error
  })
  for (const { path } of changes) print(path)
  print(changes.length + missing.length === 0 ? 'nothing to change' : next(options))
  if (changes.some(({ path }) => path === epilogPath)) print(`and in slurm.conf: Epilog=${epilogPath}`)
}

async function buildOrder(options: Options, root: string): Promise<Order> {
  const folder = import.meta.dirname
  const [gate, control] = [join(folder, 'dockerrun-authz.cjs'), join(folder, '../bin/dockerrunctl')]
  // What root runs must not lie where somebody else can put another in its place.
  for (const program of [process.execPath, gate, control]) await openOwnFolder(dirname(program))
  const places = parseSettings([])
  const engineLine = options.dockerd ?? (await readEngineLine(root, options.unit))
  const wishes = await readWishes(options, root)
  const { host, group, isRemapped } = wishes
  const daemon = parseDaemon((await readFound(root, daemonPath))?.text, daemonPath)
  const isAnonymous = group !== 'root'
  if (isAnonymous) await demandAnonymous({ daemon, isRemapped, policy: join(root, places.policy) })
  if (isRemapped && daemon['userns-remap'] === undefined && !options.force)
    await demandEmptyEngine(places.engine.replace('unix://', ''), join(root, dataRootOf(daemon, engineLine)))
  return {
    root,
    folders: [
      { path: options.dir, mode: 0o755 },
      { path: places.state, mode: 0o700 },
      { path: dirname(places.audit), mode: 0o700 },
    ],
    wanted: {
      plugin: 'dockerrun',
      runtime: join(folder, 'dockerrun-runtime'),
      host,
      pki: options.dir,
      group,
      isRemapped,
    },
    site: {
      host,
      engineLine,
      isAnonymous,
      hasSlurm: wishes.hasSlurm,
      control: [control],
      units: { ...places, isAnonymous, program: [process.execPath, gate], engineUnit: options.unit },
    },
  }
}

/** What was chosen at an earlier time holds until something else is said. */
async function readWishes(options: Options, root: string) {
  const earlier = await readInstalled(root)
  const host = options.host ?? earlier?.wanted.host ?? 'tcp://127.0.0.1:2376'
  if (!/^tcp:\/\/(?:\[[0-9a-f:]+\]|[\w.-]+):[0-9]+$/i.test(host))
    throw new Failure('usage', `--host ${host}: tcp://ADDRESS:PORT is wanted`, {
      hint: 'see dockerrunctl install --help',
    })
  const named = options['socket-group']
  return {
    host,
    group:
      named === undefined ? (earlier?.wanted.group ?? 'root') : named === 'root' ? named : await demandGroup(named),
    isRemapped: options['userns-remap'] || earlier?.wanted.isRemapped === true,
    hasSlurm: options.slurm || earlier?.entries.some(({ path }) => path === epilogPath) === true,
  }
}

/** moby cmd/dockerd: --data-root, -g of old. */
const dataRootOf = (daemon: Daemon, line: string): string => {
  const named = daemon['data-root'] ?? /\s(?:--data-root|--graph|-g)[= ](\S+)/.exec(line)?.[1]
  return typeof named === 'string' ? named : '/var/lib/docker'
}

type Missing = 'ca' | 'server'

const missingKeys = ({ dir }: Options, root: string): readonly Missing[] => {
  const isThere = (name: string) => existsSync(join(root, dir, name))
  return [...(isThere('ca.pem') ? [] : ['ca' as const]), ...(isThere('server/cert.pem') ? [] : ['server' as const])]
}

async function makeKeys({ dir, name }: Options, root: string, missing: readonly Missing[]): Promise<void> {
  const [own, ...full] = await readHostNames()
  const place = { dir: join(root, dir), hostname: own, now: new Date() }
  if (missing.includes('ca')) await createAuthority({ ...place, days: 3650 })
  if (missing.includes('server'))
    await issueServer({ ...place, names: [...full, ...name], days: 825, by: process.getuid?.() ?? 0 })
}

function show(changes: readonly Change[], missing: readonly Missing[]): void {
  const words = { ca: 'the CA of this host', server: "the engine's certificate" }
  for (const each of missing) print(`made: ${words[each]}`)
  for (const { path, before, after } of changes) {
    print(`${before === undefined ? 'new' : 'changed'}: ${path}`)
    for (const line of diffLines(before?.text ?? '', after)) print(line)
  }
  if (changes.length + missing.length === 0) print('nothing to change')
}

const next = ({ unit }: Options): string =>
  `now: systemctl daemon-reload && systemctl enable --now dockerrun-authz.socket && systemctl restart ${unit}`

/** The engine would not know what to do with containers that name the runtime. */
async function takeBack(root: string, { force, purge, unit }: Options): Promise<void> {
  if (root === '/' && !force) {
    const { engine } = parseSettings([])
    const count = await openEngine(engine, 'dockerrunctl')
      .list('container')
      .then(({ size }) => size)
      .catch(() => undefined)
    if (count !== 0)
      throw new Failure(
        'settings',
        count === undefined
          ? 'the engine does not say which containers there are'
          : `${count} containers may name the runtime`,
        { hint: 'remove them first, or say --force' },
      )
  }
  const { gone, left, kept } = await uninstall(root, { purge })
  for (const path of gone) print(path)
  for (const path of left) print(`changed since, and left: ${path}`)
  for (const path of kept) print(`left, with what is in it: ${path} (--purge removes it)`)
  // Debian's docker.socket would hold a socket whose file the engine has replaced.
  const ours = 'dockerrun-authz.socket dockerrun-authz.service'
  print(`now: systemctl stop ${unit} docker.socket ${ours}; systemctl daemon-reload && systemctl start ${unit}`)
}
