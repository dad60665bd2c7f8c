/** Everyday work on containers with docker's own client, of two releases: what an owner is allowed, and nobody else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerOf, dockerWords, mustOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { newerRelease } from '../support/releases.ts'
import { until } from '../support/until.ts'

describe.for([{ release: 'own' }, { release: newerRelease }] as const)(
  "docker of release '$release'",
  ({ release }) => {
    let lab: Lab
    let engine: Engine
    const docker = dockerOf(
      () => lab,
      () => engine,
    )
    const must = mustOf(docker)
    const inspect = async (name: string) => JSON.parse(await must(`inspect ${name}`))[0]

    beforeAll(async () => {
      lab = await startLab()
      engine = await lab.engine({ name: 'engine', release })
      await Promise.all(['alice', 'bob'].map(engine.login))
      await must('network create hernet')
      const served = 'run -d ME --name web -v herdata:/var/tmp -p 127.0.0.1:8080:80 -p 8081:80 --network hernet'
      await must(`${served} --restart on-failure:2 --label job=7 busybox`, {
        sh: 'echo ready; exec httpd -f -p 80 -h /etc',
      })
    })
    afterAll(() => lab.stop())

    describe('what runs in the foreground is as its flags say:', () => {
      it.for<{ flags: string; sh: string; says: string | RegExp; input?: string }>([
        { flags: '-e GREETING=hello', sh: 'echo $GREETING', says: 'hello\n' },
        { flags: '--group-add 3000', sh: 'id -u; id -G', says: '2001\n2001 3000\n' },
        { flags: '-i', sh: 'cat', input: 'through a pipe', says: 'through a pipe' },
        { flags: '-v herdata:/var/tmp:nocopy', sh: 'echo kept >/var/tmp/file; cat /var/tmp/file', says: 'kept\n' },
        {
          flags: '--mount type=volume,source=herdata,target=/data,volume-nocopy',
          sh: 'cat /data/file',
          says: 'kept\n',
        },
        { flags: '-v herdata:/data:ro,nocopy', sh: 'touch /data/x || cat /data/file', says: 'kept\n' },
        { flags: '--volumes-from web', sh: 'cat /var/tmp/file', says: 'kept\n' },
        { flags: '-v /data', sh: 'grep -c " /data " /proc/mounts', says: '1\n' },
        {
          flags: '--mount type=bind,source=/home/alice,target=/h',
          sh: 'echo x >/h/by-docker; stat -c %u /h/by-docker',
          says: '2001\n',
        },
        { flags: '--mount type=tmpfs,target=/scratch', sh: 'stat -f -c %T /scratch', says: 'tmpfs\n' },
        { flags: '--tmpfs /scratch:size=1m,mode=1777', sh: 'df -k /scratch | tail -1', says: /tmpfs +1024 / },
        { flags: '--shm-size 32m', sh: 'df -k /dev/shm | tail -1', says: /shm +32768 / },
        { flags: '--network container:web', sh: 'wget -qO- http://127.0.0.1/group', says: /root/ },
        { flags: '--network hernet', sh: 'wget -qO- http://web/group', says: /root/ },
        { flags: '--network none', sh: 'ls /sys/class/net', says: 'lo\n' },
        { flags: '--network host', sh: 'wget -qO- http://127.0.0.1:8080/group', says: /root/ },
        { flags: '--pid container:web', sh: 'cat /proc/1/comm', says: 'httpd\n' },
        { flags: '--ulimit nofile=100:100', sh: 'ulimit -n', says: '100\n' },
        { flags: '--cap-drop ALL', sh: 'grep CapBnd /proc/self/status', says: 'CapBnd:\t0000000000000000\n' },
        { flags: '--read-only', sh: 'touch /tmp/x 2>/dev/null || echo refused', says: 'refused\n' },
        { flags: '--init', sh: 'cat /proc/1/comm', says: 'docker-init\n' },
        { flags: '--hostname herhost', sh: 'hostname', says: 'herhost\n' },
        { flags: '--add-host other:10.0.0.9', sh: 'grep other /etc/hosts', says: '10.0.0.9\tother\n' },
        { flags: '--dns 10.0.0.1 --dns-search lab.org', sh: 'cat /etc/resolv.conf', says: /nameserver 10\.0\.0\.1/ },
        { flags: '-w /tmp', sh: 'pwd', says: '/tmp\n' },
        { flags: '--log-driver none', sh: 'echo said', says: 'said\n' },
        { flags: '--stop-signal INT --expose 80 --no-healthcheck', sh: 'echo said', says: 'said\n' },
      ])('$flags', async ({ flags, sh, says, input = '' }) => {
        const { status, stdout, stderr } = await docker(`run --rm ME ${flags} busybox`, { sh, input })
        expect(status, stderr).toBe(0)
        if (typeof says === 'string') expect(stdout).toBe(says)
        else expect(stdout).toMatch(says)
      })

      it.for(['ipc', 'net', 'pid', 'uts'])("the host's %s namespace", async (kind) => {
        const read = ['readlink', `/proc/self/ns/${kind}`]
        const hosts = (await lab.exec(read)).stdout.trim()
        const flag = kind === 'net' ? 'network' : kind
        expect(await must(`run --rm ME --${flag} host busybox ${read.join(' ')}`)).toBe(hosts)
        expect(await must(`run --rm ME busybox ${read.join(' ')}`)).not.toBe(hosts)
      })

      it.for(['run --rm -it ME -e PS1=>: busybox sh', 'exec -it -e PS1=>: web sh'])(
        'on a terminal: %s',
        async (line) => {
          const argv = [engine.dockerCli, ...dockerWords(line)]
          const terminal = lab.terminal(argv, { as: 'alice', env: { ...engine.env('alice') } })
          await terminal.shows('>:')
          // The client tells the size when the shell is there already.
          terminal.type('until [ "$(stty size)" = "24 80" ]; do :; done; tty; exit 3\r')
          await terminal.shows(/\/dev\/pts\/\d\r\n/)
          expect((await terminal.done).status).toBe(3)
        },
      )

      it("its status is the command's, and Ctrl-C reaches it", async () => {
        expect((await docker('run --rm ME busybox', { sh: 'exit 7' })).status).toBe(7)
        const argv = [
          engine.dockerCli,
          ...dockerWords('run --rm ME --init busybox', { sh: 'trap "exit 9" INT; echo up; while :; do sleep 1; done' }),
        ]
        const running = lab.spawn(argv, { as: 'alice', env: engine.env('alice') })
        await until(() => running.output() === 'up\n', { what: 'the trap' })
        await running.signal('SIGINT')
        expect((await running.done).status).toBe(9)
      })
    })

    it.for([
      { flags: '--memory 64m --memory-swap 128m', path: 'Memory', is: 67108864 },
      { flags: '--cpus 0.5', path: 'NanoCpus', is: 500000000 },
      { flags: '--pids-limit 50', path: 'PidsLimit', is: 50 },
      { flags: '--restart on-failure:3', path: 'RestartPolicy', is: { Name: 'on-failure', MaximumRetryCount: 3 } },
      {
        flags: '--log-opt max-size=1m --log-opt max-file=2',
        path: 'LogConfig',
        is: { Type: 'json-file', Config: { 'max-file': '2', 'max-size': '1m' } },
      },
      {
        flags: '-p 8090-8091:90-91/udp -p 8099',
        path: 'PortBindings',
        is: {
          '90/udp': [{ HostIp: '', HostPort: '8090' }],
          '91/udp': [{ HostIp: '', HostPort: '8091' }],
          '8099/tcp': [{ HostIp: '', HostPort: '' }],
        },
      },
      { flags: '-P', path: 'PublishAllPorts', is: true },
      { flags: '--rm', path: 'AutoRemove', is: true },
    ])('create $flags is kept in HostConfig.$path', async ({ flags, path, is }) => {
      const id = await must(`create ME ${flags} busybox true`)
      expect((await inspect(id)).HostConfig[path]).toEqual(is)
      await must(`rm ${id}`)
    })

    it.for([
      { flags: '--label a=b', path: 'Labels', is: { a: 'b' } },
      { flags: '--stop-timeout 3', path: 'StopTimeout', is: 3 },
      {
        flags: '--health-cmd true --health-interval 5s',
        path: 'Healthcheck',
        is: { Test: ['CMD-SHELL', 'true'], Interval: 5e9 },
      },
      { flags: '--entrypoint id', path: 'Entrypoint', is: ['id'] },
    ])('create $flags is kept in Config.$path', async ({ flags, path, is }) => {
      const id = await must(`create ME ${flags} busybox true`)
      expect((await inspect(id)).Config[path]).toEqual(is)
      await must(`rm ${id}`)
    })

    it('what a container says is heard by start -a -i, and by attach, which feed it', async () => {
      await must('create -i ME --name talk busybox cat')
      expect(await docker('start -a -i talk', { input: 'once' })).toEqual({ status: 0, stdout: 'once', stderr: '' })
      await must('start talk')
      expect(await docker('attach talk', { input: 'again' })).toEqual({ status: 0, stdout: 'again', stderr: '' })
      expect(await must('logs talk')).toBe('onceagain')
      await must('rm talk')
    })

    describe('on a container of her own alice may, in this order,', () => {
      it.for<{ line: string; says: RegExp | string; sh?: string }>([
        { line: 'ps', says: /web/ },
        { line: 'ps -a -s --filter name=web --filter label=job=7', says: /web.*virtual/ },
        { line: 'ps --no-trunc -q -l', says: /^[0-9a-f]{64}\n$/ },
        { line: 'inspect --type container --size --format {{.SizeRw}} web', says: /^\d+\n$/ },
        { line: 'logs web', says: 'ready\n' },
        { line: 'logs --since 1h --tail 1 -t web', says: /^\S+Z ready\n$/ },
        { line: 'port web', says: /80\/tcp -> 127\.0\.0\.1:8080/ },
        { line: 'top web', says: /httpd/ },
        { line: 'top web -o pid,comm', says: /httpd/ },
        { line: 'stats --no-stream web', says: /web/ },
        { line: 'diff web', says: '' },
        { line: 'export web', says: /etc\/passwd/ },
        { line: 'exec web id -u', says: '2001\n' },
        { line: 'exec -w /tmp web pwd', says: '/tmp\n' },
        { line: 'exec -e GREETING=hello web', sh: 'echo $GREETING', says: 'hello\n' },
        { line: 'exec -d web touch /tmp/there', says: '' },
        { line: 'update --memory 64m --memory-swap 64m --cpus 1 web', says: 'web\n' },
        { line: 'update --restart no web', says: 'web\n' },
        { line: 'pause web', says: 'web\n' },
        { line: 'unpause web', says: 'web\n' },
        { line: 'rename web server', says: '' },
        { line: 'restart -t 0 server', says: 'server\n' },
        { line: 'stop -t 0 server', says: 'server\n' },
        { line: 'wait server', says: '137\n' },
        { line: 'logs -f server', says: 'ready\nready\n' },
        { line: 'start server', says: 'server\n' },
        { line: 'kill -s KILL server', says: 'server\n' },
        { line: 'rm -f -v server', says: 'server\n' },
        { line: 'volume rm herdata', says: 'herdata\n' },
        { line: 'network rm hernet', says: 'hernet\n' },
      ])('$line', async ({ line, says, sh }) => {
        const { status, stdout, stderr } = await docker(line, { sh })
        expect(status, stderr).toBe(0)
        if (typeof says === 'string') expect(stdout).toBe(says)
        else expect(stdout).toMatch(says)
      })
    })
  },
)
