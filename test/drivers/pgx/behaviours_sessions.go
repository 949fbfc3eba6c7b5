package main

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func hear(c *pgx.Conn, limit time.Duration) string {
	short, stop := context.WithTimeout(ctx, limit)
	defer stop()
	n, err := c.WaitForNotification(short)
	if err != nil {
		return ""
	}
	return n.Channel + "=" + n.Payload
}

var sessions = []behaviour{
	{"listen_notify", func() {
		a, b, sender := connect(), connect(), connect()
		defer closing(a, b, sender)
		exec(a, "LISTEN hd_pgx_ch")
		exec(b, "LISTEN hd_pgx_ch")
		exec(sender, "NOTIFY hd_pgx_ch, 'grüße'")
		equal("a", hear(a, 10*time.Second), "hd_pgx_ch=grüße")
		equal("b", hear(b, 10*time.Second), "hd_pgx_ch=grüße")
		tx := must(sender.Begin(ctx))
		exec(tx, "SELECT pg_notify($1, $2)", "hd_pgx_ch", "rolled back")
		check(tx.Rollback(ctx))
		tx = must(sender.Begin(ctx))
		exec(tx, "SELECT pg_notify($1, $2)", "hd_pgx_ch", "committed")
		check(tx.Commit(ctx))
		equal("a", hear(a, 10*time.Second), "hd_pgx_ch=committed")
		exec(a, "UNLISTEN hd_pgx_ch")
		exec(sender, "NOTIFY hd_pgx_ch, 'last'")
		equal("b", hear(b, 10*time.Second)+hear(b, 10*time.Second), "hd_pgx_ch=committedhd_pgx_ch=last")
		equal("a", one[int](a, "SELECT 1"), 1)
		equal("a", hear(a, 300*time.Millisecond), "")
	}},
	{"notices", func() {
		var got []string
		c := connect(func(c *pgx.ConnConfig) {
			c.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { got = append(got, n.Severity+" "+n.Code+" "+n.Message) }
		})
		defer closing(c)
		exec(c, "DO $$ BEGIN RAISE NOTICE 'é %', 1; RAISE WARNING 'w'; END $$")
		equal("notices", strings.Join(got, ";"), "NOTICE 00000 é 1;WARNING 01000 w")
	}},
	{"session_settings_survive", func() {
		zones := []string{"UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin"}
		hours := []string{"12", "21", "07", "13"}
		verify := func(c *pgx.Conn, n int) {
			equal("application_name", one[string](c, "SHOW application_name"), fmt.Sprintf("hd client %d", n))
			equal("search_path", one[string](c, "SHOW search_path"), fmt.Sprintf("hd_path_%d, public", n))
			equal("tag", one[string](c, "SELECT current_setting('hd.tag')"), fmt.Sprintf("tag %d", n))
			equal("hour", one[string](c, "SELECT to_char(timestamptz '2024-01-15 12:00+00', 'HH24')"), hours[n%4])
			equal("reported zone", c.PgConn().ParameterStatus("TimeZone"), zones[n%4])
		}
		clients := make([]*pgx.Conn, 24)
		for n := range clients {
			c := connect()
			defer closing(c)
			clients[n] = c
			exec(c, fmt.Sprintf("SET application_name = 'hd client %d'", n))
			exec(c, fmt.Sprintf("SET search_path TO hd_path_%d, public", n))
			exec(c, "SELECT set_config('TimeZone', $1, false)", zones[n%4])
			exec(c, fmt.Sprintf("SET hd.tag TO 'tag %d'", n))
		}
		for round := 0; round < 5; round++ {
			for _, n := range rand.Perm(24) {
				verify(clients[n], n)
			}
		}
		atOnce(24, func(n int) {
			for round := 0; round < 10; round++ {
				verify(clients[n], n)
			}
		})
	}},
	{"settings_follow_the_transaction", func() {
		c := connect()
		defer closing(c)
		exec(c, "SET hd.tag = 'before'")
		tx := must(c.Begin(ctx))
		exec(tx, "SET LOCAL hd.tag = 'local'")
		equal("local", one[string](tx, "SHOW hd.tag"), "local")
		check(tx.Commit(ctx))
		equal("after", one[string](c, "SHOW hd.tag"), "before")
		tx = must(c.Begin(ctx))
		exec(tx, "SET hd.tag = 'rolled back'")
		check(tx.Rollback(ctx))
		equal("after", one[string](c, "SHOW hd.tag"), "before")
		exec(c, "RESET hd.tag")
		equal("reset", one[string](c, "SELECT coalesce(current_setting('hd.tag', true), '')"), "")
	}},
	{"temp_tables", func() {
		clients := make([]*pgx.Conn, 5)
		for n := range clients {
			clients[n] = connect()
			defer closing(clients[n])
			exec(clients[n], "CREATE TEMP TABLE hd_temp (a int)")
			exec(clients[n], "INSERT INTO hd_temp VALUES ($1)", n)
		}
		for round := 0; round < 5; round++ {
			for n, c := range clients {
				same("rows", all[int](c, "SELECT a FROM hd_temp"), []int{n})
			}
		}
	}},
	{"advisory_locks", func() {
		a, b := connect(), connect()
		defer closing(a, b)
		exec(a, "SELECT pg_advisory_lock(770003)")
		for n := 0; n < 5; n++ {
			equal("b", one[bool](b, "SELECT pg_try_advisory_lock(770003)"), false)
		}
		equal("a", one[bool](a, "SELECT pg_advisory_unlock(770003)"), true)
		equal("b", one[bool](b, "SELECT pg_try_advisory_lock(770003)"), true)
	}},
	{"fifty_connections_in_transactions", func() {
		c := connect()
		defer closing(c)
		table(c, "hd_pgx_accounts", "id int PRIMARY KEY, balance int NOT NULL")
		exec(c, "INSERT INTO hd_pgx_accounts SELECT n, 100 FROM generate_series(0, 49) n")
		atOnce(50, func(n int) {
			mine := connect()
			defer closing(mine)
			chance := rand.New(rand.NewSource(int64(n)))
			for k := 0; k < 10; k++ {
				a, b := chance.Intn(50), chance.Intn(50)
				if a > b {
					a, b = b, a
				}
				tx := must(mine.Begin(ctx))
				exec(tx, "UPDATE hd_pgx_accounts SET balance = balance - 1 WHERE id = $1", a)
				exec(tx, "UPDATE hd_pgx_accounts SET balance = balance + 1 WHERE id = $1", b)
				if k%3 == 0 {
					check(tx.Rollback(ctx))
				} else {
					check(tx.Commit(ctx))
				}
				equal("own", one[int](mine, "SELECT $1::int", n), n)
			}
		})
		equal("sum", one[int](c, "SELECT sum(balance) FROM hd_pgx_accounts"), 5000)
	}},
	{"connection_churn", func() {
		atOnce(10, func(n int) {
			for k := 0; k < 10; k++ {
				c := connect(parameter("application_name", fmt.Sprintf("churn %d %d", n, k)))
				equal("application_name", one[string](c, "SHOW application_name"), fmt.Sprintf("churn %d %d", n, k))
				closing(c)
			}
		})
	}},
}
