/** What --dry-run prints does the same by way of docker's own client; dockerrun.yaml of the site and of the user. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { importTar } from '../support/engine-parts.ts'
import type { Engine } from '../support/engine.ts'
import { makeBusyboxTar } from '../support/image.ts'
import { startLab, type Lab } from '../support/lab.ts'

const entry = ['ENTRYPOINT ["/bin/echo", "entry", "two  words"]', 'CMD ["usual"]', 'ENV OF=image', 'WORKDIR /var']

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await engine.login('alice')
  await importTar(engine.api, {
    name: 'entry',
    tar: readFileSync(makeBusyboxTar()),
    changes: ['ENV PATH=/bin', ...entry],
  })
  await lab.exec(['install', '-d', '-o', 'alice', '/srv/work', '/srv/work/a, "b"'])
  await lab.exec(['install', '-o', 'alice', '/dev/null', '/srv/work/a, "b"/file'])
})
afterAll(() => lab.stop())

const run = (argv: readonly string[], options: { cwd?: string; env?: Readonly<Record<string, string>> } = {}) =>
  lab.exec(argv, { as: 'alice', cwd: '/srv/work', ...options, env: { ...engine.env('alice'), ...options.env } })

describe('the line that --dry-run prints does what dockerrun does:', () => {
  const show = 'id; pwd; env | grep -v ^HOSTNAME= | sort; ls -a; exit 3'

  it.for<{ name: string; words: readonly string[]; input?: string }>([
    { name: 'with home and working directory', words: ['busybox', 'sh', '-c', `echo x >made; ${show}`] },
    { name: 'without them', words: ['--no-home', '--no-cwd', 'busybox', 'sh', '-c', show] },
    { name: 'as the image is', words: ['--as-is', 'busybox', 'sh', '-c', show] },
    { name: 'an image with an entrypoint', words: ['entry', 'one', 'two  words'] },
    { name: 'with its own command', words: ['entry'] },
    { name: 'as it is', words: ['--as-is', 'entry', 'one'] },
    { name: 'without its entrypoint', words: ['--entrypoint', '', 'entry', 'echo', 'x'] },
    { name: 'as it is and without its entrypoint', words: ['--as-is', '--entrypoint', '', 'entry', 'echo', 'x'] },
    { name: 'with another', words: ['--entrypoint', 'sh', 'entry', '-c', show] },
    {
      name: 'odd characters in words',
      words: [
        'busybox',
        'sh',
        '-c',
        'for each; do echo "<$each>"; done',
        'sh',
        "it's",
        'a  "b" $HOME `x` \\ * ?',
        'new\nline\ttab',
        '',
        '-x',
        'é€',
        '!#~',
      ],
    },
    {
      name: 'odd characters in variables and labels',
      words: [
        '-e',
        `A=it's "x" $y`,
        '-e',
        'B=l1\nl2',
        '-e',
        'a.b=2',
        '-e',
        'UNSET',
        '-l',
        'c=d  e',
        '-l',
        'f=',
        'busybox',
        'env',
      ],
    },
    { name: 'odd characters in paths', words: ['-v', '/srv/work/a, "b":/data', 'busybox', 'ls', '/data'] },
    {
      name: 'odd characters in --mount',
      words: [
        '--mount',
        'type=bind,"source=/srv/work/a, ""b""",target=/data,readonly',
        'busybox',
        'sh',
        '-c',
        'ls /data; touch /data/x',
      ],
    },
    { name: 'input', words: ['-i', '-a', 'stdin', '-a', 'stdout', 'busybox', 'cat'], input: 'in\n' },
    {
      name: 'places of all kinds',
      words: [
        '-v',
        '/anonymous',
        '-v',
        '/srv/work:/w:ro',
        '--tmpfs',
        '/one:size=1m',
        '--mount',
        'type=tmpfs,target=/two,tmpfs-mode=1777',
        'busybox',
        'sh',
        '-c',
        'grep -E " /(anonymous|w|one|two) " /proc/mounts | cut -d" " -f2,3 | sort; touch /w/x',
      ],
    },
    {
      name: 'limits, network and names',
      words: [
        '-w',
        '/tmp',
        '--init',
        '--ulimit',
        'nofile=100:200',
        '-m',
        '64m',
        '--shm-size=32m',
        '--network',
        'none',
        '-h',
        'host',
        '--add-host=other:10.0.0.9',
        '--read-only',
        '--health-cmd',
        'test -e /tmp',
        '--stop-signal=USR1',
        '--sig-proxy=false',
        'busybox',
        'sh',
        '-c',
        'pwd; ulimit -n; hostname; cat /proc/1/comm; ls /sys/class/net; grep other /etc/hosts; touch /tmp/x',
      ],
    },
    {
      name: '--env-file and --env-pass',
      words: ['--env-file', '/home/alice/env', '--env-pass', 'SITE_*', 'busybox', 'sh', '-c', 'echo $A $SITE_B'],
    },
  ])('$name', async ({ words, input = '' }) => {
    writeFileSync(lab.path('/home/alice/env'), 'A=of a file\n')
    const options = { as: 'alice', cwd: '/srv/work', input, env: { ...engine.env('alice'), SITE_B: 'of the site' } }
    const asked = ['--rm', ...words]
    const direct = await lab.exec(['dockerrun', ...asked], options)
    rmSync(lab.path('/srv/work/made'), { force: true })
    const line = await lab.exec(['dockerrun', '--dry-run', ...asked], options)
    expect(line).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^docker run --rm /) as string })
    const indirect = await lab.exec(['sh', '-c', line.stdout], options)
    const withoutNames = ({ stdout, ...rest }: typeof direct) => ({
      ...rest,
      stdout: stdout.replace(/^HOSTNAME=.*$/m, ''),
    })
    expect(withoutNames(indirect)).toEqual(withoutNames(direct))
    expect(direct.stdout + direct.stderr).not.toBe('')
    if (words.some((word) => word.includes('made')))
      expect(readFileSync(lab.path('/srv/work/made'), 'utf8')).toBe('x\n')
  })

  it('makes nothing', async () => {
    await run(['dockerrun', '--dry-run', '--name', 'work', '--cidfile', '/srv/work/id', 'busybox'])
    expect(await engine.containers()).toEqual([])
    expect((await run(['ls', '/srv/work/id'])).status).not.toBe(0)
  })
})

describe('dockerrun.yaml', () => {
  const [site, user] = ['/etc/dockerrun/dockerrun.yaml', '/home/alice/.config/dockerrun/dockerrun.yaml'] as const
  const write = (path: string, text: string) => {
    mkdirSync(lab.path(path.replace(/\/[^/]*$/, '')), { recursive: true })
    writeFileSync(lab.path(path), text)
  }
  afterEach(() => {
    for (const path of [site, user]) rmSync(lab.path(path), { force: true })
  })
  const settings = async () => (await run(['dockerrun', '--show-config'])).stdout

  it('--show-config tells each setting and where it is from, the user’s before the site’s', async () => {
    expect(await settings()).toBe(
      ['home: true', 'cwd: true', 'binds: []', 'env-pass: []', 'env: []', 'hpc: job', 'host: ""', 'cert-path: ""']
        .map((line) => `${line}  # default\n`)
        .join(''),
    )
    write(site, 'home: false\nbinds: [/srv/site, "/srv/data:ro"]\nenv-pass: ["SITE_*"]\nhost: tcp://127.0.0.1:2376\n')
    write(user, 'home: true\n')
    expect(await settings()).toBe(
      [
        `home: true  # ${user}`,
        'cwd: true  # default',
        `binds: [/srv/site, "/srv/data:ro"]  # ${site}`,
        `env-pass: ["SITE_*"]  # ${site}`,
        'env: []  # default',
        'hpc: job  # default',
        `host: tcp://127.0.0.1:2376  # ${site}`,
        'cert-path: ""  # default\n',
      ].join('\n'),
    )
  })

  it('says what is bound, and the command line has the last word', async () => {
    await lab.exec(['sh', '-c', 'mkdir -p /srv/site; echo of the site >/srv/site/file; touch /home/alice/mine'])
    write(site, 'home: false\ncwd: false\nbinds: [/srv/site, /srv/none]\nenv-pass: [SITE_NAME]\n')
    const look = 'ls /home/alice/mine /srv/work 2>/dev/null | head -1; cat /srv/site/file; echo $SITE_NAME'
    const looked = async (...flags: readonly string[]) =>
      await run(['dockerrun', '--rm', ...flags, 'busybox', 'sh', '-c', look], { env: { SITE_NAME: 'lab' } })
    expect(await looked()).toEqual({ status: 0, stdout: 'of the site\nlab\n', stderr: '' })
    expect((await looked('--home')).stdout).toBe('/home/alice/mine\nof the site\nlab\n')
    expect((await looked('--no-binds')).stdout).toBe('lab\n')
    write(user, 'home: true\n')
    expect((await looked()).stdout).toBe('/home/alice/mine\nof the site\nlab\n')
  })

  it('tells where the engine is to a job without any variable, and a variable has the last word', async () => {
    write(site, `host: ${engine.host}\ncert-path: ~/.docker/lab\n`)
    await run(['sh', '-c', 'mkdir -p ~/.docker; cp -r "$DOCKER_CERT_PATH" ~/.docker/lab'])
    const empty = ['env', '-i', 'PATH=/usr/local/bin:/usr/bin:/bin']
    const line = ['dockerrun', '--rm', 'busybox', 'whoami']
    const asAlice = { status: 0, stdout: 'alice\n', stderr: '' }
    expect(await run([...empty, 'HOME=/home/alice', ...line])).toEqual(asAlice)
    write(site, `host: ${engine.host}\ncert-path: ${engine.certificates.pathOf('alice')}\n`)
    expect(await run([...empty, ...line])).toEqual(asAlice)
    const { status, stderr } = await run([...empty, 'DOCKER_HOST=unix:///no.sock', ...line])
    expect({ status, stderr }).toMatchObject({ status: 125, stderr: expect.stringContaining('/no.sock') as string })
  })

  it.for([
    { name: 'an unknown key', text: 'home: true\nhomes: true\n', says: 'line 2: homes is unknown' },
    { name: 'a value of another kind', text: 'home: 1\n', says: 'line 1: home: expected true or false' },
    { name: 'what is no YAML', text: 'home: [\n', says: 'line 2: not YAML' },
  ])('$name names file and line', async ({ text, says }) => {
    write(site, text)
    const { status, stdout, stderr } = await run(['dockerrun', '--rm', 'busybox', 'true'])
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^dockerrun: .+\ndockerrun: hint: .+\n$/)
    expect(stderr).toContain(`${site}: ${says}`)
  })
})
