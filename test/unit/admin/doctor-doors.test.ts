import { expect, it } from 'vitest'
import { findFaults } from '../../../src/admin/doctor.ts'
import { doorChecks } from '../../../src/admin/doctor/checks-doors.ts'
import type { HostFacts, TcpFacts } from '../../../src/admin/doctor/facts.ts'
import { address, answer, daemon, door, engine, healthy, holdChecks, running } from './doctor-host.ts'

const tcp = (change: Partial<TcpFacts>, at = address): Partial<HostFacts> => ({
  tcp: [{ address: at, answer: { is: { ...answer, ...change } } }],
})
const withEngine = (change: Partial<typeof running>): Partial<HostFacts> => ({
  processes: { is: { engines: [{ ...running, ...change }], gates: [] } },
})
const other = {
  ...running,
  pid: 71,
  line: ['dockerd', '-H', 'tcp://127.0.0.1:2375'],
  settings: '/srv/x',
  config: { is: {} },
}
const anonymous = { is: { isAnonymous: true, warnings: [] } }
const closed = { is: { ...door, mode: 0o600 } }

holdChecks(doorChecks, [
  {
    id: 'docker-group',
    plant: {
      engineSocket: { is: { ...door, gid: 999, group: 'docker', members: ['alice', 'bob'] } },
      dockerGroup: { is: ['alice', 'bob'] },
    },
    says: /^alice, bob can open/,
    remedy: "chgrp root /var/run/docker.sock && gpasswd --members '' docker",
  },
  {
    id: 'docker-group-idle',
    plant: { dockerGroup: { is: ['alice'] } },
    says: /: alice$/,
    remedy: "gpasswd --members '' docker",
  },
  {
    id: 'socket-others',
    plant: { engineSocket: { is: { ...door, mode: 0o602 } } },
    says: /everybody may open/,
    remedy: 'chmod 0600 /var/run/docker.sock',
  },
  {
    id: 'socket-owner',
    plant: { engineSocket: { is: { ...door, uid: 2001 } } },
    says: /belongs to 2001/,
    remedy: 'chown root /var/run/docker.sock',
  },
  {
    id: 'socket-list',
    plant: { engineSocket: { is: { ...door, hasAcl: true } } },
    says: /access list/,
    remedy: 'chmod 0600 /var/run/docker.sock',
  },
  {
    id: 'root-sockets',
    name: 'one that is open to everybody',
    plant: { rootSockets: { is: [door, { ...door, mode: 0o666, path: '/run/c.sock' }] } },
    says: /^everybody may open/,
    remedy: 'chown root:root /run/c.sock && chmod 0600 /run/c.sock',
  },
  {
    id: 'root-sockets',
    name: "one that is a group's",
    plant: { rootSockets: { is: [door, { ...door, gid: 5, members: ['bob'], path: '/run/c.sock' }] } },
    says: /^bob may open/,
    remedy: 'chown root:root /run/c.sock && chmod 0600 /run/c.sock',
  },
  {
    id: 'tcp-plain',
    plant: tcp({ answersPlain: true, asksForCertificate: false }),
    says: /without TLS on tcp:\/\/127\.0\.0\.1:2376/,
    remedy: 'dockerrunctl install && systemctl restart docker',
  },
  {
    id: 'tcp-plain',
    name: 'that of another engine',
    plant: {
      processes: { is: { engines: [running, other], gates: [] } },
      tcp: [
        {
          address: 'tcp://127.0.0.1:2375',
          answer: { is: { ...answer, answersPlain: true, asksForCertificate: false } },
        },
      ],
    },
    says: /:2375$/,
    remedy: 'kill 71',
  },
  {
    id: 'tcp-unverified',
    plant: tcp({ asksForCertificate: false }),
    says: /asks for no certificate/,
    remedy: 'dockerrunctl install && systemctl restart docker',
  },
  {
    id: 'tcp-settings',
    plant: { daemon: { is: { ...daemon, tlsverify: false } } },
    says: /and not tlsverify/,
    remedy: 'dockerrunctl install',
  },
  { id: 'tcp-old-tls', plant: tcp({ takesOldTls: true }), says: /TLS 1\.1/, remedy: /in front of it/ },
  {
    id: 'native-grpc',
    name: 'HTTP/2 that TCP offers',
    plant: tcp({ offersHttp2: true }),
    says: /HTTP\/2 is spoken on/,
    remedy: 'dockerrunctl install && systemctl restart docker',
  },
  {
    id: 'native-grpc',
    name: 'a socket that systemd hands over',
    plant: withEngine({ config: { is: { ...daemon, hosts: ['fd://'] } } }),
    says: /-H fd:\/\//,
    remedy: 'dockerrunctl install && systemctl restart docker',
  },
  {
    id: 'socket-grpc',
    plant: {
      policy: anonymous,
      engine: { is: { ...engine, isRemapped: true } },
      engineSocket: { is: { ...door, hasAcl: true, gid: 9, group: 'people', members: ['bob'] } },
    },
    says: /HTTP\/2 is spoken on/,
    remedy: 'chmod 0600 /var/run/docker.sock',
    beside: ['remapped'],
  },
  { id: 'tcp-beyond', plant: tcp({}, 'tcp://0.0.0.0:2376'), says: /0\.0\.0\.0/, remedy: /127\.0\.0\.1/ },
  {
    id: 'tcp-silent',
    plant: { tcp: [{ address, answer: { why: 'connect ECONNREFUSED' } }] },
    says: /2376: connect ECONNREFUSED/,
    remedy: 'systemctl restart docker',
  },
])

it('takes a socket that policy opens to callers without a name for closed to nobody', () => {
  const open = { is: { ...door, mode: 0o666, hasAcl: true, members: ['alice'] } }
  const facts = {
    ...healthy,
    policy: anonymous,
    engine: { is: { ...engine, isRemapped: true } },
    socketHttp2: { is: false },
  }
  expect(findFaults({ ...facts, engineSocket: open }).map(({ id }) => id)).toEqual(['remapped'])
})

it('takes an access list for nothing where the mask lets nobody in', () => {
  const list = { is: { ...door, mode: 0o600, hasAcl: true, members: ['alice'] } }
  expect(findFaults({ ...healthy, engineSocket: list, dockerGroup: { is: [] } })).toEqual([])
})

it("takes HTTP/2 on a socket that is root's alone for nothing", () => {
  expect(findFaults({ ...healthy, engineSocket: closed, socketHttp2: { is: true } })).toEqual([])
})

it('takes a socket handed over by systemd for nothing before engine 29.2', () => {
  const handed = withEngine({ config: { is: { ...daemon, hosts: ['fd://'] } } })
  const old = findFaults({ ...healthy, ...handed, engine: { is: { ...engine, version: '28.5.2' } } })
  expect(old.filter(({ severity }) => severity !== 'notice')).toEqual([])
})
