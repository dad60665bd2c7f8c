/** dockerrun and dockerexec as ordinary accounts, on a plain and on a remapped engine, both with gate 1 in front. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { until } from '../support/until.ts'

describe.for([{ mode: 'a plain engine' }, { mode: 'a remapped engine', remapped: true }])(
  'on $mode',
  ({ remapped = false }) => {
    let lab: Lab
    let engine: Engine

    beforeAll(async () => {
      lab = await startLab()
      lab.account({
        login: 'ldap@dom.ain',
        uid: 4001,
        gid: 4002,
        group: 'staffers',
        groups: [{ name: 'beam9', gid: 4009 }],
        nssOnly: true,
      })
      engine = await lab.engine({ name: 'engine', remapped })
      await Promise.all(['alice', 'bob', 'ldap@dom.ain'].map(engine.login))
    })
    afterAll(() => lab.stop())

    const run = (as: string, argv: readonly string[], input?: string | Buffer, cwd?: string) =>
      lab.exec(argv, {
        as,
        env: engine.env(as),
        ...(input === undefined ? {} : { input }),
        ...(cwd === undefined ? {} : { cwd }),
      })
    const sh = (script: string) => ['dockerrun', '--rm', 'busybox', 'sh', '-c', script]

    it.for([
      { login: 'alice', id: 'uid=2001(alice) gid=2001(alice) groups=2001(alice),3000(beam)' },
      { login: 'ldap@dom.ain', id: 'uid=4001(ldap@dom.ain) gid=4002(staffers) groups=4002(staffers),4009(beam9)' },
    ])('$login is who they are on the host, in an image that does not know them', async ({ login, id }) => {
      expect(await run(login, ['dockerrun', '--rm', 'busybox', 'id'])).toEqual({
        status: 0,
        stdout: `${id}\n`,
        stderr: '',
      })
      const who = await run(login, sh('echo $HOME $USER $LOGNAME $SHELL; pwd; whoami'))
      expect(who.stdout).toBe(`/home/${login} ${login} ${login} /bin/sh\n/home/${login}\n${login}\n`)
    })

    it('a process has no capability, no new privileges and only its own groups', async () => {
      const { stdout } = await run(
        'alice',
        sh('grep -E "^(Uid|Gid|Groups|CapEff|CapPrm|CapBnd|CapAmb|NoNewPrivs)" /proc/self/status'),
      )
      const status = Object.fromEntries(
        stdout
          .trim()
          .split('\n')
          .map((line) => line.split(/:\s*/)),
      )
      expect(status).toMatchObject({
        Uid: '2001\t2001\t2001\t2001',
        Gid: '2001\t2001\t2001\t2001',
        CapEff: '0000000000000000',
        CapPrm: '0000000000000000',
        CapAmb: '0000000000000000',
        CapBnd: '0000000000000000',
        NoNewPrivs: '1',
      })
      expect(status['Groups'].trim().split(' ').toSorted()).toEqual(['2001', '3000'])
    })

    it("a file made in one's home belongs to oneself on the host", async () => {
      expect((await run('alice', sh('echo mine > made; cat made'))).stdout).toBe('mine\n')
      const { uid, gid } = statSync(lab.path('/home/alice/made'))
      expect({ uid, gid }).toEqual({ uid: 2001, gid: 2001 })
    })

    it("another's 0600 file in it stays closed, through the same bind", async () => {
      writeFileSync(lab.path('/home/alice/secret'), 'secret\n', { mode: 0o600 })
      await lab.exec(['chown', 'bob', '/home/alice/secret'])
      const { status, stdout, stderr } = await run('alice', sh('cat secret'))
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toContain('Permission denied')
      expect((await run('alice', sh('ls secret'))).stdout).toBe('secret\n')
    })

    it.for<{ name: string; argv: string[]; input?: string; status: number; stdout?: string; stderr?: RegExp }>([
      { name: 'a pipe in and out', argv: ['-i', 'busybox', 'cat'], input: 'hi\n', status: 0, stdout: 'hi\n' },
      { name: 'the status of the command', argv: ['busybox', 'sh', '-c', 'exit 7'], status: 7 },
      {
        name: 'a command that is not there',
        argv: ['busybox', 'nosuch'],
        status: 127,
        stderr: /^dockerrun: nosuch: not found/,
      },
      {
        name: 'a command that is no program',
        argv: ['busybox', '/etc/passwd'],
        status: 126,
        stderr: /^dockerrun: \/etc\/passwd: /,
      },
      {
        name: 'a signal that ends the command',
        argv: ['busybox', 'sh', '-c', "sh -c 'kill -9 $$'; exit $?"],
        status: 137,
      },
      {
        name: 'stdout and stderr apart',
        argv: ['busybox', 'sh', '-c', 'echo out; echo err >&2'],
        status: 0,
        stdout: 'out\n',
        stderr: /^err\n$/,
      },
      { name: 'a variable', argv: ['-e', 'A=b c', 'busybox', 'sh', '-c', 'echo $A'], status: 0, stdout: 'b c\n' },
      { name: 'a working directory', argv: ['-w', '/tmp', 'busybox', 'pwd'], status: 0, stdout: '/tmp\n' },
      { name: 'an entrypoint', argv: ['--entrypoint', 'echo', 'busybox', 'a', 'b'], status: 0, stdout: 'a b\n' },
      {
        name: 'no network',
        argv: ['--network', 'none', 'busybox', 'sh', '-c', 'ls /sys/class/net'],
        status: 0,
        stdout: 'lo\n',
      },
      {
        name: 'no home',
        argv: ['--no-home', '--no-cwd', 'busybox', 'sh', '-c', 'ls -a /home/alice 2>/dev/null | wc -l'],
        status: 0,
        stdout: '0\n',
      },
      {
        name: 'a long name of the image',
        argv: ['docker.io/library/busybox:latest', 'echo', 'x'],
        status: 0,
        stdout: 'x\n',
      },
    ])('$name', async ({ argv, input, status, stdout, stderr }) => {
      const outcome = await run('alice', ['dockerrun', '--rm', ...argv], input)
      expect(outcome).toMatchObject({ status, ...(stdout === undefined ? {} : { stdout }) })
      if (stderr !== undefined) expect(outcome.stderr).toMatch(stderr)
    })

    it('carries ten megabytes of any bytes there and back, on either stream', async () => {
      const script = [
        'head -c 10000000 /dev/urandom > bytes',
        'dockerrun --rm -i busybox cat < bytes | cmp - bytes',
        "dockerrun --rm -i busybox sh -c 'cat >&2' < bytes 2> back && cmp back bytes",
        'rm bytes back',
      ]
      const line = ['bash', '-c', `set -e -o pipefail; ${script.join('; ')}`]
      expect(await run('alice', line)).toEqual({ status: 0, stdout: '', stderr: '' })
    })

    it.for(['SIGINT', 'SIGTERM'] as const)(
      '%s ends a command that has no handler for it, as on the host',
      async (name) => {
        const running = lab.spawn(['dockerrun', '--rm', 'busybox', 'sh', '-c', 'echo ready; exec sleep 1000'], {
          as: 'alice',
          env: engine.env('alice'),
        })
        await until(() => running.output() === 'ready\n', { what: 'the command' })
        await running.signal(name)
        expect((await running.done).status).toBe(name === 'SIGINT' ? 130 : 143)
        await until(async () => (await engine.containers()).length === 0, { what: 'its removal' })
      },
    )

    it('Ctrl-C on a terminal ends what runs there, and the terminal is as before', async () => {
      const terminal = lab.terminal(['sh'], { as: 'alice', env: { ...engine.env('alice'), PS1: '> ' } })
      await terminal.shows('> ')
      terminal.type("dockerrun --rm busybox sh -c \"echo ru''nning; sleep 1000\"; echo st''atus $?\r")
      await terminal.shows('running')
      terminal.type('\x03')
      await terminal.shows('status 130')
      terminal.type(
        "dockerrun --rm -it busybox sh -c \"until stty size 2>/dev/null | grep 24; do :; done; read line; echo go''t \\$line; sleep 1000\"; echo st''atus $?\r",
      )
      await terminal.shows('24 80')
      terminal.type('words\r')
      await terminal.shows('got words')
      terminal.type('\x03')
      await terminal.shows(/status 130[\s\S]*status 130/)
      terminal.type('stty -a | grep -c " icanon"; exit\r')
      await terminal.shows('\r\n1\r\n')
    })

    it('what nobody reads any more ends, as on the host', async () => {
      const line = 'dockerrun --rm busybox yes | head -n 1; test ${PIPESTATUS[0]} = 141'
      expect(await run('alice', ['bash', '-c', line])).toEqual({ status: 0, stdout: 'y\n', stderr: '' })
      await until(async () => (await engine.containers()).length === 0, { what: 'its removal' })
    })

    it("a cache that is not one's own is not believed", async () => {
      const inTmp = { as: 'bob', env: { ...engine.env('bob'), XDG_CACHE_HOME: '/tmp/cache' } }
      await lab.exec(['install', '-d', '-o', 'alice', '-m', '755', '/tmp/cache', '/tmp/cache/dockerrun'])
      const { stdout, stderr } = await lab.exec(['dockerrun', '--rm', 'busybox', 'id', '-u'], inTmp)
      expect({ stdout, stderr }).toMatchObject({
        stdout: '2002\n',
        stderr: expect.stringMatching(/^dockerrun: no names inside: .*\n$/),
      })
      await lab.exec(['rm', '-r', '/tmp/cache'])
    })

    // On a remapped engine the image's folders are not root's, and runc before 1.3 would believe what was put there (M04c).
    it('dockerexec goes into an own running container, as oneself', async () => {
      const { stdout: id } = await run('alice', ['dockerrun', '-d', '--name', 'long', 'busybox', 'sleep', '1000'])
      expect(id).toMatch(/^[0-9a-f]{64}\n$/)
      for (const reference of ['long', id.trim(), id.slice(0, 12)])
        expect((await run('alice', ['dockerexec', reference, 'id'])).stdout).toBe(
          `uid=2001(alice) gid=2001(alice)${remapped ? '' : ' groups=2001(alice),3000(beam)'}\n`,
        )
      expect((await run('alice', ['dockerexec', '-i', 'long', 'cat'], 'hi')).stdout).toBe('hi')
      expect((await run('alice', ['dockerexec', 'long', 'sh', '-c', 'exit 9'])).status).toBe(9)
      expect((await run('alice', ['dockerexec', 'long', 'sh', '-c', 'echo $HOME $USER'])).stdout).toBe(
        '/home/alice alice\n',
      )
      expect(await run('bob', ['dockerexec', 'long', 'id'])).toMatchObject({
        status: 125,
        stdout: '',
        stderr: expect.stringContaining('no such container of yours'),
      })
      expect((await run('bob', ['docker', 'rm', '-f', 'long'])).status).not.toBe(0)
      expect((await run('alice', ['docker', 'rm', '-f', 'long'])).status).toBe(0)
    })

    it('the current folder comes along where it is not in the home', async () => {
      await lab.exec(['install', '-d', '-o', 'alice', '/srv/work'])
      expect((await run('alice', sh('pwd; echo here > note'), undefined, '/srv/work')).stdout).toBe('/srv/work\n')
      expect(readFileSync(lab.path('/srv/work/note'), 'utf8')).toBe('here\n')
    })

    it('leaves no container and no temporary file', async () => {
      expect(await engine.containers()).toEqual([])
      expect((await lab.exec(['sh', '-c', 'ls -A /tmp'])).stdout).toBe('')
    })
  },
)
