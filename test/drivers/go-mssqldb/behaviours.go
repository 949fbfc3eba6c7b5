package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

// pair is a row of a table-valued parameter.
type pair struct {
	A int
	B *string
}

var behaviours = []behaviour{
	{"log_in", func() any { return logIn() }},
	{"log_in_encrypted_alone", func() any { return logIn("encrypt=false") }},
	{"log_in_encrypted", func() any { return logIn("encrypt=true") }},
	{"log_in_strict", func() any {
		return logIn("encrypt=strict", "hostNameInCertificate=localhost", "certificate="+os.Getenv("HD_CERTIFICATE"))
	}},
	{"log_in_with_a_large_packet", func() any { return logIn("packet size=16383") }},
	{"log_in_for_reading", func() any { return logIn("ApplicationIntent=ReadOnly") }},
	{"wrong_password", func() any {
		db := pool("password=wrong", "encrypt=true")
		defer db.Close()
		return strings.Split(reason(db.Ping()), ",")[0]
	}},
	{"several_results", func() any {
		db := pool()
		defer db.Close()
		return all(db, "select 1 select 'a', N'b' where 1 = 0 select null, 'c'")
	}},
	{"parameters", func() any {
		db := pool()
		defer db.Close()
		at := time.Date(2024, 1, 2, 3, 4, 5, 678000000, time.UTC)
		return all(db, "select @p1, @p2, @p3, @p4, @p5, @p6, @p7",
			5, "hé中", at, []byte{0, 1, 255}, nil, 1.5, true)
	}},
	{"large_values", func() any {
		db := pool()
		defer db.Close()
		return all(db, "select datalength(@p1), @p1", strings.Repeat("é", 1000000)) +
			all(db, "select replicate(cast('x' as varchar(max)), 3000000)") + all(db, "select 1")
	}},
	{"errors", func() any {
		db := pool()
		defer db.Close()
		c := must(db.Conn(ctx))
		defer c.Close()
		exec(c, "create table #e (a int primary key, b int not null)")
		return failure(c, "select 1 raiserror('broken %d', 16, 3, 7)") +
			failure(c, "insert #e values (1, 1) insert #e values (1, 1)") +
			failure(c, "insert #e values (@p1, @p2)", 2, nil) +
			failure(c, "throw 51000, 'thrown', 2") +
			failure(c, "select * from nosuch") + failure(c, "select from") +
			all(c, "select count(*) from #e")
	}},
	{"prepared", func() any {
		db := pool()
		defer db.Close()
		statement := must(db.Prepare("select @p1 + 1, @p2"))
		defer statement.Close()
		seen := ""
		for n := 0; n < 5; n++ {
			var number int
			var text sql.NullString
			check(statement.QueryRow(n, sql.NullString{String: "b", Valid: n%2 == 0}).Scan(&number, &text))
			seen += fmt.Sprint(number, text.String, text.Valid, ";")
		}
		return seen
	}},
	{"transactions", func() any {
		db, others := pool(), pool()
		defer db.Close()
		defer others.Close()
		fresh(db, "go_tx", "a int")
		tx := must(db.Begin())
		exec(tx, "insert go_tx values (@p1)", 1)
		inside := all(tx, "select a, @@trancount from go_tx")
		check(tx.Commit())
		for _, level := range []sql.IsolationLevel{sql.LevelReadUncommitted, sql.LevelReadCommitted, sql.LevelSerializable} {
			tx = must(db.BeginTx(ctx, &sql.TxOptions{Isolation: level}))
			exec(tx, "insert go_tx values (2)")
			inside += all(tx, "select transaction_isolation_level from sys.dm_exec_sessions where session_id = @@spid")
			check(tx.Rollback())
		}
		return inside + all(others, "select a, @@trancount from go_tx")
	}},
	{"an_error_within_a_transaction", func() any {
		db := pool()
		defer db.Close()
		fresh(db, "go_failed", "a int primary key")
		tx := must(db.Begin())
		exec(tx, "insert go_failed values (1)")
		seen := failure(tx, "insert go_failed values (1)") + all(tx, "select @@trancount, xact_state()")
		exec(tx, "set xact_abort on")
		seen += failure(tx, "insert go_failed values (1)")
		return seen + fmt.Sprint(tx.Rollback()) + all(db, "select count(*), @@trancount from go_failed")
	}},
	{"procedure", func() any {
		db := pool()
		defer db.Close()
		exec(db, "drop procedure if exists go_doubled")
		exec(db, "create procedure go_doubled @a int, @b int output as set @b = @a * 2 return 3")
		var b int
		var status mssql.ReturnStatus
		must(db.Exec("go_doubled", sql.Named("a", 4), sql.Named("b", sql.Out{Dest: &b}), &status))
		return fmt.Sprint(b, " ", status)
	}},
	{"cancel", func() any {
		db := pool()
		defer db.Close()
		limited, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		_, err := results(limited, db, "waitfor delay '00:01:00' select 1")
		return fmt.Sprint(err != nil, all(db, "select 2"))
	}},
	{"cancel_within_a_transaction", func() any {
		db := pool()
		defer db.Close()
		fresh(db, "go_cancelled", "a int")
		c := must(db.Conn(ctx))
		defer c.Close()
		exec(c, "begin tran insert go_cancelled values (1)")
		// As a time limit, which go-mssqldb takes for a broken connection, it would end the transaction.
		limited, cancel := context.WithCancel(ctx)
		defer time.AfterFunc(300*time.Millisecond, cancel).Stop()
		_, err := results(limited, c, "waitfor delay '00:01:00' select 1")
		return fmt.Sprint(err != nil, all(c, "select count(*), @@trancount from go_cancelled rollback"), all(c, "select @@trancount"))
	}},
	{"pool_resets", func() any {
		db := pool()
		defer db.Close()
		fresh(db, "go_reset", "a int")
		c := must(db.Conn(ctx))
		exec(c, "create table #g (a int) set rowcount 1 set context_info 0x0102 use tempdb")
		check(c.Close())
		seen := all(db, "select object_id('tempdb..#g'), context_info(), db_name()")
		c = must(db.Conn(ctx))
		exec(c, "begin tran insert go_reset values (9) set transaction isolation level serializable")
		check(c.Close())
		return seen + all(db, "select @@trancount, count(*) from go_reset") +
			all(db, "select transaction_isolation_level from sys.dm_exec_sessions where session_id = @@spid")
	}},
	{"bulk", func() any {
		db := pool()
		defer db.Close()
		fresh(db, "go_bulk", "a int not null, b nvarchar(50), c varbinary(20)")
		tx := must(db.Begin())
		load := must(tx.Prepare(mssql.CopyIn("go_bulk", mssql.BulkOptions{KeepNulls: true, RowsPerBatch: 1000}, "a", "b", "c")))
		for n := 0; n < 5000; n++ {
			var b any
			if n%2 == 0 {
				b = fmt.Sprint("é", n)
			}
			must(load.Exec(n, b, []byte{byte(n)}))
		}
		loaded := must(must(load.Exec()).RowsAffected())
		check(load.Close())
		check(tx.Commit())
		return fmt.Sprint(loaded, all(db, "select count(*), count(b), sum(a), max(b) from go_bulk"))
	}},
	{"bulk_rolled_back", func() any {
		db := pool()
		defer db.Close()
		fresh(db, "go_bulk_back", "a int")
		tx := must(db.Begin())
		load := must(tx.Prepare(mssql.CopyIn("go_bulk_back", mssql.BulkOptions{}, "a")))
		must(load.Exec(1))
		must(load.Exec())
		inside := all(tx, "select count(*) from go_bulk_back")
		check(tx.Rollback())
		return inside + all(db, "select count(*) from go_bulk_back")
	}},
	{"table_valued_parameter", func() any {
		db := pool()
		defer db.Close()
		exec(db, "if type_id('go_pairs') is null exec('create type go_pairs as table (A int, B nvarchar(20))')")
		x := "x"
		return all(db, "select count(*), count(B), sum(A) from @p1", mssql.TVP{TypeName: "go_pairs", Value: []pair{{1, &x}, {2, nil}}})
	}},
	{"types", func() any {
		db := pool()
		defer db.Close()
		return all(db, "select cast('2024-01-02' as date), cast('2024-01-02 03:04:05' as datetime2), cast(1.5 as decimal(10, 3)),"+
			" cast(7 as bigint), cast(1 as bit), cast(0.25 as float), cast(0x0102 as varbinary(10)), cast(null as int)")
	}},
}
