// Calls in the browser, by their sound: a citizen's page calls, hears the greeting, presses 0; the agent's console rings, is the
// telephone, and both hear each other; hold, a reload in the middle, hang-up; the recording holds both voices.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { clean, launch, login } from './browser.mjs'
import { Server, freePort } from './server.mjs'
import { Speech, tone, wav } from './speech.mjs'

const AGENT_HZ = 731
const CITIZEN_HZ = 1013
let server
let speech
let citizens
let agents

const browser = (...more) =>
  launch('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required', ...more)

before(async () => {
  speech = await Speech.start()
  const sip = await freePort()
  const rtp = 30_000 + Math.floor(Math.random() * 280) * 100
  server = await Server.fresh((folder) => ({
    MINSHENG_VOICE__SIP_ADDRESS: `127.0.0.1:${sip}`,
    MINSHENG_VOICE__RTP_FROM: String(rtp),
    MINSHENG_VOICE__RTP_TO: String(rtp + 99),
    MINSHENG_VOICE__RECORDINGS_DIR: join(folder, 'recordings'),
    MINSHENG_VOICE__PROMPTS_DIR: join(folder, 'prompts'),
    MINSHENG_VOICE__SYNTHESISER_URL: speech.url,
    MINSHENG_VOICE__RECOGNISER_URL: speech.url,
    MINSHENG_VOICE__VOICE_NAME: 'tones',
    MINSHENG_VOICE__SILENCE_SECS: '60',
    MINSHENG_VOICE__LOST_SECS: '15',
  }))
  // The agent's microphone: short tones, as steady ones are taken for noise.
  const beeps = Array.from({ length: 20 }, () => [tone(AGENT_HZ, 400, 0.4), new Int16Array(800)]).flat()
  const voice = join(server.folder, 'agent.wav')
  writeFileSync(voice, wav(Int16Array.from(beeps.flatMap((part) => [...part]))))
  citizens = await browser()
  agents = await browser(`--use-file-for-fake-audio-capture=${voice}`)
})
after(async () => {
  await citizens?.close()
  await agents?.close()
  await server?.end()
  speech?.end()
})

/** In the page: keeps its connections, and measures what comes from the far side. */
function ears() {
  window.peers = []
  const Plain = window.RTCPeerConnection
  window.RTCPeerConnection = class extends Plain {
    constructor(...given) {
      super(...given)
      window.peers.push(this)
    }
  }
  let context
  let track
  let analyser
  /** The loudest frequency now, and how much louder it is than everything else together, in dB. */
  window.hearing = () => {
    const live = window.peers.filter((peer) => peer.connectionState === 'connected').at(-1)
    const now = live?.getReceivers()[0]?.track
    if (!now) return { hz: 0, level: -100 }
    if (now !== track) {
      track = now
      context ??= new AudioContext()
      void context.resume()
      analyser = context.createAnalyser()
      analyser.fftSize = 8192
      analyser.smoothingTimeConstant = 0
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
    }
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    let best = 1
    for (let at = 1; at < bins.length; at += 1) if (bins[at] > bins[best]) best = at
    return { hz: (best * context.sampleRate) / analyser.fftSize, level: bins[best] }
  }
}

/** In the page: a microphone whose voice the test gives. */
function mouth() {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext()
    const out = context.createMediaStreamDestination()
    const voice = context.createOscillator()
    const volume = context.createGain()
    volume.gain.value = 0
    voice.connect(volume).connect(out)
    voice.start()
    window.speak = (hz) => {
      voice.frequency.value = hz || 440
      volume.gain.value = hz ? 0.4 : 0
    }
    return out.stream
  }
}

const near = (heard, wanted) => Math.abs(heard - wanted) < 12

