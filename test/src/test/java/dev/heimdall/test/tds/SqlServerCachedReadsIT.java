package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.sqlserver.jdbc.SQLServerBulkCopy;
import com.microsoft.sqlserver.jdbc.SQLServerConnectionPoolDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.PooledConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered from the cache to clients of SQL Server, and what is not. */
class SqlServerCachedReadsIT {
  private static final String BOTH = "[1,one,null;2,two,null;]";
  private static final String READ = "select name from items where id = 1";

  private static final List<String> DEFINITIONS =
      List.of(
          "create view seen as select id, name from items",
          "create view of_server as select name from sys.objects",
          "create view timed as select id, getdate() as n from items",
          "create view dirty as select id from items with (nolock)",
          "create view listed (a, b) as with c as (select id, name from items)"
              + " select id, cast(name as nvarchar(10)) as b from c",
          "create synonym meant for items",
          "create synonym of_sys for sys.objects",
          "create procedure writes as update items set name = 'written' where id = 1",
          "create procedure dynamic as exec('update items set name = ''written'' where id = 1')",
          "create procedure calls as exec writes",
          "create trigger t1 on fires after insert as update items set name = 'x' where id = 1",
          "create trigger t2 on other instead of delete as exec writes");

  private static TdsTarget server;
  private static SqlServerNode node;
  private static Connection past;
  private static Connection console;

  @BeforeAll
  static void start() throws SQLException {
    server = TdsTarget.start("app");
    past = server.jdbc(";databaseName=app;encrypt=false");
    all(past, "create table items (id int primary key, name nvarchar(100), at datetime2)");
    all(past, "create table other (id int)");
    all(past, "create table fires (id int)");
    all(past, "create table parents (id int primary key)");
    all(
        past,
        "create table children (id int, foreign key (id) references parents (id)"
            + " on delete cascade)");
    for (String definition : DEFINITIONS) {
      server.define(past, definition);
    }
    node = SqlServerNode.caching(server, "", "");
    console = node.console();
  }

  @AfterAll
  static void end() throws SQLException {
    past.close();
    if (node != null) {
      console.close();
      node.close();
    }
    server.close();
  }

  @BeforeEach
  void fill() throws SQLException {
    all(past, "delete from items insert items values (1, 'one', null), (2, 'two', null)");
    all(console, "FLUSH CACHE");
    try (Connection client = client()) {
      Await.until("something is cached", () -> hits(client, READ) > 0);
    }
    all(console, "FLUSH CACHE");
  }

  private static Connection client() throws SQLException {
    return node.jdbc(";encrypt=false");
  }

