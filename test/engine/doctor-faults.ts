/** Faults of a host's files, sockets and accounts, planted for real: each with what doctor has to find, and nothing else. */
import { readFileSync, writeFileSync } from 'node:fs'
import { serverProfile } from '../../src/admin/profiles.ts'
import { buildServerNames } from '../../src/admin/server-names.ts'
import {
  generateKeys,
  makeRequest,
  parseRequest,
  readAuthority,
  signCertificate,
  writeKey,
} from '../../src/admin/x509.ts'
import { startDaemon } from '../support/daemon.ts'
import { until } from '../support/until.ts'
import { pki, socket, type Fault, type Site } from './doctor-site.ts'

const setfacl = '/usr/local/lib/engine/bin/setfacl'

const expireServer = async ({ host }: Site): Promise<void> => {
  const read = (name: string) => readFileSync(host.path(`${pki}/${name}`), 'utf8')
  const authority = await readAuthority(read('ca.pem'), read('ca-key.pem'))
  const keys = await generateKeys()
  const day = 86_400_000
  const { pem } = await signCertificate(authority, {
    commonName: 'node7',
    publicKey: await parseRequest(await makeRequest(keys)),
    validity: { notBefore: new Date(Date.now() - 3 * day), notAfter: new Date(Date.now() - day) },
    extensions: serverProfile(buildServerNames('node7', [])),
  })
  writeFileSync(host.path(`${pki}/server/cert.pem`), pem)
  writeFileSync(host.path(`${pki}/server/key.pem`), await writeKey(keys))
}

