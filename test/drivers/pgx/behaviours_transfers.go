package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// lines gives count numbered lines; line bad, if reached, is what makes the server or the reader fail.
type lines struct {
	next, count, bad int
	text             string
	failure          error
	rest             []byte
}

func (l *lines) Read(into []byte) (int, error) {
	for len(l.rest) == 0 {
		if l.next == l.count {
			return 0, io.EOF
		}
		if l.next == l.bad {
			if l.failure != nil {
				return 0, l.failure
			}
			l.rest = []byte(l.text)
		} else {
			l.rest = []byte(fmt.Sprintf("%d\n", l.next))
		}
		l.next++
	}
	n := copy(into, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// limited fails after some bytes.
type limited struct{ left int }

func (l *limited) Write(data []byte) (int, error) {
	l.left -= len(data)
	if l.left < 0 {
		return 0, errors.New("seen enough")
	}
	return len(data), nil
}

var transfers = []behaviour{
	{"copy_in_and_out", func() {
		c := connect()
		defer closing(c)
		table(c, "hd_pgx_copy", "a int, b text")
		count := must(c.CopyFrom(ctx, pgx.Identifier{"hd_pgx_copy"}, []string{"a", "b"},
			pgx.CopyFromSlice(20000, func(n int) ([]any, error) {
				if n%5 == 0 {
					return []any{n, nil}, nil
				}
				return []any{n, fmt.Sprintf("té\t%d\n", n)}, nil
			})))
		equal("copied", count, 20000)
		var out bytes.Buffer
		equal("tag", must(c.PgConn().CopyTo(ctx, &out, "COPY (SELECT * FROM hd_pgx_copy ORDER BY a) TO STDOUT")).String(), "COPY 20000")
		all := strings.Split(out.String(), "\n")
		equal("line", all[5], "5\t\\N")
		equal("line", all[6], "6\tté\\t6\\n")
		exec(c, "TRUNCATE hd_pgx_copy")
		equal("tag", must(c.PgConn().CopyFrom(ctx, &out, "COPY hd_pgx_copy FROM STDIN")).String(), "COPY 20000")
		equal("sum", one[int](c, "SELECT sum(a) FROM hd_pgx_copy"), 199990000)
	}},
	{"copy_in_fails_midway", func() {
		c := connect()
		defer closing(c)
		table(c, "hd_pgx_copy_bad", "a int")
		for round := 0; round < 3; round++ {
			_, err := c.PgConn().CopyFrom(ctx, &lines{count: 300000, bad: 100, text: "not a number\n"}, "COPY hd_pgx_copy_bad FROM STDIN")
			e := sqlstate("22P02", err)
			if !strings.Contains(e.Where, "line 101") {
				fail("context is %q", e.Where)
			}
			equal("rows", one[int](c, "SELECT count(*) FROM hd_pgx_copy_bad"), 0)
		}
		_, err := c.PgConn().CopyFrom(ctx, &lines{count: 10, bad: -1}, "COPY hd_no_such_table FROM STDIN")
		sqlstate("42P01", err)
		equal("after", one[int](c, "SELECT 1"), 1)
	}},
	{"copy_in_aborted_by_client", func() {
		c := connect()
		defer closing(c)
		table(c, "hd_pgx_copy_abort", "a int")
		for round := 0; round < 3; round++ {
			_, err := c.PgConn().CopyFrom(ctx, &lines{count: 300000, bad: 100000, failure: errors.New("changed my mind")}, "COPY hd_pgx_copy_abort FROM STDIN")
			e := sqlstate("57014", err)
			if !strings.Contains(e.Message, "changed my mind") {
				fail("message is %q", e.Message)
			}
			equal("rows", one[int](c, "SELECT count(*) FROM hd_pgx_copy_abort"), 0)
		}
	}},
	{"copy_out_abandoned", func() {
		// pgx closes a connection whose COPY it gave up; the others must not notice.
		other := connect()
		defer closing(other)
		for round := 0; round < 3; round++ {
			c := connect()
			_, err := c.PgConn().CopyTo(ctx, &limited{100000}, "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 500000)) TO STDOUT")
			if err == nil || !strings.Contains(err.Error(), "seen enough") {
				fail("unexpected outcome: %v", err)
			}
			closing(c)
			equal("other", one[int](other, "SELECT $1::int", round), round)
		}
	}},
	{"copy_with_a_statement_before_and_after_in_a_transaction", func() {
		c := connect()
		defer closing(c)
		table(c, "hd_pgx_copy_tx", "a int")
		tx := must(c.Begin(ctx))
		exec(tx, "INSERT INTO hd_pgx_copy_tx VALUES (-1)")
		must(tx.CopyFrom(ctx, pgx.Identifier{"hd_pgx_copy_tx"}, []string{"a"}, pgx.CopyFromRows([][]any{{1}, {2}})))
		equal("rows", one[int](tx, "SELECT count(*) FROM hd_pgx_copy_tx"), 3)
		check(tx.Rollback(ctx))
		equal("rows", one[int](c, "SELECT count(*) FROM hd_pgx_copy_tx"), 0)
	}},
	{"declared_cursor", func() {
		c := connect()
		defer closing(c)
		tx := must(c.Begin(ctx))
		exec(tx, "DECLARE hd_cursor SCROLL CURSOR FOR SELECT n FROM generate_series(1, 1000) n")
		same("first", all[int](tx, "FETCH 3 FROM hd_cursor"), "[1 2 3]")
		same("last", all[int](tx, "FETCH LAST FROM hd_cursor"), "[1000]")
		same("back", all[int](tx, "FETCH BACKWARD 2 FROM hd_cursor"), "[999 998]")
		check(tx.Commit(ctx))
		sqlstate("34000", execError(c, "FETCH 1 FROM hd_cursor"))
	}},
	{"cursor_with_hold", func() {
		c, other := connect(mode(pgx.QueryExecModeExec)), connect()
		defer closing(c, other)
		exec(c, "DECLARE hd_hold CURSOR WITH HOLD FOR SELECT n FROM generate_series(1, 10) n")
		for n := 1; n <= 10; n++ {
			equal("held", one[int](c, "FETCH 1 FROM hd_hold"), n)
			equal("other", one[int](other, "SELECT 1"), 1)
		}
		exec(c, "CLOSE hd_hold")
		sqlstate("34000", execError(c, "FETCH 1 FROM hd_hold"))
	}},
	{"rows_closed_early", func() {
		c := connect()
		defer closing(c)
		rows := must(c.Query(ctx, "SELECT n FROM generate_series(1, 200000) n"))
		for n := 0; n < 3; n++ {
			equal("row", rows.Next(), true)
		}
		rows.Close()
		check(rows.Err())
		equal("after", one[int](c, "SELECT 1"), 1)
	}},
	{"error_after_some_rows", func() {
		c := connect()
		defer closing(c)
		for round := 0; round < 3; round++ {
			rows := must(c.Query(ctx, "SELECT 100 / (5000 - n) FROM generate_series(1, 6000) n"))
			seen := 0
			for rows.Next() {
				seen++
			}
			sqlstate("22012", rows.Err())
			if seen < 1 || seen > 4999 {
				fail("%d rows before the error", seen)
			}
			equal("after", one[int](c, "SELECT 1"), 1)
		}
	}},
	{"big_result", func() {
		for _, m := range everyMode {
			c := connect(mode(m))
			rows := must(c.Query(ctx, "SELECT n, md5(n::text) FROM generate_series(1, 200000) n"))
			count := 0
			for rows.Next() {
				var n int
				var text string
				check(rows.Scan(&n, &text))
				count++
				if n%5000 == 0 {
					equal("md5", text, fmt.Sprintf("%x", md5.Sum([]byte(fmt.Sprint(n)))))
				}
			}
			check(rows.Err())
			equal(m.String(), count, 200000)
			closing(c)
		}
	}},
	{"big_value", func() {
		c := connect()
		defer closing(c)
		equal("text", one[string](c, "SELECT repeat('0123456789', 2000000)") == strings.Repeat("0123456789", 2000000), true)
		equal("bytea", bytes.Equal(one[[]byte](c, "SELECT decode(repeat('ab', 20000000), 'hex')"), bytes.Repeat([]byte{0xab}, 20000000)), true)
	}},
	{"big_parameter", func() {
		c := connect()
		defer closing(c)
		data := make([]byte, 20000000)
		rand.New(rand.NewSource(1)).Read(data)
		equal("md5", one[string](c, "SELECT md5($1::bytea)", data), fmt.Sprintf("%x", md5.Sum(data)))
		equal("same", bytes.Equal(one[[]byte](c, "SELECT $1::bytea", data), data), true)
	}},
	{"cancel_a_running_statement", func() {
		d := connect()
		defer closing(d)
		for round := 0; round < 3; round++ {
			c := connect()
			done := make(chan error, 1)
			go func() {
				_, err := c.Exec(ctx, "SELECT pg_sleep(27)")
				done <- err
			}()
			until("sleeping", func() bool {
				return one[int](d, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(27)'") == 1
			})
			check(c.PgConn().CancelRequest(ctx))
			e := sqlstate("57014", <-done)
			equal("message", e.Message, "canceling statement due to user request")
			// PostgreSQL signals the process and its group: the second signal may hit the connection's next statement.
			if err := execError(c, "SELECT 1"); err != nil {
				sqlstate("57014", err)
			}
			equal("after", one[int](c, "SELECT 1"), 1)
			closing(c)
		}
	}},
	{"context_deadline_closes_the_connection", func() {
		// pgx ends its connection on a deadline and, in the background, cancels the statement.
		c, d := connect(), connect()
		defer closing(c, d)
		short, stop := context.WithTimeout(ctx, 300*time.Millisecond)
		defer stop()
		_, err := c.Exec(short, "SELECT pg_sleep(26)")
		if !pgconn.Timeout(err) {
			fail("expected a timeout, got %v", err)
		}
		until("statement ended", func() bool {
			return one[int](d, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(26)'") == 0
		})
		equal("closed", c.IsClosed(), true)
	}},
}
