package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with a name of RDS is talked to in TLS only, and only if an authority vouches for it
 * under this name, although the configuration says nothing of {@code tls.mode}. Where these names
 * lead is the test's to say.
 */
@Tag("long")
class RdsTlsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAME = "shop.abc1.eu-west-1.rds.amazonaws.com";
  private static final String OTHER = "orders.abc1.eu-west-1.rds.amazonaws.com";

  @TempDir private Path directory;

  /** A data source, and a virtual database of the same name in front of it. */
  private static Target source(ProxyProcess node, String name, String host, int port, String bundle)
      throws IOException {
    int listens = FreePort.any();
    Files.writeString(
        node.directory().resolve("sources/" + name + ".json"),
        JSON.writeValueAsString(
            Map.of(
                "url",
                "jdbc:postgresql://" + host + ":" + port + "/app",
                "user",
                "app",
                "password",
                "app",
                "tls",
                Map.of("caFile", bundle),
                "catalog",
                Map.of("enabled", false))));
    Files.writeString(
        node.directory().resolve("vdbs/" + name + ".json"),
        JSON.writeValueAsString(
            Map.of("source", name, "address", "127.0.0.1", "ports", List.of(listens))));
    return new Target("127.0.0.1", listens, "app", "app", "app", false);
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content).toString();
  }

  @Test
  void onlyAServerThatIsVouchedForUnderItsNameIsTalkedTo() throws Exception {
    TestCertificate own = TestCertificate.ofHost(NAME);
    String bundle = file("bundle.pem", own.certificate());
    String stranger = file("stranger.pem", TestCertificate.ofHost(NAME).certificate());
    Path key = Path.of(file("server.key", own.key()));
    String hosts = file("hosts", "127.0.0.1 " + NAME + "\n127.0.0.1 " + OTHER + "\n");
    try (PostgresCluster cluster =
            PostgresCluster.builder().ephemeralPorts().tls(Path.of(bundle), key).start();
        ProxyProcess node =
            ProxyProcess.configured(Files.createDirectory(directory.resolve("node")), Map.of())) {
      cluster.primary().execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app");
      int port = cluster.primary().port();
      Target right = source(node, "right", NAME, port, bundle);
      Map<Target, String> refused = new LinkedHashMap<>();
      String unproven = "the server's certificate does not pass tls.mode verify-full";
      refused.put(source(node, "other-name", OTHER, port, bundle), unproven);
      refused.put(source(node, "other-authority", NAME, port, stranger), unproven);
      refused.put(
          source(node, "without-tls", NAME, SharedPostgres.primary().port(), bundle),
          "the server does not support TLS, but tls.mode asks for it");
      node.start(
          Map.of("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts),
          "--config=" + node.directory());

      try (RawClient client = RawClient.logIn(right)) {
        assertThat(client.value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
            .isEqualTo("t");
      }
      refused.forEach(
          (target, why) ->
              assertThatThrownBy(() -> RawClient.logIn(target).close())
                  .isInstanceOf(RawClient.ErrorReceived.class)
                  .hasMessageContaining(why));
    }
  }
}
