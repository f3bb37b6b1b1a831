/** What a script adds to a page that is complete without it: pickers, and figures on hovering. */
export const script = `
'use strict'
for (const picker of document.querySelectorAll('.picker')) {
  const panels = [...picker.querySelectorAll(':scope > .panel')]
  if (panels.length < 2) continue
  const controls = document.createElement('div')
  controls.className = 'controls'
  const label = document.createElement('label')
  const select = document.createElement('select')
  label.append(picker.dataset.what + ' ', select)
  for (const panel of panels) select.append(new Option(panel.querySelector('.panel-title').textContent))
  const show = (index) => {
    const at = (index + panels.length) % panels.length
    select.selectedIndex = at
    panels.forEach((panel, other) => panel.classList.toggle('chosen', other === at))
  }
  const button = (text, by) => {
    const element = document.createElement('button')
    element.type = 'button'
    element.textContent = text
    element.addEventListener('click', () => show(select.selectedIndex + by))
    return element
  }
  select.addEventListener('change', () => show(select.selectedIndex))
  controls.append(label, button('← previous', -1), button('next →', 1))
  picker.prepend(controls)
  picker.classList.add('active')
  show(Number(picker.dataset.first))
}
const tip = document.createElement('div')
tip.id = 'tip'
tip.hidden = true
document.body.append(tip)
const tell = (text, event) => {
  tip.hidden = text === undefined
  if (tip.hidden) return
  tip.textContent = text
  tip.style.left = Math.max(8, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)) + 'px'
  tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + 'px'
}
document.addEventListener('pointermove', (event) => {
  const mark = event.target.closest && event.target.closest('.drawing [aria-roledescription][aria-label]')
  const inMark = mark && /mark|point|bar|rect|tick|rule/.test(mark.getAttribute('aria-roledescription')) && !/container/.test(mark.getAttribute('aria-roledescription'))
  tell(inMark ? mark.getAttribute('aria-label').replaceAll('; ', ' · ') : undefined, event)
})
// Fingers do not hover: a touched term says what a mouse sees as its title.
document.addEventListener('click', (event) => {
  const term = event.target.closest && event.target.closest('dfn, text:has(> title)')
  tell(term ? (term.title ?? term.querySelector('title').textContent) : undefined, event)
})
`
