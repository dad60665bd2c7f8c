/** A user's container is made: its spec held against the invariants, its mounts opened as the user, and laid into it. */
import { checkOverlay, mergeOverlay, plainGroup } from '../contract/overlay.ts'
import { writeJson, type Json } from '../contract/json.ts'
import { Failure } from '../failure.ts'
import type { ContainerRecord } from '../policy/facts.ts'
import { textAt } from '../policy/fields.ts'
import { findDataRoot, type DeviceNumber, type RuntimeFacts } from '../policy/runtime-facts.ts'
import { findJobParent, findJoined } from '../policy/runtime-linux.ts'
import { findVolumes, objectToPlaces, type Bind } from '../policy/runtime-mounts.ts'
import { groupFile, planCreate, type Plan } from '../policy/runtime-plan.ts'
import { objectToStatus } from '../policy/runtime-status.ts'
import type { Hands } from './hands.ts'
import { gatherRuntimeFacts, isJobOf, type Job, type RuntimeWorld } from './world.ts'

/** Throws a Failure with what is wrong. When it returns, runc has made the container and it waits for `start`. */
export async function create(spec: Json, record: ContainerRecord, hands: Hands, world: RuntimeWorld): Promise<void> {
  const root = textAt(spec, 'root', 'path')
  const dataRoot = findDataRoot(root)
  if (dataRoot === undefined) throw refusal('the engine keeps root file systems where gate 2 does not know them')
  const joined = findJoined(spec)
  const parent = findJobParent(spec, record.id)
  const containerOf = await askContainers(joined, hands)
  const facts = await gatherRuntimeFacts(
    record,
    {
      dataRoot,
      volumes: findVolumes(spec, dataRoot),
      containerOf,
      devices: await askDevices(record.devices ?? [], hands),
      job: await askJob(parent, hands),
    },
    world,
  )
  const plan = planCreate(spec, facts)
  if ('why' in plan) throw refusal(plan.why)
  const seen = await look(plan, { root, volumes: volumesOf(spec, record, dataRoot) }, facts, hands, world)
  const targets = [...plan.binds.map(({ target }) => target), ...(seen.group === undefined ? [] : [groupFile])]
  const made = plan.build(await makePlaces(plan, seen, hands))
  // Told at once, here and below: dockerrun-runtime does one deed after the other, and answers each.
  const [, created] = await Promise.all([hands.must('', 'spec', writeJson(made)), hands.ask('go')])
  if (created.word !== 'created') throw refusal('runc did not make it')
  const why = objectToStatus(created.rest.toString(), made, facts)
  if (why !== undefined) throw refusal(why)
  const [stillOf, job] = await Promise.all([
    askContainers(joined, hands),
    askJob(parent, hands),
    hands.must('', 'plain'),
    ...targets.map(async (target, index) => await hands.must(elsewhere, 'lay', String(index), target)),
  ])
  // A process that has ended by now left its number to another one, which runc may have joined.
  if (joined.some((pid) => stillOf.get(pid) !== containerOf.get(pid)))
    throw refusal('a container whose namespace it joins has just ended')
  // runc has made its cgroup anew then, without limits, and there nobody would end what runs.
  if (job !== undefined && !isJobOf(job, facts.account.uid)) throw refusal('the job it is for has just ended')
  if (facts.ids !== 'own') return
  const { word } = await hands.ask('holds', String(targets.indexOf(groupFile)), groupFile)
  world.noteGroups(record.id, word === 'ok')
}

const elsewhere = 'an image or a folder leads the mount elsewhere: '

const refusal = (why: string): Failure =>
  new Failure('engine-refused', why, { hint: 'docker inspect shows its settings' })

const volumesOf = (spec: Json, record: ContainerRecord, dataRoot: string): readonly string[] =>
  [...new Set([...findVolumes(spec, dataRoot), ...(record.subpaths ?? []).map(({ volume }) => volume)])].map(
    (name) => `${dataRoot}/volumes/${name}/_data`,
  )

/** What is laid over binds instead of what lies at their sources, by target; and /etc/group where no bind brings one. */
type Seen = { readonly files: ReadonlyMap<string, string>; readonly group: string | undefined }

/** At the root file system, the volumes and, as the user, at the sources of the binds. Throws where they are not as they must be. */
async function look(
  plan: Plan,
  { root, volumes }: { readonly root: string; readonly volumes: readonly string[] },
  facts: RuntimeFacts,
  hands: Hands,
  world: RuntimeWorld,
): Promise<Seen> {
  const hasGroup = facts.ids !== 'own' || plan.binds.some(({ target }) => target === groupFile)
  const asked = [
    hands.must('', 'root', root),
    ...volumes.map(async (path) => await hands.must('a volume is no folder of the engine alone: ', 'volume', path)),
    checkPlaces(plan, hands),
  ]
  const found = [
    readFiles(plan.binds, facts, hands, world),
    hasGroup ? undefined : askText(hands, 'read', groupFile),
  ] as const
  const [files, group] = await Promise.all([...found, ...asked])
  return { files, group: group === undefined ? undefined : plainGroup(group) }
}

async function checkPlaces({ mounts }: Plan, hands: Hands): Promise<void> {
  const all = [...mounts, { target: groupFile, whose: 'engine' as const }]
  const { rest } = await hands.must(
    'an image leads the mount elsewhere: ',
    'places',
    ...all.map(({ target }) => target),
  )
  const ways = rest.toString().split('\0\0')
  if (ways.length !== all.length + 1) throw refusal('dockerrun-runtime did not say where its mounts lie')
  const why = objectToPlaces(
    all.map((each, index) => {
      const steps = ways[index]?.split('\0') ?? []
      return { ...each, way: steps.slice(0, -1), place: steps.at(-1) ?? '/' }
    }),
  )
  if (why !== undefined) throw refusal(why)
}

