import type { GuardOptions } from '../guard.ts'
import type { Sites } from '../sites/sites.ts'

/** A call to the control plane. */
export interface ControlCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** From `/_sandbox` on, percent-encoded. */
  path: string
  body?: object
}

export interface Answer {
  status: number
  /** The body as text; empty when there is none. */
  body: string
}

/** All that the inspector knows of the server it is part of. */
export interface InspectorOptions {
  sites: Sites
  /** Without a slash at its end. */
  basePath: string
  guard: GuardOptions
  /** Makes a call that the guard of the control plane lets in; left out where that plane is off: then nothing can be done. */
  control: ((call: ControlCall) => Promise<Answer>) | undefined
  /** What the API answers the site about a path below the base path; no trace of it is left. */
  api(siteId: string, path: string): Promise<Answer>
  /** Whether calls to the API must carry a token. */
  auth: 'strict' | 'off'
}
