package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mysql.cj.MysqlConnection;
import com.mysql.cj.NativeSession;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;

/** Answers of servers on their way through a node. */
@Timeout(30)
class MysqlAnswersIT {
  private static final Map<MysqlRelease, MysqlNode> NODES = new EnumMap<>(MysqlRelease.class);

  @AfterAll
  static void close() {
    NODES.values().forEach(MysqlNode::close);
  }

  private static MysqlNode node(MysqlRelease release) {
    return NODES.computeIfAbsent(release, each -> MysqlNode.start(each, wishes -> {}));
  }

  private static Connection connect(MysqlRelease release, String... options) throws SQLException {
    return node(release).target().jdbc(options);
  }

  /** All results, counts among them, of a text. */
  private static List<String> results(Statement statement, String sql) throws SQLException {
    List<String> results = new ArrayList<>();
    boolean rows = statement.execute(sql);
    while (rows || statement.getUpdateCount() >= 0) {
      if (rows) {
        ResultSet set = statement.getResultSet();
        StringBuilder text = new StringBuilder();
        while (set.next()) {
          text.append(set.getString(1)).append(' ');
        }
        results.add(text.toString().strip());
      } else {
        results.add("#" + statement.getUpdateCount());
      }
      rows = statement.getMoreResults();
    }
    return results;
  }

  /** Drivers set it for batches, with COM_SET_OPTION. */
  @MariadbAndMysql
  void whetherATextMayHaveSeveralStatementsOutlivesAnError(MysqlRelease release)
      throws SQLException {
    for (boolean agreed : new boolean[] {false, true}) {
      try (Connection connection = connect(release, "allowMultiQueries", String.valueOf(agreed));
          Statement statement = connection.createStatement()) {
        NativeSession session =
            (NativeSession) connection.unwrap(MysqlConnection.class).getSession();
        for (boolean now : new boolean[] {!agreed, agreed}) {
          if (now) {
            session.enableMultiQueries();
          } else {
            session.disableMultiQueries();
          }
          for (int i = 0; i < 2; i++) {
            SQLException missing =
                catchThrowableOfType(
                    SQLException.class, () -> statement.execute("SELECT * FROM app.missing"));
            assertThat(missing.getErrorCode()).isEqualTo(1146);
            if (now) {
              assertThat(results(statement, "SELECT 1; SELECT 2")).containsExactly("1", "2");
            } else {
              SQLException refused =
                  catchThrowableOfType(
                      SQLException.class, () -> statement.execute("SELECT 1; SELECT 2"));
              assertThat(refused.getErrorCode()).isEqualTo(1064);
            }
          }
        }
      }
    }
  }

  @MariadbAndMysql
  void aTextOfSeveralStatementsHasSeveralResults(MysqlRelease release) throws SQLException {
    try (Connection connection = connect(release, "allowMultiQueries", "true");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 3; i++) {
        assertThat(results(statement, "SELECT 1; DO 1; SELECT 2 UNION SELECT 3; DO 2"))
            .containsExactly("1", "#0", "2 3", "#0");
      }
      SQLException failed =
          catchThrowableOfType(
              SQLException.class, () -> results(statement, "SELECT 1; SELECT nothing; SELECT 2"));
      assertThat(failed.getErrorCode()).isEqualTo(1054);
      assertThat(results(statement, "SELECT 4")).containsExactly("4");
    }
  }

  @MariadbAndMysql
  void errorsFollowOneAnother(MysqlRelease release) throws SQLException {
    try (Connection connection = connect(release);
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 5; i++) {
        SQLException failed =
            catchThrowableOfType(SQLException.class, () -> statement.execute("SELECT nothing"));
        assertThat(failed.getErrorCode()).isEqualTo(1054);
        assertThat(results(statement, "SHOW ERRORS")).containsExactly("Error");
        assertThat(results(statement, "SELECT 1")).containsExactly("1");
      }
    }
  }

  /** Routines raise errors of any number, and MariaDB means something else by two of these. */
  @MariadbAndMysql
  void anErrorIsNoEndOfTheConnectionForItsNumber(MysqlRelease release) throws SQLException {
    // Connector/J leaves its server when it gets 4031.
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:"
                    + node(release).target().port()
                    + "/app?useServerPrepStmts=true&allowPublicKeyRetrieval=true",
                MysqlRelease.USER,
                MysqlRelease.PASSWORD);
        Statement statement = connection.createStatement()) {
      statement.execute("SET @kept = 1");
      for (int number : new int[] {1053, 1079, 1927, 3169, 4031, 65535}) {
        if (number == 65535 && release == MysqlRelease.MARIADB) {
          continue; // which does not let routines use it
        }
        String signals = "SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = " + number;
        statement.execute("DROP PROCEDURE IF EXISTS app.signals");
        statement.execute("CREATE PROCEDURE app.signals() BEGIN SELECT 1; " + signals + "; END");
        try (PreparedStatement prepared = connection.prepareStatement("CALL app.signals()")) {
          for (ThrowingCallable each :
              List.<ThrowingCallable>of(
                  () -> statement.execute(signals),
                  () -> results(statement, "CALL app.signals()"),
                  () -> {
                    prepared.execute();
                    prepared.getMoreResults();
                  })) {
            SQLException raised = catchThrowableOfType(SQLException.class, each);
            assertThat(raised.getErrorCode()).isEqualTo((short) number); // as the driver reads it
            assertThat(results(statement, "SELECT @kept")).containsExactly("1");
          }
        }
      }
      statement.execute("DROP PROCEDURE app.signals");
    }
  }
}
