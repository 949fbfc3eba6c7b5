package main

import (
	"database/sql"
	"fmt"

	"github.com/go-sql-driver/mysql"
)

const hitsRead = "SELECT n FROM dh_rows WHERE id = ?"

const hitsRuns = 8

type way struct {
	name   string
	change func(*mysql.Config)
	begin  []string
	read   func(c *sql.Conn, id int) int
}

func hitsRow(c *sql.Conn, id int) int { return one[int](c, hitsRead, id) }

func hitsPrepared() func(c *sql.Conn, id int) int {
	var kept *sql.Stmt
	return func(c *sql.Conn, id int) int {
		if kept == nil {
			kept = must(c.PrepareContext(ctx, hitsRead))
		}
		var value int
		check(kept.QueryRowContext(ctx, id).Scan(&value))
		return value
	}
}

func hitsAsSet(*mysql.Config) {}

var ways = []way{
	{"prepared for each", hitsAsSet, nil, hitsRow},
	{"prepared and kept", hitsAsSet, nil, hitsPrepared()},
	{"interpolateParams", func(c *mysql.Config) { c.InterpolateParams = true }, nil, hitsRow},
	{"in a transaction", hitsAsSet, []string{"BEGIN"}, hitsRow},
	{"in a transaction, READ COMMITTED", hitsAsSet, []string{"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "BEGIN"}, hitsRow},
}

// hits prints of each way to read what SHOW QUERYINFO says of each run.
func hits() {
	for i, w := range ways {
		c := connect(w.change)
		for _, statement := range w.begin {
			exec(c, statement)
		}
		fmt.Print(w.name)
		for run := 0; run < hitsRuns; run++ {
			same(w.name, w.read(c, i+1), i+1)
			fmt.Print("\t", hitsSaid(c))
		}
		fmt.Println()
		check(c.Close())
	}
}

func hitsSaid(c *sql.Conn) string {
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
