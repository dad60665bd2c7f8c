/** What an ordinary user may ask of the engine: one rule for each operation, so that none is forgotten. */
import type { OperationId } from '../contract/operations.ts'
import { anyText, flag, matching, number } from './checks.ts'
import { ownContainer, remappedContainer } from './container-create.ts'
import { execStart, ownExec, remappedExec } from './container-exec.ts'
import {
  creation,
  objectToIds,
  objectToImageRead,
  objectToShellPath,
  probe,
  restart,
  start,
  update,
} from './containers.ts'
import {
  commitBody,
  objectToCommit,
  objectToImageName,
  objectToLogin,
  objectToPull,
  objectToPush,
  ownName,
  tag,
} from './images.ts'
import { containerUpdate } from './limits.ts'
import { listFilters, ownFilters } from './lists.ts'
import { objectToName } from './names.ts'
import { networkConnect, networkCreate, networkDisconnect, objectToNetworkCreation } from './networks.ts'
import { refused } from './refused.ts'
import type { Checked, Kind, QueryRules, Rule } from './rule.ts'
import { objectToVolumeCreation, volumeCreate } from './volumes.ts'

const read = (why: string, query: QueryRules = {}): Rule => ({ verdict: 'check', query, body: 'none', why })
const own = (on: Kind, query: QueryRules = {}): Checked => ({
  verdict: 'check',
  on,
  query,
  body: 'none',
  why: `an own ${on}`,
})

const platform = { check: matching(/^[a-z0-9/_.-]{0,64}$/, 'a platform such as linux/amd64') }
const signal = { check: matching(/^[A-Za-z0-9+-]{0,16}$/, 'a signal') }
const seconds = { check: matching(/^(?:|[0-9]|[1-9][0-9]|1[01][0-9]|120)$/, 'up to 120 seconds') }
const detachKeys = { check: anyText }
const size = { h: { check: number }, w: { check: number } }
const lists = { check: listFilters, required: true } as const
const imported = {
  check: () =>
    'an import takes files and names from its sender, and is root (M17): push the image to a registry, and pull it',
}
/** Left out, or said not to be. */
const unset = (why: string) => ({ check: matching(/^(?:0|false|False|)$/, `left out: ${why}`) })
const streams: QueryRules = {
  stream: { check: flag },
  stdin: { check: flag },
  stdout: { check: flag },
  stderr: { check: flag },
  logs: { check: flag },
  detachKeys,
}

