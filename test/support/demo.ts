import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Sandbox, type SandboxSite, startSandbox } from '../../src/index.ts'
import { type Folder, temporaryFolder } from './folder.ts'

export interface Demo {
  sandbox: Sandbox
  site: SandboxSite
  /** An empty directory, for all tests of the file. */
  folder: Folder
  /** Calls an operation as the site. */
  ask(path: string, identifier?: string): Promise<{ status: number; body: string }>
  /** Asks what a member did. */
  askAbout(email: string): Promise<{ status: number; body: string }>
}

/** A sandbox that listens, for all tests of a file; its site is as new for each of them. */
export function useDemo(): Demo {
  const demo = {
    async ask(path, identifier) {
      const response = await fetch(`${demo.sandbox.url}${path}`, {
        headers: demo.site.headersFor(identifier),
      })
      return { status: response.status, body: await response.text() }
    },
    askAbout: email => demo.ask(`/user/${encodeURIComponent(email)}/journeys`, email),
  } as Demo
  beforeAll(async () => {
    demo.folder = temporaryFolder()
    demo.sandbox = await startSandbox({ logLevel: 'silent' })
    demo.site = demo.sandbox.sites()[0] as SandboxSite
  })
  afterAll(async () => {
    await demo.sandbox.close()
    demo.folder[Symbol.dispose]()
  })
  beforeEach(() => demo.site.reset())
  return demo
}
