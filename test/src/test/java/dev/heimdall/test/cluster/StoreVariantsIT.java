package dev.heimdall.test.cluster;

import static dev.heimdall.test.fixture.RedisProcess.as;
import static dev.heimdall.test.fixture.RedisProcess.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.KeyEvents;
import dev.heimdall.engine.share.SharedStore;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.StoreTls;
import dev.heimdall.model.TlsMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.Opened;
import dev.heimdall.test.fixture.RedisCluster;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Stores of each kind: with TLS, with users of few rights, with replicas, and as a cluster. */
@Tag("long")
class StoreVariantsIT {
  /** What docs/shared-store.md says a node needs. */
  private static final String RIGHTS =
      "resetkeys ~test:* resetchannels &test:* &__keyevent@0__:* -@all +subscribe +unsubscribe"
          + " +publish +ping +role +get +set +rename";

  private static final String EVENTS = "notify-keyspace-events AE";

  private static final String RIGHTS_IN_CLUSTER = RIGHTS + " +cluster +info";

  private final AtomicLong log = new AtomicLong(100);
  @RegisterExtension private final Opened opened = new Opened();

  private LoggedLines lines;

  @TempDir Path files;

  @BeforeEach
  void listen() {
    lines = opened.add(LoggedLines.of(SharedStore.class.getName()));
  }

  private RedisProcess redis(String... settings) {
    return opened.add(RedisProcess.running(settings));
  }

  private StoreNode node(StoreSettings settings, int id) {
    return opened.add(new StoreNode(settings, id, Consistency.FLEET, log));
  }

  private void tells(StoreNode a, StoreNode b, String table) {
    long at = log.addAndGet(100);
    a.exchange().announce(Set.of(table), false);
    Await.until("the other knows of " + table, () -> b.position(table) == at);
  }

  private void logged(String start, String... parts) {
    Await.until(
        "it is said: " + start,
        () ->
            lines.beginningWith(start).stream()
                .anyMatch(l -> Stream.of(parts).allMatch(l::contains)));
  }

  // TLS

  private static StoreSettings tls(String server, TlsMode mode, Path authority) {
    return new StoreSettings(
        List.of(server),
        StoreMode.STANDALONE,
        Optional.empty(),
        Optional.empty(),
        new StoreTls(mode, Optional.of(authority)),
        "test");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(files.resolve(name), text);
  }

  @Test
  void inTlsOnlyAStoreWithACertificateOfTheAuthorityIsTrusted() throws IOException {
    TestCertificate own = TestCertificate.localhost();
    Path certificate = file("own.pem", own.certificate());
    Path other = file("other.pem", TestCertificate.create("stranger", "EC").certificate());
    int port = RedisProcess.freePort();
    redis(
        "tls-port " + port,
        "tls-cert-file " + certificate,
        "tls-key-file " + file("own.key", own.key()),
        "tls-auth-clients no");
    String server = "127.0.0.1:" + port;

    StoreNode a = node(tls(server, TlsMode.VERIFY_FULL, certificate), 1);
    StoreNode b = node(tls(server, TlsMode.VERIFY_CA, certificate), 2);
    StoreNode.acquaint(a, b);
    StoreNode stranger = node(tls(server, TlsMode.VERIFY_FULL, other), 3);

    logged("WARN cannot connect to the shared store", server, "certification path");
    assertThat(stranger.connectedToPeers()).isFalse();
    tells(a, b, "t");
  }

  @Test
  void inTlsVerifyFullRefusesACertificateOfAnotherName() throws IOException {
    TestCertificate own = TestCertificate.localhost();
    Path certificate = file("own.pem", own.certificate());
    int port = RedisProcess.freePort();
    redis(
        "bind 127.0.0.1 127.0.0.2",
        "tls-port " + port,
        "tls-cert-file " + certificate,
        "tls-key-file " + file("own.key", own.key()),
        "tls-auth-clients no");
    String server = "127.0.0.2:" + port;

    StoreNode careless = node(tls(server, TlsMode.VERIFY_CA, certificate), 1);
    StoreNode careful = node(tls(server, TlsMode.VERIFY_FULL, certificate), 2);

    Await.until("the careless one is connected to its peers", careless::connectedToPeers);
    logged("WARN cannot connect to the shared store", server, "127.0.0.2 found");
    assertThat(careful.connectedToPeers()).isFalse();
  }

