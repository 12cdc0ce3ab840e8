// A server of the test's own: free port, temporary data, sample accounts.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

export function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => done(port))
    })
  })
}

export class Server {
  constructor(binary, folder, port, settings) {
    Object.assign(this, { binary, folder, port, settings, base: `http://127.0.0.1:${port}`, child: null, log: '' })
  }

  /** `settings(folder)`: more of the environment. */
  static async fresh(settings = () => ({})) {
    const binary = process.env.MINSHENG_BINARY ?? join(root, 'target/debug/minsheng')
    const server = new Server(binary, mkdtempSync(join(tmpdir(), 'minsheng-e2e-')), await freePort(), settings)
    await server.start()
    return server
  }

  /** The environment of the program and of its subcommands. */
  env() {
    const at = (name) => join(this.folder, name)
    return {
      ...process.env,
      MINSHENG_SERVER__LISTEN: `127.0.0.1:${this.port}`,
      MINSHENG_STORE__URL: `sqlite:${at('minsheng.db')}`,
      MINSHENG_SECURITY__SECRET_FILE: at('secret.key'),
      MINSHENG_CHAT__CONTACTS_PER_MINUTE: '10000',
      MINSHENG_CHAT__MESSAGES_PER_MINUTE: '600',
      MINSHENG_SERVER__LOG: 'warn',
      ...this.settings(this.folder),
    }
  }

  async start() {
    this.child = spawn(this.binary, ['serve', '--demo'], { cwd: root, env: this.env() })
    this.child.stdout.on('data', (bytes) => { this.log += bytes })
    this.child.stderr.on('data', (bytes) => { this.log += bytes })
    await this.ready()
  }

  async ready() {
    for (let tries = 0; tries < 600; tries += 1) {
      if (this.child.exitCode !== null) throw new Error(`the server ended:\n${this.log}`)
      try {
        if ((await fetch(`${this.base}/api/v1/health`)).ok) return
      } catch {
        // Not listening yet.
      }
      await new Promise((done) => { setTimeout(done, 50) })
    }
    throw new Error(`the server did not start:\n${this.log}`)
  }

  async stop(signal = 'SIGTERM') {
    if (!this.child || this.child.exitCode !== null) return
    const ended = new Promise((done) => { this.child.once('exit', done) })
    this.child.kill(signal)
    await ended
  }

  async end() {
    await this.stop('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  async call(method, path, body, headers = {}) {
    const response = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-requested-with': 'minsheng', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null }
  }
}
