/** Everyday use is not felt by gate 2: what users and root run works as without it, but that images and mounts have no power. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerOf, mustOf, rootDockerOf, type Order } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { newerRelease } from '../support/releases.ts'
import { until } from '../support/until.ts'

type Row = {
  readonly name?: string
  readonly line: string
  readonly sh?: string
  readonly says: RegExp
  readonly on?: string
}

describe.for([{ release: 'own' }, { release: newerRelease }] as const)("on release '$release'", ({ release }) => {
  let lab: Lab
  let engine: Engine
  const get = [() => lab, () => engine] as const
  const [docker, rootDocker] = [dockerOf(...get), rootDockerOf(...get)]
  const [must, rootMust] = [mustOf(docker), mustOf(rootDocker)]

  beforeAll(async () => {
    lab = await startLab()
    engine = await lab.engine({ name: 'engine', release })
    await engine.login('alice')
    await lab.exec(['sh', '-c', 'mkdir -p data/below; echo kept >data/file; echo kept >data/below/file'], {
      as: 'alice',
    })
    await must('volume create herdata')
    const script = 'mkdir -p /data/sub; echo kept >/data/sub/file; chown -R 2001:2001 /data'
    await rootMust('run --rm -v herdata:/data busybox', { sh: script })
    await must('run -d ME --name web --ipc shareable -p 127.0.0.1:8080:80 busybox', {
      sh: 'echo shared >/dev/shm/file; exec httpd -f -p 80 -h /etc',
    })
  })
  afterAll(() => lab.stop())

  const expectSaid = async (how: typeof docker, { line, says, sh }: Row, order: Order = {}) => {
    const { status, stdout, stderr } = await how(line, { ...order, sh })
    expect(stdout, stderr).toMatch(says)
    expect(status, stderr).toBe(0)
  }

  describe("a user's", () => {
    const rows: readonly Row[] = [
      { line: 'run --rm ME busybox id', says: /^uid=2001 gid=2001 groups=2001\n$/ },
      { line: 'run --rm ME --group-add 3000 busybox id -G', says: /^2001 3000\n$/ },
      { line: 'run --rm ME --init busybox cat /proc/1/comm', says: /^docker-init\n$/ },
      { line: 'run --rm -t ME busybox tty', says: /^\/dev\/pts\/0\r\n$/ },
      { line: 'run --rm ME --read-only busybox', sh: 'touch /tmp/x 2>/dev/null || echo refused', says: /^refused\n$/ },
      { line: 'run --rm ME --read-only --tmpfs /tmp busybox', sh: 'echo ran >/tmp/x; cat /tmp/x', says: /^ran\n$/ },
      {
        line: 'run --rm ME --tmpfs /scratch:size=1m,mode=1777 busybox',
        sh: 'df -k /scratch | tail -1',
        says: / 1024 /,
      },
      {
        line: 'run --rm ME -v herdata:/data:nocopy busybox',
        sh: 'echo kept >/data/new; cat /data/new',
        says: /^kept\n$/,
      },
      {
        line: 'run --rm ME -v herdata:/data:ro,nocopy busybox',
        sh: 'touch /data/x || cat /data/sub/file',
        says: /^kept\n$/,
      },
      { line: 'run --rm ME -v /data busybox', sh: 'grep -c " /data " /proc/mounts', says: /^1\n$/ },
      {
        line: 'run --rm ME --mount type=volume,source=herdata,target=/s,volume-subpath=sub,volume-nocopy busybox cat /s/file',
        says: /^kept\n$/,
        on: 'trixie',
      },
      {
        line: 'run --rm ME --mount type=bind,source=/home/alice/data,target=/h busybox',
        sh: 'echo new >/h/new; stat -c %u /h/new; cat /h/file',
        says: /^2001\nkept\n$/,
      },
      {
        line: 'run --rm ME --mount type=bind,source=/home/alice/data,target=/h,readonly busybox',
        sh: 'touch /h/x 2>/dev/null || cat /h/file',
        says: /^kept\n$/,
      },
      {
        name: 'a bind of one file',
        line: 'run --rm ME --mount type=bind,source=/home/alice/data/file,target=/file busybox cat /file',
        says: /^kept\n$/,
      },
      { line: 'run --rm ME --network container:web busybox wget -qO- http://127.0.0.1/group', says: /^root/ },
      { line: 'run --rm ME --pid container:web busybox cat /proc/1/comm', says: /^httpd\n$/ },
      { line: 'run --rm ME --ipc container:web busybox cat /dev/shm/file', says: /^shared\n$/ },
      { line: 'run --rm ME --network none busybox ls /sys/class/net', says: /^lo\n$/ },
      { line: 'run --rm ME --network host busybox wget -qO- http://127.0.0.1:8080/group', says: /^root/ },
      { line: 'run --rm ME --shm-size 32m busybox', sh: 'df -k /dev/shm | tail -1', says: / 32768 / },
      { line: 'run --rm ME --ulimit nofile=100:100 busybox', sh: 'ulimit -n', says: /^100\n$/ },
      { line: 'run --rm ME --memory 64m --cpus 0.5 --pids-limit 50 busybox echo ran', says: /^ran\n$/ },
      { line: 'run --rm ME -w /new/folder busybox pwd', says: /^\/new\/folder\n$/ },
      { line: 'exec web id', says: /^uid=2001 gid=2001/ },
      { line: 'exec -t web tty', says: /^\/dev\/pts\/\d\r\n$/ },
      { line: 'exec -w /tmp -e A=b web', sh: 'pwd; echo $A', says: /^\/tmp\nb\n$/ },
      { line: 'pause web', says: /^web\n$/ },
      { line: 'unpause web', says: /^web\n$/ },
      { line: 'restart -t 0 web', says: /^web\n$/ },
      { line: 'exec web cat /dev/shm/file', says: /^shared\n$/ },
      { line: 'top web', says: /httpd/ },
      { line: 'stats --no-stream web', says: /web/ },
      { line: 'stop -t 0 web', says: /^web\n$/ },
    ]
    it.for(rows.filter(({ on = release }) => on === release).map((row) => ({ ...row, name: row.name ?? row.line })))(
      '$name',
      async (row) => expectSaid(docker, row),
    )

    it('container is restarted when it fails, as often as was asked for', async () => {
      await must('run -d ME --restart on-failure:2 --name fails busybox', { sh: 'id; exit 3' })
      const state = () => must('inspect -f {{.RestartCount}}-{{.State.Status}} fails')
      await until(async () => (await state()) === '2-exited', { what: 'the last restart' })
      expect((await must('logs fails')).split('\n')).toEqual(Array(3).fill('uid=2001 gid=2001 groups=2001'))
    })

    it('health is looked after', async () => {
      await must('run -d ME --name healthy --health-cmd id --health-interval 1s busybox sleep 1000')
      const health = () => must('inspect -f {{.State.Health.Status}} healthy')
      await until(async () => (await health()) === 'healthy', { what: 'a healthy container' })
      expect(await must('inspect healthy')).toContain('uid=2001')
      await must('rm -f healthy')
    })

    it('file of names that is gone is not made anew by the engine, as root (M08)', async () => {
      await lab.exec(['cp', '/etc/group', '/home/alice/names'], { as: 'alice' })
      await must('create ME --name nameless -v /home/alice/names:/etc/group:ro busybox true')
      await lab.exec(['rm', '/home/alice/names'])
      const { status, stderr } = await docker('start nameless')
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('does not exist') as string })
      expect(await lab.exec(['test', '-e', '/home/alice/names'])).toMatchObject({ status: 1 })
      await must('rm nameless')
    })

    it('home is hers with dockerrun, and a process more with dockerexec', async () => {
      const hers = (...argv: readonly string[]) => lab.exec(argv, { as: 'alice', env: engine.env('alice') })
      const sh = ['sh', '-c', 'cd; pwd; cat data/file; id -un; echo >data/by-dockerrun']
      const ran = await hers('dockerrun', '--rm', 'busybox', ...sh)
      expect(ran).toEqual({ status: 0, stdout: '/home/alice\nkept\nalice\n', stderr: '' })
      expect((await lab.exec(['stat', '-c', '%U', '/home/alice/data/by-dockerrun'])).stdout).toBe('alice\n')
      expect(await hers('dockerrun', '-d', '--name', 'long', 'busybox', 'sleep', '1000')).toMatchObject({ status: 0 })
      expect(await hers('dockerexec', 'long', 'id')).toMatchObject({
        status: 0,
        stdout: 'uid=2001(alice) gid=2001(alice) groups=2001(alice),3000(beam)\n',
      })
    })
  })

  describe("nothing in a user's container has power: nodev and nosuid are on", () => {
    it.for(['', '--read-only '])('all of its mounts (%s)', async (flag) => {
      const bind =
        '--mount type=bind,source=/home/alice/data,target=/h --mount type=bind,source=/home/alice/data/file,target=/f'
      const line = `run --rm ME ${flag}${bind} -v herdata:/v:nocopy -v /anonymous --tmpfs /scratch busybox`
      const mounts = (await must(line, { sh: 'cat /proc/self/mountinfo' })).split('\n').map((each) => each.split(' '))
      for (const target of ['/', '/h', '/f', '/v', '/anonymous', '/scratch', '/dev/shm', '/etc/group', '/etc/hosts']) {
        // The one that no other lies on.
        const here = mounts.filter((fields) => fields[4] === target)
        const options = here.find(([id]) => here.every((other) => other[1] !== id))?.[5]?.split(',')
        expect(options, target).toEqual(expect.arrayContaining(['nosuid', 'nodev']))
        if (target === '/') expect(options).toContain(flag === '' ? 'rw' : 'ro')
        if (target === '/h') expect(options).toContain('rw')
      }
    })
  })

  describe("root's", () => {
    const rows: readonly Row[] = [
      { line: 'run --rm busybox id -u', says: /^0\n$/ },
      { line: 'run --rm busybox grep CapEff /proc/self/status', says: /a80425fb/ },
      { line: 'run --rm --cap-add SYS_ADMIN busybox', sh: 'mount -t tmpfs x /tmp && echo ran', says: /^ran\n$/ },
      { line: 'run --rm --init busybox cat /proc/1/comm', says: /^docker-init\n$/ },
      { line: 'run --rm -v /etc:/e:ro -v roots:/v busybox', sh: 'head -1 /e/passwd; echo >/v/x', says: /^root:/ },
      {
        line: 'run --rm --tmpfs /scratch --read-only busybox',
        sh: 'echo ran >/scratch/x; cat /scratch/x',
        says: /^ran\n$/,
      },
      { line: 'run --rm --pid host --network host --ipc host --uts host busybox echo ran', says: /^ran\n$/ },
      { line: 'run --rm --security-opt seccomp=unconfined busybox grep Seccomp: /proc/self/status', says: /\t0\n$/ },
      { line: 'run --rm -u 2001:42 --group-add 43 busybox id', says: /^uid=2001 gid=42 groups=(?:42,)?43\n$/ },
      {
        line: 'run -d --name roots --health-cmd true --health-interval 1s busybox sleep 1000',
        says: /^[0-9a-f]{64}\n$/,
      },
      { line: 'exec -u 0 --privileged roots id -u', says: /^0\n$/, on: 'trixie' },
      { line: 'exec roots id -u', says: /^0\n$/ },
      { line: 'pause roots', says: /^roots\n$/ },
      { line: 'unpause roots', says: /^roots\n$/ },
      { line: 'restart -t 0 roots', says: /^roots\n$/ },
      { line: 'run --rm --network container:roots --pid container:roots busybox cat /proc/1/comm', says: /^sleep\n$/ },
      { line: 'update --memory 64m --memory-swap 64m roots', says: /^roots\n$/ },
    ]
    it.for(rows.filter(({ on = release }) => on === release))('$line', async (row) => expectSaid(rootDocker, row))

    it('health is looked after', async () => {
      const health = () => rootMust('inspect -f {{.State.Health.Status}} roots')
      await until(async () => (await health()) === 'healthy', { what: 'a healthy container' })
      await rootMust('rm -f roots')
    })

    it('privileged containers are what runc by itself makes of them', async () => {
      const line = 'run --rm --privileged busybox grep Cap /proc/self/status'
      const { status, stdout } = await rootDocker(line.replace('run', 'run --runtime runc'))
      expect(await rootDocker(line)).toMatchObject({ status, stdout })
    })

    it('builds run their steps, with the classic builder', async () => {
      mkdirSync(lab.path('/srv/build'), { recursive: true })
      const lines = ['FROM busybox', 'RUN id -u >/made && mknod /node c 1 3', 'WORKDIR /work', 'RUN pwd >>/made']
      writeFileSync(lab.path('/srv/build/Dockerfile'), lines.join('\n'))
      const built = await lab.exec(
        [engine.dockerCli, '-H', `unix://${engine.socket}`, 'build', '-t', 'made', '/srv/build'],
        {
          env: { DOCKER_BUILDKIT: '0' },
        },
      )
      expect(built.status, built.stderr).toBe(0)
      expect(await rootMust('run --rm made cat /made')).toBe('0\n/work')
      expect(await must('run --rm ME made cat /made')).toBe('0\n/work')
    })
  })
})
