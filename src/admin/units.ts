/**
 * The systemd units of gate 1. A socket unit holds the engine's questions while the gate starts again, so that a crash or a
 * hang is a wait and then a denial, and never an allowance.
 */
import { basename, dirname } from 'node:path'
import { Failure } from '../failure.ts'

export type UnitPlaces = {
  /** The command line of the gate without its options: Node and the program, or one native file. */
  readonly program: readonly [string, ...string[]]
  readonly socket: string
  readonly policy: string
  readonly state: string
  readonly audit: string
  /** Where gate 2 asks. */
  readonly runtimeSocket: string
  /** The engine's root socket, as a URL. */
  readonly engine: string
  /** The unit of the engine. */
  readonly engineUnit: string
  /** Others than root may open the engine's socket: whoever comes by it is never an administrator. */
  readonly isAnonymous?: boolean
}

export type Unit = { readonly name: string; readonly text: string }

/** Pure: what is installed, and where, is the caller's. Throws where a path cannot stand in a unit. */
export function buildUnits(places: UnitPlaces): readonly Unit[] {
  const { program, socket, policy, state, audit, runtimeSocket, engine, engineUnit } = places
  for (const path of [program[0], socket, policy, state, audit, runtimeSocket]) requirePlain(path, /^\/[\w@+:,./=-]+$/)
  for (const word of [...program, engine, engineUnit]) requirePlain(word, /^[\w@+:,./=-]+$/)
  return [
    { name: 'dockerrun-authz.socket', text: socketUnit(places) },
    { name: 'dockerrun-authz.service', text: serviceUnit(places) },
  ]
}

/** Nothing that systemd would expand (% and $), split or unquote. */
function requirePlain(word: string, form: RegExp): void {
  if (form.test(word)) return
  throw new Failure('settings', `${JSON.stringify(word)} cannot stand in a systemd unit`, {
    hint: 'give absolute paths of letters, digits and @ + : , . / = _ - alone',
  })
}

const socketUnit = ({ socket, engineUnit }: UnitPlaces): string => `# Made by dockerrunctl units.
[Unit]
Description=Socket of gate 1 (dockerrun-authz)
Documentation=man:dockerrun-authz(8)
Before=${engineUnit}

[Socket]
ListenStream=${socket}
# Whoever can speak here speaks as the engine.
SocketMode=0600
DirectoryMode=0755
Backlog=4096
# However often the gate fails: a socket that is given up would have to be started again by hand.
TriggerLimitIntervalSec=0
RemoveOnStop=yes

[Install]
WantedBy=sockets.target ${engineUnit}
`

const serviceUnit = (places: UnitPlaces): string => `# Made by dockerrunctl units.
[Unit]
Description=Gate 1: authorization plugin of the Docker engine (dockerrun-authz)
Documentation=man:dockerrun-authz(8)
# The engine wants its plugin when it starts. It is wanted by the engine's unit and no more: a gate that starts again must not
# restart the engine, and an engine that does must not end the gate.
Before=${places.engineUnit}
Requires=dockerrun-authz.socket
After=dockerrun-authz.socket nss-user-lookup.target
RequiresMountsFor=${mounts(places).join(' ')}
# However often it fails, it is tried again.
StartLimitIntervalSec=0

[Service]
Type=notify
# systemd-notify, a child of the gate, says that it is ready and that it lives.
NotifyAccess=all
ExecStart=${commandLine(places)}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=1
WatchdogSec=30
# At once: there is nothing to tidy up, and all users wait.
WatchdogSignal=SIGKILL
TimeoutStartSec=60
# The gate itself takes at most 9 s to give the answers it owes, gate 2's among them; its looks and name look-ups go on meanwhile.
TimeoutStopSec=10
KillMode=mixed
# A look that took all memory is not the end of the gate; and the gate is as hard to replace as the engine.
OOMPolicy=continue
OOMScoreAdjust=-500
LimitNOFILE=65536
LimitCORE=0
UMask=0077
UnsetEnvironment=NODE_PATH NODE_EXTRA_CA_CERTS NODE_DEBUG
# V8 would let its young generation grow to 32 MB and more under load, and the C library make a heap for each thread: what the
# gate holds would rise by half until some 70,000 requests (test/support/soak.ts).
Environment=NODE_OPTIONS=--max-semi-space-size=2 MALLOC_ARENA_MAX=2
${folders(places).join('\n')}

${hardening}
[Install]
WantedBy=multi-user.target ${places.engineUnit}
Also=dockerrun-authz.socket
`

