/** dockerrun and dockerexec on a terminal, beside docker's own client. */
import { writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { prelude, removeContainers, type Client } from '../support/transcript.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await engine.login('alice')
  await lab.exec(['mkdir', '/home/alice/.keys'])
  writeFileSync(lab.path('/home/alice/.keys/config.json'), '{"detachKeys": "ctrl-x,x"}')
})
afterAll(() => lab.stop())
afterEach(async () => await removeContainers(engine))

const clients: readonly Client[] = ['docker', 'ours']
const open = (client: Client, line: string, env: Readonly<Record<string, string>> = {}) =>
  lab.terminal(['bash', '-c', `${prelude(engine, client)}; ${line}; echo "status $?"`], {
    as: 'alice',
    env: { ...engine.env('alice'), ...env },
  })

type Turn = readonly [sees: string, types: string]

/** Types when it sees, and gives what was on the screen from the first sight on. */
const talk = async (client: Client, line: string, turns: readonly Turn[], env = {}) => {
  const terminal = open(client, line, env)
  for (const [sees, types] of turns) {
    await terminal.shows(sees)
    terminal.type(types)
  }
  await terminal.shows(/status \d+\r\n/)
  await terminal.done
  return terminal.screen()
}

const ready = 'sh -c \'stty -echo; echo ready; read line; echo "got $line"; exit 3\''

it.for<{ name: string; line: string; turns: readonly Turn[] }>([
  {
    name: 'what is typed and said is as it is, and the status too',
    line: `run --rm -it busybox ${ready}`,
    turns: [['ready', 'words\r']],
  },
  {
    name: 'so it is in an exec',
    line: `run -d --name work busybox sleep 1000 >id; into -it work ${ready}`,
    turns: [['ready', 'words\r']],
  },
  {
    name: 'what a full-screen program writes to go straight down goes there',
    line: 'run --rm -it busybox sh -c \'stty raw -echo; printf "ready\\ndown\\r\\n"; dd bs=1 count=1 2>/dev/null; exit 3\'',
    turns: [['down', 'q']],
  },
  {
    name: 'Ctrl-D ends the input',
    line: "run --rm -it busybox sh -c 'stty -echo -echoctl; echo ready; cat; echo end'",
    turns: [
      ['ready', 'words\r'],
      ['words', '\x04'],
    ],
  },
  {
    name: 'Ctrl-C is for what runs there',
    line: 'run --rm -it busybox sh -c \'trap "echo felt; exit 4" INT; stty -echo; echo ready; while :; do sleep 0.1; done\'',
    turns: [['ready', '\x03']],
  },
  {
    name: 'input from a pipe with the output on a terminal',
    line: "echo piped | run --rm -i busybox sh -c 'cat; exit 4'",
    turns: [],
  },
])('$name', async ({ line, turns }) => {
  const expected = await talk('docker', line, turns)
  await removeContainers(engine)
  expect(await talk('ours', line, turns)).toBe(expected)
})

it.for(['run --rm -it busybox', 'run -d --name work busybox sleep 1000 >id; into -it work'])(
  'the size is there at the start, and follows: %s',
  async (line) => {
    for (const client of clients) {
      const script = 'until stty size | grep "^24 80$"; do :; done; until stty size | grep "^30 90$"; do :; done'
      const terminal = open(client, `tty >../tty; ${line} sh -c '${script}'`)
      await terminal.shows('24 80')
      await lab.exec(['sh', '-c', 'stty -F "$(cat /home/alice/tty)" rows 30 cols 90'])
      await terminal.shows('30 90')
      await terminal.shows('status 0')
      await terminal.done
      await removeContainers(engine)
    }
  },
)

const shell = 'sh -c \'stty -echo; echo ready; while read line; do echo "got $line"; done\''

it.for([
  { name: 'docker’s own keys', flags: '', keys: '\x10\x11', env: {} },
  { name: 'those of --detach-keys', flags: '--detach-keys ctrl-x,q', keys: '\x18q', env: {} },
  { name: 'those of config.json', flags: '', keys: '\x18x', env: { DOCKER_CONFIG: '/home/alice/.keys' } },
  {
    name: '--detach-keys before those of config.json',
    flags: '--detach-keys=a',
    keys: 'a',
    env: { DOCKER_CONFIG: '/home/alice/.keys' },
  },
])('$name leave a terminal, and what ran there runs on', async ({ flags, keys, env }) => {
  const seen: Record<Client, unknown[]> = { docker: [], ours: [] }
  for (const client of clients) {
    const first = `run -it --name work ${flags} busybox ${shell}`
    seen[client].push(
      /status \d+/.exec(
        await talk(
          client,
          first,
          [
            ['ready', '\x18b\r'],
            ['got ', keys],
          ],
          env,
        ),
      )?.[0],
    )
    seen[client].push(
      /status \d+/.exec(await talk(client, `into -it ${flags} work ${shell}`, [['ready', keys]], env))?.[0],
    )
    const { stdout } = await lab.exec(['docker', 'top', 'work'], { as: 'alice', env: engine.env('alice') })
    seen[client].push(stdout.match(/stty -echo; echo ready/g)?.length)
    await removeContainers(engine)
  }
  expect(seen.ours).toEqual(seen.docker)
  expect(seen.ours).toEqual(['status 0', 'status 1', 2])
})
