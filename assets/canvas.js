// Drawings that fit, zoom and move. Without it they scroll.
import Panzoom from './panzoom.es.js'

const known = new WeakMap()
const LARGEST = 1.15
const MARGIN = 14
/** Below this, the text of a node is too small to read. */
const READABLE = 0.62

/** Makes the new drawings of the page movable. */
export function enhanceCanvases() {
  for (const canvas of document.querySelectorAll('[data-canvas]')) {
    const before = known.get(canvas)
    if (before) before.refreshed()
    else known.set(canvas, movable(canvas))
  }
}

function movable(canvas) {
  const view = canvas.querySelector('.canvas-view')
  const tools = canvas.querySelector('.canvas-tools')
  const outside = canvas.querySelector('[data-outside]')
  canvas.classList.add('moving')
  tools.hidden = false
  // Until somebody moves it, it is fitted again when the window changes.
  let fitted = true
  const zooms = [...canvas.querySelectorAll('.drawing')].map(drawing => {
    const panzoom = Panzoom(drawing, {
      canvas: true,
      cursor: 'grab',
      origin: '0 0',
      minScale: 0.1,
      maxScale: 4,
      step: 0.25,
      noBind: true,
      handleStartEvent(event) {
        // A click on a link stays a click.
        event.stopPropagation()
      },
    })
    drawing.addEventListener('panzoomchange', () => requestAnimationFrame(countOutside))
    return { drawing, panzoom }
  })
  const current = () => zooms.find(({ drawing }) => drawing.offsetParent !== null) ?? zooms[0]

  function fitView() {
    const { drawing, panzoom } = current()
    const [width, height] = [drawing.offsetWidth, drawing.offsetHeight]
    const room = view.clientWidth
    if (width === 0 || room === 0) return
    // As high as the drawing needs, between what the style sheet allows.
    const least = canvas.classList.contains('compact') ? READABLE : 0
    const needed = Math.min(LARGEST, Math.max(least, (room - 2 * MARGIN) / width)) * height + 2 * MARGIN
    view.style.height = document.fullscreenElement === canvas ? '' : `${Math.ceil(needed)}px`
    const tall = view.clientHeight
    const whole = Math.min(LARGEST, (room - 2 * MARGIN) / width, (tall - 2 * MARGIN) / height)
    // The path of a member starts at the node where the member waits, large enough to be read.
    const here = canvas.classList.contains('compact') && whole < READABLE ? placeOf(drawing) : undefined
    const scale = here ? READABLE : whole
    const [x, y] = here ?? [width / 2, height / 2]
    const along = (size, view, centre) =>
      size * scale <= view
        ? (view / scale - size) / 2
        : Math.min(MARGIN, Math.max(view / scale - size - MARGIN, view / scale / 2 - centre))
    panzoom.zoom(scale, { animate: false })
    panzoom.pan(along(width, room, x), along(height, tall, y), { animate: false, force: true })
    fitted = true
  }

  /** The centre of the node where the member waits, or came to last, in the drawing's own measure. */
  function placeOf(drawing) {
    const node = drawing.querySelector('.node.here') ?? [...drawing.querySelectorAll('.node.passed')].at(-1)
    if (!node) return undefined
    const scale = current().panzoom.getScale()
    const [box, origin] = [node.getBoundingClientRect(), drawing.getBoundingClientRect()]
    return [
      ((box.left + box.right) / 2 - origin.left) / scale,
      ((box.top + box.bottom) / 2 - origin.top) / scale,
    ]
  }

  /** Says how many nodes are outside of the view. */
  function countOutside() {
    const frame = view.getBoundingClientRect()
    const nodes = [...current().drawing.querySelectorAll('.node')]
    const away = nodes.filter(node => {
      const { left, right, top, bottom } = node.getBoundingClientRect()
      return right < frame.left || left > frame.right || bottom < frame.top || top > frame.bottom
    })
    outside.hidden = away.length === 0
    const sides = new Set(
      away.map(node => {
        const { left, right, top } = node.getBoundingClientRect()
        if (right < frame.left) return '← '
        if (left > frame.right) return '→ '
        return top > frame.bottom ? '↓ ' : '↑ '
      }),
    )
    outside.textContent = `${[...sides].join('')}${away.length} of ${nodes.length} nodes outside`
  }

  function zoom(factor, at) {
    const { panzoom } = current()
    const scale = panzoom.getScale() * factor
    const { left, top, width, height } = view.getBoundingClientRect()
    const point = at ?? { clientX: left + width / 2, clientY: top + height / 2 }
    fitted = false
    panzoom.zoomToPoint(scale, point, { animate: false })
  }

  function move(x, y) {
    const { panzoom } = current()
    fitted = false
    panzoom.pan(x / panzoom.getScale(), y / panzoom.getScale(), { relative: true, animate: false })
  }

  // Dragging, and pinching with two fingers. A click on a node that was dragged does not count.
  const pointers = new Map()
  let dragged = false
  view.addEventListener('pointerdown', event => {
    if (event.button !== 0) return
    pointers.set(event.pointerId, event)
    dragged = false
  })
  window.addEventListener('pointermove', event => {
    const before = pointers.get(event.pointerId)
    if (!before) return
    if (pointers.size === 2) {
      const other = [...pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId)
      const distance = to => Math.hypot(to.clientX - other.clientX, to.clientY - other.clientY)
      zoom(distance(event) / Math.max(1, distance(before)), {
        clientX: (event.clientX + other.clientX) / 2,
        clientY: (event.clientY + other.clientY) / 2,
      })
    } else {
      const [x, y] = [event.clientX - before.clientX, event.clientY - before.clientY]
      if (!dragged && Math.hypot(x, y) < 4) return
      dragged = true
      move(x, y)
    }
    pointers.set(event.pointerId, event)
  })
  for (const end of ['pointerup', 'pointercancel'])
    window.addEventListener(end, ({ pointerId }) => pointers.delete(pointerId))
  view.addEventListener(
    'click',
    event => {
      if (!dragged) return
      dragged = false
      event.preventDefault()
      event.stopPropagation()
    },
    true,
  )
  view.addEventListener('dragstart', event => event.preventDefault())
  view.addEventListener(
    'wheel',
    event => {
      event.preventDefault()
      zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event)
    },
    { passive: false },
  )
  view.addEventListener('keydown', event => {
    const step = 60
    const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }
    if (moves[event.key]) move(...moves[event.key])
    else if (event.key === '+' || event.key === '=') zoom(1.25)
    else if (event.key === '-') zoom(0.8)
    else if (event.key === '0') fitView()
    else return
    event.preventDefault()
  })
  // A node that gets the focus comes into view. Panzoom moves the drawing in the next frame, and what is measured before
  // is where it was.
  view.addEventListener('focusin', ({ target }) => {
    view.scrollTo(0, 0)
    requestAnimationFrame(() => {
      const node = target.closest('.node')
      if (!node || document.activeElement !== target || !target.matches(':focus-visible')) return
      const [box, frame] = [node.getBoundingClientRect(), view.getBoundingClientRect()]
      if (
        box.left < frame.left ||
        box.right > frame.right ||
        box.top < frame.top ||
        box.bottom > frame.bottom
      )
        move(
          frame.left + frame.width / 2 - (box.left + box.right) / 2,
          frame.top + frame.height / 2 - (box.top + box.bottom) / 2,
        )
    })
  })
  tools.addEventListener('click', ({ target }) => {
    const what = target.closest('button')?.dataset.zoom
    if (what === 'in') zoom(1.25)
    if (what === 'out') zoom(0.8)
    if (what === 'fit') fitView()
    if (what === 'full') document.fullscreenElement ? document.exitFullscreen() : canvas.requestFullscreen()
  })
  new ResizeObserver(() => (fitted ? fitView() : countOutside())).observe(view)
  // Panzoom sets its own place once it has started.
  setTimeout(fitView)

  return {
    /** Moves the chosen node out from under its panel. */
    uncover(panel) {
      const node = current().drawing.querySelector('.node.chosen')
      if (!node) return
      const [box, over, frame] = [node, panel, view].map(element => element.getBoundingClientRect())
      const beside = over.left - frame.left > frame.width / 3
      if (beside && box.right > over.left - MARGIN) move(over.left - 3 * MARGIN - box.right, 0)
      if (!beside && box.bottom > over.top - MARGIN)
        move(0, Math.max(frame.top, over.top - 3 * MARGIN - (box.bottom - box.top)) - box.top)
    },
    // A swap may have put a closed drawing on the screen, or another size.
    refreshed() {
      canvas.classList.add('moving')
      if (fitted) fitView()
    },
  }
}

// A node opens its panel in place.
document.addEventListener('click', async event => {
  const link = event.target.closest('.canvas.main .node a, [data-panel]')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  const url = link.getAttribute('href')
  await window.htmx.ajax('GET', url, {
    source: document.getElementById('node-panel'),
    target: '#node-panel',
    select: '#node-panel',
    swap: 'outerHTML show:none',
    replace: url,
  })
  const id = new URL(url, location.href).searchParams.get('node')
  for (const node of document.querySelectorAll('.canvas .node')) {
    const own = node.querySelector('a')?.getAttribute('href') ?? ''
    node.classList.toggle('chosen', id !== null && own.endsWith(`node=${id}`))
  }
  const panel = document.getElementById('node-panel')
  if (id === null) return
  panel.querySelector('a').focus({ preventScroll: true, focusVisible: false })
  known.get(panel.closest('[data-canvas]')).uncover(panel)
})
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') document.querySelector('[data-panel]')?.click()
})
