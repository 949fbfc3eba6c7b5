package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results by key outlive writes of other rows, and no other writes, for clients of SQL Server. */
class SqlServerKeyedWritesIT {
  private static final String READ = "select name from items where id = 1";
  private static final String G = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1";

  private static final List<String> DEFINITIONS =
      List.of(
          "create table items (id int primary key, name nvarchar(100), n int, u uniqueidentifier)",
          "create table other (id int, n int)",
          "create table fires (id int, n int)",
          "create table parents (id int primary key)",
          "create table children (id int, n int, foreign key (id) references parents (id)"
              + " on delete cascade)",
          "create table places (id int primary key, n int) as node",
          "create table edges (id int, n int, constraint e1 connection (places to places)"
              + " on delete cascade) as edge",
          "create view seen as select id, name from items",
          "create synonym meant for items",
          "create trigger t1 on fires after update as update fires set n = 7");

  private static TdsTarget server;
  private static SqlServerNode node;
  private static Connection past;
  private static Connection console;

  private Connection client;
  private Connection writer;

  @BeforeAll
  static void start() throws SQLException {
    server = TdsTarget.start("app");
    past = server.jdbc(";databaseName=app;encrypt=false");
    for (String definition : DEFINITIONS) {
      all(past, definition);
    }
    node =
        SqlServerNode.caching(
            server, ", \"cache\": {\"enabled\": true, \"dmlThreshold\": 100}", "");
    console = node.console();
  }

  @AfterAll
  static void end() throws SQLException {
    console.close();
    node.close();
    past.close();
    server.close();
  }

  @BeforeEach
  void fill() throws SQLException {
    all(past, "delete from items");
    all(past, "insert items values (1, 'one', 0, '%s1'), (2, 'two', 0, '%s2')".formatted(G, G));
    all(past, "delete from fires insert fires values (1, 0), (2, 0)");
    all(past, "delete from children delete from parents insert parents values (1), (2)");
    all(past, "insert children values (1, 0), (2, 0)");
    all(console, "FLUSH CACHE");
    client = node.jdbc(";encrypt=false");
    writer = node.jdbc(";encrypt=false");
    Await.until("something is cached", () -> isHit(READ));
  }

  private static long hits() throws SQLException {
    try (Statement statement = console.createStatement();
        ResultSet row = statement.executeQuery("SHOW CACHE")) {
      row.next();
      return row.getLong("hits");
    }
  }

  /** Behind definitions, and writes that may be any, the catalogue is read again first. */
  private void keep(String read) {
    Await.until("%s is cached".formatted(read), () -> isHit(read));
  }

  private boolean isHit(String read) throws SQLException {
    long before = hits();
    all(client, read);

    return hits() > before;
  }

  private void staysBehind(String read, String write) throws SQLException {
    keep(read);
    all(writer, write);
    assertThat(isHit(read)).as("%s behind %s", read, write).isTrue();
  }

