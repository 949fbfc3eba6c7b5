package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.inspect.MachineInspector;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DataSource;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of databases before nodes are sent there. */
@Tag("ci")
class DatabaseInspectionIT {
  private static final String WORD = "inspection-word";

  @TempDir private Path directory;

  private List<CheckResult> look(String source) throws Exception {
    Files.createDirectories(directory.resolve("vdbs"));
    Files.createDirectories(directory.resolve("sources"));
    Files.writeString(directory.resolve("vdbs/any.json"), "{\"ports\": [1], \"source\": \"any\"}");
    Files.writeString(directory.resolve("sources/any.json"), source);
    DataSource read = ConfigurationReader.read(directory).sources().get("any");
    List<CheckResult> found = new ArrayList<>();
    new MachineInspector(Optional::empty, Map.of()).database(read, found::add);
    assertThat(found.toString()).doesNotContain(WORD);
    return found;
  }

  private static CheckResult of(List<CheckResult> found, String what) {
    return found.stream()
        .filter(one -> one.what().equals(what))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing of " + what + " in " + found));
  }

  private static String postgres(String more) {
    return "{\"url\": \"jdbc:postgresql://127.0.0.1:%d/app\", %s}"
        .formatted(SharedPostgres.primary().port(), more);
  }

  @Test
  void aUserWithoutRightsIsToldWhichOnes() throws Exception {
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS inspected", "CREATE ROLE inspected LOGIN PASSWORD '" + WORD + "'");
    String source =
        postgres(
            "\"user\": \"inspected\", \"password\": \"%s\", \"cluster\": {\"kind\": \"postgres\"}"
                .formatted(WORD));
    CheckResult rights = of(look(source), "Rights");
    assertThat(rights.state()).isEqualTo(CheckResult.State.NOTE);
    assertThat(rights.advice()).contains("GRANT pg_monitor TO \"inspected\"");
    SharedPostgres.primary().execute("GRANT pg_monitor TO inspected");
    assertThat(of(look(source), "Rights").state()).isEqualTo(CheckResult.State.GOOD);
    SharedPostgres.primary().execute("DROP ROLE inspected");
  }

  @Test
  void refusalsAreInTheServersWords() throws Exception {
    String login = "\"user\": \"%s\", \"password\": \"%s\"";
    CheckResult wrong = of(look(postgres(login.formatted("app", WORD))), "Log-in");
    assertThat(wrong.state()).isEqualTo(CheckResult.State.BAD);
    assertThat(wrong.detail()).contains("password authentication failed for user \"app\"");
    CheckResult none =
        of(look(postgres(login.formatted("app", "app")).replace("/app\"", "/no_such\"")), "Log-in");
    assertThat(none.detail()).contains("database \"no_such\" does not exist");
    assertThat(none.advice()).isEqualTo("Name a database that there is.");
    CheckResult tls =
        of(
            look(
                postgres(login.formatted("app", "app") + ", \"tls\": {\"mode\": \"verify-full\"}")),
            "Log-in");
    assertThat(tls.state()).isEqualTo(CheckResult.State.BAD);
    assertThat(tls.advice()).contains("TLS");
    CheckResult closed =
        of(
            look(
                "{\"url\": \"jdbc:postgresql://127.0.0.1:%d\", %s}"
                    .formatted(FreePort.any(), login.formatted("app", "app"))),
            "Network");
    assertThat(closed.detail()).startsWith("Nothing listens at port");
  }

  @Test
  void aWriterAndItsReplicaAreWell() throws Exception {
    PostgresServer replica = SharedPostgres.cluster().replicas().get(0);
    List<CheckResult> found =
        look(
            "{\"url\": \"jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/app\", \"user\": \"app\", \"password\": \"app\", \"cluster\": {\"kind\": \"postgres\"}}"
                .formatted(SharedPostgres.primary().port(), replica.port()));
    assertThat(found).noneMatch(one -> one.state() == CheckResult.State.BAD);
    assertThat(found)
        .filteredOn(one -> one.what().equals("Role"))
        .extracting(CheckResult::detail)
        .containsExactly("Writer", "Replica");
  }

  @Test
  void aReplicaOfAnotherClusterIsNoReplicaOfThisOne() throws Exception {
    String role = "CREATE ROLE astray LOGIN PASSWORD 'astray' IN ROLE pg_monitor";
    SharedPostgres.primary().execute("DROP ROLE IF EXISTS astray", role);
    try (PostgresCluster other =
        PostgresCluster.builder().ephemeralPorts().replicas(1).fsync(false).start()) {
      other.primary().execute(role, "CREATE DATABASE app");
      other.awaitReplay(Duration.ofSeconds(30));
      List<CheckResult> found =
          look(
              "{\"url\": \"jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/app\", \"user\": \"astray\", \"password\": \"astray\", \"cluster\": {\"kind\": \"postgres\"}}"
                  .formatted(SharedPostgres.primary().port(), other.replicas().get(0).port()));
      assertThat(found)
          .filteredOn(one -> one.state() == CheckResult.State.BAD)
          .extracting(CheckResult::detail)
          .containsExactly("It replicates from another server than the writer that you named.");
    }
    SharedPostgres.primary().execute("DROP ROLE astray");
  }

  @MariadbAndMysql
  void mysqlAndMariaDbNameTheRightsThatAreMissing(MysqlRelease release) throws Exception {
    MysqlCluster cluster = release.shared();
    MysqlServer writer = cluster.primary();
    MysqlServer replica = cluster.replicas().get(0);
    writer.execute("CREATE USER inspected@'%' IDENTIFIED BY '" + WORD + "'");
    try {
      cluster.awaitReplay(Duration.ofSeconds(60));
      String form =
          "{\"url\": \"jdbc:mysql://127.0.0.1:%d,127.0.0.1:%d\", \"user\": \"inspected\","
              + " \"password\": \""
              + WORD
              + "\", \"cluster\": {\"kind\": \"mysql\"}}";
      String source = form.formatted(writer.port(), replica.port());
      CheckResult refused = of(look(source), "Replication");
      assertThat(refused.state()).isEqualTo(CheckResult.State.BAD);
      String advice = refused.advice();
      writer.execute(advice.substring(advice.indexOf("GRANT")).replace(";", ""));
      cluster.awaitReplay(Duration.ofSeconds(60));
      List<CheckResult> found = look(source);
      assertThat(found).noneMatch(one -> one.state() == CheckResult.State.BAD);
      assertThat(roles(found)).containsExactly("Writer", "Replica");
      assertThat(of(found, "Replication lag").detail()).isEqualTo("Up to date");

      assertThat(roles(look(form.formatted(replica.port(), writer.port()))))
          .containsExactly(
              "This server is a replica: it accepts no writes.",
              "This server is no replica: it accepts writes itself.");
      CheckResult wrong = of(look(source.replace(WORD, "another")), "Log-in");
      assertThat(wrong.detail()).contains("Access denied for user 'inspected'");
    } finally {
      writer.execute("DROP USER inspected@'%'");
    }
  }

  private static List<String> roles(List<CheckResult> found) {
    return found.stream()
        .filter(one -> one.what().equals("Role"))
        .map(CheckResult::detail)
        .toList();
  }
}
