/** Devices that policy grants, and no others (M14). The node inside has the host's owner and mode: rights stay the user's. */
import type { FieldRule } from './fields.ts'
import { matchesDevice } from './patterns.ts'

export const devices: FieldRule = {
  each: {
    PathOnHost: {
      required: true,
      check: (value, { grants }) =>
        typeof value === 'string' && matchesDevice(grants.devices, value)
          ? undefined
          : 'this device is not granted to you (M14): policy names those that are',
      why: 'policy names devices',
    },
    PathInContainer: {
      required: true,
      check: (value) =>
        typeof value === 'string' && /^\/dev\/[A-Za-z0-9_./-]+$/.test(value) && !value.includes('..')
          ? undefined
          : 'must be a path below /dev',
      why: 'where it appears',
    },
    CgroupPermissions: {
      check: (value) => (typeof value === 'string' && /^[rwm]{0,3}$/.test(value) ? undefined : 'must be of r, w and m'),
      why: 'no user has the capability that m asks for',
    },
  },
  why: 'policy names devices',
}

/** `--gpus`: the vendor's hook puts devices and libraries in, so it is the site's to grant. */
export const gpus: FieldRule = {
  each: {
    Driver: { only: ['', 'nvidia'], why: 'only GPUs are requested in this way' },
    Count: { any: 'integer', why: 'a number of GPUs' },
    DeviceIDs: { any: 'strings', why: 'which GPUs' },
    Capabilities: {
      required: true,
      check: (value, { grants }) =>
        grants.gpus && JSON.stringify(value) === '[["gpu"]]' ? undefined : 'no GPU is granted to you',
      why: 'policy grants GPUs',
    },
    Options: {
      check: (value) =>
        value === null || (value instanceof Map && value.size === 0) ? undefined : 'options are not granted',
      why: 'options steer a hook that is root',
    },
  },
  why: 'policy grants GPUs',
}
