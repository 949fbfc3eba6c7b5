package dev.heimdall.test.cache;

import static dev.heimdall.test.cache.FarTierIT.EVENTS;
import static dev.heimdall.test.cache.FarTierIT.RIGHTS;
import static dev.heimdall.test.cache.FarTierIT.alone;
import static dev.heimdall.test.cache.FarTierIT.asksAgain;
import static dev.heimdall.test.fixture.RedisProcess.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Secret;
import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.StoreTls;
import dev.heimdall.model.TlsMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.Opened;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The far tier in stores with TLS, passwords and users of few rights, and with a replica. */
@Tag("long")
class FarTierVariantsIT {
  @RegisterExtension private final Opened opened = new Opened();

  private LoggedLines lines;

  @BeforeEach
  void listen() {
    lines = opened.add(LoggedLines.of("heimdall.cache"));
  }

  private RedisProcess redis(String... settings) {
    return opened.add(RedisProcess.running(settings));
  }

  private FarNode node(StoreSettings settings) {
    return opened.add(new FarNode(settings, opened.count()));
  }

  @Test
  void inTlsAUserOfThoseRightsKeepsAndFindsAnswers(@TempDir Path files) throws IOException {
    TestCertificate own = TestCertificate.localhost();
    Path certificate = Files.writeString(files.resolve("own.pem"), own.certificate());
    Path key = Files.writeString(files.resolve("own.key"), own.key());
    Path stranger =
        Files.writeString(
            files.resolve("other.pem"), TestCertificate.create("stranger", "EC").certificate());
    int port = RedisProcess.freePort();
    redis(
        "tls-port " + port,
        "tls-cert-file " + certificate,
        "tls-key-file " + key,
        "tls-auth-clients no",
        "user heimdall on >secret " + RIGHTS,
        "user default off",
        EVENTS);
    FarNode a = node(inTls(port, "secret", certificate)).tracking();
    FarNode b = node(inTls(port, "secret", certificate)).tracking();
    FarNode careful = node(inTls(port, "secret", stranger));
    FarNode mistaken = node(inTls(port, "guessed", certificate));

    a.keep("k", "answer");
    Await.until("the other finds it", () -> b.get("k").equals("answer"));
    assertThat(careful.get("k")).isEqualTo(FarNode.AT_ONCE);
    assertThat(mistaken.get("k")).isEqualTo(FarNode.AT_ONCE);
    assertThat(careful.figures().connected()).isFalse();
    assertThat(mistaken.figures().connected()).isFalse();
    assertThat(lines.beginningWith("WARN")).isEmpty();
  }

  private static StoreSettings inTls(int port, String password, Path authority) {
    return new StoreSettings(
        List.of("127.0.0.1:" + port),
        StoreMode.STANDALONE,
        Optional.of("heimdall"),
        Optional.of(new Secret(password)),
        new StoreTls(TlsMode.VERIFY_FULL, Optional.of(authority)),
        "test");
  }

  /** As ElastiCache has it with an AUTH token. */
  @Test
  void aPasswordWithoutAUserIsEnough() {
    RedisProcess redis = redis("requirepass secret", EVENTS);
    StoreSettings plain = alone(redis);
    FarNode node =
        node(
            new StoreSettings(
                plain.servers(),
                plain.mode(),
                Optional.empty(),
                Optional.of(new Secret("secret")),
                plain.tls(),
                plain.prefix()));
    node.tracking().keep("k", "answer");
    assertThat(node(plain).get("k")).as("without it").isEqualTo(FarNode.AT_ONCE);
  }

  @Test
  void aReplicaThatIsPromotedHasTheAnswers() {
    RedisProcess primary = redis(EVENTS);
    RedisProcess replica = redis("replicaof 127.0.0.1 " + primary.port(), EVENTS);
    FarNode a = node(at(StoreMode.REPLICATION, primary, replica)).tracking();
    FarNode b = node(at(StoreMode.REPLICATION, replica, primary)).tracking();
    a.keep("k", "answer");
    Await.until("the replica has it", () -> replica.run("EXISTS test:cache:k").equals("1"));

    primary.stop();
    Await.until("the loss is noticed", () -> !a.figures().connected() && !b.figures().connected());
    assertThat(b.get("k")).isEqualTo(FarNode.AT_ONCE);
    replica.run("REPLICAOF NO ONE");

    a.connected().tracking();
    b.connected().tracking();
    asksAgain(b);
    assertThat(b.get("k")).isEqualTo("answer");
    assertThat(b.get("other")).isEqualTo(FarNode.AT_ONCE);
    asksAgain(a);
    a.keep("l", "another");
    Await.until("the other finds it", () -> b.get("l").equals("another"));
  }
}
