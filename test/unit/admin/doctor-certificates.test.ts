import { expect, it } from 'vitest'
import { findFaults } from '../../../src/admin/doctor.ts'
import { certificateChecks } from '../../../src/admin/doctor/checks-certificates.ts'
import { answer, authority, healthy, holdChecks, inDays, now, server } from './doctor-host.ts'

const renewed = 'dockerrunctl cert server --name node7 --name 10.1.2.3 && systemctl restart docker'

holdChecks(certificateChecks, [
  {
    id: 'ca-key',
    name: 'a key that others read',
    plant: { caKey: { is: { path: '/etc/p/ca-key.pem', mode: 0o640, uid: 0, gid: 0 } } },
    says: /others may read/,
    remedy: 'chown root /etc/p/ca-key.pem && chmod 0600 /etc/p/ca-key.pem',
  },
  {
    id: 'ca-key',
    name: "a key that is somebody's",
    plant: { caKey: { is: { path: '/etc/p/ca-key.pem', mode: 0o600, uid: 2001, gid: 0 } } },
    says: /others may read/,
    remedy: 'chown root /etc/p/ca-key.pem && chmod 0600 /etc/p/ca-key.pem',
  },
  {
    id: 'certificate-ended',
    plant: { certificates: { is: [authority, { ...server, notAfter: inDays(-1) }] } },
    says: /server\/cert\.pem$/,
    remedy: renewed,
  },
  {
    id: 'certificate-ended',
    name: "the CA's",
    plant: { certificates: { is: [{ ...authority, notAfter: now }, server] } },
    says: /ca\.pem$/,
    remedy: /aside/,
  },
  {
    id: 'certificate-ends',
    plant: { certificates: { is: [authority, { ...server, notAfter: inDays(29) }] } },
    says: /30 days: .*server\/cert\.pem$/,
    remedy: renewed,
  },
  {
    id: 'certificate-early',
    plant: { certificates: { is: [authority, { ...server, notBefore: inDays(1) }] } },
    says: /not good yet/,
    remedy: /set-ntp/,
  },
  {
    id: 'certificate-shown',
    plant: { certificates: { is: [authority, { ...server, fingerprint: 'EE:FF' }] } },
    says: /another one than/,
    remedy: 'systemctl restart docker',
  },
  { id: 'other-authorities', plant: { authorities: { is: 2 } }, says: /has 2 certificates/, remedy: /leave the one/ },
  {
    id: 'revocations-broken',
    plant: { revocations: { is: { path: '/etc/p/revoked.jsonl', brokenLine: 3 } } },
    says: /^line 3 of/,
    remedy: 'sed -i.broken 3d /etc/p/revoked.jsonl',
  },
  { id: 'clock-back', plant: { lastIssue: { is: inDays(1) } }, says: /2026-11-29T12:00:00/, remedy: /set-ntp/ },
])

it('looks at no certificate of an engine that is another one', () => {
  const tcp = [{ address: 'tcp://127.0.0.1:9999', answer: { is: { ...answer, fingerprint: 'EE:FF' } } }]
  expect(findFaults({ ...healthy, tcp })).toEqual([])
})
