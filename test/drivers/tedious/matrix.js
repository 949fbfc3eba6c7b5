// Prints what users of tedious see, a line for each behaviour: NAME: VALUE. An error that was not expected begins with "FAIL".
import { readFileSync } from 'node:fs'
import { Connection, ISOLATION_LEVEL, Request, TYPES } from 'tedious'

const behaviours = {}
const limit = Number(process.env.HD_TIMEOUT ?? 30) * 1000

function settings(changes, login) {
  return {
    server: process.env.HD_HOST,
    authentication: {
      type: 'default',
      options: { userName: process.env.HD_USER, password: process.env.HD_PASSWORD, ...login },
    },
    options: {
      port: Number(process.env.HD_PORT),
      database: process.env.HD_DATABASE,
      encrypt: false,
      trustServerCertificate: true,
      connectTimeout: 20000,
      requestTimeout: 60000,
      ...changes,
    },
  }
}

let opened = []

/** A connection, closed at the end of the behaviour. */
function connect(changes = {}, login = {}) {
  const client = new Connection(settings(changes, login))
  client.messages = []
  client.on('error', () => {})
  client.on('infoMessage', (info) => client.messages.push(`${info.number} ${info.message}`))
  opened.push(client)
  return new Promise((resolve, reject) => client.connect((error) => (error ? reject(error) : resolve(client))))
}

const shown = (value) =>
  Buffer.isBuffer(value) ? `0x${value.toString('hex')}` : value instanceof Date ? value.toISOString() : typeof value === 'string' && value.length > 200 ? `${value.length} characters` : value

/** Runs a request; gives its rows by result, and what it returns. */
function run(client, sql, prepare = () => {}, how = 'execSql') {
  return new Promise((resolve, reject) => {
    const seen = { results: [], out: {} }
    const request = new Request(sql, (error, count) => (error ? reject(Object.assign(error, { seen })) : resolve({ ...seen, count })))
    request.on('columnMetadata', () => seen.results.push([]))
    request.on('row', (columns) => seen.results.at(-1).push(columns.map((c) => shown(c.value))))
    request.on('returnValue', (name, value) => (seen.out[name] = shown(value)))
    request.on('doneProc', (count, more, status) => (seen.status = status))
    prepare(request)
    client[how](request)
  })
}

const batch = (client, sql) => run(client, sql, undefined, 'execSqlBatch')
const rows = async (client, sql, prepare, how) => (await run(client, sql, prepare, how)).results
const call = (client, method, ...words) => new Promise((resolve, reject) => client[method]((error, value) => (error ? reject(error) : resolve(value)), ...words))

/** What an action that must fail fails with. */
async function failure(action) {
  try {
    await action()
  } catch (error) {
    return [error.code, error.number ?? error.cause?.number, error.class, error.state, error.message, error.seen?.results]
  }
  throw new Error('it has succeeded')
}

async function fresh(client, table, columns) {
  await batch(client, `drop table if exists ${table}`)
  await batch(client, `create table ${table} (${columns})`)
}

behaviours.log_in = async () => rows(await connect(), 'select db_name(), 1')
behaviours.log_in_encrypted = async () => rows(await connect({ encrypt: true }), 'select 1')
behaviours.log_in_strict = async () => {
  const ca = readFileSync(process.env.HD_CERTIFICATE)
  return rows(await connect({ encrypt: 'strict', serverName: 'localhost', cryptoCredentialsDetails: { ca } }), 'select 1')
}
behaviours.log_in_with_a_large_packet = async () => rows(await connect({ packetSize: 16384 }), 'select len(@a)', (r) => r.addParameter('a', TYPES.NVarChar, 'x'.repeat(40000)))
behaviours.log_in_by_7_3 = async () => rows(await connect({ tdsVersion: '7_3_B' }), 'select 1')
behaviours.log_in_by_7_2 = async () => rows(await connect({ tdsVersion: '7_2' }), 'select 1')
behaviours.wrong_password = async () => (await failure(() => connect({ encrypt: true }, { password: 'wrong' }))).slice(0, 1)

behaviours.several_results = async () => (await batch(await connect(), "select 1 select 'a', N'b' where 1 = 0 select null, 'c'")).results