  private void goesBehind(String read, String write) throws SQLException {
    keep(read);
    try {
      all(writer, write);
    } catch (SQLException e) {
      assertThat(e.getMessage()).as("what the stand-in does not know").isNotEmpty();
    }
    assertThat(isHit(read)).as("%s behind %s", read, write).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update items set name = 'written' where id = 2",
        "UPDATE [dbo].[Items] SET [name] = N'written' WHERE [ID] = 2",
        "update items set n = n + 1 where id in (2, 3)",
        "update items set n = n + 1 where id between 2 and 7",
        "update items set n = n + 1 output 1 where id = 2",
        "update items set n += 1, name = 'x' where id = 2",
        "delete from items output 1 where id = 2",
        "delete items where id = 2",
        "delete [dbo].[Items] where id = 2",
        "delete from items where id = 2 and n >= 0",
        "insert items (id, name) values (3, 'x')",
        "update items set n = n + 1 where id = 1 + 1",
        "update items set n = n + 1 where id = cast('2' as int)",
        "update items set id = 20 where id = 2",
        "insert items (id, name) values (3 + 30, 'x')",
        "insert into items (id, name) output inserted.name values (3, 'x'), (4, 'y')",
        "begin tran | update items set n = 1 where id = 2 | update items set n = 2 where id = 3"
            + " | commit",
      })
  void writesOfOtherRowsLeaveWhatIsKept(String write) throws SQLException {
    keep(READ);
    for (String part : write.split(" \\| ")) {
      all(writer, part);
    }
    assertThat(isHit(READ)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update items set name = 'written' where id = 1",
        "update items set name = 'written' where id = 2 - 1",
        "update items set n = n + 1",
        "update items set id = 1 where id = 2",
        "update i set n = 1 from items i where i.id = 2",
        "update items set n = 1 from items where id = 2",
        "update meant set n = 1 where id = 2",
        "update seen set name = 'x' where id = 2",
        "update items set n = 1 where name = 'two'",
        "with c as (select * from items where id = 2) update c set n = 1",
        "merge items using other on 1 = 0 when not matched then insert values (9, 'x', 0, null);",
        "insert items values (9, 'x', 0, null)",
        "delete top (1) from items where id = 2",
        "delete items",
        "delete items where id = 1",
        "delete i from items i where i.id = 2",
        "delete items from items where id = 2",
        "delete top (1) items where id = 2",
        "delete seen where id = 2",
        "update items set id += 1 where id = 0",
        "truncate table items",
        "exec('update items set n = 1 where id = 2')",
      })
  void otherWritesDoNot(String write) throws SQLException {
    goesBehind(READ, write);
  }

  @Test
  void triggersAndCascadesCountForTheWholeTable() throws SQLException {
    goesBehind("select n from fires where id = 1", "update fires set n = 1 where id = 2");
    goesBehind("select n from children where id = 1", "delete parents where id = 2");
    goesBehind("select n from edges where id = 1", "delete from places where id = 2");
    staysBehind("select n from edges where id = 1", "update places set n += 1 where id = 2");
    staysBehind("select n from children where id = 1", "update children set n = 3 where id = 2");
    staysBehind("select n from fires where id = 1", "insert fires (id, n) values (3, 1)");
  }

  @Test
  void joinedTablesCountByTheirOwnKeys() throws SQLException {
    String read = "select i.name from items i join children c on c.id = i.id where i.id = 1";
    staysBehind(read, "update children set n = 5 where id = 2");
    staysBehind(read, "update items set n = 5 where id = 2");
    goesBehind(read, "update children set n = 6 where id = 1");
  }

  /** Of each way in which the driver runs it: by sp_executesql, sp_prepexec, sp_execute. */
  @Test
  void valuesOfParametersCount() throws SQLException {
    String sql = "select name from items where id = ?";
    try (PreparedStatement read = client.prepareStatement(sql);
        PreparedStatement write = writer.prepareStatement("update items set n = ? where id = ?")) {
      for (int i = 0; i < 5; i++) {
        long before = hits();
        for (int k = 0; k < 4; k++) {
          read(read, 1);
        }
        assertThat(hits()).as("%s", i).isGreaterThan(before);
        write.setInt(1, i);
        write.setObject(2, i % 2 == 0 ? (Object) 2 : "2");
        write.executeUpdate();
        before = hits();
        read(read, 1);
        assertThat(hits()).as("behind another row, %s", i).isEqualTo(before + 1);
        write.setObject(2, 1);
        write.executeUpdate();
        before = hits();
        read(read, 1);
        assertThat(hits()).as("behind that row, %s", i).isEqualTo(before);
      }
    }
  }

  /** Double quotes may be those of a value still, as where it was prepared. */
  @Test
  void anExecutionByAHandleOfOtherSettingsCountsForTheWholeTable() throws SQLException {
    String read = "select n from items where name = 'one'";
    all(writer, "set quoted_identifier off");
    try (PreparedStatement write =
        writer.prepareStatement("update items set n = n + 1 where \"name\" = ?")) {
      for (int i = 0; i < 3; i++) {
        write.setString(1, "name");
        write.executeUpdate();
      }
      all(writer, "set quoted_identifier on");
      keep(read);
      write.executeUpdate();
      assertThat(isHit(read)).isFalse();
    }
  }

  private static void read(PreparedStatement read, Object value) throws SQLException {
    read.setObject(1, value);
    try (ResultSet row = read.executeQuery()) {
      row.next();
    }
  }

  @Test
  void uniqueidentifiersAreReadFromParametersAndLiterals() throws SQLException {
    String sql = "select name from items where u = ?";
    try (PreparedStatement read = client.prepareStatement(sql)) {
      for (Object value : List.of(UUID.fromString(G + "1"), G + "1")) {
        for (int i = 0; i < 3; i++) {
          read(read, value);
        }
        long before = hits();
        read(read, value);
        assertThat(hits()).as("%s", value).isEqualTo(before + 1);
        all(writer, "update items set n = 1 where u = '" + G.toUpperCase() + "2'");
        read(read, value);
        assertThat(hits()).as("%s behind another row", value).isEqualTo(before + 2);
        all(writer, "update items set n = 1 where u = '" + G.toUpperCase() + "1'");
        read(read, value);
        assertThat(hits()).as("%s behind its row", value).isEqualTo(before + 2);
      }
    }
  }

  @Test
  void aSessionIsToldByWhat() throws SQLException {
    all(client, READ);
    all(client, READ);
    assertThat(all(client, "show queryinfo")).contains("items by id");
  }
}
