package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Columns are named as directly where the node puts a number in the place of what asks for it. */
class MysqlColumnNamesIT {
  private static final List<String> QUERIES =
      List.of(
          "SELECT FOUND_ROWS()",
          "SELECT FOUND_ROWS()+0",
          "SELECT  FOUND_ROWS( ) + 0 , 1 FROM dual",
          "SELECT 1, IF(FOUND_ROWS() > 1, 'a', 'b') LIMIT 1",
          "SELECT ROW_COUNT()*2",
          "SELECT row_count() = -1 AND TRUE, FOUND_ROWS() IS NULL",
          "SELECT FOUND_ROWS() + ROW_COUNT()",
          "SELECT FOUND_ROWS()\n+\t0, (SELECT FOUND_ROWS()) - 1",
          "SELECT CAST(FOUND_ROWS() AS CHAR), FOUND_ROWS() + 0 n, FOUND_ROWS() + 0 AS m",
          "SELECT * FROM (SELECT FOUND_ROWS()+1, 2) t",
          "SELECT FOUND_ROWS()-1 UNION SELECT 2",
          "SELECT SQL_NO_CACHE CASE FOUND_ROWS() WHEN 1 THEN 'a' ELSE 'b' END",
          "SELECT LAST_INSERT_ID()+0, LAST_INSERT_ID() AS id");

  private static List<String> play(MysqlTarget target) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection client = target.jdbc();
        Connection other = target.jdbc();
        Statement statement = client.createStatement()) {
      for (String sql : QUERIES) {
        RandomClient.run(client, "SELECT 1 UNION SELECT 2");
        RandomClient.run(other, MysqlDiagnosticsIT.FIVE_ROWS);
        try (ResultSet rows = statement.executeQuery(sql)) {
          rows.next();
          for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            found.add(rows.getMetaData().getColumnName(i) + " is " + rows.getString(i));
          }
        }
      }
    }
    return found;
  }

  @MariadbAndMysql
  void columnsAreNamedByTheTextOfTheClient(MysqlRelease release) throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1))) {
      assertThat(play(node.target())).isEqualTo(play(MysqlTarget.of(release.shared().primary())));
    }
  }
}