behaviours.parameters = async () =>
  rows(await connect(), 'select @i, @s, @b, @d, @f, @t, @n, @bin, @dec, @u', (r) => {
    r.addParameter('i', TYPES.Int, 5)
    r.addParameter('s', TYPES.NVarChar, 'hé中')
    r.addParameter('b', TYPES.Bit, true)
    r.addParameter('d', TYPES.DateTime2, new Date('2024-01-02T03:04:05.678Z'))
    r.addParameter('f', TYPES.Float, 1.5)
    r.addParameter('t', TYPES.Date, new Date('2024-02-29T00:00:00Z'))
    r.addParameter('n', TYPES.NVarChar, null)
    r.addParameter('bin', TYPES.VarBinary, Buffer.from([0, 1, 255]))
    r.addParameter('dec', TYPES.Decimal, 12.25, { precision: 10, scale: 2 })
    r.addParameter('u', TYPES.UniqueIdentifier, '6F9619FF-8B86-D011-B42D-00C04FC964FF')
  })

behaviours.large_values = async () => {
  const client = await connect()
  return [
    await rows(client, 'select datalength(@a), @a', (r) => r.addParameter('a', TYPES.NVarChar, 'é'.repeat(1000000))),
    await rows(client, "select replicate(cast('x' as varchar(max)), 3000000)"),
    await rows(client, 'select 1'),
  ]
}

behaviours.errors = async () => {
  const client = await connect()
  await batch(client, 'create table #e (a int primary key, b int not null)')
  return [
    await failure(() => batch(client, "select 1 raiserror('broken %d', 16, 3, 7)")),
    await failure(() => batch(client, 'insert #e values (1, 1) insert #e values (1, 1)')),
    await failure(() => run(client, 'insert #e values (2, null)')),
    await failure(() => batch(client, "throw 51000, 'thrown', 2")),
    await failure(() => batch(client, 'select * from nosuch')),
    await failure(() => batch(client, 'select from')),
    await rows(client, 'select count(*) from #e'),
  ]
}

behaviours.messages = async () => {
  const client = await connect()
  client.messages.length = 0
  await batch(client, "print 'printed' raiserror('told', 10, 1) use tempdb")
  return [client.messages, (await batch(client, 'select db_name()')).results]
}

behaviours.transactions = async () => {
  const client = await connect()
  const other = await connect()
  await fresh(client, 'tedious_tx', 'a int')
  await call(client, 'beginTransaction')
  await run(client, 'insert tedious_tx values (1)')
  await call(client, 'saveTransaction', 'sv')
  await run(client, 'insert tedious_tx values (2)')
  await call(client, 'rollbackTransaction', 'sv')
  const inside = await rows(client, 'select a, @@trancount from tedious_tx')
  await call(client, 'commitTransaction')
  await call(client, 'beginTransaction', '', ISOLATION_LEVEL.SERIALIZABLE)
  await run(client, 'insert tedious_tx values (3)')
  await call(client, 'rollbackTransaction')
  return [inside, await rows(other, 'select a, @@trancount from tedious_tx'), await failure(() => call(client, 'commitTransaction'))]
}

behaviours.transaction_by_text = async () => {
  const client = await connect()
  await fresh(client, 'tedious_text', 'a int')
  await batch(client, 'begin transaction')
  await batch(client, 'insert tedious_text values (1)')
  const inside = await rows(client, 'select count(*), @@trancount from tedious_text')
  await batch(client, 'rollback')
  await batch(client, 'set implicit_transactions on')
  await batch(client, 'insert tedious_text values (2)')
  const implicit = await rows(client, 'select count(*), @@trancount from tedious_text')
  await batch(client, 'commit')
  await batch(client, 'set implicit_transactions off')
  return [inside, implicit, await rows(client, 'select a, @@trancount from tedious_text')]
}

behaviours.prepared = async () => {
  const client = await connect()
  const seen = []
  let current
  const request = new Request('select @a + 1, @b', (error) => current(error))
  request.addParameter('a', TYPES.Int)
  request.addParameter('b', TYPES.NVarChar)
  request.on('row', (columns) => seen.push(columns.map((c) => shown(c.value))))
  await new Promise((resolve, reject) => {
    request.on('prepared', resolve)
    current = (error) => error && reject(error)
    client.prepare(request)
  })
  for (let n = 0; n < 5; n++) {
    await new Promise((resolve, reject) => {
      current = (error) => (error ? reject(error) : resolve())
      client.execute(request, { a: n, b: n % 2 ? null : `b${n}` })
    })
  }
  await new Promise((resolve, reject) => {
    current = (error) => (error ? reject(error) : resolve())
    client.unprepare(request)
  })
  return [seen, await rows(client, 'select 1')]
}

behaviours.procedure = async () => {
  const client = await connect()
  await batch(client, 'drop procedure if exists tedious_doubled')
  await batch(client, 'create procedure tedious_doubled @a int, @b int output as select @a set @b = @a * 2 return 3')
  const prepare = (r) => {
    r.addParameter('a', TYPES.Int, 4)
    r.addOutputParameter('b', TYPES.Int)
  }
  const { results, out, status } = await run(client, 'tedious_doubled', prepare, 'callProcedure')
  return [results, out, status]
}

