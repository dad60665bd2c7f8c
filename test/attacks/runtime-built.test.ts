/** While root builds, containers without a record are made: they are held against what the engine gives by itself. */
import { describe, it } from 'vitest'
import { objectToBuilt, objectToReference } from '../../src/policy/runtime-built.ts'
import { herSpec, json, kin, reference } from '../fixtures/runtime-specs.ts'
import { ids } from '../support/requests.ts'
import { bound, but, change, linux, process, spaces, type Row } from './rows/runtime-spec.ts'

describe('what a build makes without a record', () => {
  const anonymous = {
    destination: '/v',
    type: 'bind',
    source: `/var/lib/docker/volumes/${kin}/_data`,
    options: ['rbind'],
  }
  const builtFrom = (spec: object) => objectToBuilt(json(spec), ids.hers, json(reference))
  const plain = () => ({ ...herSpec(), mounts: [...herSpec().mounts, ...reference.mounts.slice(-1), anonymous] })

  it('is let through where it asks for nothing', ({ expect }) => {
    expect(builtFrom(plain())).toBeUndefined()
  })

  it.for<readonly [string, Row['by'], string]>([
    ['a bind', bound(), 'a mount'],
    ['a bind that is none of the engine’s', bound({ source: '/var/lib/docker/../../../etc' }), 'a mount'],
    ['the volume of somebody', bound({ source: '/var/lib/docker/volumes/bobdata/_data' }), 'a mount'],
    ["another's files", bound({ source: `/var/lib/docker/containers/${ids.bobs}/hosts` }), 'a mount'],
    ['a root file system that nobody knows', { root: { path: '/' } }, 'root file system'],
    ['a device', linux({ devices: [{ path: '/dev/sda', type: 'b', major: 8, minor: 0 }] }), 'a device'],
    ['any device', linux({ resources: { devices: [{ allow: true, access: 'rwm' }] } }), 'devices'],
    ['capabilities', process({ capabilities: { bounding: ['CAP_SYS_PTRACE'] } }), 'capabilities'],
    ['inherited capabilities', process({ capabilities: { ambient: ['CAP_SYS_PTRACE'] } }), 'capabilities'],
    ['a hook', { hooks: { prestart: [{ path: '/home/alice/hook', args: ['hook'] }] } }, 'hooks'],
    ['no filter', linux({ seccomp: undefined }), 'seccomp'],
    ["init's pids", spaces(...but('pid'), { type: 'pid', path: '/proc/1/ns/pid' }), 'pid'],
    ...['mount', 'pid', 'ipc', 'uts'].map((type) => [`the host's ${type}`, spaces(...but(type)), type] as const),
  ])('with %s it is refused', ([, by, why], { expect }) => {
    expect(builtFrom(change(plain(), typeof by === 'function' ? by(herSpec()) : by))).toContain(why)
  })
})

describe('the reference is not believed', () => {
  const id = 'c'.repeat(64)
  it('where it is not as the gate asked for it', ({ expect }) => {
    expect(objectToReference(json(reference), id)).toBeUndefined()
    expect(objectToReference(json(reference), ids.hers)).toBe('it has a bind')
  })

  it.for<readonly [string, Row['by'], string]>([
    [
      'a bind',
      { mounts: [...reference.mounts, { destination: '/h', type: 'bind', source: '/', options: ['rbind'] }] },
      'a bind',
    ],
    ['a root file system that nobody knows', { root: { path: '/' } }, 'root file system'],
    ['capabilities', process({ capabilities: { bounding: ['CAP_SYS_ADMIN'] } }), 'capabilities'],
    ['a device', linux({ devices: [{ path: '/dev/sda', type: 'b', major: 8, minor: 0 }] }), 'a device'],
    ['all devices', linux({ resources: { devices: [{ allow: true, access: 'rwm' }] } }), 'all devices'],
    ['nothing hidden', linux({ maskedPaths: [] }), 'hidden'],
    ['a hook', { hooks: { createRuntime: [{ path: '/home/alice/hook' }] } }, 'hooks'],
    ["init's pids", spaces(...but('pid'), { type: 'pid', path: '/proc/1/ns/pid' }), 'pid'],
  ])('with %s', ([, by, why], { expect }) => {
    expect(objectToReference(json(change(reference, typeof by === 'function' ? by(herSpec()) : by)), id)).toContain(why)
  })
})