export const rules: Readonly<Record<OperationId, Rule>> = {
  SystemPing: read('says only that the engine is up'),
  SystemPingHead: read('says only that the engine is up'),
  SystemVersion: read('says what the engine is'),
  SystemInfo: read('says what the engine is'),
  SystemAuth: {
    verdict: 'check',
    query: {},
    body: 'hidden',
    also: [objectToLogin],
    why: 'a registry that the engine could pull from is asked about a password',
  },
  SystemEvents: read('events of own things', {
    since: { check: anyText },
    until: { check: anyText },
    filters: { check: ownFilters, required: true },
  }),

  ContainerCreate: {
    verdict: 'check',
    query: { name: { check: objectToName }, platform },
    body: ownContainer,
    remapped: remappedContainer,
    also: creation,
    why: 'a container may do what its user may, and no more',
  },
  ContainerStart: {
    verdict: 'check',
    on: 'container',
    query: { detachKeys },
    body: 'none',
    also: start,
    why: 'an own container, all it refers to looked up again',
  },
  ContainerRestart: {
    verdict: 'check',
    on: 'container',
    query: { t: seconds, signal },
    body: 'none',
    also: restart,
    why: 'an own container, all it refers to looked up again',
  },
  ContainerInspect: own('container', { size: { check: flag } }),
  ContainerLogs: own('container', {
    follow: { check: flag },
    stdout: { check: flag },
    stderr: { check: flag },
    timestamps: { check: flag },
    details: { check: flag },
    since: { check: anyText },
    until: { check: anyText },
    tail: { check: matching(/^(?:all|-?[0-9]{0,9})$/, 'a number or all') },
  }),
  ContainerAttach: own('container', streams),
  ContainerWait: own('container', {
    condition: { check: matching(/^(?:|not-running|next-exit|removed)$/, 'not-running, next-exit or removed') },
  }),
  ContainerResize: own('container', size),
  ContainerStop: own('container', { t: seconds, signal }),
  ContainerKill: own('container', { signal }),
  ContainerPause: own('container'),
  ContainerUnpause: own('container'),
  ContainerTop: own('container', {
    ps_args: {
      check: matching(
        /^(?:|-ef|-e|aux|-aux|-eF|-el|-l|-e?o pid,(?:user|comm|args|etime|time|pcpu|pmem|,)+)$/,
        '-ef, aux or -o pid,user,comm,args',
      ),
    },
  }),
  ContainerStats: own('container', { stream: { check: flag }, 'one-shot': { check: flag } }),
  ContainerChanges: own('container'),
  ContainerExport: own('container'),
  ContainerRename: own('container', { name: { check: objectToName, required: true } }),
  ContainerUpdate: {
    verdict: 'check',
    on: 'container',
    query: {},
    body: containerUpdate,
    also: update,
    why: 'what it could have been created with',
  },
  ContainerDelete: own('container', {
    v: { check: flag },
    force: { check: flag },
    link: unset('links are not granted'),
  }),
  ContainerList: read('lists what ps shows on the host', {
    all: { check: flag },
    limit: { check: number },
    size: { check: flag },
    filters: lists,
  }),
  ContainerArchive: {
    verdict: 'check',
    on: 'container',
    query: { path: { check: objectToImageRead, required: true } },
    body: 'none',
    also: probe,
    why: "the image's passwd and group, of a container that never ran and never will",
  },
  ContainerArchiveInfo: {
    verdict: 'check',
    on: 'container',
    query: { path: { check: objectToShellPath, required: true } },
    body: 'none',
    also: probe,
    why: 'whether the image has a shell, of a container that never ran and never will',
  },

  ContainerExec: {
    verdict: 'check',
    on: 'container',
    query: {},
    body: ownExec,
    remapped: remappedExec,
    also: [objectToIds],
    why: 'a process in an own container, as its user',
  },
  ExecStart: { verdict: 'check', on: 'exec', query: {}, body: execStart, also: [objectToIds], why: 'an own process' },
  ExecResize: own('exec', size),
  ExecInspect: own('exec'),

  ImageList: read('images are not secret', {
    all: { check: flag },
    digests: { check: flag },
    'shared-size': { check: flag },
    manifests: { check: flag },
    identity: { check: flag },
    filters: { check: anyText },
  }),
  ImageInspect: read('images are not secret', { manifests: { check: flag }, platform: { check: anyText } }),
  ImageHistory: read('images are not secret', { platform: { check: anyText } }),
  ImageGet: read('images are not secret', { platform: { check: anyText } }),
  ImageGetAll: read('images are not secret', {
    names: { check: anyText, required: true },
    platform: { check: anyText },
  }),
  ImageCreate: {
    verdict: 'check',
    query: {
      fromImage: { check: anyText },
      tag: { check: anyText },
      platform,
      fromSrc: imported,
      repo: imported,
      message: imported,
      changes: imported,
    },
    body: 'none',
    also: [objectToPull],
    why: 'a pull writes the name it reads',
  },
  ImageTag: read('a name of its own user', { repo: { check: ownName, required: true }, tag: { check: tag } }),
  ImageDelete: {
    verdict: 'check',
    query: { force: unset('it would take an image from under the containers of others'), noprune: { check: flag } },
    body: 'none',
    also: [objectToImageName],
    why: 'a name of its own user',
  },
  ImagePush: {
    verdict: 'check',
    query: { tag: { check: tag }, platform: { check: anyText } },
    body: 'none',
    also: [objectToImageName, objectToPush],
    why: 'to a registry that policy grants',
  },
  ImageCommit: {
    verdict: 'check',
    on: 'container',
    query: {
      container: { check: anyText, required: true },
      repo: { check: ownName, required: true },
      tag: { check: tag },
      comment: { check: anyText },
      author: { check: anyText },
      pause: { check: flag },
      changes: { check: anyText },
    },
    body: commitBody,
    bodyless: true,
    also: [objectToCommit],
    why: 'an own container, to a name of its own user',
  },

  VolumeList: read('names, as the folders of a disk', { filters: lists }),
  VolumeInspect: own('volume'),
  VolumeCreate: {
    verdict: 'check',
    query: {},
    body: volumeCreate,
    also: [objectToVolumeCreation],
    why: 'a name that is free, or an own volume',
  },
  VolumeDelete: own('volume', { force: { check: flag } }),
  NetworkList: read('names, as the host shows its interfaces', { filters: lists }),
  NetworkInspect: own('network', { verbose: { check: flag }, scope: { check: matching(/^(?:|local)$/, 'local') } }),
  NetworkCreate: {
    verdict: 'check',
    query: {},
    body: networkCreate,
    also: [objectToNetworkCreation],
    why: 'a bridge of its own, addresses chosen by the engine',
  },
  NetworkConnect: {
    verdict: 'check',
    on: 'network',
    query: {},
    body: networkConnect,
    why: 'an own container, to an own network',
  },
  NetworkDisconnect: {
    verdict: 'check',
    on: 'network',
    query: {},
    body: networkDisconnect,
    why: 'an own container, from an own network',
  },
  NetworkDelete: own('network'),

  ...refused,
}
