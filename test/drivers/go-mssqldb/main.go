// Package main prints what users of go-mssqldb see, a line for each behaviour: NAME: VALUE. An error that was not
// expected begins with "FAIL".
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

type behaviour struct {
	name string
	run  func() any
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

var ctx = context.Background()

// pool opens a pool of one connection to the endpoint under test.
func pool(settings ...string) *sql.DB {
	query := url.Values{}
	query.Set("database", os.Getenv("HD_DATABASE"))
	query.Set("dial timeout", "20")
	query.Set("TrustServerCertificate", "true")
	query.Set("encrypt", "disable")
	password := os.Getenv("HD_PASSWORD")
	for _, setting := range settings {
		name, value, _ := strings.Cut(setting, "=")
		if name == "password" {
			password = value
		} else {
			query.Set(name, value)
		}
	}
	dsn := url.URL{
		Scheme:   "sqlserver",
		User:     url.UserPassword(os.Getenv("HD_USER"), password),
		Host:     os.Getenv("HD_HOST") + ":" + os.Getenv("HD_PORT"),
		RawQuery: query.Encode(),
	}
	db := must(sql.Open("sqlserver", dsn.String()))
	db.SetMaxOpenConns(1)
	return db
}

type querier interface {
	QueryContext(ctx context.Context, sql string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, sql string, args ...any) (sql.Result, error)
}

func shown(value any) any {
	switch v := value.(type) {
	case []byte:
		if len(v) > 200 {
			return fmt.Sprint(len(v), " bytes")
		}
		return fmt.Sprintf("%q", v)
	case string:
		if len(v) > 200 {
			return fmt.Sprint(len(v), " bytes of text")
		}
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return value
}

// results gives the rows of all results, and the error that ends them.
func results(c context.Context, q querier, query string, args ...any) (string, error) {
	rows, err := q.QueryContext(c, query, args...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var text strings.Builder
	for {
		columns, _ := rows.Columns()
		text.WriteString("[")
		for rows.Next() {
			values := make([]any, len(columns))
			places := make([]any, len(columns))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				return text.String(), err
			}
			for i, value := range values {
				if i > 0 {
					text.WriteString(",")
				}
				fmt.Fprint(&text, shown(value))
			}
			text.WriteString(";")
		}
		text.WriteString("]")
		if !rows.NextResultSet() {
			return text.String(), rows.Err()
		}
	}
}

func all(q querier, query string, args ...any) string {
	return must(results(ctx, q, query, args...))
}

func exec(q querier, query string, args ...any) int64 {
	return must(must(q.ExecContext(ctx, query, args...)).RowsAffected())
}

// failure shows what a query that must fail fails with.
func failure(q querier, query string, args ...any) string {
	seen, err := results(ctx, q, query, args...)
	if err == nil {
		panic("it has succeeded: " + seen)
	}
	return seen + reason(err)
}

func reason(err error) string {
	var server mssql.Error
	if errors.As(err, &server) {
		return fmt.Sprintf("(%d, %d, %d, %s)", server.Number, server.Class, server.State, server.Message)
	}
	return fmt.Sprintf("(%v)", err)
}

func fresh(q querier, table, columns string) {
	exec(q, "drop table if exists "+table)
	exec(q, "create table "+table+" ("+columns+")")
}

func logIn(settings ...string) any {
	db := pool(settings...)
	defer db.Close()
	return all(db, "select db_name(), 1")
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "hits" {
		hits()
		return
	}
	limit := 60 * time.Second
	if given, err := time.ParseDuration(os.Getenv("HD_TIMEOUT") + "s"); err == nil {
		limit = given
	}
	wanted := map[string]bool{}
	for _, name := range os.Args[1:] {
		wanted[name] = true
	}
	for _, b := range behaviours {
		if len(wanted) == 0 || wanted[b.name] {
			fmt.Println(b.name+":", strings.ReplaceAll(one(b, limit), "\n", " "))
		}
	}
}

func one(b behaviour, limit time.Duration) string {
	outcome := make(chan string, 1)
	go func() {
		defer func() {
			if e := recover(); e != nil {
				outcome <- fmt.Sprint("FAIL ", e)
			}
		}()
		outcome <- fmt.Sprint(b.run())
	}()
	select {
	case value := <-outcome:
		return value
	case <-time.After(limit):
		return fmt.Sprint("FAIL no end within ", limit)
	}
}
