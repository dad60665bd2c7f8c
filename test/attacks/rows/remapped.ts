/** Engines with userns-remap, and callers without a name (R01-R07). Each is denied. */
import { bob, ids } from '../../support/requests.ts'
import type { Attack } from './attacks.ts'

const anonymous = { caller: { kind: 'anonymous', account: bob } as const, remapped: true }
const remapped = (hostConfig: object, name: string, change = {}): Attack => ({
  name,
  line: 'POST /containers/create',
  body: { Image: 'busybox', HostConfig: hostConfig },
  change: { remapped: true, ...change },
})
const mount = (change: object) => ({ Mounts: [{ Type: 'bind', Source: '/home/alice', Target: '/h', ...change }] })
export const remappedRows: readonly Attack[] = [
  remapped({ UsernsMode: 'private' }, 'R01: another word for the user namespace'),
  remapped({ UsernsMode: 'Host' }, 'R01: host in another case'),
  remapped({ UsernsMode: ' host' }, 'R01: host with a space'),
  remapped({ UsernsMode: 'host:x' }, 'R01: host with more behind it'),
  {
    ...remapped({ UsernsMode: 'host' }, 'R01: host, by one who does not meet the contract of own ids'),
    isHeldTwice: true,
  },
  remapped({ UsernsMode: 'host', SecurityOpt: ['no-new-privileges'] }, 'R01: host, by nobody in particular', anonymous),
  remapped({ Privileged: true }, 'privileged, remapped'),
  remapped({ CapAdd: ['SYS_ADMIN'] }, 'a capability, remapped'),
  remapped({ SecurityOpt: ['seccomp=unconfined'] }, 'no seccomp, remapped'),
  remapped({ SecurityOpt: ['no-new-privileges', 'apparmor=unconfined'] }, 'no AppArmor, remapped'),
  remapped(
    { Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda', CgroupPermissions: 'r' }] },
    'M14: a device, remapped',
  ),
  remapped({ Sysctls: { 'net.ipv4.ip_forward': '1' } }, 'B06: a sysctl, remapped'),
  remapped({ Binds: ['/etc/systemd/system/x.service.d:/x'] }, 'R02: a missing bind source that would be made'),
  remapped(mount({}), 'a writable bind, remapped'),
  remapped(
    mount({ Source: '/home/bob', ReadOnly: true, BindOptions: { NonRecursive: true } }),
    'M05: a bind out of reach, remapped',
  ),
  remapped(
    mount({ Source: '/srv/barred', ReadOnly: true, BindOptions: { NonRecursive: true } }),
    'M05: a bind of what others may read and she may not, remapped',
  ),
  remapped({ PidMode: 'host' }, "the host's pids, by nobody in particular", anonymous),
  remapped({ NetworkMode: 'host' }, "the host's network, by nobody in particular", anonymous),
  {
    name: "another's network beside, remapped",
    line: 'POST /containers/create',
    body: { Image: 'busybox', HostConfig: {}, NetworkingConfig: { EndpointsConfig: { bobnet: {} } } },
    change: { remapped: true },
  },
  {
    name: 'anything, by nobody in particular, on an engine that does not remap',
    line: 'POST /containers/create',
    body: { Image: 'busybox', User: '2002:2002', HostConfig: { SecurityOpt: ['no-new-privileges'], UsernsMode: '' } },
    change: { ...anonymous, remapped: false },
  },
  {
    name: 'a network, by nobody in particular',
    line: 'POST /networks/create',
    body: { Name: 'net' },
    change: anonymous,
  },
  {
    name: 'a tag, by nobody in particular',
    line: 'POST /images/busybox/tag?repo=localhost/bob/box',
    change: anonymous,
  },
  {
    name: 'a container of a user, by nobody in particular',
    line: `GET /containers/${ids.hers}/json`,
    change: anonymous,
  },
]
