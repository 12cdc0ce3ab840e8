// A speech service for tests: each sentence is a tone of its own, so that what is heard says which sentence it was.
import { createServer } from 'node:http'

const RATE = 8000
const FIRST_HZ = 420
const STEP_HZ = 43
const STEPS = 66

export function tone(hz, ms, peak = 0.35) {
  const count = (RATE * ms) / 1000
  return Int16Array.from({ length: count }, (_, at) => {
    const soft = Math.min(1, Math.min(at, count - at) / 80)
    return Math.sin((2 * Math.PI * hz * at) / RATE) * soft * peak * 32767
  })
}

export function wav(samples, rate = RATE) {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.byteLength, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.byteLength, 40)
  return Buffer.concat([head, Buffer.from(samples.buffer)])
}

export class Speech {
  pitches = new Map()

  static async start() {
    const speech = new Speech()
    speech.server = createServer((request, response) => {
      const parts = []
      request.on('data', (part) => parts.push(part))
      request.on('end', () => {
        if (request.url === '/v1/audio/speech') {
          const { input } = JSON.parse(Buffer.concat(parts).toString())
          response.setHeader('content-type', 'audio/wav')
          response.end(wav(tone(speech.pitch(input), 900)))
        } else {
          response.setHeader('content-type', 'application/json')
          response.end('{"text":""}')
        }
      })
    })
    await new Promise((done) => { speech.server.listen(0, '127.0.0.1', done) })
    speech.url = `http://127.0.0.1:${speech.server.address().port}`
    return speech
  }

  pitch(text) {
    if (!this.pitches.has(text)) this.pitches.set(text, FIRST_HZ + STEP_HZ * (this.pitches.size % STEPS))
    return this.pitches.get(text)
  }

  /** Pitches of the sentences that hold some words. */
  of(words) {
    return [...this.pitches].filter(([text]) => text.includes(words)).map(([, hz]) => hz)
  }

  end() {
    this.server.close()
  }
}
