// Runs behaviours one after another and prints one line for each.
import mysql from 'mysql2/promise'

const limit = Number(process.env.HD_TIMEOUT ?? 30) * 1000
const behaviours = []

/** Registers an async function as one behaviour. */
export function behaviour(name, run) {
  behaviours.push({ name, run })
}

const sslmode = process.env.HD_SSLMODE ?? 'disable'

export function settings(changes = {}) {
  return {
    host: process.env.HD_HOST,
    port: Number(process.env.HD_PORT),
    user: process.env.HD_USER,
    password: process.env.HD_PASSWORD,
    database: process.env.HD_DATABASE,
    ssl: sslmode === 'disable' ? undefined : { rejectUnauthorized: false },
    connectTimeout: 20000,
    ...changes,
  }
}

let opened = []

/** A connection to the endpoint under test, closed at the end of the behaviour. */
export async function connect(changes) {
  const client = await mysql.createConnection(settings(changes))
  client.on('error', () => {})
  opened.push(client)
  return client
}

const text = (value) => String(JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)))
const show = (value) => text(value).slice(0, 300)

export function equal(actual, expected, what = 'value') {
  if (text(actual) !== text(expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`)
}

export function ok(condition, what) {
  if (!condition) throw new Error(what)
}

/** Awaits what must fail with this error number; gives the error. */
export async function fails(number, promise) {
  try {
    await promise
  } catch (error) {
    if (error.errno !== number) throw new Error(`expected error ${number}, got ${error.errno}: ${error.message}`)
    return error
  }
  throw new Error(`expected error ${number}, but it succeeded`)
}

/** The rows as arrays, by the text protocol. */
export async function rows(client, sql, values) {
  return (await client.query({ sql, values, rowsAsArray: true }))[0]
}

/** The single value of a single row. */
export const one = async (client, sql, values) => (await rows(client, sql, values))[0][0]

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

export const range = (count) => [...Array(count).keys()]

/** Runs action(0) … action(count - 1) concurrently. */
export const atOnce = (count, action) => Promise.all(range(count).map(action))

export async function table(client, name, columns) {
  await client.query(`DROP TABLE IF EXISTS ${name}`)
  await client.query(`CREATE TABLE ${name} (${columns})`)
}

function place(error) {
  const line = String(error.stack)
    .split('\n')
    .find((l) => l.includes('matrix.js'))
  return line ? ` (${line.replace(/^.*\/(matrix\.js:\d+).*$/, '$1')})` : ''
}

async function runOne({ run }) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${limit / 1000} s`)), limit)
  })
  try {
    await Promise.race([run(), late])
    return undefined
  } catch (error) {
    return `${error.code ? error.code + ' ' : ''}${error.message ?? error}${place(error)}`.replaceAll('\n', ' | ')
  } finally {
    clearTimeout(timer)
    const clients = opened
    opened = []
    await Promise.race([Promise.allSettled(clients.map((c) => c.end())), pause(2000)])
    for (const client of clients) client.destroy()
  }
}

export async function main(names) {
  for (const name of names) {
    if (!behaviours.some((b) => b.name === name)) {
      console.error(`unknown behaviour ${name}; known: ${behaviours.map((b) => b.name).join(', ')}`)
      process.exit(2)
    }
  }
  let stray
  process.on('unhandledRejection', (error) => (stray = error))
  let failed = 0
  for (const b of behaviours) {
    if (names.length > 0 && !names.includes(b.name)) continue
    stray = undefined
    let reason = await runOne(b)
    if (!reason && stray) reason = `a rejection nobody handled: ${stray.message}`
    if (reason) failed++
    console.log(reason ? `FAIL ${b.name}: ${reason}` : `ok ${b.name}`)
  }
  process.exit(failed > 0 ? 1 : 0)
}
