/** Gate 1 as its service, under a real systemd in a lab, in front of the engine called `engine`. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AuditLine } from '../../src/plugin/audit-text.ts'
import type { Lab } from './lab.ts'
import { startSystemd, type Systemd } from './systemd.ts'
import { until } from './until.ts'

export const gateUnit = 'dockerrun-authz.service'
export const gateSocket = '/run/docker/plugins/dockerrun.sock'
const log = '/run/lab/gate.log'

export type GateService = Systemd & {
  readonly pid: () => Promise<string>
  readonly signal: (name: 'KILL' | 'STOP' | 'HUP' | 'TERM') => Promise<void>
  /** When another process has taken the place of `pid` and is ready. */
  readonly isReplaced: (pid: string) => Promise<void>
  /** With these lines in its section [Service], from its next start on; without any, as shipped. */
  readonly configure: (...lines: readonly string[]) => Promise<void>
  /** A line of /proc/PID/status. */
  readonly status: (key: string) => Promise<string>
  readonly log: () => string
  readonly audit: () => readonly AuditLine[]
}

/** Its units are those that dockerrunctl writes; only where it logs to is set, since there is no journal. */
export async function startGateService(lab: Lab, units: Readonly<Record<string, string>> = {}): Promise<GateService> {
  const systemd = await startSystemd(lab, units)
  const folder = '/etc/systemd/system'
  const { status, stderr } = await systemd.exec([
    'dockerrunctl',
    'units',
    '--out',
    folder,
    '--engine',
    'unix:///run/lab/engines/engine/docker.sock',
  ])
  if (status !== 0) throw new Error(`dockerrunctl units: ${stderr}`)
  const dropIns = lab.path(`${folder}/${gateUnit}.d`)
  mkdirSync(dropIns)
  writeFileSync(`${dropIns}/log.conf`, `[Service]\nStandardError=append:${log}\n`)
  await systemd.systemctl('daemon-reload')
  await systemd.systemctl('enable', gateUnit)
  const pid = async () => await systemd.show(gateUnit, 'MainPID')
  const readLog = () => (existsSync(lab.path(log)) ? readFileSync(lab.path(log), 'utf8') : '')
  return {
    ...systemd,
    pid,
    signal: async (name) => await systemd.systemctl('kill', '--kill-whom=main', `--signal=${name}`, gateUnit),
    isReplaced: async (old) => {
      const isNew = async () =>
        (await systemd.show(gateUnit, 'ActiveState')) === 'active' && ![old, '0'].includes(await pid())
      await until(isNew, { what: 'a new gate', log: readLog })
    },
    configure: async (...lines) => {
      rmSync(`${dropIns}/test.conf`, { force: true })
      if (lines.length > 0) writeFileSync(`${dropIns}/test.conf`, ['[Service]', ...lines, ''].join('\n'))
      await systemd.systemctl('daemon-reload')
    },
    status: async (key) => {
      const { stdout } = await systemd.exec(['cat', `/proc/${await pid()}/status`])
      return new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(stdout)?.[1] ?? ''
    },
    log: readLog,
    audit: () => {
      const text = readFileSync(lab.path('/var/log/dockerrun/audit.jsonl'), 'utf8')
      // What follows the last newline is being written.
      const lines = text.split('\n').slice(0, -1)
      return lines.map((line) => JSON.parse(line) as AuditLine)
    },
  }
}
