/** The lab before the first request: bait among the host's files, and containers, networks and volumes of hers, bob's and root's. */
import type { Engine } from '../support/engine.ts'
import { importHostile } from '../support/hostile-image.ts'
import type { Lab } from '../support/lab.ts'
import { until } from '../support/until.ts'
import { images } from './images.ts'
import { readSpaces, readStarted } from './kernel.ts'
import type { Inspect, World } from './observation.ts'
import { openTalk, type Answer, type Call, type Deed, type Sight, type Talk } from './talk.ts'

export type Stage = AsyncDisposable & {
  readonly lab: Lab
  readonly engine: Engine
  readonly world: World
  readonly call: Readonly<Record<'alice' | 'bob', (call: Call & { headers?: object }) => Promise<Answer>>>
  readonly hand: (deed: Deed) => Promise<Sight>
  /** The words between @ that every case may use. */
  readonly words: Readonly<Record<string, string>>
  readonly readInspect: (id: string) => Promise<Inspect | undefined>
}

export type StageOptions = {
  readonly isRemapped: boolean
  /** By gate 2, which alone can tell what is in an image. */
  readonly isGuarded?: boolean
}

const bait = `
  mkdir -p /srv/open /srv/rooted /srv/beam /srv/sticky /srv/barred /home/alice/folder/inner /home/alice/swaps /home/bob/private
  chmod 0777 /srv/open; chmod 0755 /srv/rooted; chgrp 3000 /srv/beam; chmod 2770 /srv/beam; chmod 1777 /srv/sticky; chgrp 3000 /srv/barred; chmod 0705 /srv/barred
  echo private > /srv/rooted/file; echo secret > /home/bob/private/secret; echo hers > /home/alice/file
  ln -sfn /home/bob/private /home/alice/link
  chown -R 2001:2001 /home/alice; chown -h 2001:2001 /home/alice/link; chown -R 2002:2002 /home/bob
  chmod 700 /home/alice /home/bob /home/bob/private; chmod 600 /home/bob/private/secret; chmod 755 /srv`

const json = { 'Content-Type': 'application/json' }

