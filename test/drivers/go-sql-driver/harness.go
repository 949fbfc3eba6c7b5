// Package main runs behaviours of MySQL and MariaDB as users of go-sql-driver/mysql see them, one line of output for each.
package main

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
)

type behaviour struct {
	name string
	run  func()
}

// failure is what a failed check panics with.
type failure string

func check(err error) {
	if err != nil {
		panic(failure(err.Error()))
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func fail(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

func same(what string, got, want any) {
	g, w := fmt.Sprintf("%v", got), fmt.Sprintf("%v", want)
	if g != w {
		fail("%s: expected %.300v, got %.300v", what, w, g)
	}
}

// number checks that the error is one of the server with this number.
func number(wanted uint16, err error) *mysql.MySQLError {
	var server *mysql.MySQLError
	if !errors.As(err, &server) {
		fail("expected error %d, got %v", wanted, err)
	}
	if server.Number != wanted {
		fail("expected error %d, got %d: %s", wanted, server.Number, server.Message)
	}
	return server
}

func environment(name, otherwise string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return otherwise
}

var ctx = context.Background()

// open gives a pool of connections to the endpoint under test.
func open(changes ...func(*mysql.Config)) *sql.DB {
	c := mysql.NewConfig()
	c.Net, c.Addr = "tcp", os.Getenv("HD_HOST")+":"+os.Getenv("HD_PORT")
	c.User, c.Passwd, c.DBName = os.Getenv("HD_USER"), os.Getenv("HD_PASSWORD"), os.Getenv("HD_DATABASE")
	c.Timeout = 20 * time.Second
	c.ParseTime = true
	c.MaxAllowedPacket = 64 << 20
	if environment("HD_SSLMODE", "disable") != "disable" {
		check(mysql.RegisterTLSConfig("any", &tls.Config{InsecureSkipVerify: true}))
		c.TLSConfig = "any"
	}
	for _, change := range changes {
		change(c)
	}
	return must(sql.Open("mysql", c.FormatDSN()))
}

// connect opens one connection to the endpoint under test. Closing it ends it: one that a pool kept would keep its state, and with it a connection to the server.
func connect(changes ...func(*mysql.Config)) *sql.Conn {
	db := open(changes...)
	db.SetMaxIdleConns(-1)
	return must(db.Conn(ctx))
}

type querier interface {
	QueryRowContext(ctx context.Context, sql string, args ...any) *sql.Row
	QueryContext(ctx context.Context, sql string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, sql string, args ...any) (sql.Result, error)
}

// one reads the single value of a single row.
func one[T any](c querier, query string, args ...any) T {
	var value T
	check(c.QueryRowContext(ctx, query, args...).Scan(&value))
	return value
}

func all[T any](c querier, query string, args ...any) []T {
	rows := must(c.QueryContext(ctx, query, args...))
	defer rows.Close()
	values := []T{}
	for rows.Next() {
		var value T
		check(rows.Scan(&value))
		values = append(values, value)
	}
	check(rows.Err())
	return values
}

func exec(c querier, query string, args ...any) sql.Result {
	return must(c.ExecContext(ctx, query, args...))
}

func execError(c querier, query string, args ...any) error {
	_, err := c.ExecContext(ctx, query, args...)
	return err
}

func table(c querier, name, columns string) {
	exec(c, "DROP TABLE IF EXISTS "+name)
	exec(c, "CREATE TABLE "+name+" ("+columns+")")
}

// atOnce runs the action for 0 … count-1 on goroutines of their own; the first failure is the caller's.
func atOnce(count int, action func(n int)) {
	var group sync.WaitGroup
	failures := make(chan any, count)
	for n := 0; n < count; n++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			defer func() {
				if e := recover(); e != nil {
					failures <- e
				}
			}()
			action(n)
		}(n)
	}
	group.Wait()
	select {
	case e := <-failures:
		panic(e)
	default:
	}
}

func place() string {
	for _, line := range strings.Split(string(debug.Stack()), "\n") {
		if i := strings.LastIndex(line, "/behaviours.go"); i >= 0 {
			return strings.SplitN(line[i+1:], " ", 2)[0]
		}
	}
	return ""
}

func runOne(b behaviour, limit time.Duration) string {
	outcome := make(chan string, 1)
	go func() {
		defer func() {
			if e := recover(); e != nil {
				outcome <- strings.ReplaceAll(fmt.Sprintf("%v (%s)", e, place()), "\n", " | ")
				return
			}
			outcome <- ""
		}()
		b.run()
	}()
	select {
	case reason := <-outcome:
		return reason
	case <-time.After(limit):
		return fmt.Sprintf("no end within %v", limit)
	}
}

// silence keeps what the driver says of broken connections out of the output.
type silence struct{}

func (silence) Print(...any) {}

func main() {
	check(mysql.SetLogger(silence{}))
	if len(os.Args) == 2 && os.Args[1] == "hits" {
		hits()
		return
	}
	limit := 30 * time.Second
	if given, err := time.ParseDuration(environment("HD_TIMEOUT", "30") + "s"); err == nil {
		limit = given
	}
	wanted := map[string]bool{}
	for _, name := range os.Args[1:] {
		wanted[name] = true
	}
	failed := false
	for _, b := range behaviours {
		if len(os.Args) > 1 && !wanted[b.name] {
			continue
		}
		delete(wanted, b.name)
		if reason := runOne(b, limit); reason != "" {
			failed = true
			fmt.Printf("FAIL %s: %s\n", b.name, reason)
		} else {
			fmt.Printf("ok %s\n", b.name)
		}
	}
	for name := range wanted {
		failed = true
		fmt.Printf("FAIL %s: unknown behaviour\n", name)
	}
	if failed {
		os.Exit(1)
	}
}
