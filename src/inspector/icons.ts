import { html, type SafeHtml } from '@remix-run/html-template'

/** The icons of the navigation, 20 by 20, drawn in the colour of the text. */
const PATHS = {
  overview: 'M3 11h6V3H3zM11 17h6V9h-6zM3 17h6v-4H3zM11 7h6V3h-6z',
  requests: 'M3 6h11m0 0-3-3m3 3-3 3M17 14H6m0 0 3-3m-3 3 3 3',
  journeys: 'M4 15.5a1.5 1.5 0 1 0 .01 0M16 4.5a1.5 1.5 0 1 0 .01 0M5.5 17C12 17 8 6 14.5 6',
  members: 'M10 9.5a3 3 0 1 0-.01 0M4 17c.6-3.6 3-5 6-5s5.4 1.4 6 5',
  faults: 'M10 3 2.5 16.5h15zM10 8v4.5M10 14.5v.5',
  clock: 'M10 2.5a7.5 7.5 0 1 0 .01 0M10 6v4.5l3 2',
  data: 'M4 5c0-1.3 2.7-2.2 6-2.2S16 3.7 16 5s-2.7 2.2-6 2.2S4 6.3 4 5v10c0 1.3 2.7 2.2 6 2.2s6-.9 6-2.2V5M4 10c0 1.3 2.7 2.2 6 2.2s6-.9 6-2.2',
  report: 'M3 3h14v14H3zM3 7.5h14M7.5 3v14M10.5 12.5l1.5 1.5 3-3.5',
  sites: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01',
  full: 'M4 8V4h4M16 8V4h-4M4 12v4h4M16 12v4h-4',
  down: 'm5 8 5 5 5-5',
} as const

export type IconName = keyof typeof PATHS

export const icon = (name: IconName): SafeHtml =>
  html`<svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false"><path d="${PATHS[name]}" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/></svg>`