/** Listens until one of some pitches has been heard in `times` looks; all that was heard is told when it is not. */
async function hears(page, pitches, what, { within = 15_000, times = 3 } = {}) {
  const heard = []
  const until = Date.now() + within
  while (Date.now() < until) {
    const { hz, level } = await page.evaluate(() => window.hearing())
    if (level > -60) heard.push(Math.round(hz))
    if (pitches.some((wanted) => heard.filter((one) => near(one, wanted)).length >= times)) return
    await page.waitForTimeout(60)
  }
  assert.fail(`never heard ${what} (${pitches.slice(0, 5)} Hz), but ${heard.slice(-60)}`)
}

async function callPage(...scripts) {
  const context = await citizens.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', permissions: ['microphone'] })
  const tab = await context.newPage()
  for (const script of [ears, ...scripts]) await tab.addInitScript(script)
  await tab.goto(server.base)
  await tab.getByRole('link', { name: '点这里打电话' }).click()
  return tab
}

/** A member of staff at a page of the console. */
async function staff(name, path) {
  const context = await agents.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', permissions: ['microphone'] })
  const tab = await context.newPage()
  await tab.addInitScript(ears)
  await tab.addInitScript(() => localStorage.setItem('ms-devices', '{"cleaning":false}'))
  await login(tab, server.base, name)
  await tab.goto(`${server.base}/console/${path}`)
  return tab
}

/** An agent at the desk whose browser is the telephone. */
async function agentAtBrowser(login) {
  const tab = await staff(login, 'desk')
  const phone = tab.getByRole('region', { name: '话机' })
  await phone.getByText('没有登记的话机').waitFor()
  await phone.getByRole('button', { name: '浏览器', exact: true }).click()
  await phone.getByText('已就绪').waitFor({ timeout: 10_000 })
  return { tab, phone }
}

