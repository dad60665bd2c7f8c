/** M17: a pull moves a name that is everybody's; what was made here is not replaced by it. */
import { it } from 'vitest'
import { gate } from '../../support/world.ts'

const pulled = { id: 'sha256:1', digests: ['busybox@sha256:1'], labels: {}, workingDir: '' }
const built = { id: 'sha256:1', digests: [], labels: {}, workingDir: '' }

it.for([
  { name: 'an image that is not there', image: undefined, hasContainerdStore: true, allowed: true },
  { name: 'one that was pulled', image: pulled, hasContainerdStore: false, allowed: true },
  { name: 'one that was built here', image: built, hasContainerdStore: false, allowed: false },
  {
    name: 'one of which the store of containerd does not say whether it was',
    image: pulled,
    hasContainerdStore: true,
    allowed: false,
  },
])('$name: pulled over, $allowed', async ({ image, hasContainerdStore, allowed }, { expect }) => {
  const { ports, ask } = gate([])
  Object.assign(ports.engine, {
    readImage: async () => image,
    readNature: async () => ({ isRemapped: false, dataRoot: '/data/docker', guard: undefined, hasContainerdStore }),
  })
  expect((await ask('POST /images/create?fromImage=busybox&tag=latest')).Allow).toBe(allowed)
})
