package main

import (
	"bytes"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

var everyMode = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement,
	pgx.QueryExecModeCacheDescribe,
	pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec,
	pgx.QueryExecModeSimpleProtocol,
}

var statements = []behaviour{
	{"connect_scram", func() {
		c := connect()
		defer closing(c)
		equal("user", one[string](c, "SELECT current_user"), c.Config().User)
	}},
	{"wrong_password", func() {
		_, err := tryConnect(func(c *pgx.ConnConfig) { c.Password = "not the password" })
		e := sqlstate("28P01", err)
		equal("severity", e.Severity, "FATAL")
	}},
	{"unknown_database", func() {
		_, err := tryConnect(func(c *pgx.ConnConfig) { c.Database = "hd_no_such_database" })
		e := sqlstate("3D000", err)
		equal("message", e.Message, `database "hd_no_such_database" does not exist`)
	}},
	{"server_parameters", func() {
		name := parameter("application_name", "hd parameters")
		c, d := connect(name), connectDirectly(name)
		defer closing(c, d)
		for _, name := range []string{"server_version", "server_encoding", "client_encoding", "DateStyle", "IntervalStyle",
			"TimeZone", "is_superuser", "session_authorization", "integer_datetimes", "standard_conforming_strings", "application_name"} {
			equal(name, c.PgConn().ParameterStatus(name), d.PgConn().ParameterStatus(name))
		}
	}},
	{"startup_parameters", func() {
		c, other := connect(parameter("search_path", "pg_catalog, public"), parameter("statement_timeout", "123456")), connect()
		defer closing(c, other)
		for n := 0; n < 5; n++ {
			equal("search_path", one[string](c, "SHOW search_path"), "pg_catalog, public")
			equal("statement_timeout", one[string](c, "SHOW statement_timeout"), "123456ms")
			if one[string](other, "SHOW statement_timeout") == "123456ms" {
				fail("the setting is seen by another connection")
			}
		}
	}},
	{"simple_query", func() {
		c := connect(mode(pgx.QueryExecModeSimpleProtocol))
		defer closing(c)
		same("rows", all[int](c, "SELECT n * n FROM generate_series(1, 3) n"), "[1 4 9]")
		equal("quoting", one[string](c, "SELECT $1::text", `a'b"\`), `a'b"\`)
	}},
	{"parameterised_query", func() {
		for _, m := range everyMode {
			c := connect(mode(m))
			equal(m.String(), one[int](c, "SELECT $1::int + $2::int", 40, 2), 42)
			equal(m.String(), one[string](c, "SELECT $1::text", "x"), "x")
			same(m.String(), one[*int](c, "SELECT $1::int", nil), (*int)(nil))
			closing(c)
		}
	}},
	{"types_round_trip", typesRoundTrip},
	{"empty_query", func() {
		for _, m := range everyMode {
			c := connect(mode(m))
			equal(m.String(), exec(c, ""), "")
			equal(m.String(), exec(c, "-- nothing"), "")
			equal(m.String(), one[int](c, "SELECT 1"), 1)
			closing(c)
		}
	}},
	{"multi_statement_simple_query", func() {
		c := connect()
		defer closing(c)
		results := must(c.PgConn().Exec(ctx, "SELECT 1; SELECT 2 UNION ALL SELECT 3; CREATE TEMP TABLE m (a int); INSERT INTO m VALUES (9); SELECT a FROM m").ReadAll())
		tags := ""
		for _, r := range results {
			tags += r.CommandTag.String() + ";"
		}
		equal("tags", tags, "SELECT 1;SELECT 2;CREATE TABLE;INSERT 0 1;SELECT 1;")
		_, err := c.PgConn().Exec(ctx, "INSERT INTO m VALUES (1); SELECT 1/0; INSERT INTO m VALUES (2)").ReadAll()
		sqlstate("22012", err)
		equal("rows", one[int](c, "SELECT count(*) FROM m"), 1)
	}},
	{"error_fields", func() {
		c := connect()
		defer closing(c)
		table(c, "hd_pgx_unique", "a int CONSTRAINT hd_pgx_key PRIMARY KEY")
		exec(c, "INSERT INTO hd_pgx_unique VALUES ($1)", 1)
		e := sqlstate("23505", execError(c, "INSERT INTO hd_pgx_unique VALUES ($1)", 1))
		equal("constraint", e.ConstraintName, "hd_pgx_key")
		equal("table", e.TableName, "hd_pgx_unique")
		equal("detail", e.Detail, "Key (a)=(1) already exists.")
		e = sqlstate("42703", execError(c, "SELECT no_such_column"))
		equal("position", e.Position, 8)
		e = sqlstate("P0001", execError(c, "DO $$ BEGIN RAISE EXCEPTION 'boom' USING HINT = 'duck' , DETAIL = 'é'; END $$"))
		equal("fields", e.Message+e.Hint+e.Detail, "boomducké")
	}},
	{"named_prepared_reuse", func() {
		c := connect()
		defer closing(c)
		s := must(c.Prepare(ctx, "double", "SELECT $1::int * 2"))
		same("parameter types", s.ParamOIDs, "[23]")
		for n := 0; n < 500; n++ {
			equal("doubled", one[int](c, "double", n), n*2)
			equal("cached", one[int](c, "SELECT $1::int * 3", n), n*3)
		}
	}},
	{"same_statement_name_with_different_text", func() {
		atOnce(12, func(n int) {
			c := connect()
			defer closing(c)
			must(c.Prepare(ctx, "hd_same", fmt.Sprintf("SELECT $1::int + %d", n*1000)))
			for k := 0; k < 200; k++ {
				equal("sum", one[int](c, "hd_same", k), k+n*1000)
			}
			check(c.Deallocate(ctx, "hd_same"))
			must(c.Prepare(ctx, "hd_same", fmt.Sprintf("SELECT $1::text || '%d'", n)))
			equal("second text", one[string](c, "hd_same", "x"), fmt.Sprintf("x%d", n))
		})
	}},
	{"same_name_at_protocol_level", func() {
		c, other := connect(), connect()
		defer closing(c, other)
		p := c.PgConn()
		must(p.Prepare(ctx, "s", "SELECT 1", nil))
		must(other.PgConn().Prepare(ctx, "s", "SELECT 'other'", nil))
		_, err := p.Prepare(ctx, "s", "SELECT 2", nil)
		sqlstate("42P05", err)
		sqlstate("26000", p.ExecPrepared(ctx, "never", nil, nil, nil).Read().Err)
		equal("first", string(p.ExecPrepared(ctx, "s", nil, nil, nil).Read().Rows[0][0]), "1")
		check(p.Deallocate(ctx, "s"))
		sqlstate("26000", p.ExecPrepared(ctx, "s", nil, nil, nil).Read().Err)
		equal("other", string(other.PgConn().ExecPrepared(ctx, "s", nil, nil, nil).Read().Rows[0][0]), "other")
	}},
	{"more_statements_than_any_cache", func() {
		big := func(c *pgx.ConnConfig) { c.StatementCacheCapacity = 1000 }
		small := func(c *pgx.ConnConfig) { c.StatementCacheCapacity = 10 }
		a, b := connect(big), connect(small)
		defer closing(a, b)
		for round := 0; round < 2; round++ {
			for n := 0; n < 500; n++ {
				equal("a", one[int](a, fmt.Sprintf("SELECT %d", n)), n)
				equal("b", one[int](b, fmt.Sprintf("SELECT -%d", n)), -n)
			}
		}
	}},
	{"plan_invalidation_after_alter_table", func() {
		c, other := connect(), connect()
		defer closing(c, other)
		table(other, "hd_pgx_plan", "a int")
		exec(other, "INSERT INTO hd_pgx_plan VALUES (1)")
		for n := 0; n < 3; n++ {
			same("rows", all[int](c, "SELECT * FROM hd_pgx_plan"), "[1]")
		}
		exec(other, "ALTER TABLE hd_pgx_plan ADD b text DEFAULT 'x'")
		stale := must(c.Query(ctx, "SELECT * FROM hd_pgx_plan"))
		stale.Close()
		e := sqlstate("0A000", stale.Err())
		equal("message", e.Message, "cached plan must not change result type")
		// pgx forgets the statement and prepares it again with the next use.
		rows := must(c.Query(ctx, "SELECT * FROM hd_pgx_plan"))
		got := must(pgx.CollectRows(rows, pgx.RowToMap))
		same("rows", got, "[map[a:1 b:x]]")
	}},
	{"deallocate_and_go_on", func() {
		a, b := connect(), connect()
		defer closing(a, b)
		must(a.Prepare(ctx, "s", "SELECT 1"))
		must(b.Prepare(ctx, "s", "SELECT 2"))
		exec(a, "DEALLOCATE s")
		sqlstate("26000", execError(a, "s"))
		equal("b", one[int](b, "s"), 2)
		check(a.DeallocateAll(ctx))
		must(a.Prepare(ctx, "s", "SELECT 3"))
		equal("a", one[int](a, "s"), 3)
		equal("b", one[int](b, "s"), 2)
		check(a.Deallocate(ctx, "never_there"))
	}},
	{"discard_all_and_go_on", func() {
		c, other := connect(parameter("application_name", "at start"), mode(pgx.QueryExecModeExec)), connect()
		defer closing(c, other)
		exec(other, "SET hd.tag = 'other'")
		exec(c, "SET hd.tag = 'mine'")
		exec(c, "SET application_name = 'changed'")
		exec(c, "CREATE TEMP TABLE hd_gone (a int)")
		must(c.PgConn().Prepare(ctx, "s", "SELECT 1", nil))
		exec(c, "DISCARD ALL")
		sqlstate("26000", c.PgConn().ExecPrepared(ctx, "s", nil, nil, nil).Read().Err)
		sqlstate("42P01", execError(c, "SELECT * FROM hd_gone"))
		equal("tag", one[string](c, "SELECT coalesce(current_setting('hd.tag', true), '')"), "")
		equal("application_name", one[string](c, "SHOW application_name"), "at start")
		equal("reported", c.PgConn().ParameterStatus("application_name"), "at start")
		equal("other", one[string](other, "SHOW hd.tag"), "other")
	}},
	{"sql_prepare_execute", func() {
		atOnce(5, func(n int) {
			c := connect(mode(pgx.QueryExecModeExec))
			defer closing(c)
			exec(c, fmt.Sprintf("PREPARE hd_stmt (int) AS SELECT $1 * %d", n+1))
			for k := 0; k < 25; k++ {
				equal("product", one[int](c, fmt.Sprintf("EXECUTE hd_stmt (%d)", k)), k*(n+1))
			}
			exec(c, "DEALLOCATE hd_stmt")
			sqlstate("26000", execError(c, "EXECUTE hd_stmt (1)"))
		})
	}},
	{"transaction_commit_and_rollback", func() {
		c, other := connect(), connect()
		defer closing(c, other)
		table(c, "hd_pgx_tx", "a int")
		check(pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			exec(tx, "INSERT INTO hd_pgx_tx VALUES (1)")
			equal("before commit", one[int](other, "SELECT count(*) FROM hd_pgx_tx"), 0)
			return nil
		}))
		equal("after commit", one[int](other, "SELECT count(*) FROM hd_pgx_tx"), 1)
		tx := must(c.Begin(ctx))
		exec(tx, "DELETE FROM hd_pgx_tx")
		check(tx.Rollback(ctx))
		equal("after rollback", one[int](other, "SELECT count(*) FROM hd_pgx_tx"), 1)
	}},
	{"savepoints", func() {
		c := connect()
		defer closing(c)
		table(c, "hd_pgx_save", "a int PRIMARY KEY")
		tx := must(c.Begin(ctx))
		exec(tx, "INSERT INTO hd_pgx_save VALUES (1)")
		inner := must(tx.Begin(ctx))
		exec(inner, "INSERT INTO hd_pgx_save VALUES (2)")
		sqlstate("23505", execError(inner, "INSERT INTO hd_pgx_save VALUES (1)"))
		check(inner.Rollback(ctx))
		inner = must(tx.Begin(ctx))
		exec(inner, "INSERT INTO hd_pgx_save VALUES (3)")
		check(inner.Commit(ctx))
		check(tx.Commit(ctx))
		same("rows", all[int](c, "SELECT a FROM hd_pgx_save ORDER BY a"), "[1 3]")
	}},
	{"error_in_transaction", func() {
		c := connect()
		defer closing(c)
		tx := must(c.Begin(ctx))
		sqlstate("22012", execError(tx, "SELECT 1/0"))
		equal("status", c.PgConn().TxStatus(), 'E')
		sqlstate("25P02", execError(tx, "SELECT 1"))
		sqlstate("25P02", execError(tx, "SELECT $1::int", 1))
		if err := tx.Commit(ctx); err != pgx.ErrTxCommitRollback {
			fail("expected a rollback instead of the commit, got %v", err)
		}
		equal("status", c.PgConn().TxStatus(), 'I')
		equal("after", one[int](c, "SELECT $1::int", 1), 1)
	}},
	{"transaction_modes", func() {
		c, other := connect(), connect()
		defer closing(c, other)
		table(other, "hd_pgx_iso", "a int")
		tx := must(c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}))
		equal("rows", one[int](tx, "SELECT count(*) FROM hd_pgx_iso"), 0)
		exec(other, "INSERT INTO hd_pgx_iso VALUES (1)")
		equal("rows", one[int](tx, "SELECT count(*) FROM hd_pgx_iso"), 0)
		sqlstate("25006", execError(tx, "INSERT INTO hd_pgx_iso VALUES (2)"))
		check(tx.Rollback(ctx))
		equal("rows", one[int](c, "SELECT count(*) FROM hd_pgx_iso"), 1)
	}},
	{"batch", func() {
		for _, m := range everyMode {
			c := connect(mode(m))
			table(c, "hd_pgx_batch", "a int")
			batch := &pgx.Batch{}
			for n := 0; n < 200; n++ {
				batch.Queue("INSERT INTO hd_pgx_batch VALUES ($1)", n)
			}
			total := 0
			batch.Queue("SELECT sum(a) FROM hd_pgx_batch").QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
			check(c.SendBatch(ctx, batch).Close())
			equal(m.String(), total, 19900)
			closing(c)
		}
	}},
	{"error_in_the_middle_of_a_batch", func() {
		for _, m := range everyMode {
			c := connect(mode(m))
			table(c, "hd_pgx_batch_err", "a int PRIMARY KEY")
			for round := 0; round < 3; round++ {
				batch := &pgx.Batch{}
				for n := 0; n < 50; n++ {
					batch.Queue("INSERT INTO hd_pgx_batch_err VALUES ($1)", n%40)
				}
				results := c.SendBatch(ctx, batch)
				for n := 0; n < 40; n++ {
					must(results.Exec())
				}
				_, err := results.Exec()
				sqlstate("23505", err)
				sqlstate("23505", results.Close())
				equal(m.String(), one[int](c, "SELECT count(*) FROM hd_pgx_batch_err"), 0)
			}
			closing(c)
		}
	}},
	{"batch_in_a_transaction", func() {
		c := connect()
		defer closing(c)
		table(c, "hd_pgx_batch_tx", "a int")
		tx := must(c.Begin(ctx))
		batch := &pgx.Batch{}
		for n := 0; n < 20; n++ {
			batch.Queue("INSERT INTO hd_pgx_batch_tx VALUES ($1)", n)
		}
		check(tx.SendBatch(ctx, batch).Close())
		batch = &pgx.Batch{}
		batch.Queue("SELECT 1/0")
		batch.Queue("SELECT 1")
		sqlstate("22012", tx.SendBatch(ctx, batch).Close())
		sqlstate("25P02", execError(tx, "SELECT 1"))
		check(tx.Rollback(ctx))
		equal("rows", one[int](c, "SELECT count(*) FROM hd_pgx_batch_tx"), 0)
	}},
	{"pipeline", pipeline},
}

