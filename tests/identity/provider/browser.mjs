// Signs a user in with a real browser, Chromium, and prints what the user sees in the end.
//
//   node browser.mjs CHROMIUM FOLDER URL USER PASSWORD [deny] [code=CODE]
//
// FOLDER is the browser's memory: a second run with it finds what the first has left.

import puppeteer from 'puppeteer-core';

const [executablePath, userDataDir, url, user, password, ...wishes] = process.argv.slice(2);
const denies = wishes.includes('deny');
const code = wishes.find((wish) => wish.startsWith('code='))?.slice(5);

const browser = await puppeteer.launch({
  executablePath,
  userDataDir,
  acceptInsecureCerts: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-proxy-server'],
});
const pages = [];
try {
  const page = await browser.newPage();
  await page.goto(url);
  while (await act(page)) {
    // Each step leads to another page.
  }
  const text = await page.evaluate(() => document.body.innerText);
  console.log(JSON.stringify({ pages, address: page.url(), title: await page.title(), text }));
} finally {
  await browser.close();
}

// Does what the page wants; false where it wants nothing any more.
async function act(page) {
  const has = async (selector) => (await page.$(selector)) !== null;
  let button = '#go';
  if (await has('input[name=username]')) {
    pages.push('login');
    await page.$eval('input[name=username]', (field) => (field.value = ''));
    await page.type('input[name=username]', user);
    await page.type('input[name=password]', password);
  } else if (await has('input[name=user_code][type=text]')) {
    pages.push('code');
    await page.type('input[name=user_code]', code);
    button = 'button[type=submit]';
  } else if (await has('input[name=confirm]')) {
    pages.push('confirm');
    button = 'button[type=submit]';
  } else if (await has('#go')) {
    pages.push(await page.title());
  } else {
    return false;
  }
  if (denies && (await has('#deny'))) button = '#deny';
  await Promise.all([page.waitForNavigation(), page.click(button)]);
  return true;
}
