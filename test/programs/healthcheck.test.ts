import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { BIN } from '../support/process.ts'
import { execute } from '../support/shell.ts'

/** The image's health check, which finds the port on the command line of the server: process 1 in a container. */

const HEALTHCHECK = fileURLToPath(new URL('../../bin/healthcheck.js', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url))
const FOREVER = 'setInterval(() => {}, 1000)'

let started: ChildProcess[] = []
afterEach(() => {
  for (const process of started) process.kill('SIGKILL')
  started = []
})

function start(args: string[], env = {}): ChildProcess {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(child)
  return child
}

const check = ({ pid }: ChildProcess, env = {}) =>
  execute('/', [process.execPath, HEALTHCHECK, String(pid)], env)

/** A port that nothing listens on. */
async function freePort(): Promise<string> {
  await using sandbox = await startSandbox({ seed: 'empty', logLevel: 'silent' })
  return new URL(sandbox.origin).port
}

describe('The health check', () => {
  it.each([
    ['of two arguments', (port: string) => ['--seed', 'empty', '--port', port], () => ({ PORT: '1' })],
    ['of one argument', (port: string) => ['serve', `--port=${port}`], () => ({ PORT: '1' })],
    ['of every interface', (port: string) => ['--host', '0.0.0.0', '--port', port], () => ({})],
    ['of the environment', () => [], (port: string) => ({ PORT: port })],
  ])('asks at the port %s', async (_what, argsOf, envOf) => {
    const port = await freePort()
    const server = start([BIN, ...argsOf(port)], envOf(port))
    await once(server.stdout as NodeJS.ReadableStream, 'data')
    expect(await check(server, envOf(port))).toEqual({ code: 0, stdout: '', stderr: '' })
    server.kill('SIGTERM')
    await once(server, 'exit')
  })

  it('speaks https with a server that does', async () => {
    const port = await freePort()
    const tls = ['cert', 'key'].flatMap(name => [`--tls-${name}`, `${FIXTURES}localhost-${name}.pem`])
    const server = start([BIN, '--port', port, ...tls])
    await once(server.stdout as NodeJS.ReadableStream, 'data')
    expect(await check(server)).toMatchObject({ code: 0 })
  })

  it('finds the port behind the init of docker run --init', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const { port } = new URL(sandbox.origin)
    const init = start(['-e', FOREVER, '--', 'node', '/app/bin/journeys-sandbox.js', '--port', port])
    expect(await check(init)).toMatchObject({ code: 0 })
  })

  it('fails for a server that does not answer, and says why', async () => {
    const port = await freePort()
    const init = start(['-e', FOREVER, '--', 'node', '/app/bin/journeys-sandbox.js', '--port', port])
    expect(await check(init)).toMatchObject({ code: 1, stderr: `connect ECONNREFUSED 127.0.0.1:${port}\n` })
  })

  it('gives up on a server that is frozen', async () => {
    const port = await freePort()
    const server = start([BIN, '--port', port])
    await once(server.stdout as NodeJS.ReadableStream, 'data')
    server.kill('SIGSTOP')
    expect(await check(server)).toMatchObject({ code: 1, stderr: 'The operation was aborted\n' })
  })
})
