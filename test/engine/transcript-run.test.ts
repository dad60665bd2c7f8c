/** dockerrun beside docker's own client: the same words, the same stdout, stderr, status and container. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { dockerOf, mustOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { expectSame, prelude, removeContainers, type Client, type Row } from '../support/transcript.ts'
import { until } from '../support/until.ts'

let lab: Lab
let engine: Engine
const must = mustOf(
  dockerOf(
    () => lab,
    () => engine,
  ),
)
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await engine.login('alice')
  await must('network create hers')
  await must('volume create hers')
})
afterAll(() => lab.stop())
afterEach(async () => await removeContainers(engine))

const rows = (table: readonly Row[]) =>
  it.for(table)('$name', async (row) => {
    await expectSame(lab, engine, row)
  })

const said = "sh -c 'echo out; echo err >&2; exit 3'"
const serve = "sh -c 'echo page >/tmp/index.html; exec httpd -f -p 8080 -h /tmp'"
const fetched = (port: string) =>
  `until node -e 'fetch("http://127.0.0.1:'${port}'/").then(async (page) => process.stdout.write(await page.text()), () => process.exit(1))'; do :; done`

describe('streams:', () => {
  rows([
    { name: 'stdout and stderr apart', line: `run --rm busybox ${said}` },
    { name: '-a stdout', line: `run --rm -a stdout busybox ${said}` },
    { name: '-a stderr', line: `run --rm -a stderr busybox ${said}` },
    { name: '-a stdout -a stderr', line: `run --rm -a stdout -a stderr busybox ${said}` },
    { name: '-a in capitals', line: `run --rm -a STDOUT busybox ${said}` },
    { name: '-a of no stream', line: 'run -a what busybox true', ours: { says: /-a, --attach/ } },
    {
      name: '-i with -a stdin -a stdout',
      line: "echo in | run --rm -i -a stdin -a stdout busybox sh -c 'cat; echo x >&2'",
    },
    {
      name: '-i with -a stdin -a stderr',
      line: "echo in | run --rm -i -a stdin -a stderr busybox sh -c 'cat >&2; echo x'",
    },
    { name: '-i with -a stdout', line: "echo in | run --rm -i -a stdout busybox sh -c 'cat; exit 3'" },
    {
      name: '-a stdin without -i hears nothing',
      line: "echo in | run --rm -a stdin -a stdout busybox sh -c 'cat; exit 3'",
    },
    {
      name: '-i -a stdin alone tells the id and leaves when all is said',
      line: "id=$(echo in | run -i -a stdin busybox sh -c 'cat; exit 3'); echo $? ${#id}; docker wait $id; docker logs $id",
    },
    { name: 'the end of input is not the end of output', line: "echo in | run --rm -i busybox sh -c 'cat; echo end'" },
    { name: 'no input without -i', line: "echo in | run --rm busybox sh -c 'cat; echo end'" },
    { name: 'an input that is empty', line: 'run --rm -i busybox cat </dev/null' },
    { name: 'any byte', line: `run --rm busybox sh -c 'printf "\\000\\377\\r\\n\\033[2J"' | od -c` },
    { name: '-t without -i', line: `run --rm -t busybox sh -c 'tty; echo err >&2; exit 3'` },
    {
      name: '-it where no terminal is',
      line: 'run --rm -it busybox true',
      ours: { says: /input device is not a TTY/, status: 125 },
    },
  ])
})

describe('statuses:', () => {
  rows([
    ...[0, 1, 125, 126, 127, 137, 255].map((status) => ({
      name: `${status}`,
      line: `run --rm busybox sh -c 'exit ${status}'`,
    })),
    {
      name: 'a program that is not there',
      line: 'run --rm busybox /no/such',
      ours: { says: /^dockerrun: \/no\/such: not found/ },
    },
    { name: 'a folder', line: 'run --rm busybox /etc', ours: { says: /^dockerrun: \/etc: cannot be executed/ } },
    { name: 'a shell that is killed', line: "run --rm busybox sh -c 'kill -KILL $$'; echo $?" },
    { name: 'a shell that is ended, below an init', line: "run --rm --init busybox sh -c 'kill -TERM $$'" },
    { name: 'the image’s own command', line: 'echo exit 4 | run --rm -i busybox' },
    {
      name: 'an image that no engine has',
      line: 'run --pull never nosuch true',
      ours: { says: /^dockerrun: nosuch: no such image/ },
    },
    {
      name: 'an unknown option',
      line: 'run --nosuch busybox true',
      ours: { says: /^dockerrun: unknown flag: --nosuch/ },
    },
    {
      name: 'another platform’s image that may not be pulled',
      line: 'run --platform linux/arm64 --pull never busybox true',
      ours: { says: /^dockerrun: busybox: no such image here for linux\/arm64\ndockerrun: hint: .+\n$/ },
    },
    { name: 'the platform of this machine', line: 'run --rm --platform linux/amd64 busybox echo x' },
  ])
})

describe('--cidfile', () => {
  rows([
    {
      name: 'holds the id',
      line: 'run --cidfile id busybox true; docker inspect -f "{{.State.Status}}" $(cat id); wc -c <id',
    },
    {
      name: 'that is there already stays as it is',
      line: 'echo mine >id; run --rm --cidfile id busybox true; echo $?; cat id',
      ours: { says: /^dockerrun: --cidfile: id is there already\n/ },
    },
    {
      name: 'is gone when nothing was created',
      line: 'run --cidfile id --name /bad/ busybox true; echo $?; ls',
      ours: { says: /./ },
    },
    {
      name: 'is gone when there is no image',
      line: 'run --cidfile id --pull never nosuch true; echo $?; ls',
      ours: { says: /./ },
    },
    { name: 'where no folder is', line: 'run --cidfile no/id busybox true; [ $? -gt 124 ]', ours: { says: /no\/id/ } },
    { name: 'without a name is none', line: "run --rm --cidfile '' busybox true; ls" },
  ])
})

describe('variables and labels:', () => {
  rows([
    {
      name: '-e of a value, of one passed on and of an unset one',
      line: "B=here run --rm -e A=1 -e B -e C busybox sh -c 'echo $A $B ${C-unset}'",
    },
    {
      name: '-e of an unset one takes away the image’s',
      line: "run --rm -e PATH2 -e A=1 -e A busybox sh -c 'echo ${PATH2-unset} ${A-unset}'",
    },
    {
      name: '--env-file, below -e',
      line: `printf '# words\\nA=1\\n  B=two words \\nC=\\nD\\nE="q"\\n' >env; D=here run --rm --env-file env -e A=2 busybox sh -c 'echo "$A|$B|\${C-unset}|$D|$E"'`,
    },
    {
      name: '--env-file that is not there',
      line: 'run --rm --env-file no busybox true',
      ours: { says: /^dockerrun: --env-file: cannot read no / },
    },
    {
      name: '--env-file with options for Node, which are the container’s',
      line: "echo NODE_OPTIONS=--nosuch >env; run --rm --env-file env busybox sh -c 'echo $NODE_OPTIONS'",
    },
    {
      name: '--label-file, below -l',
      line: `printf '# words\\na=1\\nb=two words\\nc\\n' >labels; run --name work --label-file labels -l a=2 -l d busybox true; docker inspect -f '{{index .Config.Labels "a"}}|{{index .Config.Labels "b"}}|{{index .Config.Labels "c"}}|{{index .Config.Labels "d"}}' work`,
    },
  ])
})

describe('places:', () => {
  rows([
    {
      name: '--tmpfs',
      line: "run --rm --tmpfs /scratch:size=1m,mode=1777 busybox sh -c 'df -k /scratch | tail -1; echo x >/scratch/x; cat /scratch/x'",
    },
    {
      name: 'a volume with a name keeps what is in it',
      line: "run --rm -v hers:/var/tmp:nocopy busybox sh -c 'echo kept >/var/tmp/x'; run --rm --mount type=volume,source=hers,target=/var/tmp,readonly,volume-nocopy busybox sh -c 'cat /var/tmp/x; touch /var/tmp/x'",
    },
    {
      name: 'a volume without a name goes with its container',
      line: 'run --rm -v /var/tmp busybox sh -c \'touch /var/tmp/x; grep -c " /var/tmp " /proc/mounts\'; docker volume ls -q --filter dangling=true | grep -vc hers',
    },
    {
      name: '--volumes-from',
      line: "asis -d --name from -v hers:/var/tmp:nocopy busybox sleep 1000 >id; run --rm --volumes-from from busybox sh -c 'echo theirs >/var/tmp/y'; run --rm --volumes-from from:ro busybox sh -c 'cat /var/tmp/y; touch /var/tmp/y'",
    },
    {
      name: 'a bind that is read-only',
      line: "echo x >file; run --rm -v $PWD:/data:ro busybox sh -c 'cat /data/file; touch /data/y'",
    },
    { name: '--read-only', line: 'run --rm --read-only busybox touch /tmp/x' },
    { name: '-w', line: 'run --rm -w /tmp busybox pwd' },
    { name: '--shm-size', line: "run --rm --shm-size 32m busybox sh -c 'df -k /dev/shm | tail -1'" },
  ])
})

describe('networks:', () => {
  rows([
    { name: '-p is served', line: `run -d --name web -p 127.0.0.1:8081:8080 busybox ${serve} >id; ${fetched('8081')}` },
    {
      name: '-P is served',
      line: `run -d --name web -P --expose 8080 busybox ${serve} >id; ${fetched("$(docker port web 8080/tcp | sed -n '1s/.*://p')")}`,
    },
    {
      name: 'a network of one’s own, and an alias in it',
      line: `run -d --name web --network hers --network-alias www busybox ${serve} >id; until run --rm --network hers busybox wget -qO- http://www:8080/ 2>/dev/null; do :; done`,
    },
    {
      name: '--add-host, --dns and --hostname',
      line: "run --rm -h host --add-host other:10.0.0.9 --dns 10.0.0.1 --dns-search lab.org busybox sh -c 'hostname; grep other /etc/hosts; cat /etc/resolv.conf'",
    },
    { name: '--network none', line: 'run --rm --network none busybox ls /sys/class/net' },
  ])
})

describe('limits and the host’s own:', () => {
  rows([
    { name: '--ulimit', line: "run --rm --ulimit nofile=100:200 busybox sh -c 'ulimit -Sn; ulimit -Hn'" },
    {
      name: '--memory',
      line: "run --rm --memory 64m busybox sh -c 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null'",
    },
    { name: '--oom-score-adj', line: 'run --rm --oom-score-adj 100 busybox cat /proc/self/oom_score_adj' },
    ...['pid', 'ipc', 'uts'].map((kind) => ({
      name: `--${kind} host`,
      line: `run --rm --${kind} host busybox stat -L -c %i /proc/self/ns/${kind}`,
    })),
    { name: '--ipc none', line: 'run --rm --ipc none busybox ls -d /dev/shm' },
    {
      name: '--ipc of another',
      line: 'run -d --name one --ipc shareable busybox sleep 1000 >id; run --rm --ipc container:one busybox stat -L -c %i /proc/self/ns/ipc | wc -l',
    },
    { name: '--init', line: 'run --rm --init busybox cat /proc/1/comm' },
    {
      name: '--restart on-failure',
      line: `asis -d --name again --restart on-failure:2 busybox sh -c 'echo x; exit 3' >id; until_true docker inspect -f '{{and (eq .State.Status "exited") (eq .RestartCount 2)}}' again; docker logs again`,
    },
    {
      name: '--stop-signal',
      line: `run -d --name stop --stop-signal USR1 busybox sh -c 'trap "echo felt; exit 5" USR1; echo up; while :; do sleep 0.1; done' >id; until docker logs stop | grep -q up; do :; done; docker stop stop; docker wait stop; docker logs stop`,
    },
    {
      name: '--health-cmd',
      line: `run -d --name well --health-cmd 'test -e /tmp' --health-interval 1s busybox sleep 1000 >id; until_true docker inspect -f '{{eq .State.Health.Status "healthy"}}' well`,
    },
  ])
})

describe('signals', () => {
  const clients: readonly Client[] = ['docker', 'ours']
  const start = (client: Client, line: string) =>
    lab.spawn(['bash', '-c', `${prelude(engine, client)}; run() { exec ${line}; }; run`], {
      as: 'alice',
      env: engine.env('alice'),
    })
  const words = (client: Client) =>
    client === 'docker'
      ? `${engine.dockerCli} run -u 2001:2001 --security-opt no-new-privileges --userns=host`
      : 'dockerrun'

  it.for(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    '%s reaches a command that minds it',
    async (name) => {
      for (const client of clients) {
        const trap = `trap "echo felt; exit 9" ${name.slice(3)}; echo up; while :; do sleep 0.1; done`
        const running = start(client, `${words(client)} --rm busybox sh -c '${trap}'`)
        await until(() => running.output() === 'up\n', { what: 'the command' })
        await running.signal(name)
        expect({ client, ...(await running.done) }).toEqual({ client, status: 9, stdout: 'up\nfelt\n', stderr: '' })
      }
    },
  )

  it.for([
    { name: 'SIGINT', status: 130 },
    { name: 'SIGTERM', status: 143 },
  ] as const)('$name ends the client alone with --sig-proxy=false', async ({ name, status }) => {
    for (const client of clients) {
      const running = start(
        client,
        `${words(client)} --sig-proxy=false --name on-${client} busybox sh -c 'echo up; exec sleep 1000'`,
      )
      await until(() => running.output() === 'up\n', { what: 'the command' })
      await running.signal(name)
      expect({ client, ...(await running.done) }).toEqual({ client, status, stdout: 'up\n', stderr: '' })
    }
    expect((await engine.containers()).map(({ State }) => State)).toEqual(['running', 'running'])
  })
})
