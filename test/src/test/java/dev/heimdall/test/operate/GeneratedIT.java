package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Ended;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.HeimdallJvm;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.StartedNode;
import dev.heimdall.test.fixture.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that runs already, and a node in front of it for its own users. */
@Tag("long")
class GeneratedIT {
  @TempDir private Path directory;

  private Path output() {
    return directory.resolve("heimdall");
  }

  private String generate(int exitCode, Map<String, String> environment, String... words)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("generate", "--output", output().toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(HeimdallJvm.command(command));
    builder.environment().putAll(environment);
    Ended ended = Ended.of(builder, directory.resolve("generate.out"), 2);
    assertThat(ended.exitCode()).as(ended.text()).isEqualTo(exitCode);
    return ended.text();
  }

  @Test
  void usersOfAPostgresLogInThroughTheNodeAsTheyAre() throws Exception {
    PostgresServer primary = SharedPostgres.primary();
    primary.execute("CREATE ROLE generated LOGIN PASSWORD 'secret' CONNECTION LIMIT 7");
    try {
      int port = FreePort.any();
      String told =
          generate(
              0,
              Map.of("PGPASSWORD", SharedPostgres.cluster().password()),
              "--host=127.0.0.1",
              "--port=" + primary.port(),
              "--user=" + SharedPostgres.cluster().superuser(),
              "--listen=" + port);
      assertThat(told)
          .contains("127.0.0.1 replicates from it: --replicas takes it over")
          .contains("user " + SharedPostgres.cluster().superuser() + " is left out: it is a super");
      assertThat(Files.readString(output().resolve("users/generated.json")))
          .contains("SCRAM-SHA-256$")
          .contains("\"maxServerConnections\": 7");
      try (StartedNode node = StartedNode.ofWritten(output());
          RawClient client =
              RawClient.logIn(
                  new Target(
                      "127.0.0.1",
                      node.port("main"),
                      SharedPostgres.DATABASE,
                      "generated",
                      "secret",
                      false))) {
        assertThat(client.value("SELECT current_user")).isEqualTo("generated");
      }
    } finally {
      primary.execute("DROP ROLE generated");
    }
  }

  @Test
  void aReplicaThatIsNotFoundAtItsAddressIsSaid() throws Exception {
    String told =
        generate(
            0,
            Map.of("PGPASSWORD", SharedPostgres.cluster().password()),
            "--host=127.0.0.1",
            "--port=" + SharedPostgres.primary().port(),
            "--user=" + SharedPostgres.cluster().superuser(),
            "--replicas");

    assertThat(told).contains("(it is no replica of it): add it to \"url\" with its port");
  }

