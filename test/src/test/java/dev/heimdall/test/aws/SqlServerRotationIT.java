package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DataSource;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.tds.TdsOptions;
import dev.heimdall.test.tds.TdsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A password of SQL Server that Secrets Manager keeps, and that changes. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "it changes passwords of the server")
class SqlServerRotationIT {
  private static final String FIRST = TdsOptions.PASSWORD;
  private static final String SECOND = "Second#12345";

  private final FakeSecrets secrets = new FakeSecrets();
  private final TdsServer server = TdsServer.start();

  @TempDir private Path directory;

  @BeforeEach
  void lend() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "an example");
    secrets.holds(TdsOptions.USER, FIRST);
  }

  @AfterEach
  void end() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    server.close();
    secrets.close();
  }

  private String source() {
    return ("{\"url\": \"jdbc:sqlserver://127.0.0.1:%d;databaseName=app\", \"catalog\": {\"enabled\": false}, \"credentials\": {"
            + "\"secret\": \"prod/shop\", \"region\": \"eu-west-1\", \"endpoint\": \"%s\"}}")
        .formatted(server.port(), secrets.endpoint());
  }

  @Test
  void aClientStaysWhileThePasswordIsRotated() throws Exception {
    try (SqlServerNode node = SqlServerNode.of(source());
        Connection client = node.jdbc(";encrypt=false")) {
      assertThat(Jdbc.value(client, "SELECT 1")).isEqualTo("1");

      // As Secrets Manager does it: first the database, then the secret.
      int before = secrets.asked();
      server.password(TdsOptions.USER, SECOND);
      server.killAll();
      CompletableFuture<Void> answered =
          CompletableFuture.runAsync(
              () ->
                  Await.until(
                      "a statement meets no connection that is lost", () -> answers(client)));
      Await.until("the node was refused, and asked again", () -> secrets.asked() > before);
      secrets.rotates(TdsOptions.USER, SECOND);

      answered.get(60, TimeUnit.SECONDS);
    }
  }

  /** False where the statement was on its way already when its connection was lost. */
  private static boolean answers(Connection client) throws SQLException {
    try {
      return Jdbc.value(client, "SELECT 2").equals("2");
    } catch (SQLException e) {
      assertThat(e.getMessage()).contains("was lost");
      return false;
    }
  }

  @Test
  void aServerThatHasNotHeardOfTheRotationGetsThePreviousPassword() throws Exception {
    secrets.rotates(TdsOptions.USER, SECOND);
    try (SqlServerNode node = SqlServerNode.of(source());
        Connection client = node.jdbc(";encrypt=false")) {
      assertThat(Jdbc.value(client, "SELECT 1")).isEqualTo("1");
    }
  }

  private static boolean connects(SourceConnections connections) {
    try (Connection connection = connections.single("app")) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  void theNodesOwnConnectionsFollow() throws Exception {
    Files.createDirectories(directory.resolve("vdbs"));
    Files.createDirectories(directory.resolve("sources"));
    Files.writeString(directory.resolve("sources/any.json"), source());
    Files.writeString(
        directory.resolve("vdbs/any.json"),
        "{\"ports\": [1], \"source\": \"any\", \"auth\": [{\"method\": \"reject\"}]}");
    DataSource source = ConfigurationReader.read(directory).sources().get("any");
    ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor();
    try (SourceLogins logins = new SourceLogins()) {
      SourceConnections connections =
          new SourceConnections(
              source,
              logins.of(source).orElseThrow(),
              new Use("test", "heimdall test", 1, false, true, Duration.ofSeconds(5)),
              upkeep,
              Thread::new);
      connections.single("app").close();

      server.password(TdsOptions.USER, SECOND);
      secrets.rotates(TdsOptions.USER, SECOND);
      // What was read a moment ago is not read again at once.
      Await.until("the new password is read", () -> connects(connections));

      server.password(TdsOptions.USER, "known to nobody");
      assertThatThrownBy(() -> connections.single("app"))
          .hasMessageContaining("Login failed for user 'sa'");
    } finally {
      upkeep.shutdownNow();
    }
  }
}