  // users

  @Test
  void aUserNeedsNoMoreRightsThanTheManualSays() {
    RedisProcess redis = redis("user heimdall on >secret " + RIGHTS, "user default off", EVENTS);
    StoreSettings settings = as("heimdall", "secret", at(StoreMode.STANDALONE, redis));
    StoreNode a = node(settings, 1);
    StoreNode b = node(settings, 2);

    StoreNode.acquaint(a, b);
    tells(a, b, "t");
    keyEvents(a, KeyEvents.ON, redis.address() + " has published the event of a renamed key");
    assertThat(lines.beginningWith("WARN")).isEmpty();
  }

  @Test
  void aWrongPasswordIsSaidOnceAndTheRightOneNeedsNoRestart() {
    RedisProcess redis = redis("user heimdall on >another " + RIGHTS);
    StoreNode node = node(as("heimdall", "secret", at(StoreMode.STANDALONE, redis)), 1);

    logged("WARN cannot connect to the shared store", redis.address(), "WRONGPASS");
    assertThat(node.connectedToPeers()).isFalse();
    redis.run("ACL SETUSER heimdall >secret");

    Await.until("it is connected to its peers", node::connectedToPeers);
    logged("INFO the shared store can be reached again");
    assertThat(lines.beginningWith("WARN"))
        .doesNotHaveDuplicates()
        .allSatisfy(line -> assertThat(line).doesNotContain("secret"));
  }

  @Test
  void aUserWithoutTheRightToTheChannelsIsNamedAndGetsInTouchWhenItIsGiven() {
    RedisProcess redis = redis("user heimdall on >secret " + RIGHTS.replace("&test:*", "&other:*"));
    StoreNode node = node(as("heimdall", "secret", at(StoreMode.STANDALONE, redis)), 1);

    logged("WARN the shared store rejects to let this node listen to test:writes:shop", "NOPERM");
    assertThat(node.connectedToPeers()).isFalse();
    redis.run("ACL SETUSER heimdall &test:*");

    Await.until("it is connected to its peers", node::connectedToPeers);
  }

  @Test
  void aUserWhoMayNotAskForTheRoleIsServedAllTheSame() {
    RedisProcess redis = redis("user heimdall on >secret " + RIGHTS + " -role");
    StoreNode node = node(as("heimdall", "secret", at(StoreMode.STANDALONE, redis)), 1);

    Await.until("it is connected to its peers", node::connectedToPeers);
    logged("WARN the shared store rejects the question whether", "NOPERM");
    assertThat(node.connectedToPeers()).isTrue();
  }

  // a primary with replicas

  @Test
  void afterTheLossOfThePrimaryNodesMeetAtTheReplicaThatWasPromoted() {
    RedisProcess primary = redis();
    RedisProcess replica = redis("replicaof 127.0.0.1 " + primary.port());
    StoreNode a = node(at(StoreMode.REPLICATION, primary, replica), 1);
    StoreNode b = node(at(StoreMode.REPLICATION, replica, primary), 2);
    StoreNode.acquaint(a, b);

    primary.stop();
    logged("WARN lost the shared store");
    Await.until(
        "no node is connected to its peers", () -> !a.connectedToPeers() && !b.connectedToPeers());
    replica.run("REPLICAOF NO ONE");

    StoreNode.acquaint(a, b);
    tells(a, b, "t");
    tells(b, a, "u");

    // The old one still thinks that it is a primary, but nobody goes there.
    primary.start();
    primary.run("REPLICAOF 127.0.0.1 " + replica.port());
    tells(a, b, "v");
  }

  @Test
  void nodesFollowThePrimaryThatBecomesAReplicaWhileItLives() {
    RedisProcess first = redis();
    RedisProcess second = redis("replicaof 127.0.0.1 " + first.port());
    StoreNode a = node(at(StoreMode.REPLICATION, first, second), 1);
    StoreNode b = node(at(StoreMode.REPLICATION, first, second), 2);
    StoreNode.acquaint(a, b);

    second.run("REPLICAOF NO ONE");
    first.run("REPLICAOF 127.0.0.1 " + second.port());

    Await.until("somebody listens at the second", () -> listeners(second) == 2);
    StoreNode.acquaint(a, b);
    tells(a, b, "t");
  }

