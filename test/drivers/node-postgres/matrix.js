// node-postgres: text protocol, a queue of queries per client, cursors, streams, COPY streams.
import { createHash, randomBytes } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import {
  atOnce,
  behaviour,
  connect,
  connectDirectly,
  equal,
  fails,
  main,
  ok,
  one,
  pause,
  range,
  settings,
  table,
  until,
} from './harness.js'

const md5 = (data) => createHash('md5').update(data).digest('hex')

// --- connecting

behaviour('connect_scram', async () => {
  const c = await connect()
  equal(await one(c, 'SELECT current_user'), process.env.HD_USER)
})

behaviour('wrong_password', async () => {
  const error = await fails('28P01', connect({ password: 'not the password' }))
  equal(error.message, `password authentication failed for user "${process.env.HD_USER}"`)
})

behaviour('unknown_database', async () => {
  const error = await fails('3D000', connect({ database: 'hd_no_such_database' }))
  equal(error.message, 'database "hd_no_such_database" does not exist')
})

behaviour('server_parameters', async () => {
  const seen = async (open) => {
    const parameters = {}
    const c = await open({ application_name: 'hd parameters' })
    for (const name of ['server_version', 'client_encoding', 'TimeZone', 'DateStyle', 'is_superuser', 'application_name'])
      parameters[name] = await one(c, `SHOW ${name}`)
    return parameters
  }
  equal(await seen(connect), await seen(connectDirectly))
})

behaviour('reported_parameters', async () => {
  const c = await connect()
  const reported = []
  c.connection.on('parameterStatus', (m) => reported.push([m.parameterName, m.parameterValue]))
  await c.query("SET application_name = 'one'; SET timezone = 'Asia/Tokyo'")
  await c.query("SET application_name = 'two'")
  equal(
    reported.map((r) => r.join('=')).sort(),
    ['TimeZone=Asia/Tokyo', 'application_name=one', 'application_name=two'],
  )
})

behaviour('startup_parameters', async () => {
  const c = await connect({ statement_timeout: 123456, options: '-c search_path=pg_catalog,public' })
  const other = await connect()
  for (const _ of range(5)) {
    equal(await one(c, 'SHOW statement_timeout'), '123456ms')
    equal(await one(c, 'SHOW search_path'), 'pg_catalog,public')
    ok((await one(other, 'SHOW statement_timeout')) !== '123456ms', 'seen by another connection')
  }
})

// --- queries

behaviour('simple_query', async () => {
  const c = await connect()
  const { rows, rowCount, command } = await c.query('SELECT n, n * n AS square FROM generate_series(1, 3) n')
  equal([rows[2], rowCount, command], [{ n: 3, square: 9 }, 3, 'SELECT'])
})

behaviour('parameterised_query', async () => {
  const c = await connect()
  equal((await c.query('SELECT $1::int + $2::int AS a, $3::text AS b', [40, 2, 'x'])).rows, [{ a: 42, b: 'x' }])
  equal(await one(c, 'SELECT $1::int', [null]), null)
})

behaviour('types_round_trip', async () => {
  const c = await connect()
  const everyByte = Buffer.from(range(256))
  const values = [
    ['int2', -32768],
    ['int8', '9223372036854775807'],
    ['float8', 0.1],
    ['bool', true],
    ['text', "Grüße, мир, 世界, 🐘, ''\\"],
    ['text', ''],
    ['bytea', everyByte],
    ['numeric', '12345678901234567890.123456789012345678900'],
    ['numeric', '-0.00000000000000000001'],
    ['timestamptz', new Date('2024-02-29T23:59:59.999Z')],
    ['uuid', '00000000-0000-0000-8000-000000000005'],
    ['int4[]', [1, null, -3]],
    ['text[]', ['a,b', 'q"uote', 'back\\slash', 'NULL', null, '世界', '']],
    ['int4[]', [[1, 2], [3, 4]]],
    ['jsonb', { a: [1, 'é'] }],
  ]
  for (const [type, value] of values) {
    equal(await one(c, `SELECT $1::${type}`, [value]), value, type)
    equal(await one(c, `SELECT $1::${type}`, [null]), null, `NULL ${type}`)
  }
  const { rows } = await c.query({ text: 'SELECT $1::int4 AS n, $2::text AS t', values: [7, 'é'], binary: true })
  equal(rows, [{ n: 7, t: 'é' }], 'binary')
})

