package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Real drivers log in to a node in front of a real MariaDB. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MysqlClientLogInIT {
  private static final MysqlRelease RELEASE = MysqlRelease.MARIADB;
  private MysqlNode node;
  private MysqlTarget direct;

  @BeforeAll
  void start() {
    node = MysqlNode.start(RELEASE, configuration -> {});
    direct = MysqlTarget.of(RELEASE.shared().primary());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void driversLogInAndQuery() throws Exception {
    try (Connection connection = node.target().jdbc()) {
      assertThat(one(connection, "SELECT 1")).isEqualTo("1");
      assertThat(one(connection, "SELECT DATABASE()")).isEqualTo(MysqlRelease.DATABASE);
      assertThat(connection.getMetaData().getDatabaseProductVersion()).isEqualTo(productVersion());
    }
    try (Connection connection = node.target().mariaJdbc()) {
      assertThat(one(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  private String productVersion() throws SQLException {
    try (Connection connection = direct.jdbc()) {
      return connection.getMetaData().getDatabaseProductVersion();
    }
  }

  @Test
  void operatorsUseTheAdminDatabase() {
    assertThat(node.admin("SHOW POOLS")).isNotNull();
    assertThat(node.admin("SHOW VERSION")).hasSize(1);
  }

  @Test
  void refusalsAreMysqlsOwn() {
    for (MysqlTarget wrong :
        List.of(
            node.target().as("app", "wrong"),
            node.target().as("nobody", "wrong"),
            node.target().as("app", ""))) {
      SQLException error = catchThrowableOfType(SQLException.class, wrong::jdbc);
      assertThat(error.getErrorCode()).as(error.getMessage()).isEqualTo(1045);
      assertThat(error.getSQLState()).isEqualTo("28000");
    }
  }
}
