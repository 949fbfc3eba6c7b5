package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rare commands are answered as by the server itself. */
@Tag("ci")
class MysqlRareCommandsIT {
  private static String answer(RawMysqlClient client, byte[] command) throws IOException {
    try {
      return client.query(command).toString();
    } catch (RawMysqlClient.ErrorReceived error) {
      return error.getMessage();
    }
  }

  private static List<String> lastPrepared(MysqlTarget target) throws IOException {
    List<String> said = new ArrayList<>();
    try (RawMysqlClient client = RawMysqlClient.logIn(target)) {
      byte[] none = {0, 1, 0, 0, 0};
      byte[] last = RawMysqlClient.ofStatement(Command.STMT_EXECUTE, -1, none);
      said.add(answer(client, last));
      client.prepare("SELECT 17");
      said.add(answer(client, last));
      said.add(client.value("SELECT 4"));
    }
    return said;
  }

  @MariadbAndMysql
  void theNumberOfTheLastStatementMeansWhatItMeansToTheServer(MysqlRelease release)
      throws IOException, SQLException {
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    server.jdbc().close(); // it remembers the user
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      assertThat(lastPrepared(node.target())).isEqualTo(lastPrepared(server));
    }
  }

  @Test
  void aTimeOfTablesVersionsIsSetBack() throws IOException {
    MysqlRelease release = MysqlRelease.MARIADB;
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient client = RawMysqlClient.logIn(node.target());
        RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
      assertThat(answer(client, RawMysqlClient.query("SET system_versioning_asof='2020-01-01'")))
          .isEqualTo("[]");
      assertThat(other.value("SELECT @@system_versioning_asof")).isEqualTo("DEFAULT");
      assertThat(client.value("SELECT @@system_versioning_asof")).startsWith("2020-01-01");
      assertThat(answer(client, RawMysqlClient.query("SET system_versioning_asof = DEFAULT")))
          .isEqualTo("[]");
      assertThat(other.value("SELECT @@system_versioning_asof")).isEqualTo("DEFAULT");
      assertThat(client.value("SELECT @@system_versioning_asof")).isEqualTo("DEFAULT");
    }
  }
}
