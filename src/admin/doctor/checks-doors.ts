/** Who can come to the engine, and past the gate: its unix socket, containerd's, and TCP. */
import { shellLine } from '../../host/shell-words.ts'
import { textsOf } from '../daemon-json.ts'
import { faultIf, faultOf, install, installAndRestart, isAtLeast, restart, type Check, type Remedy } from './check.ts'
import { hostsOf } from './engine-settings.ts'
import { known, type Door, type HostFacts, type TcpFacts } from './facts.ts'

const asRoot = 'who comes by the socket has no name there and is an administrator: root on this host'

const groupMayOpen = ({ mode }: Door): boolean => (mode & 0o020) !== 0
const othersMayOpen = ({ mode }: Door): boolean => (mode & 0o002) !== 0
/** An entry beside the mode holds no further than the mask, which is what the group's bits of the mode are then (acl(5)). */
const listMayOpen = (door: Door): boolean => door.hasAcl && groupMayOpen(door)
const whoMayOpen = (door: Door): readonly string[] => [
  ...(othersMayOpen(door) ? ['everybody'] : []),
  ...(door.uid === 0 ? [] : [`its owner ${door.uid}`]),
  ...(groupMayOpen(door) ? door.members : []),
  ...(listMayOpen(door) ? ['those of its access list'] : []),
]
const close = ({ path }: Door): Remedy => ({ run: shellLine(['chmod', '0600', path]) })

/** Not where policy says that callers without a name are wanted. */
const closedDoor = ({ engineSocket, policy }: HostFacts): Door | undefined => {
  const found = known(policy)
  const isAnonymous = found !== undefined && 'isAnonymous' in found && found.isAnonymous
  return isAnonymous ? undefined : known(engineSocket)
}

const addressesWhere = (facts: HostFacts, is: (answer: TcpFacts) => boolean): readonly string[] =>
  facts.tcp.flatMap(({ address, answer }) => ('is' in answer && is(answer.is) ? [address] : []))

/** The engine of this host is mended by its settings; another one is nobody's that we know of. */
const endOf = (facts: HostFacts, addresses: readonly string[]): Remedy => {
  const engines = known(facts.processes)?.engines ?? []
  const others = engines.filter(
    (engine) => engine.settings !== facts.daemonPath && hostsOf(engine).some((host) => addresses.includes(host)),
  )
  return others.length === 0 ? installAndRestart(facts) : { run: `kill ${others.map(({ pid }) => pid).join(' ')}` }
}

/** What is not only for this host. A name may be any address. */
const isBeyond = (address: string): boolean => !/^tcp:\/\/(?:127\.[0-9.]+|localhost|\[::1\])(?::|$)/i.test(address)

