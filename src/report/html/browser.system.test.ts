/** The page in a real browser: Debian's chromium (`apt-get install chromium`) or the one in CHROMIUM. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { studyFiles } from '../../store/layout.js'
import { drawFigure, figureNames } from '../figures/figures.js'
import { renderSvg } from '../render/drawing.js'
import { renderReport } from '../render/report.js'
import { exampleStudy } from '../testing/exampleStudy.js'
import { foreignStudy } from '../testing/foreignStudy.js'
import { hostileStudy, MARKUP } from '../testing/hostileStudy.js'
import type { ReportStudy } from '../types.js'
import { style } from './style.js'

const PAGE = studyFiles.page

const executable = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path))
if (executable === undefined)
  console.warn(
    'browser tests are skipped: no chromium found (apt-get install chromium, or set CHROMIUM)',
  )

/** Contrast ratios of text (WCAG 2): runs in the page. */
const contrastsOnPage = `
(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number)
  const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor)
      if (colour.length === 3 || colour[3] > 0) return colour
    }
    return [255, 255, 255]
  }
  return [...document.querySelectorAll('p, td, th, a, h2, figcaption, .mark')].map((element) => {
    const pair = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))]
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)
  })
})()`

/** Contrast ratios of the figures in the cells of a heat map with the cells beneath: runs in the page. */
const contrastsOnCells = `
(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number)
  const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  const cells = [...document.querySelectorAll('.mark-rect path')]
  return [...document.querySelectorAll('.mark-text.role-mark text')].map((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect()
    const [x, y] = [(left + right) / 2, (top + bottom) / 2]
    const beneath = cells.filter((cell) => {
      const box = cell.getBoundingClientRect()
      return box.left <= x && x < box.right && box.top <= y && y < box.bottom
    })
    if (beneath.length !== 1) throw new Error(beneath.length + ' cells beneath ' + text.textContent)
    const pair = [text, beneath[0]].map((element) => luminance(parse(getComputedStyle(element).fill)))
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)
  })
})()`

/** Texts of the drawings that are shown which stand on another one: runs in the page. */
const overprintedTexts = `
(() => [...document.querySelectorAll('.drawing > svg')].flatMap((drawing) => {
  const texts = [...drawing.querySelectorAll('text')].flatMap((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect()
    // The box of slanted text is larger than the text.
    const isSlanted = /rotate.(-60|300)/.test(text.getAttribute('transform') ?? '')
    return isSlanted || right === left || text.getAttribute('opacity') === '0' ? [] : [{ left, right, top, bottom, words: text.textContent }]
  })
  return texts.flatMap((a, at) => texts.slice(0, at).flatMap((b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3
      ? [a.words + ' on ' + b.words] : []))
}))()`

/** Twelve networks whose overlaps take every value from 0 to 1, in steps of 1/65. */
function everyOverlap(): ReportStudy {
  const study = exampleStudy()
  const networks = Array.from({ length: 12 }, (_, index) => ({
    ...study.tables.networks[0],
    network: `net${index}`,
    name: `network ${index}`,
    seed_high: index,
  }))
  const pairs = networks.flatMap(({ network }, second) =>
    networks.slice(0, second).map((a) => [a.network, network]),
  )
  const overlaps = pairs.map(([a, b], index) => {
    const jaccard = index / (pairs.length - 1)
    return {
      ...study.tables.overlaps[0],
      network_a: a,
      network_b: b,
      jaccard,
      kappa: 1.1 * jaccard - 0.1,
    }
  })
  return { ...study, tables: { ...study.tables, networks, overlaps } }
}

