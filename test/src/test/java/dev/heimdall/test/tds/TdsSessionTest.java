package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of the stand-in, or of a real server, as two drivers see them. */
public class TdsSessionTest {
  private static TdsTarget target;

  @BeforeAll
  static void start() {
    target = TdsTarget.start();
  }

  @AfterAll
  static void end() {
    target.close();
  }

  enum Driver {
    MSSQL,
    JTDS;

    Connection connect() throws SQLException {
      return this == MSSQL ? target.jdbc("") : target.jtds("");
    }
  }

  /** All results of a batch: rows in brackets, counts in parentheses. */
  public static String all(Connection connection, String sql) throws SQLException {
    StringBuilder text = new StringBuilder();
    try (Statement statement = connection.createStatement()) {
      boolean rows = statement.execute(sql);
      while (rows || statement.getUpdateCount() >= 0) {
        if (rows) {
          ResultSet result = statement.getResultSet();
          int columns = result.getMetaData().getColumnCount();
          text.append('[');
          while (result.next()) {
            for (int i = 1; i <= columns; i++) {
              text.append(i > 1 ? "," : "").append(result.getString(i));
            }
            text.append(';');
          }
          text.append(']');
        } else {
          text.append('(').append(statement.getUpdateCount()).append(')');
        }
        rows = statement.getMoreResults();
      }
    }
    return text.toString();
  }

