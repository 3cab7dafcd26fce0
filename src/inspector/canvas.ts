import { html, type SafeHtml } from '@remix-run/html-template'
import type { Diagram, DiagramLayout } from '../diagram/diagram.ts'
import { TooComplex, toSvgElement } from '../diagram/svg.ts'
import { icon } from './elements.ts'

/**
 * A drawing that can be moved and zoomed: from left to right on a wide screen, from top to bottom on a narrow one.
 * Without a script it scrolls. `label` says what it shows; `name` is unique on the page.
 */
export async function canvas(
  diagram: Diagram,
  { label, name, kind = '', panel }: { label: string; name: string; kind?: string; panel?: SafeHtml },
): Promise<SafeHtml> {
  let drawings: SafeHtml[]
  try {
    drawings = await Promise.all((['LR', 'TB'] as const).map(layout => drawing(diagram, layout, label)))
  } catch (error) {
    if (error instanceof TooComplex) return html`<p class="notice wait">No drawing: ${error.message}.</p>`
    throw error
  }
  return html`<div class="canvas ${kind}" data-canvas id="canvas-${name}">
<div class="canvas-view" tabindex="0" role="group" aria-label="${label}. Arrow keys move it, plus and minus zoom, zero fits it.">${drawings}</div>
<div class="canvas-tools" role="toolbar" aria-label="Drawing" hidden>
<button type="button" data-zoom="in" aria-label="Zoom in">+</button>
<button type="button" data-zoom="out" aria-label="Zoom out">−</button>
<button type="button" data-zoom="fit">Fit</button>
<button type="button" data-zoom="full" aria-label="Fullscreen">${icon('full')}</button>
</div>
<p class="canvas-outside" data-outside hidden></p>
${panel}
</div>`
}

async function drawing(diagram: Diagram, layout: DiagramLayout, label: string): Promise<SafeHtml> {
  const element = (await toSvgElement(diagram, layout))
    // Graphviz uses the same ids in every drawing.
    .replace(/ id="[^"]*"/g, '')
    .replace(/<title>[^<]*<\/title>/, '')
    // The label of a connection has no link, only a tooltip.
    .replace(/<a xlink:title="[^"]*">([\s\S]*?)<\/a>/g, '$1')
    // A point of the drawing is a pixel of the page.
    .replace(/(width|height)="(\d+)pt"/g, '$1="$2"')
    .replaceAll('xlink:href', 'href')
    .replace(/ xlink:title="[^"]*"/g, '')
    .slice('<svg'.length)
  // Graphviz escapes every text that it writes.
  return html`<div class="drawing ${layout.toLowerCase()}"><svg role="group" aria-label="${label}; the tables below say the same"${html.raw`${element}`}</div>`
}
