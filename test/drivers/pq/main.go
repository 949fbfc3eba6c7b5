// Package main reads with Go's lib/pq in several ways, and prints of each what SHOW QUERYINFO says of each run.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net/url"
	"os"

	_ "github.com/lib/pq"
)

const read = "SELECT n FROM dh_rows WHERE id = $1"

const runs = 8

var ctx = context.Background()

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func open(options string) *sql.Conn {
	at := url.URL{
		Scheme: "postgres",
		User:   url.UserPassword(os.Getenv("HD_USER"), os.Getenv("HD_PASSWORD")),
		Host:   os.Getenv("HD_HOST") + ":" + os.Getenv("HD_PORT"),
		Path:   os.Getenv("HD_DATABASE"), RawQuery: "sslmode=disable" + options,
	}
	return must(must(sql.Open("postgres", at.String())).Conn(ctx))
}

type way struct {
	name    string
	options string
	begin   bool
	read    func(c *sql.Conn, id int) *sql.Row
}

func query(c *sql.Conn, id int) *sql.Row { return c.QueryRowContext(ctx, read, id) }

func simple(c *sql.Conn, id int) *sql.Row {
	return c.QueryRowContext(ctx, fmt.Sprintf("SELECT n FROM dh_rows WHERE id = %d", id))
}

func prepared() func(c *sql.Conn, id int) *sql.Row {
	var kept *sql.Stmt
	return func(c *sql.Conn, id int) *sql.Row {
		if kept == nil {
			kept = must(c.PrepareContext(ctx, read))
		}
		return kept.QueryRowContext(ctx, id)
	}
}

var ways = []way{
	{"simple", "", false, simple},
	{"query", "", false, query},
	{"query, binary_parameters", "&binary_parameters=yes", false, query},
	{"prepared", "", false, prepared()},
	{"in a transaction", "", true, query},
}

func said(c *sql.Conn) string {
	rows := must(c.QueryContext(ctx, "SHOW QUERYINFO"))
	defer rows.Close()
	said := "-"
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			log.Fatal(err)
		}
		if name == "cached" {
			said = value
		}
	}
	return said
}

func main() {
	for i, w := range ways {
		c := open(w.options)
		if w.begin {
			must(c.ExecContext(ctx, "BEGIN"))
		}
		fmt.Print(w.name)
		for run := 0; run < runs; run++ {
			var n int
			if err := w.read(c, i+1).Scan(&n); err != nil || n != i+1 {
				log.Fatal(w.name, n, err)
			}
			fmt.Print("\t", said(c))
		}
		fmt.Println()
	}
}