  private static int errorOf(Connection connection, String sql) {
    try {
      all(connection, sql);
      return 0;
    } catch (SQLException e) {
      return e.getErrorCode();
    }
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void statementsOfABatchAnswerInOrder(Driver driver) throws Exception {
    try (Connection client = driver.connect()) {
      assertThat(all(client, "select 1 select 'a', N'b'; declare @i int = 3 select @i + 1"))
          .isEqualTo("[1;][a,b;][4;]");
      assertThat(
              all(
                  client,
                  "declare @n int = 0 while @n < 3 begin set @n += 1 if @n = 2 continue select @n"
                      + " end"))
          .isEqualTo("[1;][3;]");
    }
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void transactionsCountCommitAndRollBack(Driver driver) throws Exception {
    try (Connection client = driver.connect()) {
      all(client, "create table #t (a int)");
      client.setAutoCommit(false);
      all(client, "insert #t values (1)");
      assertThat(all(client, "select @@trancount")).isEqualTo("[1;]");
      Savepoint savepoint = client.setSavepoint("s");
      all(client, "insert #t values (2)");
      client.rollback(savepoint);
      client.commit();
      all(client, "insert #t values (3)");
      client.rollback();
      client.setAutoCommit(true);

      assertThat(all(client, "select a, @@trancount from #t")).isEqualTo("[1,0;]");
      assertThat(
              all(client, "begin tran begin tran commit select @@trancount, xact_state() rollback"))
          .isEqualTo("[1,1;]");
      assertThat(errorOf(client, "commit")).isEqualTo(3902);
      assertThat(errorOf(client, "rollback")).isEqualTo(3903);
    }
  }

  @Test
  void writesOfATransactionAreHiddenUntilItsCommit() throws Exception {
    try (Connection one = target.jdbc("");
        Connection other = target.jdbc("")) {
      all(one, "drop table if exists hidden create table hidden (a int primary key)");
      all(one, "begin tran insert hidden values (1)");
      all(other, "set lock_timeout 100");

      assertThat(errorOf(other, "insert hidden values (1)")).isEqualTo(1222);
      all(one, "commit");
      assertThat(errorOf(other, "insert hidden values (1)")).isEqualTo(2627);
      all(one, "drop table hidden");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "102 select from",
        "208 select * from nosuch",
        "2812 exec nosuch",
        "8134 select 1/0",
        "515 create table #e (a int not null) insert #e values (null)",
        "2627 create table #f (a int primary key) insert #f values (1) insert #f values (1)",
        "50000 raiserror('x', 16, 1)",
        "51234 throw 51234, 'x', 1",
        "911 use nosuch",
        "137 select @nosuch",
        "245 select cast('x' as int)"
      })
  void errorsHaveTheNumbersOfSqlServer(String numberAndText) throws Exception {
    int space = numberAndText.indexOf(' ');
    int number = Integer.parseInt(numberAndText.substring(0, space));
    try (Connection client = target.jdbc("")) {
      assertThat(errorOf(client, numberAndText.substring(space + 1))).isEqualTo(number);
      assertThat(all(client, "select 1")).isEqualTo("[1;]");
    }
  }

  @Test
  void anErrorEndsItsTransactionWhereXactAbortIsOn() throws Exception {
    try (Connection client = target.jdbc("")) {
      all(client, "create table #t (a int primary key)");
      errorOf(client, "begin tran insert #t values (1) insert #t values (1)");
      assertThat(all(client, "select @@trancount rollback")).startsWith("[1;]");

      errorOf(client, "set xact_abort on begin tran insert #t values (1) insert #t values (1)");
      assertThat(all(client, "select @@trancount, count(*) from #t")).isEqualTo("[0,0;]");
      assertThat(errorOf(client, "begin tran begin try select 1/0 end try begin catch end catch"))
          .isEqualTo(3998);
    }
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void preparedStatementsAreRunByHandles(Driver driver) throws Exception {
    try (Connection client = driver.connect();
        PreparedStatement statement = client.prepareStatement("select ? + 1, ?")) {
      for (int i = 0; i < 4; i++) {
        statement.setInt(1, i);
        statement.setString(2, "é中" + i);
        try (ResultSet result = statement.executeQuery()) {
          assertThat(result.next()).isTrue();
          assertThat(result.getInt(1)).isEqualTo(i + 1);
          assertThat(result.getString(2)).isEqualTo("é中" + i);
        }
      }
    }
    if (target.server() != null) {
      Stream<String> texts = target.server().log().stream().map(TdsMessage::text);
      assertThat(texts).anyMatch(text -> text.startsWith("sp_execute "));
    }
  }

  @Test
  void aProcedureHasOutputParametersAndAStatus() throws Exception {
    try (Connection client = target.jdbc("")) {
      all(client, "drop procedure if exists doubled");
      all(client, "create procedure doubled @a int, @b int output as set @b = @a * 2 return 42");
      try (java.sql.CallableStatement call = client.prepareCall("{? = call doubled(?, ?)}")) {
        call.registerOutParameter(1, java.sql.Types.INTEGER);
        call.setInt(2, 21);
        call.registerOutParameter(3, java.sql.Types.INTEGER);
        call.execute();
        assertThat(call.getInt(1)).isEqualTo(42);
        assertThat(call.getInt(3)).isEqualTo(42);
      }
      all(client, "drop procedure doubled");
    }
  }

  @Test
  void generatedKeysAreThoseOfTheLastInsert() throws Exception {
    try (Connection client = target.jdbc("")) {
      all(client, "create table #k (id int identity(7, 1) primary key, v nvarchar(10))");
      try (PreparedStatement insert =
          client.prepareStatement("insert #k (v) values (?)", Statement.RETURN_GENERATED_KEYS)) {
        insert.setString(1, "x");
        insert.executeUpdate();
        try (ResultSet keys = insert.getGeneratedKeys()) {
          assertThat(keys.next()).isTrue();
          assertThat(keys.getInt(1)).isEqualTo(7);
        }
      }
      assertThat(
              all(
                  client,
                  "insert #k (v) values ('y') select @@identity, scope_identity(), @@rowcount"))
          .isEqualTo("(1)[8,8,1;]");
    }
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void anAttentionEndsWhatRuns(Driver driver) throws Exception {
    try (Connection client = driver.connect();
        Statement statement = client.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.execute("waitfor delay '00:01:00'"))
          .isInstanceOf(SQLException.class);
      assertThat(all(client, "select 1")).isEqualTo("[1;]");
    }
  }

  @Test
  void printInformsAndUseChangesTheDatabase() throws Exception {
    try (Connection client = target.jdbc("");
        Statement statement = client.createStatement()) {
      statement.execute("print 'hello'");
      SQLWarning warning = statement.getWarnings();
      assertThat(warning.getMessage()).isEqualTo("hello");
      all(client, "use tempdb");
      assertThat(client.getCatalog()).isEqualTo("tempdb");
      assertThat(all(client, "select db_name()")).isEqualTo("[tempdb;]");
    }
  }

  @Test
  void settingsEndWithTheirProcedure() throws Exception {
    try (Connection client = target.jdbc("")) {
      String options = all(client, "select @@options & 512");
      assertThat(options).isEqualTo("[0;]");
      all(client, "exec sp_executesql N'set nocount on'");
      assertThat(all(client, "select @@options & 512")).isEqualTo("[0;]");
      all(client, "set nocount on");
      assertThat(all(client, "select @@options & 512")).isEqualTo("[512;]");
      all(client, "set context_info 0x0102");
      assertThat(all(client, "select substring(context_info(), 1, 2)")).isEqualTo("[0102;]");
      all(client, "exec sp_set_session_context N'k', N'v'");
      assertThat(all(client, "select session_context(N'k')")).isEqualTo("[v;]");
    }
  }

  @Test
  void applicationLocksExcludeOtherSessions() throws Exception {
    String lock = "declare @r int exec @r = sp_getapplock 'a', 'Exclusive', 'Session', 0 select @r";
    try (Connection one = target.jdbc("");
        Connection other = target.jdbc("")) {
      assertThat(all(one, lock)).isEqualTo("[0;]");
      assertThat(all(other, lock)).isEqualTo("[-1;]");
      all(one, "exec sp_releaseapplock 'a', 'Session'");
      assertThat(all(other, lock)).isEqualTo("[0;]");
    }
  }

  @Test
  void aKilledSessionRollsBack() throws Exception {
    try (Connection one = target.jdbc(";connectRetryCount=0");
        Connection other = target.jdbc("")) {
      all(other, "drop table if exists killed create table killed (a int)");
      String spid = all(one, "begin tran insert killed values (1) select @@spid");
      all(other, "kill " + spid.replaceAll(".*\\[(\\d+);]", "$1"));

      assertThatThrownBy(() -> all(one, "select 1")).isInstanceOf(SQLException.class);
      Await.until("rolled back", () -> all(other, "select count(*) from killed").equals("[0;]"));
      all(other, "drop table killed");
    }
  }

  @Test
  void theLogHasEachMessage() throws Exception {
    assumeThat(target.server()).isNotNull();
    try (Connection client = target.jdbc("")) {
      all(client, "select 'logged'");
    }

    List<String> last =
        target.server().log().stream()
            .filter(message -> message.text().equals("select 'logged'"))
            .map(TdsMessage::type)
            .toList();
    assertThat(last).containsExactly("batch");
  }
}
