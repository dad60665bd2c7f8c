/** dockerexec beside docker's own client, and what docker has not: the one container of this job or shell session. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { expectSame, removeContainers, type Row } from '../support/transcript.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await Promise.all(['alice', 'bob'].map(engine.login))
})
afterAll(() => lab.stop())

const run = (argv: readonly string[], env: Readonly<Record<string, string>> = {}, as = 'alice') =>
  lab.exec(argv, { as, env: { ...engine.env(as), ...env } })

describe('in a container of one’s own:', () => {
  beforeAll(async () => {
    await run(['dockerrun', '-d', '--name', 'work', '-e', 'KEPT=1', 'busybox', 'sleep', '1000'])
    await run(['dockerrun', '-d', '--name', 'over', 'busybox', 'true'])
    await run(['docker', 'wait', 'over'])
  })
  afterAll(async () => await removeContainers(engine))

  it.for<Row>([
    { name: 'stdout, stderr and status', line: "into work sh -c 'echo out; echo err >&2; exit 3'" },
    { name: 'a pipe in', line: "echo in | into -i work sh -c 'cat; echo end; exit 4'" },
    { name: 'no input without -i', line: "echo in | into work sh -c 'cat; echo end'" },
    {
      name: 'any byte, there and back',
      line: 'head -c 3000000 /dev/urandom >bytes; into -i work cat <bytes | cmp - bytes',
    },
    { name: 'an output that nobody reads', line: 'into work yes | head -n 1' },
    { name: 'an input that is not read to its end', line: 'yes | into -i work head -n 1' },
    { name: 'user and groups', line: 'into work id' },
    { name: 'variables of the container', line: "into work sh -c 'echo $HOME $USER $KEPT'" },
    {
      name: '-e of a value, of one passed on and of an unset one',
      line: "B=here into -e A=1 -e B -e C -e KEPT=2 work sh -c 'echo $A $B ${C-unset} $KEPT'",
    },
    {
      name: '--env-file, below -e',
      line: `printf 'A=1\\n# words\\nB=two words\\nC\\n' >env; into --env-file env -e A=2 work sh -c 'echo "$A|$B|\${C-unset}"'`,
    },
    {
      name: '--env-file that is not there',
      line: 'into --env-file no work true',
      ours: { says: /cannot read no /, status: 125 },
    },
    {
      name: '--env-file with options for Node, which are the container’s',
      line: "echo NODE_OPTIONS=--nosuch >env; into --env-file env work sh -c 'echo $NODE_OPTIONS'",
    },
    { name: '-w', line: 'into -w /tmp work pwd' },
    { name: '-u of oneself', line: 'into -u 2001:2001 work id' },
    { name: '-u of root', line: 'into -u 0 work id', ours: { says: /-u 0: the container runs as you/, status: 125 } },
    {
      name: '-d',
      line: "into -d work sh -c 'echo made >/tmp/made'; until into work cat /tmp/made 2>/dev/null; do :; done; into work rm /tmp/made",
    },
    { name: '-t', line: "into -t work sh -c 'test -t 0 && test -t 1; echo $?; echo err >&2; exit 5'" },
    {
      name: '-it where no terminal is',
      line: 'into -it work true',
      ours: { says: /input device is not a TTY/, status: 125 },
    },
    { name: 'a command that a signal ends', line: "into work sh -c 'kill -KILL $$'" },
    { name: 'words behind --', line: 'into -- work echo -n -- x' },
    {
      name: '--privileged',
      line: 'into --privileged work true',
      ours: { says: /--privileged: .*root on the host/, status: 125 },
    },
    { name: 'no command', line: 'into work', ours: { says: /no command is named/, status: 125 } },
    {
      name: 'keys that are none',
      line: 'into --detach-keys nope work true',
      ours: { says: /--detach-keys: unknown character/, status: 125 },
    },
    { name: 'an empty name of a variable', line: 'into -e =x work true', ours: { says: /-e, --env/ } },
    { name: 'a container that does not run', line: 'into over true', ours: { says: /is not running/, status: 125 } },
    { name: 'no such container', line: 'into nosuch true', ours: { says: /no such container/, status: 125 } },
    {
      name: 'the beginning of an id',
      line: 'id=$(docker ps -q --no-trunc --filter name=work); into ${id:0:20} echo x',
    },
  ])('$name', async (row) => {
    await expectSame(lab, engine, row, async () => {})
  })

  // docker has the engine's words on stdout, as if they were the command's.
  it('-w of no folder ends as with docker, and is said on stderr', async () => {
    const argv = ['exec', '-w', '/no/such', 'work', 'pwd']
    const { status, stdout, stderr } = await run(['dockerexec', ...argv.slice(1)])
    expect({ status, stdout }).toEqual({ status: (await run([engine.dockerCli, ...argv])).status, stdout: '' })
    expect(stderr).toMatch(/^dockerexec: \/no\/such: cannot be entered .*\ndockerexec: hint: .+\n$/)
  })

  it('one works where the container does, where docker is at the root', async () => {
    expect((await run(['dockerexec', 'work', 'pwd'])).stdout).toBe('/home/alice\n')
  })
})

describe('without a name,', () => {
  const inJob = (job: string) => ({ SLURM_JOB_ID: job, SLURM_CLUSTER_NAME: 'lab' })
  const start = async (name: string, job: string, as = 'alice') =>
    await run(
      ['dockerrun', '-d', '--name', name, 'busybox', 'sh', '-c', `echo ${name} >/tmp/name; exec sleep 1000`],
      inJob(job),
      as,
    )
  const nameIn = async (job: string, as = 'alice') =>
    await run(['dockerexec', '-', 'sh', '-c', 'until cat /tmp/name 2>/dev/null; do :; done'], inJob(job), as)

  beforeEach(async () => {
    await start('of-seven', '7')
    await start('of-eight', '8')
    await start('of-bob', '9', 'bob')
  })
  afterEach(async () => await removeContainers(engine))

  it('the one of this job is meant, whatever else runs', async () => {
    expect(await nameIn('7')).toEqual({ status: 0, stdout: 'of-seven\n', stderr: '' })
    expect(await nameIn('8')).toEqual({ status: 0, stdout: 'of-eight\n', stderr: '' })
    expect(await nameIn('9', 'bob')).toEqual({ status: 0, stdout: 'of-bob\n', stderr: '' })
  })

  it('no words at all are a shell in it', async () => {
    const env = { ...engine.env('alice'), ...inJob('7') }
    const line = { as: 'alice', env, input: 'echo $HOME; exit 3\n' }
    expect(await lab.exec(['dockerexec', '-i'], line)).toEqual({ status: 3, stdout: '/home/alice\n', stderr: '' })
  })

  it('another’s of a job with that number is not meant', async () => {
    expect(await nameIn('9')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('this job has no container running') as string,
    })
  })

  it('one that has ended does not count, and of two none is guessed', async () => {
    await start('again-seven', '7')
    expect(await nameIn('7')).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringContaining('this job has 2 containers running') as string,
    })
    await run(['docker', 'kill', 'of-seven'])
    expect(await nameIn('7')).toMatchObject({ status: 0, stdout: 'again-seven\n' })
  })

  it('outside of jobs the one of this shell session is meant', async () => {
    const sessions = ['one', 'two'].map((name) => ({
      name,
      shell: lab.terminal(['sh'], { as: 'alice', env: { ...engine.env('alice'), PS1: '> ' } }),
    }))
    for (const { name, shell } of sessions) {
      await shell.shows('> ')
      shell.type(
        `dockerexec - true; dockerrun -d --name of-${name} -e NAME=${name} busybox sleep 1000; dockerexec - sh -c 'echo na''me $NAME'\r`,
      )
    }
    for (const { name, shell } of sessions) {
      await shell.shows(`name ${name}`)
      expect(shell.screen()).toContain('this shell session has no container running')
      shell.type('exit\r')
      await shell.done
    }
  })
})
