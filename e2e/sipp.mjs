// Callers by the hundred: sipp with the scenario beside this file. It must be installed (Debian: sip-tester).
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scenario = join(import.meta.dirname, 'sipp', 'call.xml')

export const installed = spawnSync('sipp', ['-v']).error === undefined

/** Calls `calls` times, `rate` a second, each for `ms`. What came of it: counts, and times to the answer. */
export function callers(port, { calls, rate, ms, local = 0, timeout = 600 }) {
  const folder = mkdtempSync(join(tmpdir(), 'sipp-'))
  const at = local || 46_000 + Math.floor(Math.random() * 800)
  const child = spawn('sipp', [
    `127.0.0.1:${port}`, '-i', '127.0.0.1', '-p', String(at), '-mp', String(10_000 + Math.floor(Math.random() * 4_000) * 2), '-sf', scenario,
    '-r', String(rate), '-m', String(calls), '-l', '20000', '-d', String(ms), '-nostdin', '-trace_stat', '-stf', join(folder, 'stat.csv'),
    '-fd', '1', '-buff_size', '4194304', '-timeout', String(timeout),
  ], { stdio: 'ignore', cwd: folder })
  const done = new Promise((end) => {
    child.once('exit', (code) => {
      const read = () => {
        const [head, ...rows] = readFileSync(join(folder, 'stat.csv'), 'utf8').trim().split('\n').map((line) => line.split(';'))
        const last = rows.at(-1) ?? []
        return (name) => last[head.indexOf(name)]
      }
      let of = () => '0'
      try { of = read() } catch { /* Ended before it wrote. */ }
      rmSync(folder, { recursive: true, force: true })
      end({ code, ok: Number(of('SuccessfulCall(C)')), failed: Number(of('FailedCall(C)')), again: Number(of('Retransmissions(C)')), answer: of('ResponseTime1(C)') })
    })
  })
  return { child, done }
}

/** What a process holds. */
export function held(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1])
  return { fds: readdirSync(`/proc/${pid}/fd`).length, mib: Math.round(of('VmRSS') / 1024), threads: of('Threads') }
}

/** Sends new INVITEs from an address nobody knows, as fast as it can, until stopped. */
export function flood(port, from) {
  const socket = createSocket('udp4')
  const state = { sent: 0, refused: 0, stop: () => { socket.close(); state.over = true }, over: false }
  socket.on('message', (bytes) => { if (bytes.toString('latin1', 0, 11) === 'SIP/2.0 403') state.refused += 1 })
  const burst = () => {
    if (state.over) return
    for (let at = 0; at < 40; at += 1) {
      const id = `${state.sent}-${Math.random().toString(36).slice(2)}`
      socket.send(`INVITE sip:12345@127.0.0.1:${port} SIP/2.0\r\nVia: SIP/2.0/UDP ${from}:${socket.address().port};branch=z9hG4bK${id}\r\nFrom: <sip:x@${from}>;tag=${id}\r\nTo: <sip:12345@127.0.0.1>\r\nCall-ID: ${id}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@${from}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`, port, '127.0.0.1')
      state.sent += 1
    }
    setTimeout(burst, 20)
  }
  socket.bind(0, from, burst)
  return state
}