behaviours.cancel = async () => {
  const client = await connect()
  const cancelled = await failure(() => run(client, "select 1 waitfor delay '00:01:00'", () => setTimeout(() => client.cancel(), 300)))
  return [cancelled.slice(0, 1), await rows(client, 'select 2')]
}

behaviours.request_timeout = async () => {
  const client = await connect({ requestTimeout: 400 })
  const late = await failure(() => batch(client, "waitfor delay '00:01:00'"))
  return [late.slice(0, 1), await rows(client, 'select 2')]
}

behaviours.cancel_of_what_is_being_sent = async () => {
  const client = await connect()
  const cancelled = await failure(() => run(client, 'select datalength(@a)', (r) => {
    r.addParameter('a', TYPES.NVarChar, 'é'.repeat(4000000))
    setImmediate(() => client.cancel())
  }))
  return [cancelled.slice(0, 1), await rows(client, 'select 2')]
}

behaviours.reset = async () => {
  const client = await connect()
  await batch(client, 'create table #t (a int)')
  await batch(client, 'set context_info 0x0102')
  await batch(client, 'use tempdb')
  await call(client, 'reset')
  return rows(client, "select object_id('tempdb..#t'), context_info(), db_name(), @@trancount")
}

behaviours.temporary_table = async () => {
  const client = await connect()
  await batch(client, 'create table #t (a int identity(1, 1), b nvarchar(10))')
  await batch(client, "insert #t (b) values ('x') insert #t (b) values (null)")
  return [await rows(client, 'select * from #t'), (await batch(client, "update #t set b = 'y' select scope_identity()")).count]
}

behaviours.bulk = async () => {
  const client = await connect()
  await fresh(client, 'tedious_bulk', 'a int not null, b nvarchar(50), c varbinary(20)')
  const loaded = await new Promise((resolve, reject) => {
    const load = client.newBulkLoad('tedious_bulk', { keepNulls: true }, (error, count) => (error ? reject(error) : resolve(count)))
    load.addColumn('a', TYPES.Int, { nullable: false })
    load.addColumn('b', TYPES.NVarChar, { length: 50, nullable: true })
    load.addColumn('c', TYPES.VarBinary, { length: 20, nullable: true })
    client.execBulkLoad(load, Array.from({ length: 5000 }, (_, n) => ({ a: n, b: n % 2 ? null : `é${n}`, c: Buffer.from([n % 256]) })))
  })
  const failed = await failure(
    () =>
      new Promise((resolve, reject) => {
        const load = client.newBulkLoad('tedious_bulk', (error) => (error ? reject(error) : resolve()))
        load.addColumn('nosuch', TYPES.Int, { nullable: true })
        client.execBulkLoad(load, [{ nosuch: 1 }])
      }),
  )
  return [loaded, failed.slice(0, 2), await rows(client, 'select count(*), count(b), sum(a), max(b) from tedious_bulk')]
}

behaviours.table_valued_parameter = async () => {
  const client = await connect()
  await batch(client, "if type_id('tedious_pairs') is null exec('create type tedious_pairs as table (a int, b nvarchar(20))')")
  const columns = [
    { name: 'a', type: TYPES.Int },
    { name: 'b', type: TYPES.NVarChar, length: 20 },
  ]
  await batch(client, 'drop procedure if exists tedious_count')
  await batch(client, 'create procedure tedious_count @t tedious_pairs readonly as select count(*), count(b), sum(a) from @t')
  return rows(client, 'tedious_count', (r) => r.addParameter('t', TYPES.TVP, { columns, rows: [[1, 'x'], [2, null]] }), 'callProcedure')
}

behaviours.settings_last = async () => {
  const client = await connect()
  await batch(client, 'set rowcount 1 set lock_timeout 1234')
  const limited = await rows(client, 'select [value] from generate_series(1, 5)')
  return [limited, await rows(client, 'select @@lock_timeout')]
}

async function one(run) {
  let timer
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`no end within ${limit / 1000} s`)), limit)))
  try {
    return JSON.stringify(await Promise.race([run(), late]))
  } catch (error) {
    return `FAIL ${error.code} ${error.number ?? ''} ${error.message}`.replaceAll('\n', ' ')
  } finally {
    clearTimeout(timer)
    for (const client of opened) client.close()
    opened = []
  }
}

const wanted = process.argv.slice(2)
for (const [name, run] of Object.entries(behaviours)) {
  if (wanted.length === 0 || wanted.includes(name)) console.log(`${name}: ${await one(run)}`)
}
process.exit(0)
