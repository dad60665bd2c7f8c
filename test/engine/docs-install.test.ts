/** The guides for administrators, each on a host that has the programs and is not set up: what root and users type and see. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { itRuns } from '../support/docs.ts'
import { type DocsHost, startHost } from '../support/docs-host.ts'

describe.for(['docs/install.md', 'docs/install-cluster.md'])('%s', (name) => {
  let host: DocsHost
  beforeAll(async () => {
    host = await startHost()
    host.lab.account({ login: 'frank', uid: 20001, gid: 20001, nssOnly: true, shell: '/bin/bash' })
    const line = 'echo "frank:*:20000:0:99999:7:::" >>/etc/shadow'
    expect(await host.lab.exec(['sh', '-c', line])).toMatchObject({ status: 0 })
  })
  afterAll(async () => await host[Symbol.asyncDispose]())

  itRuns(name, () => host)
})
