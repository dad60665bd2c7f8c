/** What is wrong on a host, and the one command that mends it: checks as data, over facts that were gathered once. Pure. */
import type { Daemon } from './daemon-json.ts'
import { runtimeName, textsOf } from './daemon-json.ts'

export type Severity = 'critical' | 'warning' | 'notice'

export type Finding = {
  readonly severity: Severity
  readonly title: string
  /** What is so, and what an attacker could do with it. */
  readonly what: string
  /** A command, or what to do. */
  readonly remedy: string
}

export type Place = { readonly mode: number; readonly uid: number; readonly gid: number }

/** Undefined: it is not there, or does not answer. */
export type HostFacts = {
  /** daemon.json, or why it is none. */
  readonly daemon: Daemon | { readonly why: string }
  /** The command lines of the engines that run. */
  readonly engineLines: readonly (readonly string[])[]
  readonly engine:
    | {
        readonly version: string
        readonly runtimeVersion: string
        readonly defaultRuntime: string
        readonly runtimes: readonly string[]
        readonly plugins: readonly string[]
        readonly isRemapped: boolean
        readonly hasSwarm: boolean
        readonly dataRoot: string
      }
    | undefined
  readonly isGateAnswering: boolean
  /** Containers without a record of the gate's. */
  readonly unrecorded: readonly string[]
  /** Members of the group docker. */
  readonly dockerGroup: readonly string[]
  readonly socket: Place | undefined
  readonly dataRoot: Place | undefined
  readonly caKey: Place | undefined
  /** When CA and the engine's certificate end. */
  readonly ends: readonly { readonly name: string; readonly notAfter: Date }[]
  /** Why the policy file is not in force. */
  readonly policyProblem: string | undefined
  readonly isSocketAnonymous: boolean
  /** Of the file system of the audit log, from 0 to 1. */
  readonly auditRoom: number
  readonly now: Date
}

type Check = {
  readonly title: string
  readonly severity: Severity
  /** What is wrong; undefined where nothing is. */
  readonly look: (facts: HostFacts) => string | undefined
  readonly remedy: string
}

const install = 'dockerrunctl install'