describe.skipIf(executable === undefined)('the report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-browser-'))
  let browser: Browser
  const complaints: string[] = []

  beforeAll(async () => {
    for (const [place, study] of [
      ['.', exampleStudy()],
      ['foreign', foreignStudy()],
      ['hostile', hostileStudy()],
    ] as const) {
      const { [PAGE]: page } = await renderReport(study, { drawsFigures: 'on the page' })
      mkdirSync(dirname(join(folder, place, PAGE)), { recursive: true })
      writeFileSync(join(folder, place, PAGE), page)
    }
    browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const DEFAULT = { width: 1100, script: true, dark: false, study: '.' }
  type Look = Partial<typeof DEFAULT>
  const pages = new Map<string, Promise<Page>>()

  /** The page of a study as it looks to somebody, opened once for all tests that change nothing of it. */
  function open(look: Look = {}): Promise<Page> {
    const key = JSON.stringify({ ...DEFAULT, ...look })
    const page = pages.get(key) ?? openAnew(look)
    pages.set(key, page)
    return page
  }

  async function openAnew(look: Look = {}): Promise<Page> {
    const { width, script, dark, study } = { ...DEFAULT, ...look }
    const page = await browser.newPage({
      viewport: { width, height: 900 },
      javaScriptEnabled: script,
      colorScheme: dark ? 'dark' : 'light',
      offline: true,
    })
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`)
    })
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`))
    await page.goto(`file://${join(folder, study, PAGE)}`)
    return page
  }

  it('complains of nothing, and every figure has a size and marks', async () => {
    const page = await open()
    const figures = await page.$$eval('figure .drawing > svg.wide', (drawings) =>
      drawings.map((drawing) => {
        const { width, height } = drawing.getBoundingClientRect()
        return { width, height, marks: drawing.querySelectorAll('path, text, line').length }
      }),
    )
    expect(figures).toHaveLength(figureNames.length)
    for (const { width, height, marks } of figures) {
      expect(width).toBeGreaterThan(100)
      expect(height).toBeGreaterThan(60)
      expect(marks).toBeGreaterThan(20)
    }
    expect(complaints).toEqual([])
  })

  it('the sample picker shows one sample at a time, by mouse and by keyboard', async () => {
    const page = await openAnew()
    const shown = () =>
      page.$$eval('#samples > .picker > .panel, #samples .picker > .panel', (panels) =>
        panels.flatMap((panel) => (panel.getBoundingClientRect().height > 0 ? [panel.id] : [])),
      )
    expect(await shown()).toEqual(['sample-list-0'])
    await page.click('#sample-list button:has-text("next")')
    expect(await shown()).toEqual(['sample-list-1'])
    await page.focus('#sample-list select')
    await page.keyboard.press('ArrowDown')
    expect(await shown()).toEqual(['sample-list-2'])
    await page.click('#sample-list button:has-text("previous")')
    await page.click('#sample-list button:has-text("previous")')
    await page.click('#sample-list button:has-text("previous")')
    expect(await shown()).toEqual(['sample-list-5'])
  })

  it('the checkpoint picker begins at the end and goes back by keyboard', async () => {
    const page = await openAnew()
    const shown = () => page.$eval('#checkpoint-list .panel.chosen', (panel) => panel.id)
    expect(await shown()).toBe('checkpoint-list-3')
    await page.focus('#checkpoint-list select')
    await page.keyboard.press('ArrowUp')
    expect(await shown()).toBe('checkpoint-list-2')
    await page.focus('#checkpoint-list button')
    await page.keyboard.press('Enter')
    expect(await shown()).toBe('checkpoint-list-1')
  })

  it('is taken for README by its script, down to the losses', () => {
    const image = join(folder, 'head.png')
    const page = join(folder, PAGE)
    execFileSync('node', ['scripts/reportImage.mjs', page, image])
    const { width, height } = PNG.sync.read(readFileSync(image))
    expect(width).toBe(1100)
    expect(height).toBeGreaterThan(1200)
    expect(height).toBeLessThan(4000)
  })

  it('shows everything without scripts', async () => {
    const page = await open({ script: false })
    const heights = await page.$$eval('.panel', (panels) =>
      panels.map((panel) => panel.getBoundingClientRect().height),
    )
    expect(heights.length).toBeGreaterThan(8)
    expect(Math.min(...heights)).toBeGreaterThan(50)
  })

  it('tells the figures under the pointer', async () => {
    const page = await open()
    const mark = page.locator('#figure-scores [aria-roledescription="bar"]').first()
    await mark.hover()
    await expect.poll(() => page.textContent('#tip')).toMatch(/score/)
  })

  it('prints on at most ten pages, of every picker the chosen panel', async () => {
    const page = await openAnew()
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
    const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0
    expect(pages).toBeGreaterThan(4)
    expect(pages).toBeLessThanOrEqual(10)
    await page.emulateMedia({ media: 'print' })
    const shown = await page.$$eval('.panel', (panels) =>
      panels.flatMap((panel) => (panel.getBoundingClientRect().height > 0 ? [panel.id] : [])),
    )
    expect(shown).toEqual(['checkpoint-list-3', 'sample-list-0'])
    // The width of A4 between its margins, in CSS pixels: tables cannot be scrolled on paper.
    await page.setViewportSize({ width: 688, height: 900 })
    const cut = await page.$$eval('.scroll', (tables) =>
      tables.flatMap((table) => {
        const { scrollWidth, clientWidth } = table as unknown as Record<string, number>
        return scrollWidth > clientWidth ? [table.getAttribute('aria-label')] : []
      }),
    )
    expect(cut).toEqual([])
    // Bars and lit players are told apart by their fill alone.
    const fills = await page.$eval('.bar', (bar) => {
      const { getComputedStyle } = globalThis as unknown as {
        getComputedStyle(element: unknown): { printColorAdjust: string }
      }
      return getComputedStyle(bar).printColorAdjust
    })
    expect(fills).toBe('exact')
  })

  it('numbers its figures, and explains bars and ticks in them', async () => {
    const page = await open()
    const titles = await page.$$eval('figure h3', (all) =>
      all.map(({ textContent }) => textContent),
    )
    expect(titles).toEqual(titles.map((_, at) => expect.stringMatching(`^Figure ${at + 1}\\. `)))
    for (const [id, words] of [
      ['variance-shares', 'interval over seeds'],
      ['pair-classes', 'by chance'],
      ['agreement', 'by chance'],
      ['loss-gap', 'its interval'],
      ['exactness', 'range'],
    ])
      expect(await page.textContent(`#figure-${id} svg.wide`), id).toContain(words)
  })

  it.each([1100, 390])(
    'tells the terms of tables’ heads and of drawings, under the pointer and under a finger (%i pixels)',
    async (width) => {
      const page = await open({ width })
      const heads = await page.$$eval('#networks th', (all) =>
        all.flatMap((head) =>
          [...head.querySelectorAll('dfn')].map((term) => `${term.textContent}: ${term.title}`),
        ),
      )
      expect(heads).toContainEqual(expect.stringMatching(/^low seed: the number from which/))
      expect(heads).toContainEqual(expect.stringMatching(/^reliability: the smallest ICC/))
      expect(heads).toContainEqual(expect.stringMatching(/^AUC: how often a mislabelled/))
      for (const [figure, term] of [
        ['variance-shares', 'T_low'],
        ['pair-classes', 'chance'],
        ['multiverse', 'τ'],
        ['exactness', 'duality gap'],
        ['multiverse', 'low share'],
        ['generalization', 'ceiling'],
      ]) {
        const text = page
          .locator(`#figure-${figure} .drawing > svg:visible text:has(> title)`)
          .filter({ hasText: `${term}: ` })
          .first()
        const meaning = await text.locator('title').textContent()
        expect(meaning, term).toMatch(new RegExp(`${term}: .{20}`))
        await text.click({ position: { x: 3, y: 3 }, force: true })
        await expect.poll(() => page.textContent('#tip')).toBe(meaning)
      }
      expect(complaints).toEqual([])
    },
  )

  it('says which epoch is shown, and where t* is', async () => {
    const page = await open()
    expect(await page.textContent('#figure-orders svg.wide')).toContain('epoch 10 (t*: 9)')
    expect(await page.textContent('#sample-list-0 h4:not(.panel-title)')).toBe(
      'epoch 10 (step 100), nearest analysed before the end to t*, epoch 9',
    )
  })

  it('shows markup in what users give as text', async () => {
    const page = await open({ study: 'hostile' })
    const complained = complaints.splice(0)
    for (const list of await page.$$('select')) await list.press('ArrowDown')
    for (const drawing of await page.$$('.drawing > svg.wide'))
      await (await drawing.$('[aria-roledescription]'))?.dispatchEvent('pointerover')
    expect(await page.evaluate('globalThis.ran')).toBeUndefined()
    expect(complained).toEqual([])
    // Of the page and of its drawings: one part of MARKUP each.
    for (const selector of ['img[src="x"]', 'svg[onload]', 'script:not([type])'])
      expect(await page.$$(selector), selector).toHaveLength(selector.startsWith('script') ? 1 : 0)
    const words = await page.evaluate<string>('document.body.textContent')
    for (const given of [
      'example',
      'low0-high1-order0',
      'zero',
      'a',
      '/data/set.csv',
      'is missing',
    ])
      expect(words).toContain(given + MARKUP)
  })

  it('of two models from elsewhere shows what there is, and names nothing that is not', async () => {
    const page = await open({ study: 'foreign' })
    const words = await page.evaluate<string>('document.querySelector("main").innerText')
    expect(words).not.toMatch(/is missing|NaN|undefined|\/ \/|0\.0000/)
    expect(words).not.toMatch(
      /phase boundary|middle of training|end of training \(|same low layers/,
    )
    expect(words.match(/the only checkpoint/g)?.length).toBeGreaterThan(1)
    const panels = await page.$$eval('#figure-orders svg.wide .role-title-text text', (all) =>
      all.map(({ textContent }) => textContent),
    )
    expect(panels).toEqual(['the only checkpoint'])
    // Of a table of 30 features the four players, once for each interaction.
    const lists = await page.$$eval('.interactions li', (items) =>
      items.map((item) => item.querySelectorAll('.cell').length),
    )
    expect(new Set(lists)).toEqual(new Set([4]))
    expect(complaints).toEqual([])
  })

  it.each([
    ['.', 1100],
    ['.', 390],
    ['foreign', 1100],
    ['foreign', 390],
  ])('prints no text on another one (%s, %i pixels)', async (study, width) => {
    const page = await open({ study, width })
    expect((await page.evaluate<string[]>(overprintedTexts)).slice(0, 9)).toEqual([])
  })

  it('stacks panels on a phone, each with its names, as wide as the screen', async () => {
    const page = await open({ width: 390 })
    const figures = await page.$$eval('figure .drawing', (drawings) =>
      drawings.map((drawing) =>
        [...drawing.querySelectorAll(':scope > svg')].map(
          (svg) => svg.getBoundingClientRect().width,
        ),
      ),
    )
    for (const [wide, stacked] of figures) {
      expect(wide).toBe(0)
      expect(stacked).toBeLessThanOrEqual(390)
    }
    const places = await page.$$eval('#figure-orders svg.narrow .role-title-text text', (titles) =>
      titles.map((title) => title.getBoundingClientRect().left),
    )
    expect(places).toHaveLength(2)
    expect(places[0]).toBeCloseTo(places[1], 0)
    const names = await page.textContent('#figure-pair-classes svg.narrow')
    expect(names?.match(/both-diff/g)?.length).toBeGreaterThan(2)
  })

  it('needs no sideways scrolling', async () => {
    const page = await openAnew({ width: 390 })
    for (const width of [320, 390, 768]) {
      await page.setViewportSize({ width, height: 900 })
      const overhang = await page.evaluate<number>(
        'document.documentElement.scrollWidth - window.innerWidth',
      )
      expect(overhang, `${width} pixels`).toBeLessThanOrEqual(0)
    }
  })

  it.each([false, true])('has readable contrast (dark: %s)', async (dark) => {
    const page = await open({ dark })
    const contrasts = await page.evaluate<number[]>(contrastsOnPage)
    expect(Math.min(...contrasts)).toBeGreaterThan(4.5)
  })

  it('has readable figures on every colour of the heat map, light and dark', async () => {
    const figure = drawFigure('heatMap', everyOverlap())
    if ('missing' in figure) throw new Error(figure.missing)
    const page = await browser.newPage({ offline: true })
    const svg = await renderSvg(figure.spec, figure.id)
    await page.setContent(
      `<style>${style}</style><figure><div class="drawing">${svg}</div></figure>`,
    )
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const contrasts = await page.evaluate<number[]>(contrastsOnCells)
      expect(contrasts, colorScheme).toHaveLength(2 * 2 * 66)
      expect(Math.min(...contrasts), colorScheme).toBeGreaterThanOrEqual(4.5)
    }
  })
})