const commandLine = ({
  program,
  socket,
  policy,
  state,
  audit,
  engine,
  runtimeSocket,
  isAnonymous,
}: UnitPlaces): string =>
  [
    program.join(' '),
    `--socket ${socket} --policy ${policy}`,
    `--state ${state} --audit ${audit}`,
    `--engine ${engine} --runtime-socket ${runtimeSocket}`,
    ...(isAnonymous === true ? ['--anonymous-socket'] : []),
  ].join(' \\\n  ')

const mounts = ({ program, policy, state, audit }: UnitPlaces): readonly string[] => [
  ...new Set([...program.filter((word) => word.startsWith('/')), policy, state, audit].map(dirname)),
]

/** Below the usual places systemd makes them; elsewhere they must be there. */
function folders({ state, audit, runtimeSocket }: UnitPlaces): readonly string[] {
  const runtime = dirname(runtimeSocket)
  return [
    // Kept while the gate restarts: what containers have bound from there stays, and so does the stand-in.
    ['RuntimeDirectory=dockerrun', 'RuntimeDirectoryMode=0755', 'RuntimeDirectoryPreserve=yes'],
    runtime === '/run/dockerrun' ? [] : [`ReadWritePaths=${runtime}`],
    folderLines('StateDirectory', '/var/lib', state),
    folderLines('LogsDirectory', '/var/log', dirname(audit)),
  ].flat()
}

const folderLines = (setting: string, root: string, folder: string): readonly string[] =>
  dirname(folder) === root ? [`${setting}=${basename(folder)}`, `${setting}Mode=0700`] : [`ReadWritePaths=${folder}`]

/** What the gate may not: all that it does not need. Each setting that is weaker than it could be says why. */
const hardening = `# What it may do. It is root, since only root may open the engine's socket and become its users; all else of root's is taken.
# setuid and setgid: it looks at a user's paths in a process that is that user (seteuid). Without the others it cannot even read
# what belongs to users.
CapabilityBoundingSet=CAP_SETUID CAP_SETGID
NoNewPrivileges=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources @keyring @memlock
SystemCallFilter=@setuid
SystemCallErrorNumber=EPERM
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
# MemoryDenyWriteExecute=no: V8 compiles JavaScript to machine code.

# What it sees. The look must see the host as a user's shell does, mounts that come later (autofs, NFS) included: so all is there,
# all is read-only but its own two folders, and mounts come in (slave) and never go out.
# ProtectHome=yes, PrivateTmp=, PrivateDevices=, PrivateIPC=, ProtectKernelModules= and InaccessiblePaths= would each put something
# else in the place of /home, /tmp, /dev, /dev/mqueue or /lib/modules, and users bind from there.
ProtectSystem=strict
ProtectHome=read-only
# ProtectSystem=strict leaves out /dev; and, with some of the settings below, systemd 252 leaves /run writable.
ReadOnlyPaths=/run /dev
PrivateMounts=yes
MountFlags=slave
DevicePolicy=closed
ProtectKernelTunables=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
# ProcSubset=all: /proc/net/unix says whether the socket it was given listens. PrivateUsers=no: ids are what this is about.

# PrivateNetwork=no, no IPAddressDeny=: accounts come from LDAP or NIS servers, and registries are looked up by name. netlink:
# the C library asks for the host's addresses.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
`
