package main

import (
	"fmt"

	"github.com/jackc/pgx/v5"
)

const hitsRead = "SELECT n FROM dh_rows WHERE id = $1"

const hitsRuns = 8

type way struct {
	name  string
	mode  pgx.QueryExecMode
	begin string
	read  func(c *pgx.Conn, id int) int
}

func hitsRow(c *pgx.Conn, id int) int { return one[int](c, hitsRead, id) }

func hitsPrepared(c *pgx.Conn, id int) int {
	must(c.Prepare(ctx, "read", hitsRead))
	return one[int](c, "read", id)
}

func hitsBatch(c *pgx.Conn, id, size int) int {
	batch := &pgx.Batch{}
	for i := 0; i < size; i++ {
		batch.Queue(hitsRead, id)
	}
	results := c.SendBatch(ctx, batch)
	var value int
	for i := 0; i < size; i++ {
		check(results.QueryRow().Scan(&value))
	}
	check(results.Close())
	return value
}

var ways = []way{
	{"cache_statement", pgx.QueryExecModeCacheStatement, "", hitsRow},
	{"cache_describe", pgx.QueryExecModeCacheDescribe, "", hitsRow},
	{"describe_exec", pgx.QueryExecModeDescribeExec, "", hitsRow},
	{"exec", pgx.QueryExecModeExec, "", hitsRow},
	{"simple_protocol", pgx.QueryExecModeSimpleProtocol, "", hitsRow},
	{"prepared", pgx.QueryExecModeCacheStatement, "", hitsPrepared},
	{"in a transaction", pgx.QueryExecModeCacheStatement, "BEGIN", hitsRow},
	{"batch of one", pgx.QueryExecModeCacheStatement, "", func(c *pgx.Conn, id int) int { return hitsBatch(c, id, 1) }},
	{"batch", pgx.QueryExecModeCacheStatement, "", func(c *pgx.Conn, id int) int { return hitsBatch(c, id, 2) }},
}

// hits prints of each way to read what SHOW QUERYINFO says of each run.
func hits() {
	for i, w := range ways {
		c := connect(mode(w.mode))
		if w.begin != "" {
			exec(c, w.begin)
		}
		fmt.Print(w.name)
		for run := 0; run < hitsRuns; run++ {
			same(w.name, w.read(c, i+1), i+1)
			rows := must(c.Query(ctx, "SHOW QUERYINFO", pgx.QueryExecModeSimpleProtocol))
			said := "-"
			var name, value string
			must(pgx.ForEachRow(rows, []any{&name, &value}, func() error {
				if name == "cached" {
					said = value
				}
				return nil
			}))
			fmt.Print("\t", said)
		}
		fmt.Println()
		closing(c)
	}
}