export const hostFaults: readonly Fault[] = [
  { fault: 'a socket that everybody may open', ids: ['socket-others'], plant: `chmod 0666 ${socket}` },
  {
    fault: "a socket that is a group's, with a member",
    ids: ['docker-group'],
    plant: `echo 'docker:x:990:alice' >>/etc/group && chgrp docker ${socket} && chmod 0660 ${socket}`,
  },
  {
    fault: 'a member of the group docker',
    ids: ['docker-group-idle'],
    plant: "sed -i 's/^docker:x:990:.*/docker:x:990:alice/' /etc/group",
  },
  { fault: "a socket that is a user's", ids: ['socket-owner'], plant: `chown alice ${socket}` },
  { fault: 'a socket with an access list', ids: ['socket-list'], plant: `${setfacl} -m u:alice:rw ${socket}` },
  {
    fault: "containerd's socket open to everybody",
    ids: ['root-sockets'],
    plant: async ({ host, sh }) => {
      await sh('mkdir -p /run/containerd')
      const script = "require('node:net').createServer().listen('/run/containerd/containerd.sock')"
      startDaemon(host, ['node', '--eval', script], { log: '/run/containerd/log' })
      await until(async () => (await sh('ls /run/containerd')).includes('.sock'), { what: 'a socket' })
      await sh('chmod 0666 /run/containerd/containerd.sock')
    },
    // An engine would take it for a containerd.
    after: 'rm -r /run/containerd',
  },
  { fault: "the CA's key readable by others", ids: ['ca-key'], plant: `chmod 0644 ${pki}/ca-key.pem` },
  {
    fault: 'a policy file that others can write',
    ids: ['open-policy'],
    plant: 'chmod 0666 /etc/dockerrun/policy.yaml',
  },
  {
    fault: 'programs of the gates that others can write',
    ids: ['open-programs'],
    plant: 'chmod 0777 /usr/local/lib/dockerrun/dist',
  },
  {
    fault: "a folder of the gate's socket that others can write",
    ids: ['open-plugin'],
    plant: 'chmod 0777 /run/docker/plugins',
  },
  { fault: "records that are a user's", ids: ['open-state'], plant: 'chown alice /var/lib/dockerrun' },
  {
    fault: 'a policy file that is none',
    ids: ['policy-broken'],
    plant: "echo 'everyone: [' >>/etc/dockerrun/policy.yaml",
    byHand: "sed -i '/^everyone/d' /etc/dockerrun/policy.yaml",
  },
  { fault: "the engine's folder open to others", ids: ['data-root'], plant: 'chmod 0755 /run/inst/data' },
  {
    fault: 'no room for the audit log',
    ids: ['audit-room'],
    plant: 'mount -t tmpfs -o size=1m,mode=700 full /var/log/dockerrun',
    byHand: 'umount --lazy /var/log/dockerrun',
  },
  { fault: 'a sudo rule that is gone', ids: ['installed-gone'], plant: 'rm /etc/sudoers.d/dockerrun' },
  {
    fault: 'a unit that was changed',
    ids: ['installed-changed'],
    plant: 'echo >>/etc/systemd/system/dockerrun-authz.service',
    byHand: 'dockerrunctl install',
  },
  {
    fault: 'a certificate of the engine that ends soon',
    ids: ['certificate-ends', 'certificate-shown'],
    plant: 'dockerrunctl cert server --days 5',
  },
  {
    fault: 'a certificate of the engine that has ended',
    ids: ['certificate-ended', 'certificate-shown'],
    plant: expireServer,
  },
  {
    fault: 'a certificate that the engine has not read',
    ids: ['certificate-shown'],
    plant: 'dockerrunctl cert server --name node8',
  },
  {
    fault: 'a list of revoked certificates that is broken',
    ids: ['revocations-broken'],
    plant: `echo 'serial 7' >>${pki}/revoked.jsonl`,
  },
  {
    fault: "a second certificate in the CA's file",
    ids: ['other-authorities'],
    plant: `cp ${pki}/ca.pem /run/ca.pem && cat /run/ca.pem >>${pki}/ca.pem`,
    byHand: `cp /run/ca.pem ${pki}/ca.pem`,
  },
  {
    fault: 'a clock that was put back',
    ids: ['clock-back'],
    plant: `tail -n 1 ${pki}/issued.jsonl | sed -E 's/"time":"[0-9]{4}/"time":"2999/' >>${pki}/issued.jsonl`,
    byHand: `sed -i '/"time":"2999/d' ${pki}/issued.jsonl`,
  },
  {
    fault: 'a policy that names a group NSS does not know',
    ids: ['policy-warnings'],
    plant: "printf 'groups:\\n  nosuch: {}\\n' >>/etc/dockerrun/policy.yaml",
    byHand: "sed -i '/^groups:/,$d' /etc/dockerrun/policy.yaml",
  },
  {
    fault: 'a file that names no plugin',
    ids: ['plugin-files'],
    plant: 'mkdir -p /etc/docker/plugins && echo nonsense >/etc/docker/plugins/odd.spec',
  },
  {
    fault: "subordinate ids that are an account's",
    ids: ['ids-of-accounts'],
    plant: 'echo alice:2002:1 >>/etc/subuid',
  },
  { fault: 'subordinate ids of two accounts', ids: ['ids-overlap'], plant: 'echo alice:1000000:10 >>/etc/subgid' },
  {
    fault: 'a container whose user has left a group',
    ids: ['owner-groups'],
    plant: async ({ sh }) => {
      await sh('dockerrun -d --name groups --network none busybox sleep 1000', 'alice')
      await sh("sed -i 's/^beam:.*/beam:x:3000:/' /etc/group")
    },
  },
  {
    fault: 'a container whose user has left',
    ids: ['owner-gone'],
    plant: async ({ sh }) => {
      await sh('dockerrun -d --name left --network none busybox sleep 1000', 'alice')
      await sh("sed -i '/^alice:/d' /etc/passwd")
    },
  },
  {
    fault: "a container with the engine's socket",
    ids: ['socket-inside'],
    plant: 'docker run -d --name inside --network none -v /var/run/docker.sock:/s busybox sleep 1000',
    byHand: 'docker rm --force inside',
  },
  {
    fault: 'an NSS that knows nobody',
    ids: ['nss', 'unknown'],
    plant: "cp /etc/nsswitch.conf /run/ && sed -i 's/^passwd:.*/passwd: nothing/' /etc/nsswitch.conf",
    byHand: 'cp /run/nsswitch.conf /etc/',
  },
]