test('a citizen calls from the page, presses 0, and speaks with an agent at a browser', { timeout: 120_000 }, async () => {
  const { tab: desk, phone } = await agentAtBrowser('agent1')
  await phone.getByRole('button', { name: '设备与测试' }).click()
  await phone.getByRole('button', { name: '听听自己' }).click()
  await hears(desk, [AGENT_HZ], 'oneself through the server')
  // The button is drawn over from one colour to the other.
  await desk.waitForTimeout(400)
  await clean(desk, 'desk-phone-test')
  await phone.getByRole('button', { name: '停止回放' }).click()
  await phone.getByRole('button', { name: '收起设备测试' }).click()
  await desk.getByRole('button', { name: '空闲', exact: true }).first().click()

  const citizen = await callPage(mouth)
  await clean(citizen, 'call-start')
  await citizen.getByRole('button', { name: '打电话' }).click()
  const dialled = Date.now()
  await hears(citizen, speech.of('您好'), 'the greeting', { times: 2 })
  console.log(`from the press of the button to the greeting heard: ${Date.now() - dialled} ms`)
  await hears(citizen, speech.of('录音'), 'the notice')
  await citizen.locator('#log').getByText('您好').first().waitFor()

  await citizen.getByRole('button', { name: '0，转人工' }).click()
  const wished = Date.now()
  const accept = desk.getByRole('button', { name: /^接听/ }).first()
  await accept.waitFor({ timeout: 5000 })
  console.log(`from the press of 0 to the ringing console: ${Date.now() - wished} ms`)
  await clean(desk, 'desk-call-offer')
  await desk.keyboard.press('F2')
  await phone.getByText('通话中').waitFor({ timeout: 5000 })
  await desk.getByRole('log').getByText('按0').first().waitFor()
  await citizen.getByText('工作人员在和您通话').waitFor()

  await hears(citizen, [AGENT_HZ], 'the agent')
  await citizen.evaluate((hz) => window.speak(hz), CITIZEN_HZ)
  await hears(desk, [CITIZEN_HZ], 'the citizen')
  await phone.getByText('网络良好').waitFor({ timeout: 10_000 })
  await clean(desk, 'desk-call')
  await clean(citizen, 'call-with-agent')

  // The supervisor listens in from the wallboard; the agent is shown it.
  const wall = await staff('supervisor1', 'wall')
  await wall.getByRole('button', { name: /^监听/ }).first().click()
  const listening = wall.getByRole('region', { name: '监听' })
  await listening.waitFor({ timeout: 10_000 })
  await hears(wall, [CITIZEN_HZ], 'the citizen, by the supervisor')
  await phone.getByText('班长在这通电话里').waitFor()
  await listening.getByRole('button', { name: '提示座席' }).click()
  await wall.waitForTimeout(300)
  await clean(wall, 'wall-listening')
  await listening.getByRole('button', { name: '结束监听' }).click()
  await listening.waitFor({ state: 'detached' })
  await wall.context().close()

  await phone.getByRole('button', { name: '静音', exact: true }).click()
  await citizen.waitForTimeout(600)
  const quiet = await citizen.evaluate(() => window.hearing())
  assert.ok(!near(quiet.hz, AGENT_HZ) || quiet.level < -60, `muted: ${JSON.stringify(quiet)}`)
  await phone.getByRole('button', { name: '取消静音' }).click()
  await hears(citizen, [AGENT_HZ], 'the agent again')

  await phone.getByRole('button', { name: '保持', exact: true }).click()
  await hears(citizen, speech.of('马上回来'), 'the kind sentence of the hold')
  await phone.getByRole('button', { name: '恢复通话' }).click()
  await hears(citizen, [AGENT_HZ], 'the agent after the hold')

  // The agent's page is reloaded in the middle: the citizen is told, waits, and is joined with the same agent again.
  await desk.reload()
  await phone.getByText('通话中').waitFor({ timeout: 15_000 })
  await hears(citizen, [AGENT_HZ], 'the agent after the reload')
  await hears(desk, [CITIZEN_HZ], 'the citizen after the reload')

  // The citizen's page too.
  await citizen.reload()
  await citizen.getByText('工作人员在和您通话').waitFor({ timeout: 15_000 })
  await hears(citizen, [AGENT_HZ], 'the agent after the citizen came back')
  await citizen.evaluate((hz) => window.speak(hz), CITIZEN_HZ)
  await hears(desk, [CITIZEN_HZ], 'the citizen who came back')

  await desk.keyboard.press('F10')
  await desk.keyboard.press('F10')
  await citizen.getByText(/通话结束/).first().waitFor({ timeout: 20_000 })
  await clean(citizen, 'call-ended')
  await desk.getByRole('form', { name: '话后小结' }).waitFor()
  await phone.getByText('已就绪').waitFor()

  const { headers } = await server.call('POST', '/session', { login: 'agent1', password: 'minsheng-demo' })
  const { body } = await server.call('GET', '/desk', undefined, { cookie: headers.get('set-cookie').split(';')[0] })
  const [contact] = body.contacts
  assert.equal(contact.channel, 'voice')
  const file = join(server.folder, 'out.wav')
  await citizen.waitForTimeout(1500)
  execFileSync(server.binary, ['recording', contact.id, file], { env: server.env(), cwd: join(import.meta.dirname, '..') })
  const sound = readFileSync(file)
  const track = (side) => Float32Array.from({ length: (sound.length - 44) / 4 }, (_, at) => sound.readInt16LE(44 + at * 4 + side * 2) / 32768)
  assert.ok(holds(track(0), CITIZEN_HZ) > 1, 'the citizen is on the left track')
  assert.ok(holds(track(1), AGENT_HZ) > 1, 'the agent is on the right track')
  await desk.context().close()
  await citizen.context().close()
})

