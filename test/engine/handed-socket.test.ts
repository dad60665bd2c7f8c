/** Gate 1 takes one socket from systemd, if it is root's alone and the one it was told of. Any other it refuses, and ends. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLab, type Lab } from '../support/lab.ts'
import { startSystemd, type Systemd } from '../support/systemd.ts'
import { until } from '../support/until.ts'

type Row = { readonly name: string; readonly lines: readonly string[]; readonly told?: string; readonly why: RegExp }

/** `told` is its --socket. The socket units are made by systemd as written, with SocketMode=0600 unless they say so. */
const rows: readonly Row[] = [
  {
    name: 'that its group may open',
    lines: ['ListenStream=/run/odd/group', 'SocketMode=0660'],
    told: '/run/odd/group',
    why: /not root's alone/,
  },
  {
    name: 'that anyone may open',
    lines: ['ListenStream=/run/odd/all', 'SocketMode=0666'],
    told: '/run/odd/all',
    why: /not root's alone/,
  },
  {
    name: "that is another's",
    lines: ['ListenStream=/run/odd/bobs', 'SocketUser=bob'],
    told: '/run/odd/bobs',
    why: /not root's alone/,
  },
  {
    name: 'in a folder that others may change',
    lines: ['ListenStream=/run/odd/open/socket', 'DirectoryMode=0777'],
    told: '/run/odd/open/socket',
    why: /others can change what is in it/,
  },
  {
    name: 'that is two',
    lines: ['ListenStream=/run/odd/one', 'ListenStream=/run/odd/two'],
    told: '/run/odd/one',
    why: /2 sockets, and not one/,
  },
  {
    name: 'for datagrams',
    lines: ['ListenDatagram=/run/odd/datagram'],
    told: '/run/odd/datagram',
    why: /no unix stream socket that listens/,
  },
  {
    name: 'for packets',
    lines: ['ListenSequentialPacket=/run/odd/packet'],
    told: '/run/odd/packet',
    why: /no unix stream socket that listens/,
  },
  {
    name: 'on the network',
    lines: ['ListenStream=127.0.0.1:4243'],
    told: '/run/odd/network',
    why: /no unix stream socket that listens/,
  },
  {
    name: 'in the abstract',
    lines: ['ListenStream=@odd'],
    told: '/run/odd/abstract',
    why: /no unix stream socket that listens/,
  },
  {
    name: 'that is a pipe',
    lines: ['ListenFIFO=/run/odd/pipe'],
    told: '/run/odd/pipe',
    why: /no unix stream socket that listens/,
  },
  {
    name: 'that is not the one it was told of',
    lines: ['ListenStream=/run/odd/here'],
    told: '/run/odd/there',
    why: /no unix stream socket that listens on \/run\/odd\/there/,
  },
]

const unitsOf = ({ lines, told }: Row, index: number) => {
  const places = `--policy /etc/p.yaml --state /run/odd/state-${index} --audit /run/odd/audit-${index}`
  const unit = '[Unit]\nDefaultDependencies=no\n'
  return [
    [`odd-${index}.socket`, `${unit}[Socket]\nSocketMode=0600\n${lines.join('\n')}\n`],
    [
      `odd-${index}.service`,
      `${unit}Requires=odd-${index}.socket\n[Service]\nType=exec\nTimeoutStartSec=20\nStandardError=file:/run/odd-${index}.log\nExecStart=/usr/local/bin/dockerrun-authz --socket ${told} ${places} --engine unix:///run/none\n`,
    ],
  ] as const
}

let lab: Lab
let systemd: Systemd
beforeAll(async () => {
  lab = await startLab()
  systemd = await startSystemd(lab, Object.fromEntries(rows.flatMap(unitsOf)))
})
afterAll(() => lab.stop())

it.for(rows.map((row, index) => ({ ...row, unit: `odd-${index}.service`, log: `/run/odd-${index}.log` })))(
  'refuses a socket $name',
  async ({ unit, log, why }) => {
    await systemd.systemctl('start', unit)
    const isOver = async () => ['failed', 'inactive'].includes(await systemd.show(unit, 'ActiveState'))
    await until(isOver, { what: 'its end' })
    const { stdout } = await lab.exec(['cat', log])
    expect(stdout).toMatch(/^dockerrun-authz: .+\ndockerrun-authz: hint: .+\n$/)
    expect(stdout).toMatch(why)
    expect(await systemd.show(unit, 'ExecMainStatus')).toBe('125')
  },
)

it('makes its own where what was handed over was meant for another process', async () => {
  const line =
    'LISTEN_PID=1 LISTEN_FDS=1 exec dockerrun-authz --socket /run/own/socket --state /run/own/s --audit /run/own/a'
  const running = lab.spawn(['sh', '-c', line])
  await until(
    async () => (await lab.exec(['dockerrun-authz', '--check', '--socket', '/run/own/socket'])).status === 0,
    {
      what: 'the gate',
    },
  )
  expect((await lab.exec(['stat', '-c', '%a %u', '/run/own/socket'])).stdout).toBe('600 0\n')
  await running.signal('SIGTERM')
  expect(await running.done).toMatchObject({ status: 0 })
})

it('goes on where it cannot tell the service manager that it is ready, and says so', async () => {
  const socket = '/run/untold/socket'
  const places = ['--socket', socket, '--state', '/run/untold/s', '--audit', '/run/untold/a']
  const running = lab.spawn(['dockerrun-authz', ...places], { env: { NOTIFY_SOCKET: '/run/nobody' } })
  await until(async () => (await lab.exec(['dockerrun-authz', '--check', '--socket', socket])).status === 0, {
    what: 'the gate',
  })
  await running.signal('SIGTERM')
  expect(await running.done).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/could not be told READY=1\n.*hint: /),
  })
})

it('does not start beside another gate, and ends', async () => {
  const own = ['--state', '/run/beside/s', '--audit', '/run/beside/a', '--socket', '/run/beside/socket']
  const first = lab.spawn(['dockerrun-authz', ...own])
  await until(
    async () => (await lab.exec(['dockerrun-authz', '--check', '--socket', '/run/beside/socket'])).status === 0,
    {
      what: 'the gate',
    },
  )
  expect(await lab.exec(['dockerrun-authz', ...own], { seconds: 20 })).toMatchObject({
    status: 125,
    stderr: expect.stringContaining('another gate listens'),
  })
  await first.signal('SIGTERM')
  expect(await first.done).toMatchObject({ status: 0 })
})

it('makes no socket of its own where others could put one in its place', async () => {
  await lab.exec(['mkdir', '-m', '777', '/run/shared'])
  const line = ['dockerrun-authz', '--socket', '/run/shared/socket', '--state', '/run/own/s2', '--audit', '/run/own/a2']
  expect(await lab.exec(line, { seconds: 20 })).toMatchObject({
    status: 125,
    stderr: expect.stringContaining('others can change what is in it'),
  })
})
