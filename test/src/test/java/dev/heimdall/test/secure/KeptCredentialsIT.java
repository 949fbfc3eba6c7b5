package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.DatabaseSecret;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Credentials that AWS keeps are used, and show up nowhere; all loggers write everything. */
@Tag("long")
class KeptCredentialsIT {
  private static final Pattern SIGNATURE = Pattern.compile("X-Amz-Signature=([0-9a-f]{64})");

  /** A field, as the emulator may first be installed: no time limit runs meanwhile. */
  private final DatabaseSecret secret =
      new DatabaseSecret("prod/kept", "kept", "canary-of-the-first");

  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void create() {
    SecureServer.server()
        .execute(
            "DROP ROLE IF EXISTS kept", "CREATE ROLE kept LOGIN PASSWORD 'canary-of-the-first'");
  }

  @AfterEach
  void close() {
    secret.close();
    SecureServer.server().execute("ALTER ROLE clear PASSWORD 'clear-secret'");
  }

  private static String currentUser(TestNode node) throws SQLException {
    try (Connection client = node.target().jdbc();
        Statement statement = client.createStatement();
        ResultSet result = statement.executeQuery("SELECT current_user")) {
      result.next();
      return result.getString(1);
    }
  }

  private void tell(TestNode node) throws IOException, InterruptedException {
    for (String what :
        List.of("CONFIG", "CLIENTS", "SERVERS", "POOLS", "USERS", "DATABASES", "STATS")) {
      try {
        node.admin("SHOW " + what).forEach(row -> told.add(what + " " + row.values()));
      } catch (IllegalStateException e) {
        told.add(e.getMessage());
      }
    }
    for (String path : List.of("/status", "/metrics", "/readyz")) {
      told.add(
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body());
    }
    told.add(node.node().toString());
  }

  /** Logs in, and keeps what comes of it. */
  private String tryIt(TestNode node) {
    String end;
    try {
      end = "nothing was wrong for " + currentUser(node);
    } catch (SQLException e) {
      StringWriter all = new StringWriter();
      e.printStackTrace(new PrintWriter(all, true));
      end = all.toString();
    }
    told.add(end);
    return end;
  }

  /** Nobody waits for long for credentials here: on a busy machine they may come too late. */
  private void awaitLetIn(TestNode node, String user) {
    Await.until("it is let in", () -> tryIt(node).equals("nothing was wrong for " + user));
  }

  @Test
  void aSecretShowsUpNowhereWhateverHappensToIt() throws Exception {
    List<String> logged;
    try (CapturedLog log = new CapturedLog("ROOT", Level.ALL);
        TestNode node =
            TestNode.start(
                c ->
                    secret
                        .use(SecureServer.behind(c).node("logLevel", "trace"))
                        .source("credentials.patience", "100ms"))) {
      awaitLetIn(node, "kept");
      SecureServer.server().execute("ALTER ROLE kept PASSWORD 'canary-of-the-second'");
      node.admin("RECONNECT");
      tryIt(node);
      secret.rotate("kept", "canary-of-the-second");
      awaitLetIn(node, "kept");
      tell(node);
      SecureServer.server().execute("ALTER ROLE kept PASSWORD 'canary-of-nobody'");
      List<String> texts =
          List.of(
              "canary-instead-of-json",
              "{\"username\": \"canary-user\", \"password\": [\"canary-in-a-list\"]}",
              "{\"username\": \"kept\", \"password\": \"canary-cut-off");
      for (int i = 0; i < texts.size(); i++) {
        int wrong = i + 1;
        secret.hold(texts.get(i));
        node.admin("RECONNECT");
        Await.until(
            "it was read and is wrong",
            () -> {
              tryIt(node);
              return log.lines().stream().filter(line -> line.contains("cannot be used:")).count()
                  >= wrong;
            });
      }
      tell(node);
      logged = log.lines();
    }
    assertThat(logged).anyMatch(line -> line.contains("has a new version"));
    assertThat(logged).anyMatch(line -> line.contains("cannot be used: it is no JSON"));
    assertThat(told).anyMatch(line -> line.contains("prod/kept"));
    assertThat(logged).noneMatch(line -> line.contains("canary"));
    assertThat(told).noneMatch(line -> line.contains("canary"));
  }