/** What lies at the binds' sources, as the user; of passwd and group the contents, checked. By target. */
async function readFiles(
  binds: readonly Bind[],
  facts: RuntimeFacts,
  hands: Hands,
  world: RuntimeWorld,
): Promise<ReadonlyMap<string, string>> {
  if (binds.length === 0) return new Map()
  const { uid, gid, groups } = facts.account
  const isIdentity = ({ target }: Bind) => facts.ids === 'own' && (target === passwdFile || target === groupFile)
  // Remapped ids are others to the kernel, and others may be granted what the user is denied.
  const how = (bind: Bind) => `-${isIdentity(bind) ? 'c' : ''}${facts.ids === 'remapped' ? 'a' : ''}`
  const [opened, ...contents] = await Promise.all([
    hands.must(
      'you cannot open it from a host shell, or a link is on the way: ',
      'open',
      String(uid),
      String(gid),
      groups.map((group) => group.gid).join(' '),
      ...binds.flatMap((bind) => [how(bind), bind.source]),
    ),
    ...binds.flatMap((bind, index) => (isIdentity(bind) ? [askText(hands, 'contents', String(index))] : [])),
  ])
  const kinds = opened.rest.toString()
  const isOdd = (kind: string | undefined, bind: Bind) =>
    kind === 'x' || (isIdentity(bind) && !/^[fn]$/.test(kind ?? ''))
  const device = binds.find((bind, index) => isOdd(kinds[index], bind))
  if (device !== undefined) throw refusal(`${device.source} is a device, or no file: it is not shown to containers`)
  const texts = new Map(binds.filter(isIdentity).map(({ target }, index) => [target, contents[index] ?? '']))
  const { passwd, group } = checkOverlay(facts.account, texts.get(passwdFile) ?? '', texts.get(groupFile) ?? '')
  const checked = new Map([...texts.keys()].map((target) => [target, target === passwdFile ? passwd : group]))
  const lost = binds.filter((_, index) => kinds[index] === 'n').map(({ target }) => target)
  return lost.length === 0 ? checked : new Map([...checked, ...(await makeAnew(lost, facts, hands, world))])
}

/** The client's copy may be gone when a container starts again: the same is made of the image's own files. */
async function makeAnew(
  targets: readonly string[],
  { account }: RuntimeFacts,
  hands: Hands,
  world: RuntimeWorld,
): Promise<readonly (readonly [string, string])[]> {
  const names = await world.groupNames(account.groups.map(({ gid }) => gid))
  const [imagePasswd, imageGroup] = await Promise.all(
    [passwdFile, groupFile].map((path) => askText(hands, 'read', path)),
  )
  const named = { ...account, groups: account.groups.map(({ gid }) => ({ gid, name: names.get(gid) })) }
  const { passwd, group } = mergeOverlay(named, imagePasswd, imageGroup, false)
  return targets.map((target) => [target, target === passwdFile ? passwd : group])
}

const passwdFile = '/etc/passwd'

/** Makes what runc shall bind; the image's own group file too, since runc before 1.3 believes what is in it (M04b). */
async function makePlaces({ binds }: Plan, { files, group }: Seen, hands: Hands): Promise<readonly string[]> {
  const deeds = binds.map(({ target, readOnly }, index) => {
    const contents = files.get(target)
    return contents === undefined ? ['mount', String(index), readOnly ? 'r' : '-'] : ['file', String(index), contents]
  })
  if (group !== undefined) deeds.push(['file', String(binds.length), group])
  const made = await Promise.all(deeds.map(async (deed) => await hands.must('', ...deed)))
  return made.map(({ rest }) => rest.toString())
}

async function askText(hands: Hands, ...deed: readonly string[]): Promise<string> {
  const { word, rest } = await hands.ask(...deed)
  return word === 'file' ? rest.toString() : ''
}

/** In which container a process is: its cgroup has the id as a part of its path, whichever driver made it. */
async function askContainers(pids: readonly number[], hands: Hands): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  for (const pid of pids) {
    const text = await askText(hands, 'cgroup', String(pid))
    const ids = new Set([...text.matchAll(/[/-]([0-9a-f]{64})(?:\.scope)?$/gm)].map(([, id = '']) => id))
    const [id] = ids
    if (ids.size === 1 && id !== undefined) found.set(pid, id)
  }
  return found
}

/** Who is in the cgroup of a job, but for the containers in it. */
async function askJob(path: string | undefined, hands: Hands): Promise<Job | undefined> {
  if (path === undefined) return undefined
  const { word, rest } = await hands.ask('job', path)
  const [running = 0, ...uids] = word === 'members' ? rest.toString().split(' ').map(Number) : []
  return { path, isRunning: running === 1, uids }
}

async function askDevices(paths: readonly string[], hands: Hands): Promise<readonly DeviceNumber[]> {
  const found: DeviceNumber[] = []
  for (const path of paths) {
    const { word, rest } = await hands.ask('device', path)
    const [type = '', major, minor] = rest.toString().split(' ')
    if (word === 'device') found.push({ path, type, major: Number(major), minor: Number(minor) })
  }
  return found
}
