package dev.heimdall.manager.problems;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.web.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FindingsTest {
  private static final Instant AT = Instant.parse("2026-11-25T18:00:00Z");

  private static JsonNode json(String text) throws Exception {
    return Answer.JSON.readTree(text.replace('\'', '"'));
  }

  private static Node node(String id, Presence presence, String state) throws Exception {
    return new Node(id, presence, false, AT, json(state), Optional.empty());
  }

  private static Node ready(String id, String more) throws Exception {
    return node(id, Presence.LIVE, "{'ready': true%s}".formatted(more));
  }

  private static String cluster(String servers, String events) {
    return ", 'clusters': [{'source': 'main', 'nodes': [%s], 'events': [%s]}]"
        .formatted(servers, events);
  }

  private static String server(String address, String role, String state) {
    return "{'address': '%s', 'role': '%s', 'state': '%s', 'why': 'connection refused'}"
        .formatted(address, role, state);
  }

  private static List<Finding> in(Node... nodes) {
    return Findings.in(List.of(nodes), "new");
  }

  private static Finding only(Node... nodes) {
    List<Finding> found = in(nodes);
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  @Test
  void nothingIsWrongWithNodesThatAreReadyAndDatabasesThatAnswer() throws Exception {
    assertThat(in()).isEmpty();
    assertThat(
            in(
                ready("one", cluster(server("a:1", "writer", "up"), "")),
                ready("two", ", 'vdbs': [{'name': 'app', 'reachable': true, 'pools': []}]"),
                node("new", Presence.LIVE, "{'ready': false, 'draining': true}"),
                node("ended", Presence.LOST, "{'ready': false, 'draining': true}")))
        .isEmpty();
  }

  @Test
  void aClusterWithoutAWriterComesFirstWithItsServersAndItsBeginning() throws Exception {
    String events =
        """
        {'at': '2026-11-25T17:59:58Z', 'kind': 'down', 'alarming': true},
        {'at': '2026-11-25T17:59:50Z', 'kind': 'no-writer', 'alarming': true},
        {'at': '2026-11-25T17:00:00Z', 'kind': 'writer', 'alarming': false},
        {'at': '2026-11-25T16:00:00Z', 'kind': 'no-writer', 'alarming': true}
        """;
    String without =
        cluster(server("a:1", "unknown", "down") + "," + server("b:1", "replica", "up"), events);
    String with = cluster(server("a:1", "writer", "up"), "");
    List<Finding> found =
        in(
            ready("one", without),
            ready("two", with),
            node("late", Presence.LIVE, "{'ready': false, 'reasons': ['starting']}"));
    assertThat(found)
        .extracting(Finding::kind)
        .containsExactly(ProblemKind.NO_WRITER, ProblemKind.NODES_NOT_READY);
    Finding first = found.get(0);
    assertThat(first.critical()).isTrue();
    assertThat(first.words()).isEqualTo("Cluster main has no writer, as 1 of 2 nodes sees it");
    assertThat(first.detail()).isEqualTo("a:1 is down: connection refused.");
    assertThat(first.since()).contains(Instant.parse("2026-11-25T17:59:50Z"));
    assertThat(found.get(1).words()).isEqualTo("1 of 3 nodes is not ready");
    assertThat(found.get(1).detail()).isEqualTo("late: starting.");
  }

  @Test
  void effectsNameTheTimeThatIsSetAndAdviceThePlaceOfTheServers() throws Exception {
    String down = server("a:1", "unknown", "down");
    Finding old = only(ready("one", cluster(down, "")));
    assertThat(old.effect())
        .startsWith(
            "Writes wait up to 30 s (failover.queueTimeout, unless it is set otherwise), and")
        .contains("then fail with 57P03. Replicas");
    assertThat(old.next()).startsWith("See on the servers whether a failover");
    Finding here =
        only(
            ready(
                "one",
                cluster(down, "").replace("'nodes'", "'queueTimeoutMillis': 90500, 'nodes'")));
    assertThat(here.effect())
        .startsWith("Writes wait up to 1 min 30 s (failover.queueTimeout), and");
    Finding none =
        only(
            ready("one", cluster(down, "").replace("'nodes'", "'queueTimeoutMillis': 0, 'nodes'")));
    assertThat(none.effect())
        .startsWith("Writes fail at once (failover.queueTimeout is 0). Replicas");
    String rds = server("a.abc123.eu-west-1.rds.amazonaws.com:5432", "unknown", "down");
    assertThat(only(ready("one", cluster(rds, ""))).next())
        .startsWith("See in the console of RDS whether");

    String vdb =
        ", 'vdbs': [{'name': 'app', 'reachable': true, 'queueTimeoutMillis': %s, 'pools': [{'size':"
            + " 1, 'serversActive': 1, 'clientsWaiting': 2, 'maxWaitMicros': 2000000}]}]";
    assertThat(only(ready("one", vdb.formatted("120000"))).effect())
        .isEqualTo("They wait up to 2 min (pool.queueTimeout), and then fail with 53300.");
    assertThat(only(ready("one", vdb.formatted("0"))).effect())
        .isEqualTo("They wait without a limit (pool.queueTimeout is 0).");
  }

  @Test
  void aNodeThatHasNotProbedItsServersYetMakesNoAlertOfAMissingWriter() throws Exception {
    String fresh =
        cluster(
            server("a:1", "unknown", "unknown") + "," + server("b:1", "unknown", "unknown"), "");
    Finding early = only(ready("one", fresh));
    assertThat(early.kind()).isEqualTo(ProblemKind.NO_WRITER);
    assertThat(early.timing().lasting()).isEqualTo(Duration.ofSeconds(15));
    Finding beside =
        only(ready("one", fresh), ready("two", cluster(server("a:1", "writer", "up"), "")));
    assertThat(beside.timing().lasting()).isEqualTo(Duration.ofSeconds(15));
    Finding known =
        only(ready("one", fresh), ready("two", cluster(server("a:1", "unknown", "down"), "")));
    assertThat(known.timing().lasting()).isZero();
    assertThat(known.nodes()).containsExactly("two");
    assertThat(only(ready("one", cluster("", ""))).timing().lasting())
        .isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void aDatabaseIsNotToldOfWhereItsClusterIs() throws Exception {
    String vdb =
        """
        , 'vdbs': [{'name': 'app', 'reachable': false,
                    'detail': 'no server of the cluster reports that it is the writer'}]
        """;
    String servers = server("a:1", "unknown", "down");
    assertThat(only(ready("one", vdb + cluster(servers, ""))).kind())
        .isEqualTo(ProblemKind.NO_WRITER);
  }

  @Test
  void theStateOfWhoClaimsToWriteTellsWhyThereIsNoWriter() throws Exception {
    assertThat(only(ready("one", cluster(server("a:1", "writer", "fenced"), ""))).kind())
        .isEqualTo(ProblemKind.WRITER_FENCED);
    assertThat(only(ready("one", cluster(server("a:1", "writer", "read-only"), ""))).kind())
        .isEqualTo(ProblemKind.WRITER_READ_ONLY);
    String two = server("a:1", "writer", "refuted") + "," + server("b:1", "writer", "refuted");
    assertThat(only(ready("one", cluster(two, ""))).words())
        .isEqualTo("Several servers of cluster main claim to be the writer");
  }

  @Test
  void aReplicaThatIsDownIsAWarning() throws Exception {
    String servers =
        server("a:1", "writer", "up")
            + ","
            + server("b:1", "replica", "down")
            + ","
            + server("c:1", "replica", "up");
    Finding found = only(ready("one", cluster(servers, "")));
    assertThat(found.critical()).isFalse();
    assertThat(found.words()).isEqualTo("1 of 2 replicas of cluster main answers no reads");
    assertThat(found.detail()).isEqualTo("b:1 is down: connection refused.");
  }

  @Test
  void aReplicaThatDoesNotFollowItsWriterIsNamedAndWhatStartsItAgain() throws Exception {
    String stopped =
        server("b:1", "replica", "up")
            .replace("'why': 'connection refused'", "'stopped': true, 'why': 'its SQL thread'");
    String servers = server("a:1", "writer", "up") + "," + stopped;
    String well = server("a:1", "writer", "up") + "," + server("b:1", "replica", "up");
    Finding found = only(ready("one", cluster(well, "")), ready("two", cluster(servers, "")));
    assertThat(found.kind()).isEqualTo(ProblemKind.REPLICA_STOPPED);
    assertThat(found.critical()).isFalse();
    assertThat(found.words())
        .isEqualTo(
            "1 of 1 replica of cluster main does not follow the writer, as 1 of 2 nodes sees it");
    assertThat(found.detail()).isEqualTo("b:1 is up: its SQL thread.");
    assertThat(found.nodes()).containsExactly("two");
    assertThat(found.next()).contains("pg_wal_replay_resume()", "SHOW REPLICA STATUS");
    String lost = server("a:1", "unknown", "down") + "," + stopped;
    assertThat(only(ready("one", cluster(lost, ""))).kind())
        .as("without a writer no replica follows")
        .isEqualTo(ProblemKind.NO_WRITER);
  }

  @Test
  void nodesThatDoNotReportAreNamedAndWhereNoneDoesThatIsCritical() throws Exception {
    Node lost = new Node("two", Presence.LOST, true, AT, json("{'ready': true}"), Optional.empty());
    Finding some = only(ready("one", ""), lost);
    assertThat(some.critical()).isFalse();
    assertThat(some.words()).isEqualTo("1 of 2 nodes does not report any more");
    assertThat(some.since()).contains(AT);
    Finding all = only(lost);
    assertThat(all.critical()).isTrue();
    assertThat(all.kind()).isEqualTo(ProblemKind.NO_NODE_REPORTS);
  }

  @Test
  void aNodeWhoseReportIsLateIsNamedBeforeItIsLost() throws Exception {
    Node late = new Node("two", Presence.LIVE, true, AT, json("{'ready': true}"), Optional.empty());
    Finding found = only(ready("one", ""), late);
    assertThat(found.kind()).isEqualTo(ProblemKind.NODES_OVERDUE);
    assertThat(found.words()).isEqualTo("1 of 2 nodes is late with a report");
    assertThat(found.detail()).isEqualTo("two.");
    assertThat(found.since()).contains(AT);
    assertThat(found.timing().lasting())
        .as("it is lost before anybody is notified")
        .isGreaterThan(Duration.ofSeconds(15));
    Node leaving =
        new Node("two", Presence.LATE, true, AT, json("{'draining': true}"), Optional.empty());
    assertThat(in(ready("one", ""), leaving)).isEmpty();
  }

  @Test
  void whatIsOverIsKnownForAWhileUnlessItWasAMoment() throws Exception {
    Tracks tracks = new Tracks();
    List<Finding> away =
        in(ready("one", ", 'vdbs': [{'name': 'app', 'reachable': false, 'detail': 'refused'}]"));
    tracks.look(away, AT);
    tracks.look(away, AT.plusSeconds(1));
    Duration within = Duration.ofMinutes(5);
    tracks.look(List.of(), AT.plusSeconds(2));
    assertThat(tracks.over(AT.plusSeconds(2), within)).as("a moment").isEmpty();
    tracks.look(away, AT.plusSeconds(20));
    tracks.look(away, AT.plusSeconds(23));
    assertThat(tracks.over(AT.plusSeconds(23), within)).as("it goes on").isEmpty();
    tracks.look(List.of(), AT.plusSeconds(24));
    assertThat(tracks.lasting(AT.plusSeconds(24))).isEmpty();
    Tracks.Track over = tracks.over(AT.plusSeconds(24), within).orElseThrow();
    assertThat(over.finding()).isEqualTo(away.get(0));
    assertThat(over.last()).isEqualTo(AT.plusSeconds(23));
    assertThat(over.lasted()).isEqualTo(Duration.ofSeconds(3));
    assertThat(tracks.over(AT.plusSeconds(23).plus(within), within)).as("long ago").isEmpty();
  }

  /** A banner that says solved, and is back a second later, is of no use. */
  @Test
  void aQueueThatALookFindsShortIsNotSolvedYet() throws Exception {
    String pool =
        """
        , 'vdbs': [{'name': 'app', 'reachable': true, 'pools': [
          {'clientsWaiting': %d, 'maxWaitMicros': 90000, 'serversActive': 20, 'size': 20}]}]
        """;
    List<Finding> full = in(ready("one", pool.formatted(5)));
    List<Finding> moved = in(ready("one", pool.formatted(4)));
    Duration within = Duration.ofMinutes(5);
    Tracks tracks = new Tracks();
    for (int second = 0; second <= 8; second++) {
      tracks.look(second % 4 == 3 ? moved : full, AT.plusSeconds(second));
      assertThat(tracks.lasting(AT.plusSeconds(second)))
          .as("after %d s", second)
          .singleElement()
          .matches(track -> track.begun().equals(AT));
      assertThat(tracks.over(AT.plusSeconds(second), within)).isEmpty();
    }
    tracks.look(moved, AT.plusSeconds(14));
    assertThat(tracks.lasting(AT.plusSeconds(14))).isEmpty();
    assertThat(tracks.over(AT.plusSeconds(14), within).orElseThrow().last())
        .isEqualTo(AT.plusSeconds(8));
  }

  @Test
  void aDatabaseThatNoNodeReachesIsCritical() throws Exception {
    String away = ", 'vdbs': [{'name': 'app', 'reachable': false, 'detail': 'connection refused'}]";
    String there = ", 'vdbs': [{'name': 'app', 'reachable': true}]";
    assertThat(only(ready("one", away)).critical()).isTrue();
    Finding some = only(ready("one", away), ready("two", there));
    assertThat(some.critical()).isFalse();
    assertThat(some.words())
        .isEqualTo("No server of virtual database app is reached, as 1 of 2 nodes sees it");
    assertThat(some.detail()).isEqualTo("connection refused.");
  }

  @Test
  void aFullPoolIsAProblemOnceClientsHaveWaitedForASecond() throws Exception {
    String pool =
        """
        , 'vdbs': [{'name': 'app', 'reachable': true, 'pools': [
          {'clientsWaiting': 7, 'maxWaitMicros': %d, 'serversActive': %d, 'size': 20}]}]
        """;
    assertThat(in(ready("one", pool.replace("7", "4").formatted(900_000, 20)))).isEmpty();
    // A queue that moves fast, and stays long.
    assertThat(only(ready("one", pool.formatted(40_000, 20))).words()).startsWith("7 clients wait");
    assertThat(in(ready("one", pool.formatted(2_000_000, 19)))).isEmpty();
    Finding full = only(ready("one", pool.formatted(2_000_000, 20)));
    assertThat(full.words())
        .isEqualTo(
            "7 clients wait for a server connection of virtual database app,"
                + " the longest for 2.0 s");
    assertThat(full.detail()).isEqualTo("All 20 connections of the pool are in use.");
  }

  @Test
  void refusedConfigurationsCountUnlessTheNodeRunsTheNewestOne() throws Exception {
    String refused = ", 'configuration': {'hash': '%s', 'refused': 'vdbs/app.json: no'}";
    assertThat(in(ready("one", refused.formatted("new")))).isEmpty();
    Finding found = only(ready("one", refused.formatted("old")));
    assertThat(found.kind()).isEqualTo(ProblemKind.CONFIGURATION_REFUSED);
    assertThat(found.detail()).isEqualTo("one: vdbs/app.json: no.");
  }

  @Test
  void theStoreIsAwaySinceTheFirstNodeLostIt() {
    Finding found =
        only(
            store("one", new StoreTrouble(false, AT, "It is lost: refused.")),
            store("two", new StoreTrouble(false, AT.minusSeconds(9), "It is lost.")));
    assertThat(found.kind()).isEqualTo(ProblemKind.STORE_AWAY);
    assertThat(found.words()).isEqualTo("2 of 2 nodes do not reach the shared store");
    assertThat(found.detail()).isEqualTo("one, two: It is lost: refused.");
    assertThat(found.since()).contains(AT.minusSeconds(9));
  }

  @Test
  void aStoreThatAnswersSlowlyIsAProblemOfItsOwn() {
    Finding found =
        only(
            store("one", new StoreTrouble(true, AT, "The store at a:1 answers after 412 ms.")),
            new Node("two", Presence.LIVE, false, AT, MissingNode.getInstance(), Optional.empty()));
    assertThat(found.kind()).isEqualTo(ProblemKind.STORE_SLOW);
    assertThat(found.words()).isEqualTo("The shared store answers 1 of 2 nodes slowly");
    assertThat(found.detail()).isEqualTo("one: The store at a:1 answers after 412 ms.");
    assertThat(found.since()).contains(AT);
    assertThat(found.next()).contains("SLOWLOG GET");
  }

  private static Node store(String id, StoreTrouble trouble) {
    return new Node(id, Presence.LIVE, false, AT, MissingNode.getInstance(), Optional.of(trouble));
  }
}
