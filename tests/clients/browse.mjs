// Real Chromium on a site of its own: what a browser does with the host's pages, and with the browser SDK as it is published.
//   node browse.mjs visit HOST WRITE_KEY      a visitor who looks around, reloads, opens a second tab, signs in and buys
//   node browse.mjs frame URL SCREENSHOT      a page of the host in a frame of the site
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const sdk = fileURLToPath(new URL('./node_modules/@segment/analytics-next/dist/umd/', import.meta.url))
const [what, ...given] = process.argv.slice(2)
const port = Number(process.env.SITE_PORT ?? 0)
const foreign = []
let html = ''

const site = createServer(async (request, response) => {
  const path = new URL(request.url, 'http://site').pathname
  try {
    if (!path.startsWith('/sdk/')) return response.setHeader('Content-Type', 'text/html; charset=utf-8').end(html)
    if (!/^\/sdk\/[\w.-]+\.js$/.test(path)) throw new Error('no such file')
    response.setHeader('Content-Type', 'text/javascript').end(await readFile(sdk + path.slice(5)))
  } catch {
    response.writeHead(404).end()
  }
})
await new Promise(then => site.listen(port, '127.0.0.1', then))
const home = `http://127.0.0.1:${site.address().port}`
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
  // Without a window it calls itself headless, and such are counted as bots.
  const context = await browser.newContext({ userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version()} Safari/537.36` })
  const report = await { visit, frame }[what](context, ...given)
  process.stdout.write('\n' + JSON.stringify({ home, foreign, ...report }) + '\n')
} finally {
  await browser.close()
  site.close()
}

// Tells which other hosts a page asks for something.
function watch(page, allowed) {
  page.on('request', request => allowed.some(one => request.url().startsWith(one)) || request.url().startsWith('data:') || foreign.push(request.url()))
}

async function visit(context, host, key) {
  html = `<!doctype html><title>Shop</title><script src="/sdk/index.js"></script><script>
    window.done = []
    window.failed = []
    window.tell = promise => window.done.push(promise.then(context => context.failedDelivery?.() ? failed.push(context.event.messageId) : context.event.messageId))
    window.analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: ${JSON.stringify(key)}, cdnURL: ${JSON.stringify(host)} })
    tell(analytics.page())
  </script>`
  const pages = []
  const errors = []
  async function settle(page) {
    const ids = await page.evaluate(async () => [await Promise.all(window.done), window.failed, (await analytics.user()).anonymousId()])
    pages.push({ url: page.url(), ids: ids[0], failed: ids[1], anonymousId: ids[2] })
  }
  const first = await context.newPage()
  first.on('pageerror', error => errors.push(String(error)))
  watch(first, [home, host])
  await first.goto(home + '/?utm_source=news&utm_medium=email&utm_campaign=autumn')
  await settle(first)
  await first.goto(home + '/shoes')
  await first.evaluate(() => tell(analytics.track('Product Viewed', { price: 20 })))
  await settle(first)
  await first.reload()
  await settle(first)
  const second = await context.newPage()
  watch(second, [home, host])
  second.on('pageerror', error => errors.push(String(error)))
  await second.goto(home + '/cart')
  await second.evaluate(() => {
    tell(analytics.identify('browser-1', { email: 'ann@example.com' }))
    tell(analytics.track('Order Completed', { total: 20 }))
  })
  await settle(second)
  return { pages, errors }
}

async function frame(context, url, screenshot) {
  html = `<!doctype html><title>CRM</title><iframe src="${url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" width="600" height="500"></iframe>`
  const page = await context.newPage()
  const dialogs = []
  page.on('dialog', dialog => (dialogs.push(dialog.message()), dialog.dismiss()))
  watch(page, [home, new URL(url).origin])
  await page.goto(home + '/')
  await page.waitForLoadState('networkidle')
  const inside = page.frames()[1]
  const text = await inside.evaluate(() => document.body?.innerText ?? '').catch(error => 'refused: ' + error.message)
  const marked = await inside.evaluate(() => window.marked ?? null).catch(error => 'cannot be read: ' + error.message)
  const links = await inside.evaluate(() => [...document.links].map(link => link.href)).catch(error => ['cannot be read: ' + error.message])
  if (screenshot) await page.screenshot({ path: screenshot })
  return { text, marked, links, dialogs, address: inside.url() }
}