behaviour('empty_query', async () => {
  const c = await connect()
  equal((await c.query('')).rows, [])
  equal((await c.query({ name: 'empty', text: '' })).rows, [])
  equal((await c.query('-- nothing')).rows, [])
  equal(await one(c, 'SELECT 1'), 1)
})

behaviour('multi_statement_simple_query', async () => {
  const c = await connect()
  const results = await c.query('SELECT 1 AS a; SELECT 2 AS a UNION ALL SELECT 3; CREATE TEMP TABLE m (a int); INSERT INTO m VALUES (9)')
  equal(
    results.map((r) => [r.command, r.rowCount, r.rows]),
    [['SELECT', 1, [{ a: 1 }]], ['SELECT', 2, [{ a: 2 }, { a: 3 }]], ['CREATE', null, []], ['INSERT', 1, []]],
  )
  await fails('22012', c.query('INSERT INTO m VALUES (1); SELECT 1/0'))
  equal((await c.query('SELECT a FROM m')).rows, [{ a: 9 }])
})

behaviour('error_fields', async () => {
  const c = await connect()
  await table(c, 'hd_node_unique', 'a int CONSTRAINT hd_node_key PRIMARY KEY')
  await c.query('INSERT INTO hd_node_unique VALUES (1)')
  const e = await fails('23505', c.query('INSERT INTO hd_node_unique VALUES ($1)', [1]))
  equal([e.constraint, e.table, e.detail, e.severity], ['hd_node_key', 'hd_node_unique', 'Key (a)=(1) already exists.', 'ERROR'])
  equal((await fails('42703', c.query('SELECT no_such_column'))).position, '8')
})

// --- prepared statements

behaviour('named_prepared_reuse', async () => {
  const c = await connect()
  for (const n of range(500)) equal(await named(c, 'double', 'SELECT $1::int * 2 AS d', [n]), n * 2)
})

async function named(c, name, text, values) {
  const { rows } = await c.query({ name, text, values, rowMode: 'array' })
  return rows[0][0]
}

behaviour('same_statement_name_with_different_text', async () => {
  await atOnce(12, async (n) => {
    const c = await connect()
    for (const k of range(100)) equal(await named(c, 'hd_same', `SELECT $1::int + ${n * 1000}`, [k]), k + n * 1000)
    await Promise.all(range(50).map(async (k) => equal(await named(c, 'hd_same', `SELECT $1::int + ${n * 1000}`, [k]), k + n * 1000)))
  })
})

behaviour('more_statements_than_any_cache', async () => {
  const [a, b] = [await connect(), await connect()]
  for (const _ of range(2)) {
    for (const n of range(600)) {
      equal(await named(a, `s${n}`, `SELECT ${n}`), n)
      equal(await named(b, `s${n}`, `SELECT -${n}::int`), -n)
    }
  }
})

behaviour('plan_invalidation_after_alter_table', async () => {
  const [c, other] = [await connect(), await connect()]
  await table(other, 'hd_node_plan', 'a int')
  await other.query('INSERT INTO hd_node_plan VALUES (1)')
  const query = { name: 'stale', text: 'SELECT * FROM hd_node_plan' }
  equal((await c.query(query)).rows, [{ a: 1 }])
  await other.query("ALTER TABLE hd_node_plan ADD b text DEFAULT 'x'")
  const e = await fails('0A000', c.query(query))
  equal(e.message, 'cached plan must not change result type')
  equal((await c.query(query.text)).rows, [{ a: 1, b: 'x' }])
  await other.query('ALTER TABLE hd_node_plan DROP b')
  equal((await c.query(query)).rows, [{ a: 1 }])
})

behaviour('deallocate_and_go_on', async () => {
  const [a, b] = [await connect(), await connect()]
  await named(a, 's', 'SELECT 1')
  equal(await named(b, 's', 'SELECT 2'), 2)
  await a.query('DEALLOCATE s')
  await fails('26000', a.query({ name: 's', text: 'SELECT 1' }))
  equal(await named(b, 's', 'SELECT 2'), 2)
  await b.query('DEALLOCATE ALL')
  await fails('26000', b.query({ name: 's', text: 'SELECT 2' }))
  equal(await named(b, 't', 'SELECT 3'), 3)
})

