import { html, type SafeHtml } from '@remix-run/html-template'
import { NODE_TYPES } from '../contract/journey.ts'
import type { Diagram } from '../diagram/diagram.ts'
import { TooEntangled } from '../diagram/graphviz.ts'
import { toSvg } from '../diagram/svg.ts'
import { chip } from './elements.ts'

/** A drawing as a part of a page: in the page's colours, and in a frame of its own that scrolls. `label` says what it shows. */
export async function drawing(diagram: Diagram, label: string): Promise<SafeHtml> {
  let svg: string
  try {
    svg = await toSvg(diagram)
  } catch (error) {
    if (error instanceof TooEntangled) return html`<p class="notice wait">No drawing: ${error.message}.</p>`
    throw error
  }
  // What precedes the element belongs into a file; the ids would be those of every drawing of the page.
  const element = svg
    .slice(svg.indexOf('<svg') + '<svg'.length)
    .replace(/ id="[^"]*"/g, '')
    // A point of the drawing is a pixel of the page.
    .replace(/(width|height)="(\d+)pt"/g, '$1="$2"')
  // Graphviz escapes every text that it writes.
  return html`<div class="graph" tabindex="0" role="region" aria-label="${label}">
<svg role="img" aria-label="${label}; the tables below say the same"${html.raw`${element}`}</div>`
}

/** What the shapes and colours are. */
export const legend = (): SafeHtml =>
  html`<ul class="legend" aria-label="Types of nodes">${NODE_TYPES.map(type => html`<li>${chip(type, `type-${type}`)}</li>`)}</ul>`