  @Test
  void whoMayNotReadPasswordsIsToldSoAndServesHimself() throws Exception {
    Target server = SharedPostgres.target();
    String told =
        generate(
            0,
            Map.of("PGPASSWORD", SharedPostgres.PASSWORD),
            "--host=127.0.0.1",
            "--port=" + server.port(),
            "--database=" + SharedPostgres.DATABASE,
            "--user=" + SharedPostgres.USER,
            "--listen=" + FreePort.any());

    assertThat(told).contains("passwords could not be read, as only superusers may");
    try (StartedNode node = StartedNode.ofWritten(output());
        RawClient client =
            RawClient.logIn(
                new Target(
                    "127.0.0.1",
                    node.port("main"),
                    SharedPostgres.DATABASE,
                    SharedPostgres.USER,
                    SharedPostgres.PASSWORD,
                    false))) {
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aWrongPasswordIsSaidAndNothingWritten() throws Exception {
    String told =
        generate(
            4,
            Map.of("PGPASSWORD", "guessed"),
            "--host=127.0.0.1",
            "--port=" + SharedPostgres.target().port(),
            "--user=" + SharedPostgres.USER);

    assertThat(told).contains("password authentication failed").doesNotContain("guessed");
    assertThat(output()).doesNotExist();
  }

  @MariadbAndMysql
  void usersOfAMysqlLogInThroughTheNodeAsTheyAre(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.execute(
        "CREATE USER asking@'%' IDENTIFIED BY 'asking'",
        "GRANT ALL ON *.* TO asking@'%'",
        "CREATE USER moved_in@'%' IDENTIFIED BY 'secret'",
        "GRANT SELECT ON app.* TO moved_in@'%'");
    try {
      generate(
          0,
          Map.of("MYSQL_PWD", "asking"),
          "--engine=mysql",
          "--host=" + server.host(),
          "--port=" + server.port(),
          "--user=asking",
          "--listen=" + FreePort.any());

      assertThat(Files.readString(output().resolve("users/moved_in.json")))
          .contains(release == MysqlRelease.MYSQL ? "\"0x2441243030" : "\"*");
      try (StartedNode node = StartedNode.ofWritten(output())) {
        MysqlTarget target =
            new MysqlTarget("127.0.0.1", node.port("main"), "app", "moved_in", "secret", false);
        try (Connection client = target.jdbc()) {
          assertThat(Jdbc.value(client, "SELECT current_user()")).isEqualTo("moved_in@%");
        }
        if (release == MysqlRelease.MARIADB) {
          // As at the server itself: it sends no password for want of TLS and of a key.
          try (Connection client = target.mariaJdbc("allowPublicKeyRetrieval", "false")) {
            assertThat(Jdbc.value(client, "SELECT current_user()")).isEqualTo("moved_in@%");
          }
        }
      }
    } finally {
      server.execute("DROP USER moved_in@'%'", "DROP USER asking@'%'");
    }
  }

  @MariadbAndMysql
  void rolesAndLockedAccountsAreNoUsers(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    boolean maria = release != MysqlRelease.MYSQL;
    server.execute(
        "CREATE USER asking@'%' IDENTIFIED BY 'asking'",
        "GRANT ALL ON *.* TO asking@'%'",
        "CREATE USER left_us@'%' IDENTIFIED BY 'secret' ACCOUNT LOCK",
        "CREATE ROLE readers");
    if (maria) {
      server.execute("GRANT SELECT ON app.* TO PUBLIC");
    }
    try {
      String told =
          generate(
              0,
              Map.of("MYSQL_PWD", "asking"),
              "--engine=mysql",
              "--host=" + server.host(),
              "--port=" + server.port(),
              "--user=asking",
              "--listen=" + FreePort.any());

      assertThat(told)
          .contains("user left_us is left out: its account is locked, as those of roles are")
          .doesNotContain("PUBLIC");
      assertThat(output().resolve("users"))
          .isDirectoryNotContaining("glob:**/{PUBLIC,readers,left_us}.json");
    } finally {
      if (maria) {
        server.execute("REVOKE SELECT ON app.* FROM PUBLIC");
      }
      server.execute("DROP ROLE readers", "DROP USER left_us@'%'", "DROP USER asking@'%'");
    }
  }

  @MariadbAndMysql
  void whoMayReadTheViewOfAccountsAloneMovesUsersIn(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.execute(
        "CREATE USER looking@'%' IDENTIFIED BY 'looking'",
        "GRANT SELECT ON mysql.user TO looking@'%'",
        "GRANT SELECT ON app.* TO looking@'%'",
        "CREATE USER moved_in@'%' IDENTIFIED BY 'secret'",
        "CREATE ROLE readers");
    try {
      String told =
          generate(
              0,
              Map.of("MYSQL_PWD", "looking"),
              "--engine=mysql",
              "--host=" + server.host(),
              "--port=" + server.port(),
              "--user=looking",
              "--listen=" + FreePort.any());

      assertThat(told).doesNotContain("users could not be read");
      if (release != MysqlRelease.MYSQL) {
        assertThat(told).contains("locked accounts could not be told from others");
      }
      assertThat(output().resolve("users"))
          .isDirectoryContaining("glob:**/moved_in.json")
          .isDirectoryNotContaining("glob:**/{PUBLIC,readers}.json");
    } finally {
      server.execute("DROP ROLE readers", "DROP USER moved_in@'%'", "DROP USER looking@'%'");
    }
  }
}