behaviour('discard_all_and_go_on', async () => {
  const [c, other] = [await connect({ application_name: 'at start' }), await connect()]
  await other.query("SET hd.tag = 'other'")
  await c.query("SET hd.tag = 'mine'; SET application_name = 'changed'; CREATE TEMP TABLE hd_gone (a int)")
  await named(c, 's', 'SELECT 1')
  await c.query('DISCARD ALL')
  await fails('26000', c.query({ name: 's', text: 'SELECT 1' }))
  await fails('42P01', c.query('SELECT * FROM hd_gone'))
  equal(await one(c, "SELECT coalesce(current_setting('hd.tag', true), '')"), '')
  equal(await one(c, 'SHOW application_name'), 'at start')
  equal(await one(other, 'SHOW hd.tag'), 'other')
})

behaviour('sql_prepare_execute', async () => {
  await atOnce(5, async (n) => {
    const c = await connect()
    await c.query(`PREPARE hd_stmt (int) AS SELECT $1 * ${n + 1}`)
    for (const k of range(25)) equal(await one(c, `EXECUTE hd_stmt (${k})`), k * (n + 1))
    await c.query('DEALLOCATE hd_stmt')
    await fails('26000', c.query('EXECUTE hd_stmt (1)'))
  })
})

// --- transactions

behaviour('transaction_commit_and_rollback', async () => {
  const [c, other] = [await connect(), await connect()]
  await table(c, 'hd_node_tx', 'a int')
  await c.query('BEGIN')
  await c.query('INSERT INTO hd_node_tx VALUES (1)')
  equal(await one(other, 'SELECT count(*)::int FROM hd_node_tx'), 0)
  await c.query('COMMIT')
  equal(await one(other, 'SELECT count(*)::int FROM hd_node_tx'), 1)
  await c.query('BEGIN')
  await c.query('DELETE FROM hd_node_tx')
  await c.query('ROLLBACK')
  equal(await one(other, 'SELECT count(*)::int FROM hd_node_tx'), 1)
})

behaviour('savepoints', async () => {
  const c = await connect()
  await table(c, 'hd_node_save', 'a int PRIMARY KEY')
  await c.query('BEGIN; INSERT INTO hd_node_save VALUES (1); SAVEPOINT s')
  await c.query('INSERT INTO hd_node_save VALUES (2)')
  await fails('23505', c.query('INSERT INTO hd_node_save VALUES ($1)', [1]))
  await c.query('ROLLBACK TO SAVEPOINT s')
  await c.query('INSERT INTO hd_node_save VALUES (3)')
  await c.query('RELEASE SAVEPOINT s')
  await c.query('COMMIT')
  equal((await c.query('SELECT a FROM hd_node_save ORDER BY a')).rows, [{ a: 1 }, { a: 3 }])
})

behaviour('error_in_transaction', async () => {
  const c = await connect()
  await c.query('BEGIN')
  await fails('22012', c.query('SELECT 1/0'))
  await fails('25P02', c.query('SELECT 1'))
  await fails('25P02', c.query('SELECT $1::int', [1]))
  equal((await c.query('COMMIT')).command, 'ROLLBACK')
  equal(await one(c, 'SELECT $1::int', [1]), 1)
})

// --- the queue of a client

behaviour('queued_queries', async () => {
  const c = await connect()
  await table(c, 'hd_node_queue', 'a int')
  const inserts = range(200).map((n) => c.query('INSERT INTO hd_node_queue VALUES ($1)', [n]))
  const sum = c.query('SELECT sum(a)::int AS s FROM hd_node_queue')
  await Promise.all(inserts)
  equal((await sum).rows, [{ s: 19900 }])
})

behaviour('error_in_the_middle_of_the_queue', async () => {
  const c = await connect()
  const results = await Promise.allSettled([
    c.query('SELECT 1 AS a'),
    c.query('SELECT $1::int / 0', [1]),
    c.query('SELECT 2 AS a'),
    c.query({ name: 'bad', text: 'SELECT no_such_column' }),
    c.query({ name: 'good', text: 'SELECT 3 AS a' }),
  ])
  equal(
    results.map((r) => r.value?.rows[0].a ?? r.reason.code),
    [1, '22012', 2, '42703', 3],
  )
})

behaviour('parameters_that_do_not_match', async () => {
  const c = await connect()
  await fails('08P01', c.query('SELECT $1::int', [1, 2]))
  await fails('22P02', c.query('SELECT $1::int', ['x']))
  await fails('42P18', c.query('SELECT $2::int', [1, 2]))
  equal(await one(c, 'SELECT 1'), 1)
})

// --- COPY