  private static Map<String, String> figures() throws SQLException {
    Map<String, String> figures = new HashMap<>();
    try (Statement statement = console.createStatement();
        ResultSet row = statement.executeQuery("SHOW CACHE")) {
      assertThat(row.next()).isTrue();
      for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
        figures.put(row.getMetaData().getColumnLabel(i), row.getString(i));
      }
    }
    return figures;
  }

  private static long hits() throws SQLException {
    return Long.parseLong(figures().get("hits"));
  }

  private static long hits(Connection client, String sql) throws SQLException {
    long before = hits();
    all(client, sql);
    return hits() - before;
  }

  private static void renamedPast(String name) throws SQLException {
    all(past, "update items set name = '" + name + "' where id = 1");
  }

  @Test
  void aResultIsServedUntilItsTableIsWritten() throws SQLException {
    try (Connection client = client();
        Connection other = client()) {
      assertThat(all(client, READ)).isEqualTo("[one;]");
      renamedPast("past the node");
      assertThat(all(client, READ)).isEqualTo("[one;]");
      assertThat(all(other, READ)).isEqualTo("[one;]");
      all(other, "update items set name = 'two again' where name = 'two'");
      assertThat(all(client, READ)).isEqualTo("[past the node;]");
    }
  }

  /** The stand-in has none of them, and answers with an error. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec sp_tables",
        "sp_columns N'items'",
        "exec dbo.sp_help N'items'",
        "exec sp_pkeys @table_name = N'items'",
        "exec sp_who"
      })
  void aCallThatReadsDefinitionsDropsNoResult(String call) throws SQLException {
    try (Connection client = client();
        Connection other = client()) {
      assertThat(all(client, READ)).isEqualTo("[one;]");
      renamedPast("past the node");
      try {
        all(other, call);
      } catch (SQLException e) {
        assertThat(e.getErrorCode()).isNotZero();
      }
      assertThat(all(client, READ)).isEqualTo("[one;]");
    }
  }

  /** HikariCP looks whether a connection lives, and sets what its last user has changed. */
  @Test
  void whatComesOutOfHikariIsServedFromItsSecondRunOn() throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(
        "jdbc:sqlserver://127.0.0.1:" + node.port() + ";databaseName=app;encrypt=false");
    config.setUsername("app");
    config.setPassword("app");
    config.setMaximumPoolSize(2);
    try (HikariDataSource pool = new HikariDataSource(config)) {
      for (int round = 0; round < 4; round++) {
        long before = hits();
        try (Connection pooled = pool.getConnection()) {
          all(pooled, READ);
          try (PreparedStatement read =
              pooled.prepareStatement("select name from items where id = ?")) {
            read.setInt(1, 2);
            try (ResultSet row = read.executeQuery()) {
              assertThat(row.next()).isTrue();
            }
          }
          pooled.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          pooled.setAutoCommit(false);
        }
        // What was set once is another setting than none; each form of a call has its own result.
        assertThat(hits() - before).as("round %s", round).isGreaterThanOrEqualTo(round / 2);
      }
      long before = hits();
      try (Connection pooled = pool.getConnection()) {
        assertThat(all(pooled, READ)).isEqualTo("[one;]");
      }
      assertThat(hits()).isEqualTo(before + 1);
    }
  }

  /** Its drivers switch autocommit off by having statements begin transactions. */
  @Test
  void readsOfTransactionsThatStatementsBeginAreServedIfARuleSaysSo() throws SQLException {
    String inside =
        "{\"match\": \"^select name\", \"action\": \"cache\", \"inTransaction\": true,"
            + " \"parameters\": {\"stop\": true}},";
    try (SqlServerNode own = SqlServerNode.caching(server, "", inside);
        Connection client = own.jdbc(";encrypt=false");
        Connection reader = own.jdbc(";encrypt=false")) {
      client.setAutoCommit(false);
      reader.setAutoCommit(false);
      Await.until(
          "it is served",
          () -> {
            renamedPast("one");
            all(client, "update items set at = null where id = 1");
            client.commit();
            String kept = all(client, READ);
            client.commit();
            renamedPast("past the node");
            return kept.equals("[one;]") && all(client, READ).equals("[one;]");
          });
      assertThat(all(reader, READ)).isEqualTo("[one;]");
      assertThat(all(reader, "select @@trancount")).isEqualTo("[1;]");
      reader.commit();
      assertThat(all(reader, "select @@trancount")).isEqualTo("[0;]");

      all(client, "update items set name = 'written' where id = 1");
      assertThat(all(client, READ)).isEqualTo("[written;]");
      assertThat(all(reader, READ)).isEqualTo("[one;]");
      client.rollback();
      assertThat(all(client, READ)).isEqualTo("[past the node;]");
      all(client, "update items set name = 'committed' where id = 1");
      client.commit();
      assertThat(all(reader, READ)).isEqualTo("[committed;]");
      reader.setAutoCommit(true);
      assertThat(all(reader, "select @@trancount")).isEqualTo("[0;]");
    }
  }

  /** The first request behind each checkout resets the session, as with other drivers' pools. */
  @Test
  void whatComesFirstOutOfAPoolIsServed() throws SQLException {
    SQLServerConnectionPoolDataSource source = new SQLServerConnectionPoolDataSource();
    source.setURL("jdbc:sqlserver://127.0.0.1:" + node.port() + ";databaseName=app;encrypt=false");
    source.setUser("app");
    source.setPassword("app");
    PooledConnection pooled = source.getPooledConnection();
    String settings = "select @@lock_timeout, @@datefirst, db_name()";
    try {
      try (Connection first = pooled.getConnection()) {
        all(first, READ);
      }
      for (int i = 0; i < 3; i++) {
        try (Connection next = pooled.getConnection()) {
          assertThat(hits(next, READ)).isOne();
          assertThat(hits(next, READ)).isOne();
          assertThat(all(next, settings)).isEqualTo("[-1,7,app;]");
          all(next, "set lock_timeout 77 set datefirst 3");
          assertThat(all(next, settings)).isEqualTo("[77,3,app;]");
          assertThat(all(next, READ)).isEqualTo("[one;]");
          all(next, "use tempdb");
        }
      }
      try (Connection last = pooled.getConnection()) {
        renamedPast("past the node");
        assertThat(all(last, READ)).isEqualTo("[one;]");
        all(last, "update items set name = 'written' where id = 1");
        assertThat(all(last, READ)).isEqualTo("[written;]");
      }
    } finally {
      pooled.close();
    }
  }

  /** A write past the node shows whether what is kept was dropped. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "update items set name = 'written' where id = 1",
        "UPDATE [Items] SET name = 'written' WHERE id = 1",
        "update dbo.items set name = 'written' where id = 1",
        "update app..items set name = 'written' where id = 1",
        "use master update app.dbo.items set name = 'written' where id = 1",
        "update i set name = 'written' from items i where id = 1",
        "update i set name = 'written' from other o join dbo.[items] as i on i.id = o.id",
        "delete i from items i where i.id = 7",
        "delete from i from other as o, app..items i where i.id = o.id and i.id = 7",
        "delete x from (select * from items) x where x.id = 7",
        "with c as (select * from items where id = 1) update c set name = 'written'",
        "with a as (select 1 x), c (id, n) as (select id, name from items) delete from c where id = 7",
        "with c as (select * from items) merge into c using other o on 1 = 0 when not matched then"
            + " insert values (9, 'x', null);",
        "merge dbo.items as t using other o on 1 = 0 when not matched then insert values (9, 'x', 0);",
        "select 1 update items set name = 'written' where id = 1 select 2",
        "select 1; update items set name = 'written' where id = 1; select 2",
        "if 1 = 1 update items set name = 'written' where id = 1",
        "begin tran update items set name = 'written' where id = 1 commit",
        "begin tran; update items set name = 'written' where id = 1 | commit",
        "begin tran | update items set name = 'written' where id = 1 | select 1 | commit tran",
        "set implicit_transactions on | update items set name = 'written' where id = 1 | commit",
        "begin tran save tran s update items set name = 'written' where id = 1 commit",
        "begin try update items set name = 'written' where id = 1 end try begin catch end catch",
        "exec('update items set name = ''written'' where id = 1')",
        "declare @s nvarchar(200) = N'update items set name = ''written'' where id = 1' exec(@s)",
        "exec sp_executesql N'update items set name = ''written'' where id = 1'",
        "exec writes",
        "writes",
        "exec dbo.calls",
        "exec dynamic",
        "exec not_there",
        "merge items using other on 1 = 0 when not matched then insert values (9, 'x', null);",
        "insert items values (7, 'x', null)",
        "insert into items select 8, 'x', null",
        "insert items exec writes",
        "delete items where name = 'none'",
        "delete top (1) from items where id = 7",
        "truncate table items insert items values (1, 'written', null)",
        "update meant set name = 'written' where id = 1",
        "update seen set name = 'written' where id = 1",
        "insert fires values (1)",
        "insert into fires (id) select 1",
        "delete other where id = 1",
        "update items set name = 'written' output inserted.id into other where id = 1",
        "insert other select id from (update items set name = 'x' output inserted.id where id = 1) x",
        "select id into #t from items update items set name = 'written' where id = 1 drop table #t",
        "drop table if exists #a, items create table items (id int, name nvarchar(100), at int)"
            + " insert items values (1, 'written', null)",
        "alter table items add extra int null | alter table items drop column extra",
        "declare @t table (id int) insert @t values (1) update items set name = 'written'"
            + " where id in (select id from @t)",
        "set rowcount 1 update items set name = 'written' set rowcount 0"
      })
  void everyWayOfWritingIsNoticed(String write) throws SQLException {
    try (Connection client = client();
        Connection other = client()) {
      for (String read : List.of(READ, "select name from seen where id = 1")) {
        Await.until(
            "it is cached, while the catalogue may be read again",
            () -> {
              renamedPast("one");
              all(console, "FLUSH CACHE");
              all(client, read);
              renamedPast("past the node");
              return all(client, read).equals("[one;]");
            });
        for (String part : write.split(" \\| ")) {
          try {
            all(other, part);
          } catch (SQLException e) {
            assertThat(e.getMessage()).as("what the stand-in does not know").isNotEmpty();
          }
        }
        assertThat(all(client, read)).isNotEqualTo("[one;]");
      }
    }
  }

  @Test
  void cascadesAreNoticed() throws SQLException {
    all(past, "insert parents values (1) insert children values (1)");
    String read = "select count(*) from children";
    try (Connection client = client();
        Connection other = client()) {
      Await.until("it is cached", () -> hits(client, read) > 0);
      assertThat(all(client, read)).isEqualTo("[1;]");
      all(other, "delete parents where id = 1");
      assertThat(all(client, read)).isEqualTo("[0;]");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select id from items",
        "select name from seen where id = 1",
        "select * from listed",
        "select name from meant",
        "select top 1 id from items order by id option (maxdop 1)",
        "with c (a) as (select id from items) select a from c",
        "select id from app.dbo.items",
        "select cast(id as nvarchar(10)) from items where name like N'%o%' escape '!'"
      })
  void readsOfTablesAreKept(String read) throws SQLException {
    try (Connection client = client()) {
      all(client, read);

      assertThat(hits(client, read)).isOne();
    }
  }

  /** Whether the stand-in can answer them or not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select id, getdate() from items",
        "select id, current_timestamp from items",
        "select id, {fn now()} from items",
        "select id, newid() from items",
        "select id, rand() from items",
        "select id, @@spid from items",
        "select id, @@rowcount from items",
        "select id, @@identity from items",
        "select id, scope_identity() from items",
        "select id, @@trancount from items",
        "select id, user_name() from items",
        "select id, session_context(N'a') from items",
        "select id, object_id('items') from items",
        "select next value for s from items",
        "select id from items where contains(name, 'x')",
        "select id from items with (nolock)",
        "select id from items (nolock)",
        "select id from items option (table hint(items, nolock))",
        "select id from items with (readpast)",
        "select id from items with (updlock)",
        "select id from items with (holdlock)",
        "select id from items tablesample (10 percent)",
        "select id from items for system_time as of '2020-01-01'",
        "select * from openrowset('a', 'b', 'c')",
        "select * from openquery(srv, 'x')",
        "select id from srv.app.dbo.items",
        "select id from master.dbo.items",
        "select name from sys.objects",
        "select * from sys.dm_exec_sessions",
        "select name from sysobjects",
        "select name from of_server",
        "select name from of_sys",
        "select id from timed",
        "select id from dirty",
        "select id from #t",
        "select id into other2 from items",
        "select id from items; select 2",
        "select id from items select id from items",
        "declare @x int select @x = id from items",
        "set nocount on select id from items"
      })
  void whatRestsOnMoreIsNotKept(String read) throws SQLException {
    try (Connection client = client()) {
      long before = Long.parseLong(figures().get("stored"));
      for (int i = 0; i < 2; i++) {
        try {
          all(client, read);
        } catch (SQLException e) {
          assertThat(e.getMessage()).as("what the stand-in does not know").isNotEmpty();
        }
      }

      assertThat(figures()).containsEntry("stored", Long.toString(before));
    } finally {
      all(past, "drop table if exists other2");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set rowcount 1",
        "set textsize 10",
        "set dateformat dmy",
        "set datefirst 3",
        "set language german",
        "set ansi_nulls off",
        "set quoted_identifier off",
        "set arithabort on",
        "set concat_null_yields_null off",
        "set nocount on",
        "set lock_timeout 1000",
        "set transaction isolation level serializable",
        "use master"
      })
  void settingsHaveResultsOfTheirOwn(String set) throws SQLException {
    String read = "select id, name from app.dbo.items";
    try (Connection client = client();
        Connection other = client()) {
      all(client, read);
      assertThat(hits(client, read)).isOne();
      all(other, set);

      assertThat(hits(other, read)).isZero();
    }
  }

  @Test
  void aTransactionReadsWhatItHasWritten() throws SQLException {
    try (Connection client = client();
        Connection other = client()) {
      assertThat(all(client, READ)).isEqualTo("[one;]");
      other.setAutoCommit(false);
      all(other, "update items set name = 'uncommitted' where id = 1");
      assertThat(all(other, READ)).isEqualTo("[uncommitted;]");
      assertThat(all(client, READ)).isEqualTo("[one;]");
      other.rollback();
      assertThat(all(other, READ)).isEqualTo("[one;]");
      all(other, "update items set name = 'committed' where id = 1");
      other.commit();
      assertThat(all(client, READ)).isEqualTo("[committed;]");
    }
  }

  @Test
  void driversOfOtherVersionsHaveResultsOfTheirOwn() throws SQLException {
    try (Connection client = client();
        Connection old = node.jtds()) {
      for (int i = 0; i < 3; i++) {
        assertThat(all(client, "select id, name, at from items")).isEqualTo(BOTH);
        assertThat(all(old, "select id, name, at from items")).isEqualTo(BOTH);
      }
      assertThat(hits(client, "select id, name, at from items")).isOne();
      assertThat(hits(old, "select id, name, at from items")).isOne();
    }
  }

  @Test
  void valuesAndTypesOfParametersCount() throws SQLException {
    try (Connection client = client();
        Connection narrow = node.jdbc(";encrypt=false;sendStringParametersAsUnicode=false")) {
      for (Connection each : List.of(client, narrow, client)) {
        try (PreparedStatement read =
            each.prepareStatement("select ?, id from items where id = ?")) {
          for (String value : new String[] {"1", "2", null, "1"}) {
            for (int id = 1; id <= 2; id++) {
              read.setString(1, value);
              read.setInt(2, id);
              try (ResultSet row = read.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo(value);
                assertThat(row.getInt(2)).isEqualTo(id);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void aPreparedStatementIsRunInTheDatabaseInUse() throws SQLException {
    all(past, "use tempdb create table items (id int, name nvarchar(100))");
    all(past, "use tempdb insert items values (1, 'elsewhere') use app");
    try (Connection client = client();
        PreparedStatement read = client.prepareStatement("select name from items where id = ?")) {
      for (String database : List.of("app", "tempdb", "app")) {
        client.setCatalog(database);
        for (int i = 0; i < 4; i++) {
          read.setInt(1, 1);
          try (ResultSet row = read.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo(database.equals("app") ? "one" : "elsewhere");
          }
        }
      }
    } finally {
      all(past, "use tempdb drop table items use app");
    }
  }

  @Test
  void rowsOfABulkLoadAreNoticed() throws SQLException {
    String read = "select count(*) from items";
    try (Connection client = client();
        Connection other = client();
        SQLServerBulkCopy load = new SQLServerBulkCopy(other);
        Statement rows = past.createStatement()) {
      assertThat(all(client, read)).isEqualTo("[2;]");
      load.setDestinationTableName("items");
      load.addColumnMapping("id", "id");
      load.addColumnMapping("name", "name");
      try (ResultSet source = rows.executeQuery("select 11 as id, 'loaded' as name")) {
        load.writeToServer(source);
      }
      assertThat(all(client, read)).isEqualTo("[3;]");
    }
  }

  @Test
  void preparedStatementsAreServedByTheirValues() throws SQLException {
    try (Connection client = client();
        PreparedStatement read = client.prepareStatement("select name from items where id = ?")) {
      for (int round = 0; round < 5; round++) {
        for (int id = 1; id <= 2; id++) {
          read.setInt(1, id);
          try (ResultSet row = read.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo(id == 1 ? "one" : "two");
            assertThat(row.next()).isFalse();
          }
        }
      }
      assertThat(Long.parseLong(figures().get("hits"))).isPositive();
    }
  }
}
