import type { GuardOptions } from '../guard.ts'
import type { Sites } from '../sites/sites.ts'

/** A call to the control API. */
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

/** What was filled in, by the names of the fields. */
export type Form = Partial<Record<string, string>>

/** All that the inspector knows of the server it is part of. */
export interface InspectorOptions {
  sites: Sites
  /** Without a slash at its end. */
  basePath: string
  guard: GuardOptions
  /** Calls the control API with its token; undefined when the control API is off: then the pages have no buttons. */
  control: ((call: ControlCall) => Promise<Answer>) | undefined
  /** What the vendor API answers the site for a path below the base path; the call leaves no trace. */
  api(siteId: string, path: string): Promise<Answer>
  /** Whether requests to the vendor API must carry a token. */
  auth: 'strict' | 'off'
}
