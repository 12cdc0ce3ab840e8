/**
 * The agent's telephone: a desk telephone, or this browser. The browser's line stays up while it is chosen, so that accepting
 * is instant; the microphone is open to the line only during a call or a test. A line that breaks is put up again by itself.
 */

import { computed, onScopeDispose, reactive, ref, watch } from 'vue'

import { deskPhone as api, supervision, type CallPart } from '@/api'
import { ApiError, errorWords } from '@/api/http'
import { compare, readSample, type Quality, type Sample } from '@/lib/quality'
import { connect, keepDevices, keptDevices, micWords, openMicrophone, type Devices } from '@/lib/softphone'

import { announcement, store } from './store'

export type PhoneKind = 'desk' | 'browser'
/** `taken`: another window has the line. */
export type LineState = 'off' | 'starting' | 'up' | 'back' | 'taken'

const KIND = 'ms-phone'
const LOOK_MS = 2000
const LONGEST_PAUSE_MS = 5000

interface Softphone {
  kind: PhoneKind
  state: LineState
  trouble: string
  muted: boolean
  quality: Quality | null
  /** 0 to 1: how loud the microphone is. */
  level: number
}

export const softphone = reactive<Softphone>({ kind: 'desk', state: 'off', trouble: '', muted: false, quality: null, level: 0 })
export const devices = reactive<Devices>(keptDevices())
export const phoneBusy = ref(false)

/** What the server says about this agent's telephone; null: no telephone on this site. */
export const phoneView = computed(() => store.desk?.phone ?? null)
/** A call that is with this agent. */
export const voiceCall = computed(() => store.contacts.find((one) => one.channel === 'voice' && one.state === 'active') ?? null)

/** Another agent's call that this one takes part in. */
export const assisting = reactive<{ agent: string; name: string; part: CallPart | null }>({ agent: '', name: '', part: null })

let peer: RTCPeerConnection | null = null
let stream: MediaStream | null = null
let mine: number | null = null
let wanted = false
let before: Sample | null = null
let meter: { context: AudioContext; read: () => number } | null = null
const speaker: HTMLAudioElement | null = typeof Audio === 'undefined' ? null : new Audio()

function openTrack(): void {
  const [track] = stream?.getAudioTracks() ?? []
  if (!track) return
  const speaks = (voiceCall.value !== null && !softphone.muted) || phoneView.value?.echo === true
    || (assisting.part !== null && assisting.part !== 'listen')
    || (phoneView.value?.asked_by != null && phoneView.value.asked_by.state !== 'ringing')
  if (track.enabled !== speaks) track.enabled = speaks
}

function hear(heard: MediaStream): void {
  if (!speaker) return
  speaker.srcObject = heard
  void useSpeaker()
  speaker.play().catch(() => { softphone.trouble = '浏览器没有让声音播出来，请点一下页面。' })
}

async function useSpeaker(): Promise<void> {
  if (!speaker || !('setSinkId' in speaker)) return
  await speaker.setSinkId(devices.speaker).catch(() => { softphone.trouble = '选的扬声器用不了，已换回默认的。' })
}

function listenTo(source: MediaStream): void {
  void meter?.context.close()
  meter = null
  if (typeof AudioContext === 'undefined') return
  const context = new AudioContext()
  void context.resume()
  const analyser = context.createAnalyser()
  analyser.fftSize = 512
  // A copy: the meter works while the line's own track is closed.
  const copy = new MediaStream(source.getAudioTracks().map((track) => track.clone()))
  context.createMediaStreamSource(copy).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  meter = {
    context,
    read: () => {
      analyser.getFloatTimeDomainData(samples)
      const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length
      return Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 60) / 50))
    },
  }
}

export const readLevel = (): void => { softphone.level = meter?.read() ?? 0 }

