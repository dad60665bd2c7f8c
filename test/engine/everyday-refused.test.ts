/** What docker's own client is refused, of two releases: on purpose, with a sentence that says what to do; and what is another's. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerOf, mustOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { newerRelease } from '../support/releases.ts'

const container = 'no such container of yours'
const network = 'no such network of yours'
const volume = 'no such volume of yours'
const join = 'that is no container of yours'
const used = 'is in use, or was until a moment ago: choose another'
const images = "image names are everybody's: yours are localhost/bob/..."

describe.for([{ release: 'own' }, { release: newerRelease }] as const)(
  "docker of release '$release'",
  ({ release }) => {
    let lab: Lab
    let engine: Engine
    let web: string
    const docker = dockerOf(
      () => lab,
      () => engine,
    )
    const must = mustOf(docker)
    const ask = async (path: string) => JSON.parse((await engine.api({ path })).body)
    /** All there is, as root sees it. */
    const all = async () => {
      const tags: readonly { readonly RepoTags: readonly string[] }[] = await ask('/images/json')
      return {
        containers: (await engine.containers()).map(({ Id, Names }) => [Id, ...Names]),
        web: await ask('/containers/web/json'),
        hernet: await ask('/networks/hernet'),
        networks: ((await ask('/networks')) as readonly { Name: string }[]).map(({ Name }) => Name).toSorted(),
        volumes: (await ask('/volumes')).Volumes,
        tags: tags.flatMap(({ RepoTags }) => RepoTags).toSorted(),
      }
    }

    beforeAll(async () => {
      lab = await startLab()
      engine = await lab.engine({ name: 'engine', release })
      await Promise.all(['alice', 'bob'].map(engine.login))
      for (const folder of ['/srv/context', '/home/alice/secret']) mkdirSync(lab.path(folder))
      writeFileSync(lab.path('/srv/context/Dockerfile'), 'FROM busybox\n')
      await must('network create hernet')
      web = await must('run -d ME --name web -v herdata:/data --network hernet --ipc shareable busybox sleep 1000')
      await must('run -d ME --name his busybox sleep 1000', { as: 'bob' })
      await must('tag busybox localhost/alice/mine')
    })
    afterAll(() => lab.stop())

    const expectRefusal = async (line: string, says: string, as: string) => {
      const before = await all()
      const { status, stderr } = await docker(line.replace('ID', web.slice(0, 12)), { as, input: 'input' })
      expect(status, stderr).not.toBe(0)
      expect(stderr).toContain(says)
      expect(await all()).toEqual(before)
    }

    describe("alice's things are left as they are, and bob is told why, when he says docker", () => {
      it.for([
        ...[
          'logs web',
          'logs ID',
          'inspect web',
          'top web',
          'stats --no-stream web',
          'port web',
          'diff web',
          'export web',
          'commit web localhost/bob/hers',
          'exec web id',
          'exec ID id',
          'attach web',
          'stop -t 0 web',
          'stop -t 0 ID',
          'kill web',
          'restart -t 0 web',
          'start web',
          'pause web',
          'unpause web',
          'rename web mine',
          'update --memory 64m web',
          'wait web',
          'rm -f web',
          'rm -f ID',
          'cp web:/etc/passwd -',
        ].map((line) => ({ line, says: container })),
        { line: 'run ME --network container:web busybox id', says: join },
        { line: 'run ME --network container:ID busybox id', says: join },
        { line: 'run ME --pid container:web busybox id', says: join },
        { line: 'run ME --ipc container:web busybox id', says: join },
        { line: 'run ME --volumes-from web busybox id', says: join },
        { line: 'run ME --name web busybox id', says: used },
        { line: 'rename his web', says: used },
        { line: 'network inspect hernet', says: network },
        { line: 'network rm hernet', says: network },
        { line: 'network connect hernet his', says: network },
        { line: 'network disconnect -f hernet web', says: network },
        { line: 'network create hernet', says: used },
        { line: 'run ME --network hernet busybox id', says: 'that is no network of yours' },
        { line: 'volume inspect herdata', says: volume },
        { line: 'volume rm herdata', says: volume },
        { line: 'volume rm -f herdata', says: volume },
        { line: 'volume create herdata', says: used },
        { line: 'run ME -v herdata:/data busybox id', says: used },
        { line: 'run ME --mount type=volume,source=herdata,target=/data busybox id', says: used },
        { line: 'run ME -v /home/alice:/h busybox id', says: 'is not yours alone' },
        { line: 'run ME -v /home/alice/secret:/h busybox id', says: 'you cannot reach it from a host shell' },
        { line: 'run ME -u 2001:2001 busybox id', says: 'User: must be 2002:2002, your own uid and gid in numbers' },
        { line: 'run ME --group-add 2001 busybox id', says: 'is not the number of a group of yours' },
        { line: 'tag busybox localhost/alice/mine', says: images },
        { line: 'rmi localhost/alice/mine', says: images },
        { line: 'push localhost/alice/mine', says: images },
        { line: 'commit his localhost/alice/mine', says: images },
        { line: 'events --filter label=dockerrun.owner=alice', says: 'add --filter label=dockerrun.owner=bob' },
      ])('$line', ({ line, says }) => expectRefusal(line, says, 'bob'))
    })

    describe('alice is told what to do instead when she says docker', () => {
      it.for([
        { line: 'run busybox id', says: 'User: must be 2001:2001, your own uid and gid in numbers: add -u 2001:2001' },
        { line: 'run -u 2001:2001 busybox id', says: 'add --security-opt no-new-privileges' },
        { line: 'run -u alice busybox id', says: 'add -u 2001:2001' },
        { line: 'run ME -v /home/alice/new:/new busybox id', says: 'does not exist, or you cannot reach it' },
        { line: 'run ME -v /tmp/new:/new busybox id', says: 'does not exist, or you cannot reach it' },
        { line: 'run ME -v herdata:/seed busybox id', says: 'add nocopy (-v herdata:/TARGET:nocopy' },
        { line: 'run ME -v /:/host:ro busybox id', says: 'bind a folder of your own' },
        { line: 'run ME -w /h -v /home/alice:/h busybox id', says: 'use dockerrun, which enters it as you' },
        { line: 'run ME --privileged busybox id', says: 'a privileged container is root on the host' },
        { line: 'run ME --cap-add SYS_PTRACE busybox id', says: 'no capability is granted' },
        { line: 'run ME --device /dev/fuse busybox id', says: 'policy names those that are' },
        { line: 'run ME -p 80:80 busybox id', says: 'must be one port from 1024 to 65535' },
        { line: 'run ME --restart always busybox id', says: 'use no or on-failure' },
        { line: 'run ME --restart on-failure -v /home/alice:/h busybox id', says: 'use it without them' },
        { line: 'run ME --log-driver syslog busybox id', says: 'use json-file, local or none' },
        { line: 'run ME --cgroupns host busybox id', says: 'use private' },
        { line: 'run ME --tmpfs /proc/x busybox id', says: 'choose another target' },
        { line: 'run ME --pids-limit -1 busybox id', says: 'must be a number up to 4096' },
        { line: 'run ME --ulimit memlock=-1 busybox id', says: 'only core, cpu, data, fsize, nofile, nproc, stack' },
        { line: 'exec -u 0 web id', says: 'must be 2001:2001 or left out' },
        { line: 'exec --privileged web id', says: 'a privileged process is root on the host' },
        { line: 'update --restart always web', says: 'is chosen at creation' },
        { line: 'stop -t 300 web', says: 'must be up to 120 seconds' },
        { line: 'build -t x /srv/context', says: 'use dockerbuild' },
        { line: 'load', says: 'registry' },
        { line: 'import - localhost/alice/x', says: 'registry' },
        { line: 'cp web:/etc/passwd -', says: ' tar' },
        { line: 'cp /etc/passwd web:/tmp', says: ' tar' },
        { line: 'tag busybox mine', says: 'yours are localhost/alice/...' },
        { line: 'rmi busybox', says: 'yours are localhost/alice/...' },
        { line: 'rmi -f localhost/alice/mine', says: 'must be left out' },
        { line: 'push localhost/alice/mine', says: 'tag it with a name of a registry that policy grants you' },
        { line: 'pull 127.0.0.1:9/x', says: 'the administrator has to name it in the policy' },
        { line: 'events', says: 'add --filter label=dockerrun.owner=alice' },
        { line: 'volume create -d nfs new', says: 'volume plugins run as root' },
        { line: 'volume create -o type=none -o o=bind -o device=/ new', says: 'a mount by root in disguise' },
        { line: 'volume create x', says: 'two' },
        { line: 'network create -d macvlan new', says: "reach the host's interfaces" },
        { line: 'network create --subnet 10.0.0.0/24 new', says: 'a chosen subnet' },
        { line: 'container prune -f', says: 'list your own, and remove those by name' },
        { line: 'system prune -f', says: 'list your own, and remove those by name' },
        { line: 'image prune -f', says: 'list your own, and remove those by name' },
        { line: 'volume prune -f', says: 'list your own, and remove those by name' },
        { line: 'network prune -f', says: 'list your own, and remove those by name' },
        { line: 'system df', says: 'docker ps --size' },
        { line: 'search busybox', says: 'the engine would speak to any registry' },
        { line: 'swarm init', says: 'swarm tasks are created where no gate is asked' },
        { line: 'plugin ls', says: 'engine plugins run as root' },
      ])('$line', ({ line, says }) => expectRefusal(line, says, 'alice'))
    })
  },
)