  @Test
  void ofTwoPrimariesAllNodesTakeTheOneWithReplicas() {
    RedisProcess lonely = redis();
    RedisProcess followed = redis();
    redis("replicaof 127.0.0.1 " + followed.port());
    StoreNode a = node(at(StoreMode.REPLICATION, lonely, followed), 1);
    StoreNode b = node(at(StoreMode.REPLICATION, followed, lonely), 2);

    StoreNode.acquaint(a, b);
    Await.until("both listen there", () -> listeners(followed) == 2);
    assertThat(listeners(lonely)).isZero();
    tells(a, b, "t");
  }

  @Test
  void aNodeWithoutAPrimarySaysWhatItFound() {
    RedisProcess primary = redis();
    RedisProcess replica = redis("replicaof 127.0.0.1 " + primary.port());
    StoreNode node = node(at(StoreMode.REPLICATION, replica), 1);

    logged(
        "WARN cannot connect to the shared store",
        "no server is the primary: " + replica.address() + " is a replica");
    assertThat(node.connectedToPeers()).isFalse();
  }

  @Test
  void aSingleServerThatBecomesAReplicaIsLeft() {
    RedisProcess server = redis();
    RedisProcess other = redis();
    StoreNode node = node(at(StoreMode.STANDALONE, server), 1);
    Await.until("it is connected to its peers", node::connectedToPeers);

    server.run("REPLICAOF 127.0.0.1 " + other.port());

    logged("WARN lost the shared store", "its server is a replica now");
    Await.until("it is partitioned", () -> !node.connectedToPeers());
    assertThat(lines.beginningWith("INFO the shared store can be reached again")).isEmpty();
    server.run("REPLICAOF NO ONE");
    Await.until("it is connected to its peers again", node::connectedToPeers);
  }

  private static int listeners(RedisProcess server) {
    List<?> counts = (List<?>) server.run("PUBSUB NUMSUB test:writes:shop");
    return Integer.parseInt(counts.get(1).toString());
  }

  // a cluster

  private List<RedisProcess> cluster(String... settings) {
    return RedisCluster.running(this::redis, settings);
  }

  @Test
  void aClusterCarriesWhatIsToldFromAnyOfItsServersToAnyOther() {
    List<RedisProcess> servers = cluster();
    List<StoreNode> nodes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      nodes.add(node(at(StoreMode.CLUSTER, servers.get(i)), i + 1));
    }
    StoreNode.acquaint(nodes.get(0), nodes.get(1));
    StoreNode.acquaint(nodes.get(1), nodes.get(2));
    StoreNode.acquaint(nodes.get(2), nodes.get(0));

    // Those who listen at the server that fails go elsewhere, though they only know that one by
    // name.
    RedisProcess failing =
        servers.stream().filter(server -> listeners(server) > 0).findFirst().orElseThrow();
    failing.stop();
    logged("WARN lost the shared store");
    servers.remove(failing);
    Await.until(
        "all three listen at the servers that are left",
        () -> servers.stream().mapToInt(StoreVariantsIT::listeners).sum() == 3);

