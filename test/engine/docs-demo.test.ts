/** README and the lab of user namespaces: what they say to type in a checkout, in the demo and on a host, and what is then seen. */
import { afterAll, beforeAll, describe } from 'vitest'
import { itRuns, type Stage } from '../support/docs.ts'
import { openCheckout } from '../support/docs-checkout.ts'
import { type DocsHost, startHost } from '../support/docs-host.ts'

describe.for(['README.md', 'docs/userns-lab.md'])('%s', (name) => {
  let checkout: Stage & AsyncDisposable
  let host: DocsHost
  beforeAll(async () => {
    checkout = openCheckout()
    host = await startHost()
  })
  afterAll(async () => {
    await checkout[Symbol.asyncDispose]()
    await host[Symbol.asyncDispose]()
  })

  itRuns(name, () => ({
    shell: (who, place) => (place === 'host' ? host : checkout).shell(who, place),
    write: (path, text, place) => (place === 'host' ? host : checkout).write(path, text, place),
  }))
})