export async function setStage(
  lab: Lab,
  engine: Engine,
  { isRemapped, isGuarded = true }: StageOptions,
): Promise<Stage> {
  await lab.exec(['sh', '-c', bait])
  await Promise.all(['alice', 'bob'].map(engine.login))
  for (const image of isGuarded ? images : []) await importHostile(engine, image)
  const driver = (as: 'alice' | 'bob') => openTalk<Call, Answer>(lab, 'driver.cjs', { as, env: engine.env(as) })
  const drivers = { alice: driver('alice'), bob: driver('bob') }
  const hand: Talk<Deed, Sight> = openTalk(lab, 'hand.cjs', { as: 'alice' })
  const call = { alice: drivers.alice.ask, bob: drivers.bob.ask }

  const post = async (as: 'alice' | 'bob' | 'root', path: string, body?: object): Promise<string> => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = body === undefined ? { 'Content-Length': '0' } : json
    const request = { method: 'POST', path, body: text, headers }
    const answer = as === 'root' ? await engine.api(request) : await call[as](request)
    if (answer.status >= 300) throw new Error(`${path} of ${as}: ${answer.status} ${answer.body}`)
    return answer.body
  }
  const start = async (as: 'alice' | 'bob' | 'root', name: string, host: object, isRunning = true): Promise<string> => {
    const isKin = name === 'kin'
    const uid = isKin ? '' : { alice: '2001:2001', bob: '2002:2002', root: '' }[as]
    const own =
      as === 'root' || isKin
        ? {}
        : { SecurityOpt: ['no-new-privileges'], ...(isRemapped ? { UsernsMode: 'host' } : {}) }
    const body = {
      Image: 'busybox',
      Cmd: ['sleep', '100000'],
      User: uid,
      HostConfig: { NetworkMode: 'none', ...own, ...host },
    }
    const { Id } = JSON.parse(await post(as, `/containers/create?name=${name}`, body)) as { Id: string }
    if (isRunning) await post(as, `/containers/${Id}/start`)
    return Id
  }
  const volume = (Name: string) => ({ Mounts: [{ Type: 'volume', Source: Name, Target: '/volume' }] })
  const network = async (as: 'alice' | 'bob' | 'root', Name: string): Promise<string> =>
    (JSON.parse(await post(as, '/networks/create', { Name })) as { Id: string }).Id

  const [hernet, bobnet, rootnet] = [
    await network('alice', 'hernet'),
    await network('bob', 'bobnet'),
    await network('root', 'rootnet'),
  ]
  const shared = { IpcMode: 'shareable' }
  const hers = await start('alice', 'hers', { ...shared, ...volume('herdata') })
  // One of hers with remapped ids: only such a one shares namespaces with another such.
  const kin = isRemapped ? await start('alice', 'kin', shared) : hers
  const bobs = await start('bob', 'bobs', { ...shared, ...volume('bobdata'), NetworkMode: 'bobnet' })
  const roots = await start('root', 'roots', { ...shared, ...volume('rootdata') })
  await start('alice', 'hersbind', { Mounts: [{ Type: 'bind', Source: '/home/alice/folder', Target: '/x' }] }, false)
  const plain = await start('root', 'plain', { UsernsMode: isRemapped ? 'host' : '' })

  const readInspect = async (id: string): Promise<Inspect | undefined> => {
    const { status, body } = await engine.api({ path: `/containers/${id}/json` })
    return status === 200 ? (JSON.parse(body) as Inspect) : undefined
  }
  const inspect = async (id: string) => until(() => readInspect(id), { what: id })
  const pidOf = async (id: string) => (await inspect(id)).State.Pid
  const { DockerRootDir } = JSON.parse((await engine.api({ path: '/info' })).body) as { DockerRootDir: string }
  const seen = readStarted(lab.path, await pidOf(plain), {
    labId: lab.record.id,
    id: plain,
    targets: [],
    placed: (target) => target,
    sights: new Map(),
  })
  if (seen === undefined) throw new Error('a container of root has ended by itself')
  const hostSpaces = readSpaces(lab.path, 1)
  const spacesOf = async (id: string) => Object.values(readSpaces(lab.path, await pidOf(id)))
  const foreignSpaces = (await Promise.all([bobs, roots, plain].map(spacesOf))).flat()
  const world: World = {
    isGuarded,
    labId: lab.record.id,
    dataRoot: DockerRootDir,
    hers: new Set(['hers', 'kin', ...[hers, kin].flatMap((id) => [id, id.slice(0, 12)])]),
    hernet,
    foreignNetworks: new Set([bobnet, rootnet]),
    foreignVolumes: new Set(['bobdata', 'rootdata']),
    // Some they have from the host, as hers may.
    foreignSpaces: new Set(foreignSpaces.filter((link) => !Object.values(hostSpaces).includes(link))),
    hostSpaces,
    baseline: { ...seen, inspect: await inspect(plain) },
  }
  const digits = (id: string) => id.slice(0, 12)
  return {
    lab,
    engine,
    world,
    call,
    hand: hand.ask,
    words: {
      hers,
      hers12: digits(hers),
      kin,
      kin12: digits(kin),
      bobs,
      bobs12: digits(bobs),
      hernet,
      bobnet,
      data: DockerRootDir,
    },
    readInspect,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([hand, drivers.alice, drivers.bob].map((each) => each[Symbol.asyncDispose]()))
      await clearStage(engine)
    },
  }
}

/** All that is on the engine, whoever made it: for the next one. */
async function clearStage({ api, containers }: Engine): Promise<void> {
  const remove = (path: string) => api({ method: 'DELETE', path })
  await Promise.all((await containers()).map(({ Id }) => remove(`/containers/${Id}?force=1&v=1`)))
  const networks = JSON.parse((await api({ path: '/networks' })).body) as readonly { readonly Name: string }[]
  const own = networks.filter(({ Name }) => !['bridge', 'host', 'none'].includes(Name))
  await Promise.all(own.map(({ Name }) => remove(`/networks/${Name}`)))
  const { Volumes } = JSON.parse((await api({ path: '/volumes' })).body) as {
    Volumes: readonly { readonly Name: string }[] | null
  }
  await Promise.all((Volumes ?? []).map(({ Name }) => remove(`/volumes/${Name}?force=1`)))
}