test('a supervisor who listens takes the call over, with everything said', { timeout: 90_000 }, async () => {
  const { tab: desk, phone } = await agentAtBrowser('agent3')
  await desk.getByRole('button', { name: '空闲', exact: true }).first().click()
  const citizen = await callPage(mouth)
  await citizen.getByRole('button', { name: '打电话' }).click()
  await hears(citizen, speech.of('录音'), 'the notice', { within: 30_000 })
  await citizen.getByRole('button', { name: '0，转人工' }).click()
  await desk.getByRole('button', { name: /^接听/ }).first().waitFor({ timeout: 5000 })
  await desk.keyboard.press('F2')
  await phone.getByText('通话中').waitFor({ timeout: 5000 })
  await hears(citizen, [AGENT_HZ], 'the agent')
  await citizen.evaluate((hz) => window.speak(hz), CITIZEN_HZ)

  const wall = await staff('supervisor1', 'wall')
  await wall.getByRole('button', { name: /^监听/ }).first().click()
  const listening = wall.getByRole('region', { name: '监听' })
  await hears(wall, [CITIZEN_HZ], 'the citizen, by the supervisor who listens')
  await listening.getByRole('button', { name: '接管', exact: true }).click()
  await listening.getByText('不会听到停顿').waitFor()
  await wall.waitForTimeout(300)
  await clean(wall, 'wall-take-over')
  await listening.getByRole('button', { name: '再听听' }).click()
  await listening.getByRole('button', { name: '接管', exact: true }).click()
  await listening.getByRole('button', { name: '确定接管' }).click()
  await wall.waitForURL(/\/console\/desk/, { timeout: 10_000 })
  await wall.getByRole('region', { name: '话机' }).getByText('通话中').waitFor({ timeout: 10_000 })
  await wall.getByRole('log').getByText('按0').first().waitFor()
  await wall.getByRole('log').getByText('接手，继续为您服务').waitFor()
  await hears(wall, [CITIZEN_HZ], 'the citizen, by the supervisor who took over')
  await desk.getByRole('form', { name: '话后小结' }).waitFor({ timeout: 10_000 })
  await clean(wall, 'desk-taken-over')
  // The agent is out of it: with the agent's page gone the citizen still hears a voice.
  await desk.context().close()
  await hears(citizen, [AGENT_HZ], 'the supervisor')
  await wall.context().close()
  await citizen.context().close()
})

/** Seconds in which a frequency makes up most of the sound (Goertzel over 50 ms). */
function holds(samples, hz) {
  const size = 400
  const factor = 2 * Math.cos((2 * Math.PI * hz) / 8000)
  let count = 0
  for (let from = 0; from + size <= samples.length; from += size) {
    let [last, earlier, power] = [0, 0, 0]
    for (let at = from; at < from + size; at += 1) {
      const next = samples[at] + factor * last - earlier
      earlier = last
      last = next
      power += samples[at] ** 2
    }
    const found = last ** 2 + earlier ** 2 - factor * last * earlier
    if (power > 0.05 && (2 * found) / (power * size) > 0.6) count += 1
  }
  return count * 0.05
}

test('a microphone that cannot be had is told in words, with other ways on', async () => {
  const refused = await callPage(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
  })
  await refused.getByRole('button', { name: '打电话' }).click()
  await refused.getByRole('alert').getByText('没有允许使用麦克风').waitFor()
  await refused.getByRole('link', { name: '打字咨询' }).waitFor()
  await clean(refused, 'call-refused')
  const missing = await callPage(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotFoundError'))
  })
  await missing.getByRole('button', { name: '打电话' }).click()
  await missing.getByRole('alert').getByText('没有找到麦克风').waitFor()
  const { body } = await server.call('GET', '/calls/nobody')
  assert.equal(body.state, 'over')
})

test('descriptions that cannot be served are refused in words, and no call is made of them', async () => {
  for (const offer of ['', 'garbage', 'v=0\r\n', `v=0\r\n${'a=x\r\n'.repeat(8000)}`, 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n']) {
    const answer = await server.call('POST', '/calls', { offer })
    assert.ok([400, 413].includes(answer.status), `${answer.status} for ${offer.slice(0, 20)}`)
    assert.match(answer.body.message, /请/)
  }
  const strange = await server.call('POST', '/calls/nobody/keys', { key: '0' })
  assert.equal(strange.status, 409)
})
