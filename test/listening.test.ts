import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { listen } from '../src/listening.ts'
import { testApp } from './support/app.ts'

// All of 127.0.0.0/8 is this machine; of the other nobody's is.
const HERE = '127.0.0.1'
const HERE_TOO = '127.0.0.2'
const NOWHERE = '203.0.113.1'

/** Lets the entrance of a sandbox listen at `localhost`, when that is these addresses. */
async function listenAt(addresses: string[], port = 0) {
  const { entrance, close } = await testApp()
  const { port: found, ...listening } = await listen(
    entrance.server,
    { port, host: 'localhost' },
    async () => addresses,
  ).catch(async error => {
    await close()
    throw error
  })
  const closeBoth = async () => {
    await Promise.all([listening.close(), close()])
  }
  return { port: found, close: closeBoth, [Symbol.asyncDispose]: closeBoth }
}

/** The status line that a new connection gets, or the code of the error. */
async function answerFrom(host: string, port: number): Promise<string> {
  const socket = connect({ host, port }).setEncoding('utf8')
  socket.write('GET /_sandbox/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  try {
    const [answer] = await once(socket, 'data')
    return String(answer).slice(0, String(answer).indexOf('\r\n'))
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  } finally {
    socket.destroy()
  }
}

const OK = 'HTTP/1.1 200 OK'

describe('A server that listens at localhost', () => {
  it('does so at each of its addresses, at the same port, and at none of them once it is closed', async () => {
    const { port, close } = await listenAt([HERE, HERE_TOO])
    expect([await answerFrom(HERE, port), await answerFrom(HERE_TOO, port)]).toEqual([OK, OK])
    await close()
    expect([await answerFrom(HERE, port), await answerFrom(HERE_TOO, port)]).toEqual([
      'ECONNREFUSED',
      'ECONNREFUSED',
    ])
  })

  it.each([[[NOWHERE, HERE]], [[HERE, NOWHERE]]])('passes over what the machine has not: %j', async both => {
    await using server = await listenAt(both)
    expect(await answerFrom(HERE, server.port)).toBe(OK)
  })

  it('fails when the machine has none of them', async () => {
    await expect(listenAt([NOWHERE])).rejects.toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'listen' })
  })

  it('fails when the port is taken at one of them, and then listens at none', async () => {
    const other = createServer().listen(0, HERE_TOO)
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    await expect(listenAt([HERE, HERE_TOO], port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(await answerFrom(HERE, port)).toBe('ECONNREFUSED')
    other.close()
  })
})
