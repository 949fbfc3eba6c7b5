package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand"
	"os"
	"time"

	"github.com/go-sql-driver/mysql"
)

func interpolate(c *mysql.Config) { c.InterpolateParams = true }

var behaviours = []behaviour{
	{"connect_and_ask", func() {
		c := connect()
		defer c.Close()
		same("database", one[string](c, "SELECT database()"), os.Getenv("HD_DATABASE"))
		check(c.PingContext(ctx))
	}},
	{"connect_with_a_wrong_password", func() {
		_, err := open(func(c *mysql.Config) { c.Passwd += "!" }).Conn(ctx)
		number(1045, err)
	}},
	{"connect_with_tls", func() {
		encrypted := func(c *mysql.Config) { c.TLSConfig = "skip-verify" }
		c := connect(encrypted)
		defer c.Close()
		same("value", one[int](c, "SELECT 1"), 1)
		_, err := open(encrypted, func(c *mysql.Config) { c.Passwd += "!" }).Conn(ctx)
		number(1045, err)
	}},
	{"connect_without_a_database", func() {
		c := connect(func(c *mysql.Config) { c.DBName = "" })
		defer c.Close()
		same("database", one[sql.NullString](c, "SELECT database()").Valid, false)
		number(1046, execError(c, "SELECT * FROM t_of_no_database"))
	}},
	{"prepared_statements", func() {
		c := connect()
		defer c.Close()
		table(c, "go_prep", "n int, s varchar(40)")
		insert := must(c.PrepareContext(ctx, "INSERT INTO go_prep VALUES (?, ?)"))
		find := must(c.PrepareContext(ctx, "SELECT s FROM go_prep WHERE n = ?"))
		for n := 0; n < 30; n++ {
			must(insert.Exec(n, time.Duration(n).String()))
			var s string
			check(find.QueryRow(n).Scan(&s))
			same("text", s, time.Duration(n).String())
		}
		check(insert.Close())
		check(find.Close())
		number(1054, execError(c, "SELECT nothing FROM go_prep WHERE n = ?", 1))
		same("rows", one[int](c, "SELECT count(*) FROM go_prep WHERE n >= ?", 0), 30)
	}},
	{"the_same_statement_with_other_types", func() {
		c := connect()
		defer c.Close()
		find := must(c.PrepareContext(ctx, "SELECT ?"))
		for _, value := range []any{int64(-5), "text", 1.5, nil, []byte{1, 2}, true, uint64(1<<64 - 1)} {
			var got any
			check(find.QueryRow(value).Scan(&got))
		}
		check(find.Close())
	}},
	{"types_in_binary_and_in_text", func() {
		for _, change := range []func(*mysql.Config){func(*mysql.Config) {}, interpolate} {
			c := connect(change)
			table(c, "go_types", "i int, t tinyint, b bigint unsigned, d decimal(12,3), f float, g double, s varchar(50), x blob, da date, dt datetime(6), ti time, y year")
			at := time.Date(2024, 2, 29, 1, 2, 3, 456789000, time.UTC)
			exec(c, "INSERT INTO go_types VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -7, 127, uint64(1<<63), "123456789.125", 0.5, 1.5e300, "grün 🙂", []byte{0, 255, 10}, at, at, "-25:01:02", 2031)
			exec(c, "INSERT INTO go_types VALUES ()")
			var i, t, y int
			var b uint64
			var d, s, ti string
			var f, g float64
			var x []byte
			var da, dt time.Time
			check(c.QueryRowContext(ctx, "SELECT * FROM go_types WHERE i = ?", -7).Scan(&i, &t, &b, &d, &f, &g, &s, &x, &da, &dt, &ti, &y))
			same("numbers", []any{i, t, b, d, f, g, y}, []any{-7, 127, uint64(1 << 63), "123456789.125", 0.5, 1.5e300, 2031})
			same("texts", []any{s, x, ti}, []any{"grün 🙂", []byte{0, 255, 10}, "-25:01:02"})
			same("times", []any{da, dt}, []any{at.Truncate(24 * time.Hour), at})
			same("nulls", one[sql.NullTime](c, "SELECT dt FROM go_types WHERE i IS NULL").Valid, false)
			c.Close()
		}
	}},
	{"types_of_columns", func() {
		c := connect()
		defer c.Close()
		rows := must(c.QueryContext(ctx, "SELECT CAST(1 AS UNSIGNED) AS u, 'x' AS s, 1.50 AS d, now() AS t WHERE ? = 1", 1))
		names := []string{}
		for _, column := range must(rows.ColumnTypes()) {
			names = append(names, column.Name()+" "+column.DatabaseTypeName())
		}
		check(rows.Close())
		same("columns", len(names), 4)
	}},
	{"transactions", func() {
		db := open()
		defer db.Close()
		c := connect()
		defer c.Close()
		table(c, "go_tx", "n int")
		tx := must(db.Begin())
		exec(tx, "INSERT INTO go_tx VALUES (1)")
		same("unseen", one[int](c, "SELECT count(*) FROM go_tx"), 0)
		check(tx.Rollback())
		tx2 := must(db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}))
		exec(tx2, "INSERT INTO go_tx VALUES (2)")
		check(tx2.Commit())
		same("seen", all[int](c, "SELECT n FROM go_tx"), []int{2})
		tx3 := must(db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}))
		number(1792, execError(tx3, "INSERT INTO go_tx VALUES (3)"))
		check(tx3.Rollback())
	}},
	{"last_insert_id_and_rows_affected", func() {
		c := connect()
		defer c.Close()
		table(c, "go_id", "id int AUTO_INCREMENT PRIMARY KEY, n int")
		for n := int64(1); n < 5; n++ {
			result := exec(c, "INSERT INTO go_id (n) VALUES (?)", n)
			same("id", must(result.LastInsertId()), n)
			same("id of SQL", one[int64](c, "SELECT last_insert_id()"), n)
		}
		same("changed", must(exec(c, "UPDATE go_id SET n = 0").RowsAffected()), 4)
	}},
	{"errors_leave_the_connection_usable", func() {
		c := connect()
		defer c.Close()
		table(c, "go_err", "n int PRIMARY KEY")
		exec(c, "INSERT INTO go_err VALUES (?)", 1)
		number(1062, execError(c, "INSERT INTO go_err VALUES (?)", 1))
		number(1146, execError(c, "SELECT * FROM go_no_such_table"))
		number(1064, execError(c, "SELEC 1"))
		same("after", one[int](c, "SELECT ?", 5), 5)
	}},
	{"large_values", func() {
		c := connect()
		defer c.Close()
		for n, size := range []int{1 << 16, 1<<24 + 7} {
			value := make([]byte, size)
			rand.New(rand.NewSource(int64(n))).Read(value)
			got := one[[]byte](c, "SELECT ?", value)
			if !bytes.Equal(got, value) {
				at := 0
				for at < len(got) && at < size && got[at] == value[at] {
					at++
				}
				fail("%d bytes came back as %d, other ones from %d on: %.16x", size, len(got), at, got[at:])
			}
		}
	}},
	{"several_statements_in_one", func() {
		c := connect(func(c *mysql.Config) { c.MultiStatements = true })
		defer c.Close()
		rows := must(c.QueryContext(ctx, "SELECT 1; SELECT 'two', 2"))
		if !rows.Next() || !rows.NextResultSet() || !rows.Next() {
			fail("no second result")
		}
		check(rows.Close())
		same("after", one[int](c, "SELECT 3"), 3)
	}},
	{"results_of_a_procedure", func() {
		c := connect()
		defer c.Close()
		exec(c, "DROP PROCEDURE IF EXISTS go_proc")
		exec(c, "CREATE PROCEDURE go_proc(a int) BEGIN SELECT a; SELECT a + 1; END")
		rows := must(c.QueryContext(ctx, "CALL go_proc(?)", 5))
		got := []int{}
		for {
			for rows.Next() {
				var n int
				check(rows.Scan(&n))
				got = append(got, n)
			}
			if !rows.NextResultSet() {
				break
			}
		}
		check(rows.Err())
		same("results", got, []int{5, 6})
	}},
	{"a_context_that_ends_closes_the_connection", func() {
		db := open()
		defer db.Close()
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		if _, err := db.ExecContext(short, "SELECT sleep(20)"); err == nil {
			fail("it went on")
		}
		same("a new one", one[int](db, "SELECT 1"), 1)
	}},
	{"a_killed_connection_is_replaced", func() {
		db := open()
		defer db.Close()
		db.SetMaxOpenConns(1)
		id := one[int](db, "SELECT connection_id()")
		killer := connect()
		defer killer.Close()
		exec(killer, fmt.Sprintf("KILL %d", id))
		deadline := time.Now().Add(15 * time.Second)
		for {
			if _, err := db.ExecContext(ctx, "DO 1"); err == nil && one[int](db, "SELECT connection_id()") != id {
				break
			}
			if time.Now().After(deadline) {
				fail("the pool has no new connection")
			}
			time.Sleep(20 * time.Millisecond)
		}
	}},
	{"session_state_between_statements", func() {
		atOnce(8, func(n int) {
			c := connect(func(c *mysql.Config) { c.Params = map[string]string{"group_concat_max_len": "2000"} })
			defer c.Close()
			exec(c, "SET @n = ?", n)
			for i := 0; i < 10; i++ {
				same("user variable", one[int](c, "SELECT @n"), n)
				same("parameter of the connection", one[int](c, "SELECT @@group_concat_max_len"), 2000)
			}
		})
	}},
	{"a_pool_of_many", func() {
		db := open()
		defer db.Close()
		table(db, "go_many", "client int, n int")
		db.SetMaxOpenConns(30)
		db.SetMaxIdleConns(5)
		atOnce(40, func(client int) {
			for n := 0; n < 10; n++ {
				exec(db, "INSERT INTO go_many VALUES (?, ?)", client, n)
			}
		})
		same("rows", one[int](db, "SELECT count(*) FROM go_many"), 400)
	}},
}
