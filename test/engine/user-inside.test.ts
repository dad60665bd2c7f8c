/** What dockerrun keeps of images and accounts: how often it looks, who may see it, and how long a container can rely on it (DESIGN 6). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { importHostile as importImage } from '../support/hostile-image.ts'
import { startLab, type Lab } from '../support/lab.ts'

const id = 'uid=2001(alice) gid=2001(alice) groups=2001(alice),3000(beam)\n'

describe.for([{ mode: 'a plain engine' }, { mode: 'a remapped engine', remapped: true }])(
  'on $mode',
  ({ remapped = false }) => {
    let lab: Lab
    let engine: Engine

    beforeAll(async () => {
      lab = await startLab()
      engine = await lab.engine({ name: 'engine', remapped })
      await Promise.all(['alice', 'bob'].map(engine.login))
    })
    afterAll(() => lab.stop())

    const as = (cache: string) => ({ as: 'alice', env: { ...engine.env('alice'), XDG_CACHE_HOME: cache } })
    const run = (cache: string, ...argv: readonly string[]) => lab.exec(['dockerrun', ...argv], as(cache))
    const lines = async (...argv: readonly string[]) => (await lab.exec(argv)).stdout.split('\n').filter(Boolean)

    /** How many containers the engine has made meanwhile. */
    const countMade = async (deed: () => Promise<unknown>): Promise<number> => {
      const since = Date.now() / 1000
      await deed()
      const filters = JSON.stringify({ type: ['container'], event: ['create'] })
      const query = new URLSearchParams({ since: String(since), until: String(Date.now() / 1000), filters })
      const { body } = await engine.api({ path: `/events?${query.toString()}` })
      return body.split('\n').filter(Boolean).length
    }

    describe('the cache', () => {
      const cache = '/home/alice/cache'
      const tail = ['--rm', 'changing', 'tail', '-n', '1', '/etc/group']
      const makeImage = async (group: string) =>
        await importImage(engine, { name: 'changing', script: `echo ${group}:x:900: >>etc/group` })

      // With an engine's first container gate 2 makes one of its own.
      beforeAll(() => run(cache, '--rm', 'busybox', 'true'))

      it('is asked by the id of an image, whatever its name: each is looked into once', async () => {
        for (const group of ['first', 'second']) {
          await makeImage(group)
          for (const made of [2, 1]) {
            const deed = async () => expect((await run(cache, ...tail)).stdout).toBe(`${group}:x:900:\n`)
            expect(await countMade(deed)).toBe(made)
          }
        }
      })

      it('is for nobody else to see, and in no other place', async () => {
        expect(new Set(await lines('find', cache, '-type', 'd', '-printf', '%m %u\n'))).toEqual(new Set(['700 alice']))
        expect((await lab.exec(['ls', cache], { as: 'bob' })).status).not.toBe(0)
        expect(await lines('ls', '-A', '/home/alice')).toEqual(['cache'])
        expect(await lines('ls', '-A', '/tmp')).toEqual([])
      })

      it('is filled by many at once, and each finds it whole', async () => {
        const fresh = '/home/alice/cache/fresh'
        const all = await Promise.all(Array.from({ length: 6 }, () => run(fresh, '--rm', 'changing', 'id')))
        expect(all).toEqual(all.map(() => ({ status: 0, stdout: id, stderr: '' })))
        const kept = await lines('find', fresh, '-type', 'f', '-printf', '%f\n')
        expect(kept.toSorted()).toEqual(['group', 'passwd', expect.stringMatching(/^sha256-[0-9a-f]{64}\.json$/)])
      })

      it('is made anew where it was cut off', async () => {
        await lab.exec(['find', cache, '-type', 'f', '-exec', 'truncate', '-s', '20', '{}', '+'])
        expect(await run(cache, '--rm', 'changing', 'sh', '-c', 'id; tail -n 1 /etc/group')).toEqual({
          status: 0,
          stdout: `${id}second:x:900:\n`,
          stderr: '',
        })
      })
    })

    describe('a container that outlives its client', () => {
      const cache = '/home/alice/kept'
      const docker = (...argv: readonly string[]) => lab.exec(['docker', ...argv], as(cache))
      const exec = (...argv: readonly string[]) => lab.exec(['dockerexec', 'long', ...argv], as(cache))
      const whoami = async () => (await exec('whoami')).stdout

      beforeAll(async () => {
        await run(cache, '-d', '--name', 'long', 'busybox', 'sh', '-c', 'id; exec sleep 1000')
      })

      it('keeps its names when it is stopped and started', async () => {
        await docker('stop', '-t', '0', 'long')
        expect(await docker('start', 'long')).toMatchObject({ status: 0 })
        expect((await docker('logs', 'long')).stdout).toBe(id + id)
        expect(await whoami()).toBe('alice\n')
      })

      it('keeps them while it runs, whatever becomes of the cache', async () => {
        await lab.exec([
          'find',
          cache,
          '-type',
          'f',
          '-exec',
          'sh',
          '-c',
          'echo mallory:x:0:0:::/bin/sh >"$1"',
          'sh',
          '{}',
          ';',
        ])
        expect(await whoami()).toBe('alice\n')
        await lab.exec(['rm', '-r', cache])
        expect(await whoami()).toBe('alice\n')
        expect((await exec('head', '-n', '1', '/etc/group')).stdout).toBe('alice:x:2001:\n')
      })

      it('starts again with them after the cache was lost', async () => {
        await docker('stop', '-t', '0', 'long')
        expect(await docker('start', 'long')).toMatchObject({ status: 0 })
        expect(await whoami()).toBe('alice\n')
        expect((await exec('head', '-n', '2', '/etc/group')).stdout).toBe('alice:x:2001:\nbeam:x:3000:alice\n')
      })

      it('leaves nothing but the cache', async () => {
        expect(await docker('rm', '-f', 'long')).toMatchObject({ status: 0 })
        expect(await engine.containers()).toEqual([])
        expect(await lines('grep', '-E', 'passwd|/etc/group', '/proc/1/mountinfo')).toEqual([])
        expect(await lines('ls', '-A', '/tmp')).toEqual([])
      })
    })
  },
)
