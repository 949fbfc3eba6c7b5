package main

import (
	"context"
	"database/sql"
	"fmt"
)

const hitsRead = "SELECT n FROM dh_rows WHERE id = "

const hitsRuns = 8

type hitsQuerier interface {
	QueryRowContext(ctx context.Context, sql string, args ...any) *sql.Row
	QueryContext(ctx context.Context, sql string, args ...any) (*sql.Rows, error)
	PrepareContext(ctx context.Context, sql string) (*sql.Stmt, error)
}

type way struct {
	name string
	from func(db *sql.DB) hitsQuerier
	read func(c hitsQuerier, id int) int
}

// hitsConnection is one connection, which is not reset from run to run.
func hitsConnection(db *sql.DB) hitsQuerier { return must(db.Conn(ctx)) }

func hitsPool(db *sql.DB) hitsQuerier { return db }

func hitsTransaction(level sql.IsolationLevel) func(db *sql.DB) hitsQuerier {
	return func(db *sql.DB) hitsQuerier {
		return must(db.BeginTx(ctx, &sql.TxOptions{Isolation: level}))
	}
}

func hitsText(c hitsQuerier, id int) int {
	return hitsValue(c.QueryRowContext(ctx, fmt.Sprint(hitsRead, id)))
}

func hitsParameter(c hitsQuerier, id int) int {
	return hitsValue(c.QueryRowContext(ctx, hitsRead+"@p1", id))
}

func hitsValue(row *sql.Row) int {
	var value int
	check(row.Scan(&value))
	return value
}

func hitsPrepared() func(c hitsQuerier, id int) int {
	var kept *sql.Stmt
	return func(c hitsQuerier, id int) int {
		if kept == nil {
			kept = must(c.PrepareContext(ctx, hitsRead+"@p1"))
		}
		return hitsValue(kept.QueryRowContext(ctx, id))
	}
}

var ways = []way{
	{"text", hitsConnection, hitsText},
	{"parameters", hitsConnection, hitsParameter},
	{"prepared and kept", hitsConnection, hitsPrepared()},
	{"reset for each", hitsPool, hitsParameter},
	{"in a transaction", hitsTransaction(sql.LevelDefault), hitsParameter},
	{"in a transaction, READ COMMITTED", hitsTransaction(sql.LevelReadCommitted), hitsParameter},
}

// hits prints of each way to read what SHOW QUERYINFO says of each run.
func hits() {
	for i, w := range ways {
		db := pool()
		c := w.from(db)
		fmt.Print(w.name)
		for run := 0; run < hitsRuns; run++ {
			if value := w.read(c, i+1); value != i+1 {
				panic(fmt.Sprint(w.name, ": ", value))
			}
			fmt.Print("\t", hitsSaid(c))
		}
		fmt.Println()
		// What a connection or a transaction holds ends with the program.
	}
}

func hitsSaid(c hitsQuerier) string {
	rows := must(c.QueryContext(ctx, "SHOW QUERYINFO"))
	defer rows.Close()
	said := "-"
	for rows.Next() {
		var name, value string
		check(rows.Scan(&name, &value))
		if name == "cached" {
			said = value
		}
	}
	check(rows.Err())
	return said
}
