package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Clients that set which changes of their session's state servers report, as MariaDB Connector/J
 * does when it connects.
 */
class MysqlTrackingIT {
  private static final String VALUES = "SELECT concat(@@group_concat_max_len, ' ', @@sql_mode)";

  @MariadbAndMysql
  void whateverIsReportedEachSessionHasItsOwnState(MysqlRelease release) throws SQLException {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection client = node.target().jdbc();
        Connection other = node.target().jdbc()) {
      String before = value(other, VALUES);
      for (String off :
          new String[] {
            "session_track_system_variables = ''",
            "session_track_system_variables = CONCAT(@@global.session_track_system_variables,',a')",
            "SESSION session_track_schema := OFF, @@session.session_track_system_variables = NULL",
          }) {
        execute(client, "SET " + off + ", sql_mode = 'ANSI_QUOTES', group_concat_max_len = 5555");
        execute(client, "SET group_concat_max_len = 6666");
        execute(client, "USE information_schema");

        assertThat(value(other, VALUES)).as(off).isEqualTo(before);
        assertThat(value(other, "SELECT database()")).as(off).isEqualTo("app");
        assertThat(value(client, VALUES)).as(off).isEqualTo("6666 ANSI_QUOTES");
        assertThat(value(client, "SELECT database()")).as(off).isEqualTo("information_schema");
      }
    }
  }
}