  @Test
  void eachServerOfAClusterIsShownATokenThatIsMadeForIt() throws Exception {
    Identity identity = SecureServer.authority().issue("localhost", "localhost", "127.0.0.1");
    try (TokenDoor one = new TokenDoor(identity, SecureServer.port());
        TokenDoor other = new TokenDoor(identity, SecureServer.port());
        TestNode node =
            TestNode.start(
                c ->
                    SecureServer.behind(c)
                        .without("sources/main.json", "password")
                        .source(
                            "url",
                            "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/app"
                                .formatted(one.port(), other.port()))
                        .source("user", "clear")
                        .source("tls.mode", "require")
                        .source("cluster.kind", "postgres")
                        .source("connectTimeout", "1s")
                        .source("credentials.iam", true)
                        .source("credentials.region", "eu-west-1"))) {
      // Those who ask what the servers are, and who read the catalogue.
      Await.until("both are asked", () -> one.password() != null && other.password() != null);
      for (TokenDoor door : List.of(one, other)) {
        assertThat(door.password()).startsWith("127.0.0.1:" + door.port() + "/?");
      }
      assertThat(one.passwords()).allMatch(token -> token.startsWith("127.0.0.1:" + one.port()));
      SecureServer.server().execute("ALTER ROLE clear PASSWORD '" + other.password() + "'");
      other.open();
      awaitLetIn(node, "clear");
      assertThat(one.passwords()).allMatch(token -> token.startsWith("127.0.0.1:" + one.port()));
    }
  }

  @Test
  void aTokenOfIamLogsInAndShowsUpNowhere() throws Exception {
    Identity identity = SecureServer.authority().issue("localhost", "localhost", "127.0.0.1");
    List<String> logged;
    String token;
    try (CapturedLog log = new CapturedLog("ROOT", Level.ALL);
        TokenDoor door = new TokenDoor(identity, SecureServer.port());
        TestNode node =
            TestNode.start(
                c ->
                    SecureServer.behind(c)
                        .without("sources/main.json", "password")
                        .node("logLevel", "trace")
                        .source("url", "jdbc:postgresql://127.0.0.1:" + door.port() + "/app")
                        .source("user", "clear")
                        .source("tls.mode", "require")
                        .source("catalog.enabled", false)
                        .source("connectTimeout", "1s")
                        .source("credentials.iam", true)
                        .source("credentials.patience", "100ms")
                        .source("credentials.region", "eu-west-1"))) {
      Await.until(
          "it shows a token",
          () -> {
            tryIt(node);
            return door.password() != null;
          });
      token = door.password();
      assertThat(token)
          .startsWith("127.0.0.1:" + door.port() + "/?")
          .contains("Action=connect", "DBUser=clear", "eu-west-1%2Frds-db%2Faws4_request");
      SecureServer.server().execute("ALTER ROLE clear PASSWORD '" + token + "'");
      door.open();
      awaitLetIn(node, "clear"); // with the same token
      SecureServer.server().execute("ALTER ROLE clear PASSWORD 'clear-secret'");
      node.admin("RECONNECT");
      Await.until(
          "the token lets it in no more",
          () -> tryIt(node).contains("password authentication failed"));
      tell(node);
      logged = log.lines();
    }
    Matcher signature = SIGNATURE.matcher(token);
    assertThat(signature.find()).isTrue();
    assertThat(logged).noneMatch(line -> line.contains(signature.group(1)));
    assertThat(told).noneMatch(line -> line.contains(signature.group(1)));
  }
}