behaviour('copy_in_and_out', async () => {
  const c = await connect()
  await table(c, 'hd_node_copy', 'a int, b text')
  const input = Readable.from(range(20000).map((n) => `${n}\t${n % 5 === 0 ? '\\N' : 'té' + n}\n`))
  const into = c.query(copyFrom('COPY hd_node_copy FROM STDIN'))
  await pipeline(input, into)
  equal(into.rowCount, 20000)
  const chunks = []
  await pipeline(
    c.query(copyTo('COPY (SELECT * FROM hd_node_copy ORDER BY a) TO STDOUT')),
    new Writable({ write: (chunk, _, done) => done(void chunks.push(chunk)) }),
  )
  const lines = Buffer.concat(chunks).toString().split('\n')
  equal(lines.slice(5, 7), ['5\t\\N', '6\tté6'])
  equal(lines.length, 20001)
  equal(await one(c, 'SELECT sum(a)::int FROM hd_node_copy'), 199990000)
})

behaviour('copy_in_fails_midway', async () => {
  const c = await connect()
  await table(c, 'hd_node_copy_bad', 'a int')
  for (const _ of range(3)) {
    const input = Readable.from(range(20000).map((n) => (n === 100 ? 'not a number\n' : `${n}\n`)))
    const e = await fails('22P02', pipeline(input, c.query(copyFrom('COPY hd_node_copy_bad FROM STDIN'))))
    ok(e.where.includes('line 101'), e.where)
    equal(await one(c, 'SELECT count(*)::int FROM hd_node_copy_bad'), 0)
  }
})

behaviour('copy_in_aborted_by_client', async () => {
  const c = await connect()
  await table(c, 'hd_node_copy_abort', 'a int')
  for (const _ of range(3)) {
    async function* lines() {
      for (const n of range(1000)) yield `${n}\n`
      throw new Error('changed my mind')
    }
    try {
      await pipeline(Readable.from(lines()), c.query(copyFrom('COPY hd_node_copy_abort FROM STDIN')))
      throw new Error('the COPY went through')
    } catch (error) {
      equal(error.message, 'changed my mind')
    }
    equal(await one(c, 'SELECT count(*)::int FROM hd_node_copy_abort'), 0)
  }
})

// --- cursors, streams, large results

behaviour('row_limited_portal', async () => {
  const c = await connect()
  const cursor = c.query(new Cursor('SELECT n FROM generate_series(1, $1::int) n', [1000]))
  equal((await cursor.read(3)).map((r) => r.n), [1, 2, 3])
  equal((await cursor.read(100)).length, 100)
  equal((await cursor.read(5000)).length, 897)
  equal(await cursor.read(10), [])
  await cursor.close()
  const early = c.query(new Cursor('SELECT n FROM generate_series(1, 1000000) n'))
  equal((await early.read(2)).map((r) => r.n), [1, 2])
  await early.close()
  const bad = c.query(new Cursor('SELECT 10 / (5 - n) FROM generate_series(1, 10) n'))
  equal((await bad.read(4)).length, 4)
  await fails('22012', bad.read(10))
  equal(await one(c, 'SELECT 1'), 1)
})

behaviour('query_stream', async () => {
  const c = await connect()
  let sum = 0
  for await (const row of c.query(new QueryStream('SELECT n FROM generate_series(1, 50000) n', [], { batchSize: 500 }))) sum += row.n
  equal(sum, 1250025000)
  const stream = c.query(new QueryStream('SELECT n FROM generate_series(1, 1000000) n'))
  for await (const row of stream) if (row.n === 250) break
  equal(await one(c, 'SELECT 1'), 1)
})

behaviour('cursor_with_hold', async () => {
  const [c, other] = [await connect(), await connect()]
  await c.query('BEGIN; DECLARE hd_hold CURSOR WITH HOLD FOR SELECT n FROM generate_series(1, 10) n; COMMIT')
  for (const n of range(10)) {
    equal((await c.query('FETCH 1 FROM hd_hold')).rows, [{ n: n + 1 }])
    await fails('34000', other.query('FETCH 1 FROM hd_hold'))
  }
  await c.query('CLOSE hd_hold')
  await fails('34000', c.query('FETCH 1 FROM hd_hold'))
})

behaviour('big_result', async () => {
  const c = await connect()
  for (const values of [undefined, [200000]]) {
    const { rows } = await c.query(`SELECT n, md5(n::text) AS m FROM generate_series(1, ${values ? '$1::int' : 200000}) n`, values)
    equal(rows.length, 200000)
    for (const row of rows.filter((r) => r.n % 10000 === 0)) equal(row.m, md5(String(row.n)))
  }
})