async function dial(): Promise<void> {
  if (!stream) return
  const old = peer
  const next = await connect(stream, {
    negotiate: async (offer) => {
      const up = await api.open(offer)
      mine = up.line
      return up.answer
    },
    sound: hear,
    state: (state, whose) => {
      if (whose !== peer && peer !== null && whose !== next) return
      if (state === 'connected') {
        softphone.state = 'up'
        softphone.trouble = ''
        announcement.value = '浏览器话机已接通'
      } else if ((state === 'failed' || state === 'disconnected') && wanted && softphone.state !== 'taken') {
        void again()
      }
    },
  })
  before = null
  peer = next
  old?.close()
}

let coming = false

/** The line broke: it is put up again, and a call on it goes on. */
async function again(): Promise<void> {
  if (coming) return
  coming = true
  softphone.state = 'back'
  softphone.quality = null
  let pause = 300
  while (wanted && softphone.state === 'back') {
    try {
      await dial()
      // Up within five seconds, or another try.
      for (let looks = 0; looks < 50 && wanted && softphone.state === 'back'; looks += 1) await rest(100)
    } catch (cause) {
      softphone.trouble = cause instanceof ApiError ? errorWords(cause) : '网络断了，正在重新接通话机…'
    }
    await rest(pause)
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  }
  coming = false
}

const rest = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms) })

/** Takes this browser as the telephone. */
export async function useBrowser(): Promise<void> {
  if (phoneBusy.value) return
  phoneBusy.value = true
  softphone.kind = 'browser'
  softphone.trouble = ''
  softphone.state = 'starting'
  wanted = true
  try {
    await freshMicrophone()
  } catch (cause) {
    softphone.trouble = micWords(cause)
    softphone.state = 'off'
    wanted = false
    phoneBusy.value = false
    return
  }
  try {
    localStorage.setItem(KIND, 'browser')
    await dial()
  } catch (cause) {
    softphone.trouble = errorWords(cause)
    if (cause instanceof ApiError) {
      softphone.state = 'off'
      wanted = false
      drop()
    } else {
      void again()
    }
  } finally {
    phoneBusy.value = false
  }
}

async function freshMicrophone(): Promise<void> {
  const next = await openMicrophone(devices)
  for (const track of stream?.getTracks() ?? []) track.stop()
  stream = next
  // A microphone that is unplugged ends its track: take another.
  for (const track of next.getAudioTracks()) track.addEventListener('ended', () => { if (wanted && stream === next) void changeDevices() })
  openTrack()
  listenTo(next)
}

function drop(): void {
  peer?.close()
  peer = null
  for (const track of stream?.getTracks() ?? []) track.stop()
  stream = null
  void meter?.context.close()
  meter = null
  before = null
  softphone.quality = null
  if (speaker) speaker.srcObject = null
}

/** Back to the desk telephone. */
export async function useTelephone(): Promise<void> {
  wanted = false
  localStorage.setItem(KIND, 'desk')
  Object.assign(softphone, { kind: 'desk', state: 'off', trouble: '' })
  drop()
  await api.close().catch((cause: unknown) => { softphone.trouble = errorWords(cause) })
}

/** Other devices were chosen: the line goes on with them. */
export async function changeDevices(): Promise<void> {
  keepDevices({ ...devices })
  await useSpeaker()
  if (!wanted) return
  try {
    await freshMicrophone()
    const [track] = stream?.getAudioTracks() ?? []
    await peer?.getSenders()[0]?.replaceTrack(track ?? null)
  } catch (cause) {
    softphone.trouble = micWords(cause)
  }
}

async function order(action: Promise<void>): Promise<void> {
  softphone.trouble = ''
  await action.catch((cause: unknown) => { softphone.trouble = errorWords(cause) })
}

