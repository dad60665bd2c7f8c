import { expect, it } from 'vitest'
import { findFaults } from '../../../src/admin/doctor.ts'
import { placeChecks } from '../../../src/admin/doctor/checks-places.ts'
import { engine, healthy, holdChecks, type Row } from './doctor-host.ts'

const kinds = ['policy', 'settings', 'programs', 'keys', 'plugin', 'state', 'audit', 'installed'] as const
const open = kinds.map((kind): Row => {
  const path = `/etc/${kind}`
  return {
    id: `open-${kind}`,
    plant: { openPlaces: { is: [{ kind, path, isShared: false }] } },
    says: new RegExp(`can change ${path}$`),
    remedy: `chown --no-dereference root ${path} && chmod go-w ${path}`,
  }
})
const audit = { path: '/var/log/dockerrun/audit.jsonl', room: 0.5, bytes: 50e9 }

holdChecks(placeChecks, [
  ...open,
  {
    id: 'open-audit',
    name: 'a folder that everybody has',
    plant: { openPlaces: { is: [{ kind: 'audit', path: '/tmp', isShared: true }] } },
    says: /can change \/tmp$/,
    remedy: /where only root can write/,
  },
  {
    id: 'policy-broken',
    plant: { policy: { is: { broken: 'line 3: expected' } } },
    says: /line 3/,
    remedy: /policy check/,
  },
  {
    id: 'policy-warnings',
    plant: { policy: { is: { isAnonymous: false, warnings: ['groups.beam: no such group'] } } },
    says: /groups\.beam/,
    remedy: /policy check/,
  },
  {
    id: 'data-root',
    plant: { engine: { is: { ...engine, dataRoot: { path: '/srv/my data', mode: 0o711, uid: 0, gid: 0 } } } },
    says: /others may enter/,
    remedy: "chmod o-rwx '/srv/my data'",
  },
  {
    id: 'audit-room',
    name: 'a disk with little',
    plant: { audit: { is: { ...audit, bytes: 99e6 } } },
    says: /^99 MB/,
    remedy: /make room/,
  },
  {
    id: 'audit-room',
    name: 'a disk that is nearly full',
    plant: { audit: { is: { ...audit, room: 0.04, bytes: 9e9 } } },
    says: /^9000 MB/,
    remedy: /make room/,
  },
  {
    id: 'installed-gone',
    plant: { installed: { is: [{ path: '/etc/sudoers.d/dockerrun', state: 'gone' }] } },
    says: /sudoers/,
    remedy: 'dockerrunctl install',
  },
  {
    id: 'installed-changed',
    plant: { installed: { is: [{ path: '/etc/profile.d/dockerrun.sh', state: 'changed' }] } },
    says: /profile/,
    remedy: /--dry-run/,
  },
  {
    id: 'sudo-rule',
    plant: { sudoRule: { is: '/etc/sudoers.d/dockerrun is refused' } },
    says: /refused/,
    remedy: 'dockerrunctl install',
  },
  {
    id: 'not-enabled',
    plant: { notEnabled: { is: ['dockerrun-authz.socket'] } },
    says: /dockerrun-authz\.socket/,
    remedy: 'systemctl enable dockerrun-authz.socket',
  },
])

it('takes twenty gigabytes for room enough, however large the disk', () => {
  expect(findFaults({ ...healthy, audit: { is: { ...audit, room: 0.01, bytes: 20e9 } } })).toEqual([])
})
