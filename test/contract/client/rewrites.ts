/** How a create request of dockerrun's may differ from docker's own, and in nothing else. */

export type Body = { [key: string]: unknown }
export type Rewrite = {
  readonly name: string
  readonly why: string
  readonly apply: (docker: Body, ours: Body) => void
}

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)
export const bodyOf = (value: unknown): Body => (isBody(value) ? value : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const identity = ['User', 'HostConfig.GroupAdd', 'HostConfig.SecurityOpt', 'HostConfig.UsernsMode']

/** In a Slurm job the request has labels and a cgroup more: test/contract/client/job.test.ts. */
export const rewrites: readonly Rewrite[] = [
  {
    name: 'identity',
    why: 'who runs it is not for the command line to say',
    apply: (docker, ours) => {
      for (const body of [docker, ours])
        for (const path of identity) {
          const [key = '', field] = path.split('.')
          if (field === undefined) delete body[key]
          else delete bodyOf(body[key])[field]
        }
      const labels = bodyOf(ours['Labels'])
      delete labels['dockerrun.owner']
      delete labels['dockerrun.session']
      bodyOf(docker['HostConfig'])['CapDrop'] = ['ALL']
    },
  },
  {
    name: '-v of a host path is a Mount',
    why: 'the engine makes a missing source of Binds as root (M08); below a read-only one all would stay writable (M09)',
    apply: (docker) => {
      const host = bodyOf(docker['HostConfig'])
      const binds = listOf(host['Binds']).map(String)
      host['Binds'] = binds.filter((bind) => !bind.startsWith('/'))
      host['Mounts'] = [...binds.filter((bind) => bind.startsWith('/')).map(mountOf), ...listOf(host['Mounts'])]
    },
  },
]

const mountOf = (bind: string): Body => {
  const [source = '', target = '', mode = ''] = bind.split(':')
  const words = mode.split(',')
  const propagation = words.find((word) => word.endsWith('private'))
  const options = {
    ...(words.includes('ro') ? { NonRecursive: true } : {}),
    ...(propagation === undefined ? {} : { Propagation: propagation }),
  }
  return { Type: 'bind', Source: source, Target: target, ReadOnly: words.includes('ro'), BindOptions: options }
}