export const checks: readonly Check[] = [
  {
    title: 'daemon.json',
    severity: 'critical',
    look: ({ daemon }) => (isBroken(daemon) ? `${daemon.why}: the engine does not start with it` : undefined),
    remedy: 'mend /etc/docker/daemon.json',
  },
  {
    title: 'gate 1 in daemon.json',
    severity: 'critical',
    look: ({ daemon }) =>
      isBroken(daemon) || textsOf(daemon['authorization-plugins']).includes('dockerrun')
        ? undefined
        : 'authorization-plugins does not name dockerrun: whoever reaches the engine is root on this host',
    remedy: install,
  },
  {
    title: 'gate 1 in the engine',
    severity: 'critical',
    look: ({ engine }) =>
      engine === undefined || engine.plugins.includes('dockerrun')
        ? undefined
        : 'the engine that runs does not ask dockerrun: whoever reaches it is root on this host',
    remedy: 'systemctl restart docker',
  },
  {
    title: 'gate 1',
    severity: 'critical',
    look: ({ isGateAnswering }) =>
      isGateAnswering ? undefined : 'dockerrun-authz does not answer: all requests are denied',
    remedy: 'systemctl restart dockerrun-authz',
  },
  {
    title: 'other plugins',
    severity: 'notice',
    look: ({ engine }) => list('is asked too', engine?.plugins.filter((name) => name !== 'dockerrun') ?? []),
    remedy: 'see that it denies no more than it should',
  },
  {
    title: 'gate 2',
    severity: 'critical',
    look: ({ engine, daemon }) =>
      (engine?.defaultRuntime ?? (isBroken(daemon) ? runtimeName : daemon['default-runtime'])) === runtimeName
        ? undefined
        : 'containers of users are started by another runtime: what an image makes of a request is not looked at',
    remedy: install,
  },
  {
    title: 'other runtimes',
    severity: 'notice',
    look: ({ engine }) =>
      list(
        'is a runtime too; gate 1 lets no user name it',
        engine?.runtimes.filter((name) => !usual.includes(name)) ?? [],
      ),
    remedy: 'remove it from daemon.json where nobody needs it',
  },
  {
    title: 'TCP without certificates',
    severity: 'critical',
    look: ({ daemon, engineLines }) =>
      [hostWords(daemon), ...engineLines.map(hostsOfLine)].some(
        (hosts, index) => !isVerified(daemon, engineLines[index - 1]) && hosts.some((host) => host.startsWith('tcp:')),
      )
        ? 'an engine listens on TCP without tlsverify: any program of this network is root on this host'
        : undefined,
    remedy: install,
  },
  {
    title: 'settings that flags shadow',
    severity: 'warning',
    look: ({ engineLines }) =>
      list('stands on the command line of an engine beside daemon.json', [...new Set(engineLines.flatMap(shadowing))]),
    remedy: 'take it from the ExecStart of the engine (systemctl edit docker), where daemon.json says it',
  },
  {
    title: 'native gRPC',
    severity: 'critical',
    look: ({ engine, engineLines, daemon }) =>
      isAtLeast(engine?.version, 29, 2) &&
      [...engineLines.flat(), ...hostWords(daemon)].some((word) => word.startsWith('fd:'))
        ? 'engine 29.2 and newer speak native gRPC on a socket handed in by systemd, which passes no plugin'
        : undefined,
    remedy: install,
  },
  {
    title: 'the group docker',
    severity: 'critical',
    look: ({ dockerGroup, socket }) =>
      socket !== undefined && (socket.mode & 0o020) === 0
        ? undefined
        : list('is in the group docker: root on this host by the socket', dockerGroup),
    remedy: 'gpasswd -d LOGIN docker',
  },
  {
    title: "the engine's socket",
    severity: 'critical',
    look: ({ socket, isSocketAnonymous }) =>
      socket === undefined || isSocketAnonymous || ((socket.mode & 0o007) === 0 && socket.uid === 0)
        ? undefined
        : 'everybody may open it, and who comes that way is an administrator (socket: admin)',
    remedy: 'chmod 0600 /var/run/docker.sock',
  },
  {
    title: 'the policy file',
    severity: 'critical',
    look: ({ policyProblem }) =>
      policyProblem === undefined ? undefined : `${policyProblem}: users are denied everything`,
    remedy: 'dockerrunctl policy check',
  },
  {
    title: "the CA's key",
    severity: 'critical',
    look: ({ caKey }) =>
      caKey === undefined || ((caKey.mode & 0o077) === 0 && caKey.uid === 0)
        ? undefined
        : 'others may read it, and make themselves a certificate in any name',
    remedy: 'chmod 0600 /etc/dockerrun/pki/ca-key.pem, and make a new CA if somebody may have read it',
  },
  {
    title: 'certificates that have ended',
    severity: 'critical',
    look: ({ ends, now }) =>
      list(
        'has ended: nobody gets in',
        ends.filter(({ notAfter }) => notAfter <= now).map(({ name }) => name),
      ),
    remedy: 'dockerrunctl cert server',
  },
  {
    title: 'certificates that end soon',
    severity: 'warning',
    look: ({ ends, now }) =>
      list(
        'ends within 30 days',
        ends
          .filter(({ notAfter }) => notAfter > now && notAfter.getTime() - now.getTime() < 30 * 86_400_000)
          .map(({ name }) => name),
      ),
    remedy: 'dockerrunctl cert server',
  },
  {
    title: 'containers from before',
    severity: 'warning',
    look: ({ unrecorded }) =>
      unrecorded.length === 0 ? undefined : `${unrecorded.length} containers have no record: they cannot start again`,
    remedy: 'dockerrunctl adopt',
  },
  {
    title: "the engine's folder",
    severity: 'warning',
    look: ({ dataRoot }) =>
      dataRoot === undefined || (dataRoot.mode & 0o006) === 0
        ? undefined
        : 'others may read it: images and layers of everybody',
    remedy: 'chmod 0710 the data-root',
  },
  {
    title: 'swarm',
    severity: 'warning',
    look: ({ engine }) =>
      engine?.hasSwarm === true ? 'this engine is part of a swarm, whose managers pass by the gate' : undefined,
    remedy: 'docker swarm leave',
  },
  {
    title: 'requests whose body the engine hides',
    severity: 'notice',
    look: ({ engine }) =>
      engine === undefined || isAtLeast(engine.version, 29, 3, 1)
        ? undefined
        : `engine ${engine.version} may show a plugin no body (CVE-2024-41110 and later ones): the gate denies what should have one`,
    remedy: 'upgrade the engine when you can',
  },
  {
    title: 'runc',
    severity: 'notice',
    look: ({ engine }) =>
      engine === undefined || engine.runtimeVersion === '' || isAtLeast(engine.runtimeVersion, 1, 3)
        ? undefined
        : `runc ${engine.runtimeVersion} looks groups up in the image: gate 2 puts a file of root's there`,
    remedy: 'upgrade runc when you can',
  },
  {
    title: 'room for the audit log',
    severity: 'warning',
    look: ({ auditRoom }) =>
      auditRoom >= 0.05 ? undefined : 'its disk is nearly full: what cannot be recorded is not permitted',
    remedy: 'make room on the file system of /var/log/dockerrun',
  },
]

