// A real telephone (baresip) calls over TLS with sealed sound, hears the greeting, and cannot be listened to on the way.
// Needs baresip and openssl; without them it is skipped.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { Server, freePort } from './server.mjs'

const MODULES = '/usr/lib/baresip/modules'
const has = (name, ...given) => spawnSync(name, given).error === undefined
const skip = has('openssl', 'version') && has('baresip', '-h') && readdirSync(MODULES).includes('srtp.so') ? false : 'baresip or openssl is missing'
const pause = (ms) => new Promise((done) => { setTimeout(done, ms) })
let server
let tls
let folder

before(async () => {
  if (skip) return
  folder = mkdtempSync(join(tmpdir(), 'minsheng-sealed-'))
  const at = (name) => join(folder, name)
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', at('key.pem'), '-out', at('cert.pem')], { stdio: 'ignore' })
  tls = await freePort()
  const sip = await freePort()
  server = await Server.fresh((data) => ({
    MINSHENG_VOICE__SIP_ADDRESS: `127.0.0.1:${sip}`,
    MINSHENG_VOICE__SIP_TLS_ADDRESS: `127.0.0.1:${tls}`,
    MINSHENG_VOICE__SIP_TLS_CERTIFICATE: at('cert.pem'),
    MINSHENG_VOICE__SIP_TLS_KEY: at('key.pem'),
    MINSHENG_VOICE__RTP_FROM: '24000',
    MINSHENG_VOICE__RTP_TO: '24998',
    MINSHENG_VOICE__RECORDINGS_DIR: join(data, 'recordings'),
    MINSHENG_VOICE__PROMPTS_DIR: join(data, 'prompts'),
  }))
})
after(async () => {
  await server?.end()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** A telephone that calls and records what it hears. Gives the samples heard and its log. */
async function call(name, mediaenc, seconds) {
  const home = join(folder, name)
  const control = await freePort()
  const local = await freePort()
  execFileSync('mkdir', ['-p', join(home, 'rec')])
  // Silence to say, a quarter of a minute.
  const silence = Buffer.alloc(44 + 8000 * 2 * 15)
  silence.write('RIFF', 0)
  silence.writeUInt32LE(silence.length - 8, 4)
  silence.write('WAVEfmt ', 8)
  silence.writeUInt32LE(16, 16)
  silence.writeUInt16LE(1, 20)
  silence.writeUInt16LE(1, 22)
  silence.writeUInt32LE(8000, 24)
  silence.writeUInt32LE(16000, 28)
  silence.writeUInt16LE(2, 32)
  silence.writeUInt16LE(16, 34)
  silence.write('data', 36)
  silence.writeUInt32LE(silence.length - 44, 40)
  writeFileSync(join(home, 'src.wav'), silence)
  writeFileSync(join(home, 'accounts'), `<sip:caller@127.0.0.1;transport=tls>;regint=0;audio_codecs=PCMA/8000/1${mediaenc}\n`)
  writeFileSync(join(home, 'config'), `sip_listen 127.0.0.1:${local}
sip_cafile ${join(folder, 'cert.pem')}
sip_verify_server yes
audio_player aufile,${join(home, 'play.wav')}
audio_source aufile,${join(home, 'src.wav')}
audio_alert aufile,${join(home, 'src.wav')}
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports 40000-41000
module_path ${MODULES}
module g711.so
module aufile.so
module sndfile.so
module srtp.so
module ctrl_tcp.so
module_app account.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:${control}
snd_path ${join(home, 'rec')}
`)
  const phone = spawn('baresip', ['-f', home, '-s'], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  phone.stdout.on('data', (bytes) => { log += bytes })
  phone.stderr.on('data', (bytes) => { log += bytes })
  await pause(1_500)
  const wire = connect(control, '127.0.0.1')
  wire.on('error', () => undefined)
  const order = (command, params) => {
    const body = JSON.stringify({ command, params })
    wire.write(`${Buffer.byteLength(body)}:${body},`)
  }
  order('dial', `sip:12345@127.0.0.1:${tls};transport=tls`)
  await pause(seconds * 1000)
  order('hangup')
  await pause(1_500)
  phone.kill('SIGKILL')
  wire.destroy()
  // The sndfile module writes what was decoded (dec) as WAV.
  const heard = readdirSync(join(home, 'rec')).filter((file) => file.includes('dec')).map((file) => readFileSync(join(home, 'rec', file)))
  const samples = heard.flatMap((bytes) => {
    const from = bytes.indexOf('data') + 8
    return Array.from({ length: Math.max(0, Math.floor((bytes.length - from) / 2)) }, (_, at) => bytes.readInt16LE(from + at * 2))
  })
  return { samples, log }
}

/** Seconds in which somebody speaks: steady loudness that is no noise. */
function loud(samples) {
  let count = 0
  for (let at = 0; at + 1600 <= samples.length; at += 1600) {
    const power = samples.slice(at, at + 1600).reduce((sum, one) => sum + one * one, 0) / 1600
    if (Math.sqrt(power) > 300) count += 1
  }
  return count / 5
}

test('a telephone over TLS with sealed sound hears the greeting', { skip, timeout: 60_000 }, async () => {
  const { samples, log } = await call('sealed', ';mediaenc=srtp-mand', 8)
  console.log(JSON.stringify({ heard_s: samples.length / 8000, loud_s: loud(samples) }))
  assert.match(log, /AES_CM_128_HMAC_SHA1_80|SRTP|srtp/, log)
  // Without the right key there is no sound at all, and with a wrong one only noise that the tag refuses.
  assert.ok(loud(samples) > 1, log)
})

test('a telephone over TLS without sealed sound is taken too', { skip, timeout: 60_000 }, async () => {
  const { samples, log } = await call('plain', '', 6)
  assert.ok(loud(samples) > 1, log)
})