export const hold = (on: boolean): Promise<void> => order(api.hold(on))
export const echo = (on: boolean): Promise<void> => order(api.echo(on))
export const consult = (agent: string): Promise<void> => order(api.consult(agent))
export const consultTogether = (): Promise<void> => order(api.consultTogether())
export const consultEnd = (): Promise<void> => order(api.consultEnd())
export const consultAnswer = (comes: boolean): Promise<void> => order(api.consultAnswer(comes))
export const press = (key: string): Promise<void> => order(api.key(key))
export function mute(on: boolean): void {
  softphone.muted = on
  openTrack()
  announcement.value = on ? '已静音，对方听不到您' : '已取消静音'
}

/** Takes part in another agent's call over this browser's line, putting it up first where it is not. */
export async function assist(agent: string, name: string, part: CallPart | null): Promise<void> {
  if (part && softphone.state !== 'up') {
    await useBrowser()
    for (let looks = 0; looks < 50 && (softphone.state as LineState) === 'starting'; looks += 1) await rest(100)
    if ((softphone.state as LineState) !== 'up') return
  }
  softphone.trouble = ''
  try {
    await supervision.assist(agent, part)
    Object.assign(assisting, part ? { agent, name, part } : { agent: '', name: '', part: null })
  } catch (cause) {
    softphone.trouble = errorWords(cause)
    if (!part) Object.assign(assisting, { agent: '', name: '', part: null })
  }
  openTrack()
}

/** The call that is listened to is this person's own from now on. True when it is. */
export async function takeOver(): Promise<boolean> {
  softphone.trouble = ''
  try {
    await supervision.takeOver(assisting.agent)
    announcement.value = `已接管${assisting.name}的电话，来电人现在由您接待`
    return true
  } catch (cause) {
    softphone.trouble = errorWords(cause)
    return false
  }
}

/** A short tone from the chosen loudspeaker. */
export async function testTone(): Promise<void> {
  const context = new AudioContext()
  const out = context.createMediaStreamDestination()
  const tone = context.createOscillator()
  const volume = context.createGain()
  tone.frequency.value = 523
  volume.gain.setValueAtTime(0.0001, context.currentTime)
  volume.gain.exponentialRampToValueAtTime(0.25, context.currentTime + 0.05)
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 1)
  tone.connect(volume).connect(out)
  const player = new Audio()
  player.srcObject = out.stream
  if ('setSinkId' in player) await player.setSinkId(devices.speaker).catch(() => undefined)
  await player.play().catch(() => undefined)
  tone.start()
  tone.stop(context.currentTime + 1)
  await rest(1200)
  await context.close()
}

async function look(): Promise<void> {
  if (!peer || softphone.state !== 'up') return
  const report: Record<string, unknown>[] = []
  const stats = await peer.getStats()
  stats.forEach((one: Record<string, unknown>) => { report.push(one) })
  const now = readSample(report, Date.now())
  softphone.quality = compare(before, now)
  before = now
}

/** For as long as the shell is up. */
export function usePhone(): void {
  const timer = setInterval(() => void look(), LOOK_MS)
  watch([voiceCall, phoneView, () => softphone.muted], openTrack)
  watch(voiceCall, (now) => { if (!now) softphone.muted = false })
  // The call that was listened to is over, or the agent of it has gone.
  watch(() => phoneView.value?.assisting, (now, was) => {
    if (was && !now) {
      Object.assign(assisting, { agent: '', name: '', part: null })
      openTrack()
    }
  })
  // Another window of the same agent has taken the line: this one lets go.
  watch(() => phoneView.value?.line ?? null, (line) => {
    if (line === null || mine === null || line <= mine || phoneBusy.value || coming) return
    wanted = false
    softphone.state = 'taken'
    drop()
  })
  const stop = watch(phoneView, (view) => {
    if (!view) return
    stop()
    if (localStorage.getItem(KIND) === 'browser') void useBrowser()
  })
  onScopeDispose(() => {
    clearInterval(timer)
    const was = wanted
    wanted = false
    drop()
    Object.assign(softphone, { state: 'off', trouble: '', muted: false })
    mine = null
    if (was) void api.close().catch(() => undefined)
  })
}