export const doorChecks: readonly Check[] = [
  {
    id: 'docker-group',
    title: "the group of the engine's socket",
    severity: 'critical',
    risk: asRoot,
    look: (facts) => {
      const door = closedDoor(facts)
      if (door === undefined || !groupMayOpen(door)) return undefined
      return faultOf(door.members, (names) => `${names} can open ${door.path}, as of the group ${door.group}`, {
        run: `${shellLine(['chgrp', 'root', door.path])} && ${shellLine(['gpasswd', '--members', '', door.group])}`,
      })
    },
  },
  {
    id: 'docker-group-idle',
    title: 'the group docker',
    severity: 'warning',
    risk: 'an engine that is started without "group": "root" gives them its socket: root on this host',
    look: ({ dockerGroup, engineSocket }) => {
      const door = known(engineSocket)
      const isInForce = door?.group === 'docker' && groupMayOpen(door)
      return faultOf(isInForce ? [] : (known(dockerGroup) ?? []), (names) => `in the group docker: ${names}`, {
        run: "gpasswd --members '' docker",
      })
    },
  },
  {
    id: 'socket-others',
    title: "the engine's socket",
    severity: 'critical',
    risk: asRoot,
    look: (facts) => {
      const door = closedDoor(facts)
      return door === undefined || !othersMayOpen(door)
        ? undefined
        : { what: `everybody may open ${door.path}`, ...close(door) }
    },
  },
  {
    id: 'socket-owner',
    title: "the owner of the engine's socket",
    severity: 'critical',
    risk: asRoot,
    look: (facts) => {
      const door = closedDoor(facts)
      return door === undefined || door.uid === 0
        ? undefined
        : { what: `${door.path} belongs to ${door.uid}`, run: shellLine(['chown', 'root', door.path]) }
    },
  },
  {
    id: 'socket-list',
    title: "the access list of the engine's socket",
    severity: 'critical',
    risk: asRoot,
    look: (facts) => {
      const door = closedDoor(facts)
      return door === undefined || !listMayOpen(door)
        ? undefined
        : { what: `${door.path} has an access list: getfacl ${door.path} says for whom`, ...close(door) }
    },
  },
  {
    id: 'root-sockets',
    title: "containerd's socket, and further ones of engines",
    severity: 'critical',
    risk: 'who can open one starts containers past the gates, or as an administrator: root on this host',
    look: ({ rootSockets }) => {
      const open = (known(rootSockets) ?? []).filter((door) => whoMayOpen(door).length > 0)
      const paths = open.map(({ path }) => path)
      return faultOf(
        open.map((door) => `${whoMayOpen(door).join(', ')} may open ${door.path}`),
        (all) => all,
        { run: `${shellLine(['chown', 'root:root', ...paths])} && ${shellLine(['chmod', '0600', ...paths])}` },
      )
    },
  },
  {
    id: 'tcp-plain',
    title: 'TCP without TLS',
    severity: 'critical',
    risk: 'any program that can connect, of any user, is root on this host',
    look: (facts) => {
      const addresses = addressesWhere(facts, ({ answersPlain }) => answersPlain)
      return faultOf(addresses, (all) => `an engine answers without TLS on ${all}`, endOf(facts, addresses))
    },
  },
  {
    id: 'tcp-unverified',
    title: 'TCP without certificates of callers',
    severity: 'critical',
    risk: 'a caller without a certificate looks to the gate like root on the socket, and is an administrator',
    look: (facts) => {
      const open = addressesWhere(facts, ({ answersPlain, asksForCertificate }) => !answersPlain && !asksForCertificate)
      return faultOf(open, (all) => `an engine asks for no certificate on ${all}`, endOf(facts, open))
    },
  },
  {
    id: 'tcp-settings',
    title: 'TCP in the settings, without tlsverify',
    severity: 'critical',
    risk: 'from the next start of the engine on, any program that can connect is root on this host',
    look: (facts) => {
      const daemon = known(facts.daemon)
      const hosts = textsOf(daemon?.['hosts']).filter((host) => host.startsWith('tcp:'))
      const isOpen = daemon !== undefined && daemon['tlsverify'] !== true && hosts.length > 0
      const isSaid = addressesWhere(facts, (found) => found.answersPlain || !found.asksForCertificate).some((host) =>
        hosts.includes(host),
      )
      return faultOf(isOpen && !isSaid ? hosts : [], (all) => `daemon.json has ${all} and not tlsverify`, {
        ...install(facts),
      })
    },
  },
  {
    id: 'tcp-old-tls',
    title: 'old TLS',
    severity: 'warning',
    risk: 'who is on the way may read or change what is sent',
    look: (facts) =>
      faultOf(
        addressesWhere(facts, ({ takesOldTls }) => takesOldTls),
        (all) => `TLS 1.1 or older is spoken on ${all}`,
        {
          advice: 'no engine does that by itself: look at what stands in front of it there',
        },
      ),
  },
  {
    id: 'native-grpc',
    title: 'native gRPC over TCP',
    severity: 'critical',
    risk: 'BuildKit is reached without any plugin being asked (K07): a user is root on this host',
    look: (facts) => {
      const offered = addressesWhere(facts, ({ offersHttp2 }) => offersHttp2)
      const handed = (known(facts.processes)?.engines ?? []).some((each) =>
        hostsOf(each).some((host) => host.startsWith('fd:')),
      )
      const isHanded = handed && isAtLeast(known(facts.engine)?.version ?? '', 29, 2)
      return faultOf(
        [
          ...offered.map((address) => `HTTP/2 is spoken on ${address}`),
          ...(isHanded ? ['-H fd:// with an engine of 29.2 or newer'] : []),
        ],
        (all) => all,
        installAndRestart(facts),
      )
    },
  },
  {
    id: 'socket-grpc',
    title: "native gRPC on the engine's socket",
    severity: 'critical',
    risk: 'BuildKit is reached without any plugin being asked (K06): whoever may open the socket is root on this host',
    look: ({ socketHttp2, engineSocket, policy }) => {
      const [door, found] = [known(engineSocket), known(policy)]
      if (door === undefined || known(socketHttp2) !== true) return undefined
      const isAnonymous = found !== undefined && 'isAnonymous' in found && found.isAnonymous
      return faultIf(isAnonymous && (othersMayOpen(door) || groupMayOpen(door)), {
        what: `HTTP/2 is spoken on ${door.path}, which is open to callers without a name`,
        ...close(door),
      })
    },
  },
  {
    id: 'tcp-beyond',
    title: 'the engine is reached from other hosts',
    severity: 'notice',
    risk: 'a certificate that was lost elsewhere is good here',
    look: (facts) =>
      faultOf(
        facts.tcp.flatMap(({ address }) => (isBeyond(address) ? [address] : [])),
        (all) => `it listens on ${all}`,
        { advice: 'name 127.0.0.1 in hosts of daemon.json unless users come from other hosts' },
      ),
  },
  {
    id: 'tcp-silent',
    title: "the users' address",
    severity: 'warning',
    risk: 'users do not reach the engine',
    look: (facts) =>
      faultOf(
        facts.tcp.flatMap(({ address, answer }) => ('why' in answer ? [`${address}: ${answer.why}`] : [])),
        (all) => all,
        restart(facts),
      ),
  },
]
