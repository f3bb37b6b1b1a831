/**
 * Takes the picture of a report that README shows: the head of the page, from the title to the losses.
 *
 *     node scripts/reportImage.mjs results/quickstart-<id>/report/index.html docs/images/report.png
 *
 * Needs Debian's chromium (`apt-get install chromium`) or the one in CHROMIUM.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const WIDTH = 1100
/** The first part of the page that is not shown any more. */
const FIRST_LEFT_OUT = '#orders'

const [page, image] = process.argv.slice(2)
if (page === undefined || image === undefined || !existsSync(page)) {
  console.error('usage: node scripts/reportImage.mjs <report/index.html> <image.png>')
  process.exit(2)
}
const executablePath = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find((path) => path !== '' && existsSync(path))
if (executablePath === undefined) {
  console.error('no chromium found: apt-get install chromium, or set CHROMIUM')
  process.exit(3)
}
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  const tab = await browser.newPage({
    viewport: { width: WIDTH, height: 900 },
    colorScheme: 'light',
    offline: true,
  })
  await tab.goto(pathToFileURL(resolve(page)).href)
  const box = await tab.locator(FIRST_LEFT_OUT).boundingBox()
  const height = Math.floor(box.y)
  await tab.screenshot({ path: image, fullPage: true, clip: { x: 0, y: 0, width: WIDTH, height } })
} finally {
  await browser.close()
}
