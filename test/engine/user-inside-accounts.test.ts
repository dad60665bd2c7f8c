/** Whoever the user is on the host, they are inside a real Debian (DESIGN 6): one script is run in both places, and a login tried. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDebianTar } from '../support/debian.ts'
import { importTar } from '../support/engine-parts.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { checkout } from '../support/packages.ts'
import { until } from '../support/until.ts'

const who = 'id; whoami; pwd; echo "$HOME $USER $LOGNAME $SHELL"; getent passwd "$(id -u)"'

describe.for([{ mode: 'a plain engine' }, { mode: 'a remapped engine', remapped: true }])(
  'on $mode',
  ({ remapped = false }) => {
    let lab: Lab
    let engine: Engine

    beforeAll(async () => {
      lab = await startLab()
      lab.account({ login: 'bash', uid: 4001, gid: 4001, shell: '/bin/bash', groups: [{ name: 'beam', gid: 3000 }] })
      lab.account({ login: 'fish', uid: 4002, gid: 4002, shell: '/usr/bin/fish', gecos: 'Fish, Room 5,,' })
      lab.account({
        login: 'user@example.org',
        uid: 4003,
        gid: 4003,
        groups: Array.from({ length: 1000 }, (_, index) => ({ name: `Domain Users ${index}`, gid: 5000 + index })),
        nssOnly: true,
      })
      const gecos = 'Jörg Ω, Büro 5,,'
      lab.account({ login: 'DOM\\user', uid: 4004, gid: 4444, group: false, gecos, nssOnly: true })
      await addColon(lab)
      engine = await lab.engine({ name: 'engine', remapped, loadImage: false })
      const logins = ['bash', 'fish', 'user@example.org', 'DOM\\user', 'colon']
      const tar = readFileSync(makeDebianTar())
      await Promise.all([
        importTar(engine.api, { name: 'debian', tar, changes: ['CMD ["sh"]'] }),
        ...logins.map(engine.login),
      ])
    })
    afterAll(() => lab.stop())

    // No password fits inside, and no file has one: the line says `*` where the host's says `x`.
    it.for<{ login: string; name: string; unlike?: readonly (readonly [string, string])[] }>([
      { login: 'bash', name: 'with the own shell' },
      { login: 'fish', name: 'whose shell the image has not', unlike: [['/usr/bin/fish', '/bin/sh']] },
      { login: 'user@example.org', name: 'of a directory service, with a thousand groups' },
      {
        login: 'DOM\\user',
        name: 'with a group that has no name, and UTF-8 in the gecos',
        unlike: [
          ['gid=4444', 'gid=4444(g4444)'],
          ['groups=4444', 'groups=4444(g4444)'],
        ],
      },
      // getent shows blanks in their place.
      { login: 'colon', name: 'with colons in the gecos' },
    ])('$login, $name', async ({ login, unlike = [] }) => {
      const as = { as: login, env: engine.env(login) }
      const host = await lab.exec(['sh', '-c', who], as)
      expect(host).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(`\n${login}:x:`) as string })
      const expected = [[`\n${login}:x:`, `\n${login}:*:`] as const, ...unlike].reduce(
        (text, [outside, inside]) => text.replaceAll(outside, inside),
        host.stdout,
      )
      expect(await lab.exec(['dockerrun', '--rm', 'debian', 'sh', '-c', who], as)).toEqual({
        ...host,
        stdout: expected,
      })
    })

    it('a uid without a name is told what is amiss', async () => {
      const become = ['setpriv', '--reuid', '4999', '--regid', '4999', '--clear-groups']
      expect(await lab.exec([...become, 'dockerrun', 'debian', 'id'], { env: { HOME: '/' } })).toEqual({
        status: 125,
        stdout: '',
        stderr:
          'dockerrun: uid 4999 has no name on this machine, and the engine knows its users by name\n' +
          'dockerrun: hint: ask the administrator: getent passwd 4999 must answer\n',
      })
    })

    it("Debian's sshd, started by the user as it is, lets that user in", async () => {
      const as = { as: 'bash', env: engine.env('bash') }
      const keys = 'for each in host key; do ssh-keygen -q -t ed25519 -N "" -f $each; done'
      const authorized = 'mkdir -m 700 .ssh; cp key.pub .ssh/authorized_keys'
      const sshd = 'exec /usr/sbin/sshd -D -e -p 2222 -o HostKey=$PWD/host -o PidFile=none 2>&1'
      const script = `set -e; ${keys}; ${authorized}; ${sshd}`
      const server = lab.spawn(['dockerrun', '--rm', '--name', 'sshd', 'debian', 'sh', '-c', script], as)
      await until(() => server.output().includes('Server listening on 0.0.0.0 port 2222'), {
        what: 'sshd',
        log: server.output,
      })

      const options = ['-q', '-tt', '-p', '2222', '-i', 'key', '-o', 'StrictHostKeyChecking=no']
      const line = `${who}; tty`
      const login = await lab.exec(['dockerexec', 'sshd', 'ssh', ...options, '127.0.0.1', line], as)
      const inside = await lab.exec(['dockerrun', '--rm', 'debian', 'sh', '-c', who], as)
      expect(login, server.output()).toMatchObject({ status: 0, stderr: '' })
      expect(login.stdout.replaceAll('\r', '')).toBe(`${inside.stdout}/dev/pts/0\n`)
      expect(server.output()).toContain('Accepted publickey for bash from 127.0.0.1')
      await server.signal('SIGTERM')
      await server.done
    })
  },
)

/** The account `colon`, which no file of libnss-extrausers could hold. */
async function addColon(lab: Lab): Promise<void> {
  const library = '/usr/local/lib/libnss_colon.so.2'
  const steps = [
    ['cc', '-shared', '-fPIC', '-Wall', '-Wextra', '-Werror', '-o', library, '-x', 'c', '-'],
    ['ldconfig'],
    ['sed', '-i', '-E', 's/^passwd:.*/& colon/', '/etc/nsswitch.conf'],
    ['install', '-d', '-o', '4011', '-g', '3000', '-m', '700', '/home/colon'],
  ]
  // Given as input: a lab does not see each place where a checkout may lie.
  const input = readFileSync(join(checkout, 'test/fixtures/nss-colon.c'), 'utf8')
  for (const step of steps) {
    const { status, stderr } = await lab.exec(step, { input })
    if (status !== 0) throw new Error(`${step.join(' ')}: ${stderr}`)
  }
}
