import type { Flag } from './flag.ts'

/** Flags of docker run whose values no site can grant, with gate 1's reason (src/policy/container-create.ts). `except`: what is so anyway. */

const windows = { why: 'it is for Windows engines', hint: 'leave it out' }
const device = { why: 'the engine would look the device path up as root', hint: 'leave it out' }
const realTime = { why: 'no real-time scheduling is granted', hint: 'leave it out', except: /^0+$/ }
const address = {
  why: 'addresses are chosen by the engine',
  hint: 'leave it out: containers of one network find each other by name',
}

export const refusedFlags: readonly Flag[] = [
  {
    name: 'annotation',
    kind: 'map',
    help: 'An annotation for the runtime',
    refused: { why: 'annotations steer the runtime, which is root', hint: 'use --label for notes of your own' },
  },
  { name: 'blkio-weight-device', kind: 'list', help: 'Block IO weight for a device', refused: device },
  {
    name: 'cap-add',
    kind: 'list',
    help: 'Add a capability',
    refused: {
      why: 'no capability is granted to a user',
      hint: 'leave it out: the container runs as you, with your rights',
    },
  },
  {
    name: 'cgroupns',
    kind: 'string',
    to: 'HostConfig.CgroupnsMode',
    help: 'Cgroup namespace: private',
    refused: {
      why: "the host's cgroup namespace is not granted",
      hint: 'say private, or leave it out',
      except: /^(?:private)?$/,
    },
  },
  { name: 'cpu-count', kind: 'int', help: 'CPU count', refused: windows },
  { name: 'cpu-percent', kind: 'int', help: 'CPU percent', refused: windows },
  { name: 'cpu-rt-period', kind: 'int', help: 'Real-time period', refused: realTime },
  { name: 'cpu-rt-runtime', kind: 'int', help: 'Real-time runtime', refused: realTime },
  {
    name: 'device-cgroup-rule',
    kind: 'list',
    help: 'A rule for devices',
    refused: { why: 'no device is granted in this way', hint: 'say --device for one that policy grants' },
  },
  { name: 'device-read-bps', kind: 'list', help: 'Limit reading from a device', refused: device },
  { name: 'device-read-iops', kind: 'list', help: 'Limit reads from a device', refused: device },
  { name: 'device-write-bps', kind: 'list', help: 'Limit writing to a device', refused: device },
  { name: 'device-write-iops', kind: 'list', help: 'Limit writes to a device', refused: device },
  {
    name: 'disable-content-trust',
    kind: 'switch',
    help: 'Skip verification of image signatures',
    refused: { why: 'image signatures are not verified', hint: 'name the image by its digest', except: /^true$/ },
  },
  { name: 'io-maxbandwidth', kind: 'bytes', help: 'Maximum IO bandwidth', refused: windows },
  { name: 'io-maxiops', kind: 'uint', help: 'Maximum IO operations', refused: windows },
  { name: 'ip', kind: 'string', help: 'IPv4 address', refused: address },
  { name: 'ip6', kind: 'string', help: 'IPv6 address', refused: address },
  {
    name: 'isolation',
    kind: 'string',
    to: 'HostConfig.Isolation',
    help: 'Isolation technology',
    refused: { ...windows, except: /^(?:default)?$/ },
  },
  {
    name: 'link',
    kind: 'list',
    help: 'Link to another container',
    refused: {
      why: "a link copies the other container's environment",
      hint: 'put both into a network of your own: docker network create',
    },
  },
  { name: 'link-local-ip', kind: 'list', help: 'Link-local addresses', refused: address },
  {
    name: 'log-driver',
    kind: 'string',
    help: 'Where output is kept: json-file, local or none',
    refused: {
      why: 'other log drivers let root write where the user says',
      hint: 'say json-file, local or none',
      except: /^(?:json-file|local|none)?$/,
    },
  },
  {
    name: 'mac-address',
    kind: 'string',
    help: 'MAC address',
    refused: { ...address, why: "a chosen address could be another container's" },
  },
  {
    name: 'oom-kill-disable',
    kind: 'switch',
    help: 'Disable the out-of-memory killer',
    refused: { why: 'a user may not escape the out-of-memory killer', hint: 'leave it out', except: /^false$/ },
  },
  {
    name: 'privileged',
    kind: 'switch',
    help: 'Extended privileges',
    refused: { why: 'a privileged container is root on the host', hint: 'leave it out', except: /^false$/ },
  },
  {
    name: 'restart',
    kind: 'string',
    help: 'When the engine restarts it: no, or with --as-is on-failure[:COUNT]',
    refused: {
      why: 'always and unless-stopped would start it again with the engine',
      hint: 'say no or on-failure[:COUNT]',
      except: /^(?!(?:always|unless-stopped)(?::|$))/,
    },
  },
  {
    name: 'runtime',
    kind: 'string',
    help: 'The runtime',
    refused: { why: 'the runtime is chosen by the site', hint: 'leave it out', except: /^$/ },
  },
  {
    name: 'sysctl',
    kind: 'map',
    help: 'A kernel parameter',
    refused: { why: 'no sysctl is granted', hint: 'leave it out' },
  },
  {
    name: 'use-api-socket',
    kind: 'switch',
    help: "Show the engine's socket to the container",
    refused: { why: "the engine's socket is root on the host", hint: 'leave it out', except: /^false$/ },
  },
  {
    name: 'userns',
    kind: 'string',
    help: 'host, which is so anyway',
    refused: { why: 'the container runs with your own ids', hint: 'leave it out', except: /^(?:host)?$/ },
  },
  {
    name: 'volume-driver',
    kind: 'string',
    to: 'HostConfig.VolumeDriver',
    help: 'The driver of volumes',
    refused: { why: 'volume plugins run as root', hint: 'leave it out', except: /^(?:local)?$/ },
  },
]
