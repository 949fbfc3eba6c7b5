package dev.heimdall.manager.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThresholdsTest {
  private static final Instant NOW = Instant.parse("2026-11-26T03:00:00Z");
  private static final Author ALICE = new Author("alice", "127.0.0.1");

  @TempDir private Path directory;

  private ThresholdSettings settings(Path place) throws Exception {
    return new ThresholdSettings(
        Optional.of(DocumentStore.open(new StoreLocation.Directory(place))),
        new AuditLog(Optional.empty(), Clock.systemUTC()));
  }

  private Thresholds limits(String json) throws Exception {
    ThresholdSettings settings =
        new ThresholdSettings(Optional.empty(), new AuditLog(Optional.empty(), Clock.systemUTC()));
    settings.put((ObjectNode) Answer.JSON.readTree(json.replace('\'', '"')), ALICE);
    return settings.now();
  }

  private static Node node(String id, String state) throws Exception {
    return new Node(
        id,
        Presence.LIVE,
        false,
        NOW,
        Answer.JSON.readTree(state.replace('\'', '"')),
        Optional.empty());
  }

  private static Node pool(String id, int waiting, int active) throws Exception {
    return node(
        id,
        "{'vdbs': [{'name': 'app', 'pools': [{'database': 'd', 'user': 'u', 'clientsWaiting': %d,"
                .formatted(waiting)
            + " 'serversActive': %d, 'size': 20}]}]}".formatted(active));
  }

  private static Node replica(String state, String lag) throws Exception {
    return node(
        "a",
        "{'clusters': [{'source': 'main', 'nodes': [{'role': 'writer', 'state': 'up', 'lagMillis':"
            + " 999999}, {'address': 'b:1', 'role': 'replica', 'state': '%s'%s}]}]}"
                .formatted(state, lag));
  }

  private static List<Finding> in(Thresholds limits, Set<ProblemKind> there, Node... nodes) {
    return new ThresholdFindings(limits, (kind, about) -> there.contains(kind))
        .in(List.of(nodes), Map.of(), List.of(), NOW);
  }

  private static List<Finding> measured(Thresholds limits, double p99, double hits) {
    return new ThresholdFindings(limits, (kind, about) -> false)
        .in(List.of(), Map.of("app", new Measured(p99, hits)), List.of(), NOW);
  }

  @Test
  void waitingClientsOfAllNodesAreAddedUpAndEndBelowTheThreshold() throws Exception {
    Thresholds limits = limits("{'waitingClients': 20, 'waitingClientsFor': '45s'}");
    assertThat(in(limits, Set.of(), pool("a", 10, 5), pool("b", 9, 5))).isEmpty();
    Finding found = in(limits, Set.of(), pool("a", 10, 5), pool("b", 10, 5)).get(0);
    assertThat(found.kind()).isEqualTo(ProblemKind.CLIENTS_WAITING);
    assertThat(found.about()).isEqualTo("app");
    assertThat(found.nodes()).containsExactly("a", "b");
    assertThat(found.timing().lasting()).isEqualTo(Duration.ofSeconds(45));
    assertThat(in(limits, Set.of(ProblemKind.CLIENTS_WAITING), pool("a", 19, 5))).hasSize(1);
    assertThat(in(limits, Set.of(ProblemKind.CLIENTS_WAITING), pool("a", 18, 5))).isEmpty();
    assertThat(in(limits("{'waitingClients': 0}"), Set.of(), pool("a", 999, 5))).isEmpty();
  }

  @Test
  void theFullestPoolCounts() throws Exception {
    Thresholds limits = limits("{'poolUse': 90, 'waitingClients': 0}");
    assertThat(in(limits, Set.of(), pool("a", 0, 17), pool("b", 0, 10))).isEmpty();
    Finding found = in(limits, Set.of(), pool("a", 0, 19), pool("b", 0, 10)).get(0);
    assertThat(found.words())
        .isEqualTo("95 % of the connections of a pool of virtual database app are in use");
    assertThat(found.nodes()).containsExactly("a");
    assertThat(found.detail()).isEqualTo("It is u of d.");
  }

  @Test
  void aLagThatIsNotKnownIsBeyondNothingAndSoIsThatOfAServerThatIsDown() throws Exception {
    Thresholds limits = limits("{}");
    assertThat(in(limits, Set.of(), replica("up", ""))).isEmpty();
    assertThat(in(limits, Set.of(), replica("down", ", 'lagMillis': 60000"))).isEmpty();
    assertThat(in(limits, Set.of(), replica("up", ", 'lagMillis': 29999"))).isEmpty();
    Finding found = in(limits, Set.of(), replica("up", ", 'lagMillis': 31000")).get(0);
    assertThat(found.words()).isEqualTo("A replica of cluster main is 31.0 s behind");
    assertThat(found.detail()).isEqualTo("It is b:1.");
    assertThat(in(limits, Set.of(ProblemKind.REPLICA_LAG), replica("up", ", 'lagMillis': 27500")))
        .hasSize(1);
    assertThat(in(limits, Set.of(ProblemKind.REPLICA_LAG), replica("up", ""))).isEmpty();
  }

  @Test
  void withoutAWriterTheLagOfReplicasIsNotKnown() throws Exception {
    String lost =
        "{'clusters': [{'source': 'main', 'nodes': [{'role': 'writer', 'state': '%s'},"
            + " {'address': 'b:1', 'role': 'replica', 'state': 'up', 'lagMillis': 82000}]}]}";
    Thresholds limits = limits("{}");
    for (String state : List.of("down", "suspect")) {
      assertThat(in(limits, Set.of(), node("a", lost.formatted(state)))).as(state).isEmpty();
      assertThat(in(limits, Set.of(ProblemKind.REPLICA_LAG), node("a", lost.formatted(state))))
          .as("was there before")
          .hasSize(1);
    }
    assertThat(in(limits, Set.of(), node("a", lost.formatted("up")))).hasSize(1);
  }

  @Test
  void figuresThatAreNotKnownAreBeyondNothing() throws Exception {
    Thresholds limits = limits("{'p99': '500ms', 'cacheHits': 50}");
    assertThat(measured(limits, Double.NaN, Double.NaN)).isEmpty();
    assertThat(measured(limits, 499, 51)).isEmpty();
    assertThat(measured(limits, 500, 50))
        .extracting(Finding::kind)
        .containsExactly(ProblemKind.SLOW_RESPONSES, ProblemKind.CACHE_HITS);
    assertThat(measured(limits("{}"), 99_999, 0)).as("none by default").isEmpty();
  }

  @Test
  void aCertificateThatEndsSoonIsToldAndCriticalInItsLastDays() throws Exception {
    Thresholds limits = limits("{}");
    ThresholdFindings findings = new ThresholdFindings(limits, (kind, about) -> false);
    List<Certificate> certificates =
        List.of(
            new Certificate("later.pem", NOW.plus(Duration.ofDays(22))),
            new Certificate("soon.pem", NOW.plus(Duration.ofDays(20))),
            new Certificate("now.pem", NOW.plus(Duration.ofHours(30))),
            new Certificate("over.pem", NOW.minusSeconds(1)));
    List<Finding> found = findings.in(List.of(), Map.of(), certificates, NOW);
    assertThat(found).extracting(Finding::about).containsExactly("soon.pem", "now.pem", "over.pem");
    assertThat(found).extracting(Finding::critical).containsExactly(false, true, true);
    assertThat(found)
        .extracting(Finding::words)
        .containsExactly(
            "The certificate soon.pem ends within 21 days",
            "The certificate now.pem ends within 2 days",
            "The certificate over.pem has ended");
  }

  @Test
  void managersShareThemAndWhatIsWrongIsRefused() throws Exception {
    ThresholdSettings one = settings(directory);
    one.put(ThresholdSettings.ofForm(Map.of("lag", "5s", "waitingClients", "7")), ALICE);
    ThresholdSettings other = settings(directory);
    assertThat(other.shown().path("lag").asText()).isEqualTo("5s");
    assertThat(other.now().waitingClients()).isEqualTo(7);
    assertThat(other.now().certificateEnds()).isEqualTo(Duration.ofDays(21));
    assertThatThrownBy(() -> one.put(ThresholdSettings.ofForm(Map.of("lag", "often")), ALICE))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith("lag: got");
    assertThat(other.now().lag()).isEqualTo(Duration.ofSeconds(5));
  }
}