func typesRoundTrip() {
	numeric := func(text string) pgtype.Numeric {
		var n pgtype.Numeric
		check(n.Scan(text))
		return n
	}
	for _, m := range everyMode {
		c := connect(mode(m), parameter("timezone", "UTC"))
		what := m.String()
		equal(what+" int2", one[int16](c, "SELECT $1::int2", int16(-32768)), -32768)
		equal(what+" int8", one[int64](c, "SELECT $1::int8", int64(9223372036854775807)), 9223372036854775807)
		equal(what+" float8", one[float64](c, "SELECT $1::float8", 0.1), 0.1)
		equal(what+" bool", one[bool](c, "SELECT $1::bool", true), true)
		for _, text := range []string{"Grüße, мир, 世界, 🐘, ''\\", "", strings.Repeat("é", 70000)} {
			equal(what+" text", one[string](c, "SELECT $1::text", text), text)
		}
		everyByte := make([]byte, 256)
		for n := range everyByte {
			everyByte[n] = byte(n)
		}
		equal(what+" bytea", bytes.Equal(one[[]byte](c, "SELECT $1::bytea", everyByte), everyByte), true)
		for _, text := range []string{"12345678901234567890.123456789012345678900", "-0.00000000000000000001", "0"} {
			n := numeric(text)
			got := one[pgtype.Numeric](c, "SELECT $1::numeric", n)
			left, right := new(big.Rat).SetFrac(n.Int, big.NewInt(1)), new(big.Rat).SetFrac(got.Int, big.NewInt(1))
			if got.Exp != n.Exp {
				scale := func(r *big.Rat, exp int32) *big.Rat {
					ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-exp)), nil)
					return new(big.Rat).Quo(r, new(big.Rat).SetInt(ten))
				}
				left, right = scale(left, n.Exp), scale(right, got.Exp)
			}
			equal(what+" numeric "+text, left.Cmp(right), 0)
		}
		moment := time.Date(2024, 2, 29, 23, 59, 59, 999999000, time.UTC)
		equal(what+" timestamptz", one[time.Time](c, "SELECT $1::timestamptz", moment).Equal(moment), true)
		same(what+" int4[]", one[[]*int32](c, "SELECT $1::int4[]", []*int32{nil})[0], (*int32)(nil))
		same(what+" int4[]", one[[]int32](c, "SELECT $1::int4[]", []int32{1, -3}), "[1 -3]")
		texts := []string{"a,b", `q"uote`, `back\slash`, "NULL", "世界", ""}
		equal(what+" text[]", fmt.Sprintf("%q", one[[]string](c, "SELECT $1::text[]", texts)), fmt.Sprintf("%q", texts))
		same(what+" uuid", one[string](c, "SELECT $1::uuid::text", "00000000-0000-0000-8000-000000000005"), "00000000-0000-0000-8000-000000000005")
		same(what+" jsonb", one[map[string]any](c, "SELECT $1::jsonb", `{"a": "é"}`), "map[a:é]")
		for _, kind := range []string{"int4", "text", "bytea", "numeric", "timestamptz", "text[]"} {
			equal(what+" NULL "+kind, one[bool](c, "SELECT $1::"+kind+" IS NULL", nil), true)
		}
		closing(c)
	}
}

