import type { Config } from '../config.ts'
import type { Sites } from '../sites/sites.ts'

/** What all must agree on who answer an operation, with a router or without. */
export interface ApiOptions {
  sites: Sites
  auth: 'strict' | 'off'
  /** Whether a request may ask for a fault by a header of its own. */
  faultHeader: boolean
}

/** The same for everyone who has this configuration. */
export const apiOptions = ({ auth, control }: Config, sites: Sites): ApiOptions => ({
  ...{ sites, auth },
  faultHeader: control === 'on',
})