const usual = [runtimeName, 'runc', 'io.containerd.runc.v2', 'io.containerd.runtime.v1.linux']

/** The worst first. */
export function findFaults(facts: HostFacts): readonly Finding[] {
  const order: readonly Severity[] = ['critical', 'warning', 'notice']
  return checks
    .flatMap(({ title, severity, look, remedy }) => {
      const what = look(facts)
      return what === undefined ? [] : [{ severity, title, what, remedy }]
    })
    .toSorted((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity))
}

const isBroken = (daemon: HostFacts['daemon']): daemon is { readonly why: string } => typeof daemon['why'] === 'string'
const list = (what: string, names: readonly string[]): string | undefined =>
  names.length === 0 ? undefined : `${names.join(', ')} ${what}`

const hostWords = (daemon: HostFacts['daemon']): readonly string[] => (isBroken(daemon) ? [] : textsOf(daemon['hosts']))
/** -H tcp://..., --host=tcp://... */
const hostsOfLine = (line: readonly string[]): readonly string[] =>
  line.map((word) => word.replace(/^(?:-H|--host)=?/, ''))

const isVerified = (daemon: HostFacts['daemon'], line: readonly string[] = []): boolean =>
  (!isBroken(daemon) && daemon['tlsverify'] === true) ||
  line.some((word) => /^--tlsverify(?:=(?:true|1|t))?$/i.test(word))

const shadowing = (line: readonly string[]): readonly string[] =>
  line
    .map((word) => word.split('=')[0] ?? '')
    .filter((word) => ['--default-runtime', '--authorization-plugin', '--add-runtime', '-H', '--host'].includes(word))

function isAtLeast(version: string | undefined, ...least: readonly number[]): boolean {
  const found =
    /^[0-9]+(?:\.[0-9]+)*/
      .exec(version ?? '')?.[0]
      .split('.')
      .map(Number) ?? []
  const differs = least.findIndex((part, index) => (found[index] ?? 0) !== part)
  return found.length > 0 && (differs < 0 || (found[differs] ?? 0) > (least[differs] ?? 0))
}

/** A line for what is found, one for what to do. */
export const formatFindings = (findings: readonly Finding[]): string =>
  findings.map(({ severity, title, what, remedy }) => `${severity}: ${title}: ${what}\n  ${remedy}\n`).join('')