behaviour('big_value', async () => {
  const c = await connect()
  ok((await one(c, "SELECT repeat('0123456789', 2000000)")) === '0123456789'.repeat(2000000), 'text differs')
  ok((await one(c, "SELECT decode(repeat('ab', 20000000), 'hex')")).equals(Buffer.alloc(20000000, 0xab)), 'bytea differs')
})

behaviour('big_parameter', async () => {
  const c = await connect()
  const data = randomBytes(20000000)
  equal(await one(c, 'SELECT md5($1::bytea)', [data]), md5(data))
  ok((await one(c, 'SELECT $1::bytea', [data])).equals(data), 'came back changed')
})

behaviour('slow_reader', async () => {
  const [slow, other] = [await connect(), await connect()]
  const stream = slow.connection.stream
  const result = slow.query("SELECT repeat('x', 10000) FROM generate_series(1, 5000)")
  stream.pause()
  for (const n of range(50)) equal(await one(other, 'SELECT $1::int', [n]), n)
  stream.resume()
  equal((await result).rowCount, 5000)
})

// --- cancel

function cancel(client) {
  // What node-postgres itself does on a time-out of the user's: a second connection with the cancel key.
  return new Promise((resolve, reject) => {
    const messenger = new pg.Connection(settings())
    messenger.on('error', reject)
    messenger.once('end', resolve)
    messenger.on('connect', () => messenger.cancel(client.processID, client.secretKey))
    messenger.connect(Number(process.env.HD_PORT), process.env.HD_HOST)
  })
}

behaviour('cancel_a_running_statement', async () => {
  const other = await connect()
  for (const _ of range(3)) {
    const c = await connect()
    const sleeping = fails('57014', c.query('SELECT pg_sleep(25)'))
    await until(
      async () => 1 === (await one(other, "SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(25)'")),
      'sleeping',
    )
    await cancel(c)
    equal((await sleeping).message, 'canceling statement due to user request')
    // PostgreSQL signals the process and its group: the second signal may hit the connection's next statement.
    await c.query('SELECT 1').catch((error) => equal(error.code, '57014'))
    equal(await one(c, 'SELECT 1'), 1)
  }
})

behaviour('cancel_with_a_wrong_key_does_nothing', async () => {
  const c = await connect()
  const sleeping = c.query('SELECT 1 AS a FROM pg_sleep(1)')
  await pause(200)
  await cancel({ processID: c.processID, secretKey: c.secretKey ^ 1 })
  equal((await sleeping).rows, [{ a: 1 }])
})

behaviour('statement_timeout', async () => {
  const [c, other] = [await connect({ statement_timeout: 150 }), await connect()]
  await fails('57014', c.query('SELECT pg_sleep(10)'))
  equal(await one(other, 'SELECT 1 FROM pg_sleep(0.3)'), 1)
  equal(await one(c, 'SELECT 1'), 1)
})

// --- LISTEN, notices

behaviour('listen_notify', async () => {
  const [a, b, sender] = [await connect(), await connect(), await connect()]
  const heard = { a: [], b: [] }
  a.on('notification', (m) => heard.a.push(m.channel + '=' + m.payload))
  b.on('notification', (m) => heard.b.push(m.channel + '=' + m.payload))
  await a.query('LISTEN hd_node_ch')
  await b.query('LISTEN hd_node_ch')
  await sender.query("NOTIFY hd_node_ch, 'grüße'")
  await until(() => heard.a.length === 1 && heard.b.length === 1, 'both hear')
  await sender.query("BEGIN; NOTIFY hd_node_ch, 'rolled back'; ROLLBACK")
  await sender.query('BEGIN')
  await sender.query('SELECT pg_notify($1, $2)', ['hd_node_ch', 'committed'])
  await pause(100)
  equal(heard.a.length, 1)
  await sender.query('COMMIT')
  await until(() => heard.a.length === 2 && heard.b.length === 2, 'both hear after the commit')
  await a.query('UNLISTEN hd_node_ch')
  await sender.query("NOTIFY hd_node_ch, 'last'")
  await until(() => heard.b.length === 3, 'b hears')
  equal(heard, {
    a: ['hd_node_ch=grüße', 'hd_node_ch=committed'],
    b: ['hd_node_ch=grüße', 'hd_node_ch=committed', 'hd_node_ch=last'],
  })
})

behaviour('notices', async () => {
  const c = await connect()
  const got = []
  c.on('notice', (n) => got.push([n.severity, n.code, n.message]))
  await c.query("DO $$ BEGIN RAISE NOTICE 'é %', 1; RAISE WARNING 'w'; END $$")
  equal(got, [['NOTICE', '00000', 'é 1'], ['WARNING', '01000', 'w']])
})