    StoreNode.acquaint(nodes.get(0), nodes.get(1));
    StoreNode.acquaint(nodes.get(1), nodes.get(2));
    tells(nodes.get(0), nodes.get(2), "t");
    failing.start();
    tells(nodes.get(2), nodes.get(0), "u");
  }

  @Test
  void aUserOfAClusterNeedsNoMoreRightsThanTheManualSays() {
    List<RedisProcess> servers = cluster("user heimdall on >secret " + RIGHTS_IN_CLUSTER, EVENTS);
    StoreSettings settings =
        as("heimdall", "secret", at(StoreMode.CLUSTER, servers.toArray(RedisProcess[]::new)));
    StoreNode a = node(settings, 1);
    StoreNode b = node(settings, 2);

    StoreNode.acquaint(a, b);
    tells(a, b, "t");
    keyEvents(a, KeyEvents.ON, " has published the event of a renamed key");
    assertThat(lines.beginningWith("WARN")).isEmpty();

    // Each server tells of its own keys only, so one that does not is one too many.
    RedisProcess silent = servers.get(1);
    silent.run("CONFIG SET notify-keyspace-events KA");
    StoreNode c = node(settings, 3);
    keyEvents(c, KeyEvents.OFF, silent.address() + " has published no event");
    assertThat(c.store().state().at().split(", "))
        .containsExactlyInAnyOrder(
            servers.stream().map(RedisProcess::address).toArray(String[]::new));
  }

  // events of the store's keys

  private static void keyEvents(StoreNode node, KeyEvents expected, String detail) {
    Await.until(
        "it is known that events of keys are " + expected + " as " + detail,
        Duration.ofSeconds(20),
        () -> {
          StoreState state = node.store().state();
          return state.connection() == StoreState.Connection.CONNECTED
              && state.keyEvents() == expected
              && state.detail().contains(detail);
        },
        () -> "it is " + node.store().state());
  }

  private static final String SILENT = "WARN the shared store does not tell of its keys";

  @Test
  void aStoreThatDoesNotTellOfItsKeysIsSaidOnceAndAskedAgainAtEachConnect() {
    RedisProcess redis = redis();
    StoreNode node = node(at(StoreMode.STANDALONE, redis), 1);

    keyEvents(node, KeyEvents.OFF, redis.address() + " is \"\"");
    logged(SILENT, redis.address(), "should be AE", "for every answer of the query cache");
    redis.run("CONFIG SET notify-keyspace-events KEg$", "CLIENT KILL TYPE pubsub");
    Await.until("what it says now is known", () -> node.store().state().detail().contains("g$"));
    keyEvents(node, KeyEvents.OFF, "is \"g$KE\"");

    redis.run("CONFIG SET notify-keyspace-events KEA", "CLIENT KILL TYPE pubsub");
    logged("INFO the shared store publishes events of its keys now", "AKE");
    keyEvents(node, KeyEvents.ON, "is \"AKE\"");
    Await.until("it is connected to its peers", node::connectedToPeers);
    assertThat(lines.beginningWith(SILENT)).hasSize(1);
  }

  @Test
  void whereNobodyMayReadTheSettingAKeyIsRenamedToSee() {
    for (String flags : List.of("", "Ex", "KA")) {
      RedisProcess redis =
          redis("rename-command CONFIG \"\"", "notify-keyspace-events \"" + flags + "\"");
      keyEvents(
          node(at(StoreMode.STANDALONE, redis), 1),
          KeyEvents.OFF,
          redis.address() + " has published no event for a renamed key");
    }
    RedisProcess redis = redis("rename-command CONFIG \"\"", EVENTS);
    keyEvents(node(at(StoreMode.STANDALONE, redis), 1), KeyEvents.ON, "has published");
    // What it was tried with goes by itself.
    for (Object key : (List<?>) redis.run("KEYS *")) {
      assertThat(redis.run("TTL " + key)).as("%s", key).isNotEqualTo("-1");
    }
  }

  @Test
  void whoMayNeitherReadTheSettingNorListenIsServedAllTheSame() {
    RedisProcess redis =
        redis("user heimdall on >secret " + RIGHTS.replace(" &__keyevent@0__:*", ""), EVENTS);
    StoreNode node = node(as("heimdall", "secret", at(StoreMode.STANDALONE, redis)), 1);

    Await.until("it is connected to its peers", node::connectedToPeers);
    logged("INFO cannot find out whether the shared store publishes events of its keys", "NOPERM");
    assertThat(node.store().state().keyEvents()).isEqualTo(KeyEvents.UNKNOWN);
    assertThat(node.store().state().detail()).contains(redis.address(), "NOPERM");
    assertThat(lines.beginningWith("WARN")).isEmpty();
  }

  @Test
  void aStoreThatIsAwayIsShownAsSuch() {
    RedisProcess redis = redis(EVENTS);
    StoreNode node = node(at(StoreMode.STANDALONE, redis), 1);
    keyEvents(node, KeyEvents.ON, "");

    redis.stop();
    Await.until(
        "it is seen to be away",
        () -> node.store().state().connection() == StoreState.Connection.AWAY);
    assertThat(node.store().state().keyEvents()).isEqualTo(KeyEvents.UNKNOWN);
    assertThat(node.store().state().at()).isEmpty();
    redis.start();
    keyEvents(node, KeyEvents.ON, "");
  }
}
