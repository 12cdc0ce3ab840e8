/** The browser as a telephone: microphone, devices, and one connection to our own server (G.711 over DTLS-SRTP). */

export interface Devices {
  microphone: string
  speaker: string
  /** The browser takes steady noise out of the voice. */
  cleaning: boolean
}

const KEY = 'ms-devices'

export function keptDevices(): Devices {
  const plain: Devices = { microphone: '', speaker: '', cleaning: true }
  try {
    return { ...plain, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Devices>) }
  } catch {
    return plain
  }
}

export function keepDevices(devices: Devices): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(devices))
  } catch {
    // No storage: chosen again next time.
  }
}

/** Why a microphone cannot be had, in words that say what to do. */
export function micWords(cause: unknown): string {
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : ''
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return '浏览器没有允许使用麦克风。请点地址栏旁边的图标，把“麦克风”改成“允许”，再点一次“浏览器”。'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return '没有找到麦克风。请插好耳麦，再点一次“浏览器”。'
    case 'NotReadableError':
    case 'AbortError':
      return '麦克风正被别的程序占用。请关掉那个程序，再点一次“浏览器”。'
    case 'Unsupported':
      return '这里不能用麦克风：工作台的网址要以 https 开头。可以先用话机接听。'
    default:
      return '麦克风打不开，请检查耳麦，或先用话机接听。'
  }
}

function unsupported(): Error {
  return Object.assign(new Error('no microphone here'), { name: 'Unsupported' })
}

export async function openMicrophone(devices: Devices): Promise<MediaStream> {
  if (!('mediaDevices' in navigator) || typeof RTCPeerConnection === 'undefined') throw unsupported()
  const audio: MediaTrackConstraints = {
    echoCancellation: devices.cleaning, noiseSuppression: devices.cleaning, autoGainControl: devices.cleaning, channelCount: 1,
  }
  if (devices.microphone) {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: devices.microphone } } })
    } catch (cause) {
      // A headset that was unplugged: whatever microphone there is.
      if (!(cause instanceof Error) || !['OverconstrainedError', 'NotFoundError'].includes(cause.name)) throw cause
    }
  }
  return navigator.mediaDevices.getUserMedia({ audio })
}

export interface Handlers {
  /** Takes the offer to the server and gives its answer. */
  negotiate: (offer: string) => Promise<string>
  sound: (heard: MediaStream) => void
  state: (state: RTCPeerConnectionState, whose: RTCPeerConnection) => void
}

/** A connection that sends this microphone and gives what comes back. */
export async function connect(stream: MediaStream, handlers: Handlers): Promise<RTCPeerConnection> {
  const peer = new RTCPeerConnection()
  const [track] = stream.getAudioTracks()
  if (!track) throw unsupported()
  const way = peer.addTransceiver(track, { direction: 'sendrecv', streams: [stream] })
  const known = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? []
  const wanted = ['audio/PCMA', 'audio/PCMU'].flatMap((kind) => known.filter((codec) => codec.mimeType === kind))
  if (wanted.length) way.setCodecPreferences(wanted)
  peer.addEventListener('track', (event) => handlers.sound(new MediaStream([event.track])))
  peer.addEventListener('connectionstatechange', () => handlers.state(peer.connectionState, peer))
  try {
    await peer.setLocalDescription(await peer.createOffer())
    // The server waits to be found: nothing of ours has to be gathered first.
    const answer = await handlers.negotiate(peer.localDescription?.sdp ?? '')
    await peer.setRemoteDescription({ type: 'answer', sdp: answer })
  } catch (cause) {
    peer.close()
    throw cause
  }
  return peer
}