// --- session state

behaviour('session_settings_survive', async () => {
  const zones = ['UTC', 'Asia/Tokyo', 'America/New_York', 'Europe/Berlin']
  const hours = ['12', '21', '07', '13']
  const clients = await atOnce(24, async (n) => {
    const c = await connect()
    await c.query(`SET application_name = 'hd client ${n}'; SET search_path TO hd_path_${n}, public`)
    await c.query("SELECT set_config('TimeZone', $1, false)", [zones[n % 4]])
    await c.query(`SET hd.tag TO 'tag ${n}'`)
    return c
  })
  for (const _ of range(10)) {
    await Promise.all(
      clients.map(async (c, n) => {
        equal(await one(c, 'SHOW application_name'), `hd client ${n}`)
        equal(await one(c, 'SHOW search_path'), `hd_path_${n}, public`)
        equal(await one(c, "SELECT current_setting('hd.tag')"), `tag ${n}`)
        equal(await one(c, "SELECT to_char(timestamptz '2024-01-15 12:00+00', 'HH24')"), hours[n % 4])
        equal(await named(c, 'mine', `SELECT ${n} + $1::int`, [1]), n + 1)
      }),
    )
  }
})

behaviour('settings_follow_the_transaction', async () => {
  const c = await connect()
  await c.query("SET hd.tag = 'before'")
  await c.query("BEGIN; SET LOCAL hd.tag = 'local'; COMMIT")
  equal(await one(c, 'SHOW hd.tag'), 'before')
  await c.query("BEGIN; SET hd.tag = 'rolled back'; ROLLBACK")
  equal(await one(c, 'SHOW hd.tag'), 'before')
  await fails('22012', c.query("SET hd.tag = 'undone by the error'; SELECT 1/0"))
  equal(await one(c, 'SHOW hd.tag'), 'before')
  await c.query('RESET hd.tag')
  equal(await one(c, "SELECT coalesce(current_setting('hd.tag', true), '')"), '')
})

behaviour('temp_tables', async () => {
  const clients = await atOnce(5, async (n) => {
    const c = await connect()
    await c.query('CREATE TEMP TABLE hd_temp (a int)')
    await c.query('INSERT INTO hd_temp VALUES ($1)', [n])
    return c
  })
  for (const _ of range(5))
    await Promise.all(clients.map(async (c, n) => equal((await c.query('SELECT a FROM hd_temp')).rows, [{ a: n }])))
})

behaviour('advisory_locks', async () => {
  const [a, b] = [await connect(), await connect()]
  await a.query('SELECT pg_advisory_lock(770004)')
  for (const _ of range(5)) equal(await one(b, 'SELECT pg_try_advisory_lock(770004)'), false)
  equal(await one(a, 'SELECT pg_advisory_unlock(770004)'), true)
  equal(await one(b, 'SELECT pg_try_advisory_lock(770004)'), true)
})

// --- many

behaviour('fifty_connections_in_transactions', async () => {
  const c = await connect()
  await table(c, 'hd_node_accounts', 'id int PRIMARY KEY, balance int NOT NULL')
  await c.query('INSERT INTO hd_node_accounts SELECT n, 100 FROM generate_series(0, 49) n')
  const pool = new pg.Pool(settings({ max: 50 }))
  await atOnce(50, async (n) => {
    const mine = await pool.connect()
    for (const k of range(10)) {
      const [a, b] = [(n * 7 + k * 3) % 50, (n * 11 + k * 13) % 50].sort((x, y) => x - y)
      await mine.query('BEGIN')
      await mine.query('UPDATE hd_node_accounts SET balance = balance - 1 WHERE id = $1', [a])
      await mine.query('UPDATE hd_node_accounts SET balance = balance + 1 WHERE id = $1', [b])
      await mine.query(k % 3 === 0 ? 'ROLLBACK' : 'COMMIT')
      equal(await one(mine, 'SELECT $1::int', [n]), n)
    }
    mine.release()
  })
  await pool.end()
  equal(await one(c, 'SELECT sum(balance)::int FROM hd_node_accounts'), 5000)
})

behaviour('connection_churn', async () => {
  await atOnce(10, async (n) => {
    for (const k of range(10)) {
      const c = await connect({ application_name: `churn ${n} ${k}` })
      equal(await one(c, 'SHOW application_name'), `churn ${n} ${k}`)
      await c.end()
    }
  })
})

await main(process.argv.slice(2))