func pipeline() {
	c := connect()
	defer closing(c)
	p := c.PgConn().StartPipeline(ctx)
	p.SendPrepare("hd_piped", "SELECT $1::int + 1", nil)
	for n := 0; n < 100; n++ {
		p.SendQueryPrepared("hd_piped", [][]byte{[]byte(fmt.Sprint(n))}, nil, nil)
	}
	check(p.Sync())
	p.SendQueryParams("SELECT 1", nil, nil, nil, nil)
	p.SendQueryParams("SELECT 1/0", nil, nil, nil, nil)
	p.SendQueryParams("SELECT 2", nil, nil, nil, nil)
	check(p.Sync())
	p.SendQueryParams("SELECT 3", nil, nil, nil, nil)
	check(p.Sync())

	if _, ok := must(p.GetResults()).(*pgconn.StatementDescription); !ok {
		fail("expected the description of the statement")
	}
	value := func() string {
		reader, ok := must(p.GetResults()).(*pgconn.ResultReader)
		if !ok {
			fail("expected rows")
		}
		result := reader.Read()
		check(result.Err)
		return string(result.Rows[0][0])
	}
	sync := func() {
		if r, ok := must(p.GetResults()).(*pgconn.PipelineSync); !ok {
			fail("expected the end of a part, got %T", r)
		}
	}
	for n := 0; n < 100; n++ {
		equal("piped", value(), fmt.Sprint(n+1))
	}
	sync()
	equal("before the error", value(), "1")
	results, err := p.GetResults()
	if err == nil {
		err = results.(*pgconn.ResultReader).Read().Err
	}
	sqlstate("22012", err)
	sync()
	equal("after the error", value(), "3")
	sync()
	check(p.Close())
	equal("afterwards", one[int](c, "SELECT 5"), 5)
	sqlstate("26000", c.PgConn().ExecPrepared(ctx, "hd_never", nil, nil, nil).Read().Err)
}
