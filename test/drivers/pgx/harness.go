// Package main runs behaviours of PostgreSQL as pgx users see them, one line of output for each.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
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

func equal[T comparable](what string, got, want T) {
	if got != want {
		fail("%s: expected %.300v, got %.300v", what, want, got)
	}
}

func same(what string, got, want any) {
	g, w := fmt.Sprintf("%v", got), fmt.Sprintf("%v", want)
	equal(what, g, w)
}

// sqlstate checks that the error is one of the server with this code.
func sqlstate(code string, err error) *pgconn.PgError {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		fail("expected SQLSTATE %s, got %v", code, err)
	}
	if server.Code != code {
		fail("expected SQLSTATE %s, got %s: %s", code, server.Code, server.Message)
	}
	return server
}

func environment(name, otherwise string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return otherwise
}

func config(port, sslmode string, changes ...func(*pgx.ConnConfig)) *pgx.ConnConfig {
	quote := func(s string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
	}
	c := must(pgx.ParseConfig(fmt.Sprintf("host=%s port=%s user=%s password=%s dbname=%s sslmode=%s connect_timeout=20",
		quote(os.Getenv("HD_HOST")), port, quote(os.Getenv("HD_USER")), quote(os.Getenv("HD_PASSWORD")),
		quote(os.Getenv("HD_DATABASE")), sslmode)))
	for _, change := range changes {
		change(c)
	}
	return c
}

var ctx = context.Background()

func tryConnect(changes ...func(*pgx.ConnConfig)) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, config(os.Getenv("HD_PORT"), environment("HD_SSLMODE", "disable"), changes...))
}

// connect opens a connection to the endpoint under test.
func connect(changes ...func(*pgx.ConnConfig)) *pgx.Conn { return must(tryConnect(changes...)) }

// connectDirectly opens a connection to the database itself.
func connectDirectly(changes ...func(*pgx.ConnConfig)) *pgx.Conn {
	return must(pgx.ConnectConfig(ctx, config(environment("HD_DIRECT_PORT", os.Getenv("HD_PORT")), "prefer", changes...)))
}

func mode(m pgx.QueryExecMode) func(*pgx.ConnConfig) {
	return func(c *pgx.ConnConfig) { c.DefaultQueryExecMode = m }
}

func parameter(name, value string) func(*pgx.ConnConfig) {
	return func(c *pgx.ConnConfig) { c.RuntimeParams[name] = value }
}

func closing(connections ...*pgx.Conn) {
	for _, c := range connections {
		_ = c.Close(ctx)
	}
}

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// one reads the single value of a single row.
func one[T any](c querier, sql string, args ...any) T {
	var value T
	check(c.QueryRow(ctx, sql, args...).Scan(&value))
	return value
}

func all[T any](c querier, sql string, args ...any) []T {
	rows := must(c.Query(ctx, sql, args...))
	return must(pgx.CollectRows(rows, pgx.RowTo[T]))
}

func exec(c querier, sql string, args ...any) string {
	return must(c.Exec(ctx, sql, args...)).String()
}

func execError(c querier, sql string, args ...any) error {
	_, err := c.Exec(ctx, sql, args...)
	return err
}

func table(c *pgx.Conn, name, columns string) {
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

func until(what string, condition func() bool) {
	deadline := time.Now().Add(15 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			fail("not within 15 s: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func place() string {
	lines := strings.Split(string(debug.Stack()), "\n")
	found := ""
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if i := strings.LastIndex(line, "/behaviours_"); i >= 0 {
			found = strings.SplitN(line[i+1:], " ", 2)[0]
			break
		}
	}
	return found
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

func main() {
	if len(os.Args) == 2 && os.Args[1] == "hits" {
		hits()
		return
	}
	limit := 30 * time.Second
	if given, err := time.ParseDuration(environment("HD_TIMEOUT", "30") + "s"); err == nil {
		limit = given
	}
	behaviours := append(append(append([]behaviour{}, statements...), transfers...), sessions...)
	wanted := map[string]bool{}
	for _, name := range os.Args[1:] {
		wanted[name] = true
	}
	failed := false
	for _, b := range behaviours {
		if len(wanted) > 0 && !wanted[b.name] {
			continue
		}
		delete(wanted, b.name)
		if len(os.Args) > 1 && len(wanted) == 0 {
			wanted[""] = true
		}
		if reason := runOne(b, limit); reason != "" {
			failed = true
			fmt.Printf("FAIL %s: %s\n", b.name, reason)
		} else {
			fmt.Printf("ok %s\n", b.name)
		}
	}
	delete(wanted, "")
	for name := range wanted {
		failed = true
		fmt.Printf("FAIL %s: unknown behaviour\n", name)
	}
	if failed {
		os.Exit(1)
	}
}
