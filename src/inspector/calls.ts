import { html, type SafeHtml } from '@remix-run/html-template'
import { credentialsFor, type TokenWish } from '../sites/credentials.ts'
import type { Site } from '../sites/site.ts'
import { copyable, section } from './elements.ts'
import type { InspectorOptions } from './options.ts'

/** A call with a fresh token, to be pasted. Without a control plane, no credentials are given out. */
export const callWithToken = (
  site: Site,
  { control }: InspectorOptions,
  baseUrl: string,
  wish: TokenWish,
): SafeHtml =>
  control
    ? section(
        'Call it',
        copyable(credentialsFor(site, baseUrl, wish).curl, 'A call with a token that is good for an hour'),
      )
    : html``
