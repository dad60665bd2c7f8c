/** Everyday work on images, networks and volumes with docker's own client, of two releases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerOf, mustOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { startRegistry } from '../support/registry.ts'
import { newerRelease } from '../support/releases.ts'
import { until } from '../support/until.ts'

/** Who may pull from a registry on this host is not shown a login: the engine does not say which one it is for. */
const policy = `
users:
  alice:
    registries: ["127.0.0.1:5000"]
    repositories: ["127.0.0.1:5000/alice/*"]
`

type Row = { readonly line: string; readonly says: RegExp | string; readonly as?: string; readonly input?: string }

describe.for([{ release: 'own' }, { release: newerRelease }] as const)(
  "docker of release '$release'",
  ({ release }) => {
    let lab: Lab
    let engine: Engine
    const docker = dockerOf(
      () => lab,
      () => engine,
    )
    const must = mustOf(docker)

    beforeAll(async () => {
      lab = await startLab()
      engine = await lab.engine({ name: 'engine', release, policy })
      await Promise.all(['alice', 'bob'].map(engine.login))
      await startRegistry(lab, engine, 'site/tools:1')
      await must('run -d ME --name web busybox', { sh: 'echo of the web >/tmp/page; exec sleep 1000' })
    })
    afterAll(() => lab.stop())

    const check = async ({ line, says, ...order }: Row) => {
      const { status, stdout, stderr } = await docker(line, order)
      expect(status, stderr).toBe(0)
      if (typeof says === 'string') expect(stdout).toBe(says)
      else expect(stdout).toMatch(says)
    }

    describe('with images alice may, in this order,', () => {
      it.for<Row>([
        { line: 'version --format {{.Server.Os}}', says: 'linux\n' },
        { line: 'info --format {{.OSType}}', says: 'linux\n' },
        { line: 'pull 127.0.0.1:5000/site/tools:1', says: /Status: Downloaded newer image/ },
        { line: 'run --rm ME --pull always 127.0.0.1:5000/site/tools:1 id -u', says: '2001\n' },
        { line: 'images', says: /site\/tools +1 / },
        { line: 'images -a --digests --no-trunc', says: /sha256:/ },
        { line: 'images -q --filter reference=busybox', says: /^[0-9a-f]{12}\n$/ },
        { line: 'image inspect --format {{.Os}} busybox', says: 'linux\n' },
        { line: 'history -q busybox', says: /[0-9a-f]{12}/ },
        { line: 'save busybox', says: /manifest\.json/ },
        { line: 'tag busybox localhost/alice/mine:1', says: '' },
        { line: 'run --rm ME localhost/alice/mine:1 id -u', says: '2001\n' },
        { line: 'commit -m saved -a alice web localhost/alice/web', says: /^sha256:/ },
        { line: 'run --rm ME localhost/alice/web cat /tmp/page', says: 'of the web\n' },
        { line: 'tag localhost/alice/web 127.0.0.1:5000/alice/web', says: '' },
        { line: 'push 127.0.0.1:5000/alice/web', says: /latest: digest: sha256:/ },
        { line: 'rmi localhost/alice/web 127.0.0.1:5000/alice/web', says: /Untagged: localhost\/alice\/web:latest/ },
        { line: 'pull -q 127.0.0.1:5000/alice/web', says: '127.0.0.1:5000/alice/web:latest\n' },
        { line: 'image rm localhost/alice/mine:1', says: 'Untagged: localhost/alice/mine:1\n' },
        { line: 'login -u x --password-stdin 127.0.0.1:5000', as: 'bob', input: 'y', says: /Login Succeeded/ },
        { line: 'logout 127.0.0.1:5000', as: 'bob', says: /Removing login/ },
      ])('$line', check)
    })

    it('is told that the engine does not say for which registry a login is, where policy names registries', async () => {
      const { status, stderr } = await docker('login -u x --password-stdin 127.0.0.1:5000', { input: 'y' })
      expect(status, stderr).toBe(1)
      expect(stderr).toContain('log in with a tool that asks it itself')
    })

    describe('with networks and volumes alice may, in this order,', () => {
      it.for<Row>([
        { line: 'network create --label a=b --internal hernet', says: /^[0-9a-f]{64}\n$/ },
        { line: 'network ls -q --filter label=a=b', says: /^[0-9a-f]{12}\n$/ },
        { line: 'network ls', says: /hernet/ },
        { line: 'network inspect --format {{.Name}} hernet', says: 'hernet\n' },
        { line: 'network connect --alias www hernet web', says: '' },
        { line: 'inspect --format {{.NetworkSettings.Networks.hernet.Aliases}} web', says: /www/ },
        { line: 'network disconnect hernet web', says: '' },
        { line: 'network rm hernet', says: 'hernet\n' },
        { line: 'volume create --label a=b herdata', says: 'herdata\n' },
        { line: 'volume create herdata', says: 'herdata\n' },
        { line: 'volume create', says: /^[0-9a-f]{64}\n$/ },
        { line: 'volume ls -q --filter label=a=b', says: 'herdata\n' },
        { line: 'volume ls', says: /herdata/ },
        { line: 'volume inspect --format {{.Name}} herdata', says: 'herdata\n' },
        { line: 'volume rm herdata', says: 'herdata\n' },
      ])('$line', check)
    })

    it('events of what carries her name are shown, as they come and afterwards', async () => {
      const events = 'events --since 10m --filter type=container --filter event=start --filter label=dockerrun.owner='
      const watch = (login: string) =>
        lab.spawn([engine.dockerCli, ...`${events}${login}`.split(' ')], { as: login, env: engine.env(login) })
      await must('run --rm ME --name before --label dockerrun.owner=alice busybox true')
      const [hers, his] = [watch('alice'), watch('bob')]
      await until(() => hers.output().includes('name=before'), { what: 'the event of before' })
      await must('run --rm ME --name after --label dockerrun.owner=alice busybox true')
      await must('run --rm ME --name his --label dockerrun.owner=bob busybox true', { as: 'bob' })
      await until(() => hers.output().includes('name=after'), { what: 'the event of after' })
      await until(() => his.output().includes('name=his'), { what: 'the event of his' })
      expect(his.output()).not.toMatch(/before|after/)
      for (const each of [hers, his]) {
        await each.signal('SIGKILL')
        await each.done
      }
    })

    it('what compose does: networks and volumes with labels, containers that find each other by name, lists by label', async () => {
      const label = '--label com.docker.compose.project=shop'
      const service = (name: string) => `run -d ME --name shop-${name} ${label} --network shop --network-alias ${name}`
      await must(`network create ${label} shop`)
      await must(`volume create ${label} shop-data`)
      const serve = 'echo sold >/var/tmp/index.html; exec httpd -f -p 8080 -h /var/tmp'
      await must(`${service('db')} -v shop-data:/var/tmp busybox`, { sh: serve })
      await must(`${service('web')} busybox`, { sh: 'exec sleep 1000' })
      const page = () => docker('exec shop-web wget -qO- http://db:8080/')
      await until(async () => (await page()).stdout === 'sold\n', { what: 'the page of the other service' })

      const filter = '--filter label=com.docker.compose.project=shop'
      const names = await must(`ps -a ${filter} --format {{.Names}}`)
      expect(names.split('\n').toSorted()).toEqual(['shop-db', 'shop-web'])
      expect(await must(`volume ls -q ${filter}`)).toBe('shop-data')
      expect(await must(`network ls ${filter} --format {{.Name}}`)).toBe('shop')
      for (const line of [
        'stop -t 0 shop-web shop-db',
        'rm shop-web shop-db',
        'network rm shop',
        'volume rm shop-data',
      ])
        await must(line)
      expect(await must(`ps -aq ${filter}`)).toBe('')
    })
  },
)
