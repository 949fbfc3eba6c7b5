package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Queries of the catalogue, item by item: what a node finds by them in a database agrees with what
 * was defined there, or differs. {@code test/tds/verify} has a real server answer.
 */
class SqlServerCatalogueIT {
  private static final int REJECTED = 229;

  private static final List<String> DEFINITIONS =
      List.of(
          "create table other (v int)",
          "create table fires (v int)",
          "create table parents (v int primary key)",
          "create table secret (v int, foreign key (v) references parents (v) on delete cascade)",
          "create view w as select v from secret",
          "create view plain as select v from other",
          "create view hidden with encryption as select v from other",
          "create synonym s for dbo.secret",
          "create synonym so for dbo.other",
          "create function dbo.g(@a int) returns int as begin return (select max(v) from secret) end",
          "create function dbo.h(@a int) returns int as begin return @a + 1 end",
          "create procedure dbo.reads as select v from secret",
          "create procedure dbo.calls as exec dbo.reads",
          "create procedure dbo.dynamic @s nvarchar(100) as exec (@s)",
          "create procedure dbo.harmless @a int as select v from other where v = @a",
          "create trigger t1 on fires after insert as insert into secret select v from inserted");

  /** Statements that reach the table, by the view that shows it. */
  private static final Map<String, String> REACH =
      new TreeMap<>(
          Map.of(
              "sys.objects: the table", "select v from Secret",
              "sys.sql_modules: a view", "select v from w",
              "sys.sql_modules: an encrypted view reads anything", "select v from hidden",
              "sys.synonyms: a synonym", "select v from s",
              "sys.sql_modules: a function", "select dbo.g(1)",
              "sys.sql_modules: a procedure of another one", "exec calls",
              "sys.sql_modules: a computed text does anything", "exec dynamic N'select 1'",
              "sys.triggers, sys.trigger_events: a trigger", "insert into fires values (1)",
              "sys.foreign_keys: a cascade", "delete from parents where v = 1"));

  private static final Map<String, String> DO_NOT_REACH =
      new TreeMap<>(
          Map.of(
              "sys.sql_modules: a view of another table", "select v from plain",
              "sys.synonyms: one for another table", "select v from so",
              "sys.sql_modules: a function without tables", "select dbo.h(1)",
              "sys.sql_modules: a procedure that reads another table", "exec harmless 1",
              "sys.trigger_events: no trigger of deletes", "delete from fires where v = 77",
              "sys.foreign_keys: no cascade of inserts", "insert into parents values (5)"));

  private final List<String> differ = new ArrayList<>();

  private void item(String name, int error, boolean agrees) {
    String line =
        (agrees ? "agree   " : "differ  ")
            + name
            + (error == REJECTED ? " reaches it" : error == 0 ? " does not" : ": error " + error);
    System.out.println(line);
    if (!agrees) {
      differ.add(line);
    }
  }

  private static int error(Connection on, String sql) {
    try {
      TdsSessionTest.all(on, sql);
      return 0;
    } catch (SQLException e) {
      return e.getErrorCode();
    }
  }

  @Test
  void whatTheNodeFindsIsWhatWasDefined() throws SQLException {
    try (TdsTarget server = TdsTarget.start("app")) {
      try (Connection direct = server.jdbc(";databaseName=app;encrypt=false")) {
        for (String definition : DEFINITIONS) {
          TdsSessionTest.all(direct, definition);
        }
        try (SqlServerNode node =
                SqlServerNode.reading(
                    server,
                    "{\"match\": [\"tables:app.secret\", \"^[^/]\"], \"action\": \"drop\"}");
            Connection client = node.jdbc(";encrypt=false")) {
          REACH.forEach((name, sql) -> judge(client, name, sql, true));
          DO_NOT_REACH.forEach((name, sql) -> judge(client, name, sql, false));
          TdsSessionTest.all(direct, "drop view plain");
          TdsSessionTest.all(direct, "create view plain as select v from secret");
          TdsSessionTest.all(client, "/**/ create table later (v int)");
          judge(client, "the digest of a look: a view that was replaced", REPLACED, true);
        }
      }
    }
    assertThat(differ).isEmpty();
  }

  private static final String REPLACED = "select v from plain";

  private void judge(Connection client, String name, String sql, boolean reaches) {
    int error = error(client, sql);
    item(name, error, (error == REJECTED) == reaches);
  }
}
