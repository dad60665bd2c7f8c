/** The user inside images that do not make it easy (DESIGN 6): each is busybox with what a script has made of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rootDockerOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { importHostile as importImage } from '../support/hostile-image.ts'
import { startLab, type Lab } from '../support/lab.ts'

const images = [
  { name: 'no-passwd', script: 'rm etc/passwd' },
  { name: 'no-group', script: 'rm etc/group' },
  { name: 'no-etc', script: 'rm -r etc' },
  { name: 'etc-is-a-link', script: 'mv etc usr/etc; ln -s usr/etc etc' },
  { name: 'etc-is-a-file', script: 'rm -r etc; : >etc' },
  { name: 'bin-is-a-link', script: 'mv bin usr/programs; ln -s /usr/programs bin' },
  { name: 'no-shell', script: 'rm bin/*sh; rm -r etc home tmp var', changes: ['WORKDIR /root'] },
  { name: 'open-home', script: 'chmod 1777 home' },
  {
    name: 'others-too',
    script: [
      "printf '%s\\n' app:x:2001:7::/app:/bin/sh alice:x:77:7::/other:/bin/sh >>etc/passwd",
      "printf '%s\\n' app:x:2001: beam:x:78:bob beams:x:3000: wheel:x:10:alice,root >>etc/group",
    ].join(';'),
    changes: [
      'USER app:wheel',
      'ENV HOME=/root USER=app LOGNAME=app SHELL=/bin/false KEPT=yes',
      'WORKDIR /var/tmp',
      'ENTRYPOINT ["sh", "-c", "echo entry $0 $*; id; pwd; echo $HOME $USER $LOGNAME $SHELL $KEPT"]',
      'CMD ["of", "the", "image"]',
    ],
  },
]

const id = 'uid=2001(alice) gid=2001(alice) groups=2001(alice),3000(beam)\n'

describe.for([{ mode: 'a plain engine' }, { mode: 'a remapped engine', remapped: true }])(
  'on $mode',
  ({ remapped = false }) => {
    let lab: Lab
    let engine: Engine
    const rootDocker = rootDockerOf(
      () => lab,
      () => engine,
    )

    beforeAll(async () => {
      lab = await startLab()
      engine = await lab.engine({ name: 'engine', remapped })
      await Promise.all([engine.login('alice'), ...images.map((image) => importImage(engine, image))])
    })
    afterAll(() => lab.stop())

    const run = (...argv: readonly string[]) =>
      lab.exec(['dockerrun', '--rm', ...argv], { as: 'alice', env: engine.env('alice') })
    const says = (stdout: string) => ({ status: 0, stdout, stderr: '' })

    it.for([
      { image: 'busybox', passwd: 'root:0 nobody:65534', group: 'root:0 nogroup:65534' },
      { image: 'no-passwd', passwd: '', group: 'root:0 nogroup:65534' },
      { image: 'no-group', passwd: 'root:0 nobody:65534', group: '' },
      { image: 'no-etc', passwd: '', group: '' },
      { image: 'etc-is-a-link', passwd: '', group: '' },
      { image: 'etc-is-a-file', passwd: '', group: '' },
      { image: 'bin-is-a-link', passwd: 'root:0 nobody:65534', group: 'root:0 nogroup:65534' },
    ])('of $image: alice, and whom the image has', async ({ image, passwd, group }) => {
      const names = 'for each in passwd group; do cut -d : -f 1,3 /etc/$each | xargs; done'
      const said = `${id}/home/alice\n/home/alice alice\n${`alice:2001 ${passwd}`.trim()}\n${`alice:2001 beam:3000 ${group}`.trim()}\n`
      const script = `id; pwd; echo $HOME $USER; ${names}`
      expect(await run(image, 'sh', '-c', script)).toEqual(says(said))
      expect(await run('--read-only', image, 'sh', '-c', script)).toEqual(says(said))
      // Whom it has is what root's own containers find there: docker lays folders of its own over such links and files.
      const { stdout } = await rootDocker(`run --rm ${image}`, { sh: 'cut -d : -f 1,3 /etc/passwd' })
      expect(stdout.trim().replaceAll('\n', ' ')).toBe(passwd)
    })

    describe('an image with a user, variables, a folder, an entrypoint and accounts of its own', () => {
      const environment = '/home/alice alice alice /bin/sh yes\n'

      it.for([
        { name: 'runs its command as alice', argv: [], words: 'of the image', folder: '/home/alice' },
        { name: 'runs hers', argv: ['one', 'two  three'], words: 'one two three', folder: '/home/alice' },
      ])('$name', async ({ argv, words, folder }) => {
        expect(await run('others-too', ...argv)).toEqual(says(`entry ${words}\n${id}${folder}\n${environment}`))
      })

      it('works in its own folder where none of hers is bound', async () => {
        const { status, stdout } = await run('--no-home', '--no-cwd', 'others-too')
        expect({ status, stdout: stdout.split('\n').slice(1, 3) }).toEqual({
          status: 0,
          stdout: [id.trim(), '/var/tmp'],
        })
      })

      it('has no other line for her name, uid and groups, and does not count her to groups she does not hold', async () => {
        const files = ['others-too', '/etc/passwd', '/etc/group']
        expect(await run('--entrypoint', 'cat', ...files)).toEqual(
          says(
            [
              'alice:*:2001:2001:alice of the lab:/home/alice:/bin/sh',
              'root:x:0:0:root:/root:/bin/sh',
              'nobody:x:65534:65534:nobody:/:/bin/false',
              'alice:x:2001:',
              'beam:x:3000:alice',
              'root:x:0:',
              'nogroup:x:65534:',
              'wheel:x:10:root',
              '',
            ].join('\n'),
          ),
        )
      })
    })

    it('an image without a shell runs without the entrypoint', async () => {
      expect(await run('no-shell', 'id')).toEqual(says(id))
      expect(await run('no-shell', 'pwd')).toEqual(says('/root\n'))
      const { stdout } = await run('no-shell', 'env')
      expect(stdout.split('\n')).toEqual(expect.arrayContaining(['HOME=/home/alice', 'USER=alice', 'LOGNAME=alice']))
    })

    it('a home that is not bound is made where she may, and is /tmp elsewhere', async () => {
      const script = 'cd; pwd; [ -O . ] && echo hers'
      expect(await run('--no-home', '--no-cwd', 'open-home', 'sh', '-c', script)).toEqual(says('/home/alice\nhers\n'))
      expect((await run('--no-home', '--no-cwd', 'busybox', 'sh', '-c', script)).stdout).toBe('/tmp\n')
    })

    it.for([
      ['--tmpfs', '/etc'],
      ['--mount', 'type=tmpfs,target=/etc'],
      ['--read-only', '--tmpfs', '/etc'],
      ['--read-only', '--tmpfs', '/etc/own'],
    ])('memory over /etc does not hide them: %s', async (flags) => {
      const script = 'rm -f /etc/passwd /etc/group; umount /etc/passwd; id'
      expect((await run(...flags, 'busybox', 'sh', '-c', `{ ${script}; } 2>/dev/null`)).stdout).toBe(id)
    })

    it('passwd and group are not hers to change', async () => {
      const tries = ['echo >FILE', 'rm -f FILE', 'mv FILE /tmp', 'ln -sf /tmp FILE', 'umount FILE']
      const all = tries.flatMap((each) => ['/etc/passwd', '/etc/group'].map((file) => each.replace('FILE', file)))
      const script = `for each in ${all.map((each) => `'${each}'`).join(' ')}; do ! sh -c "$each" 2>/dev/null || echo "$each"; done; id`
      expect(await run('busybox', 'sh', '-c', script)).toEqual(says(id))
    })
  },
)
