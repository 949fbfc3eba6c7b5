package dev.heimdall.engine.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.GlobalSaid;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyGlobal;
import java.net.URI;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the documents of two regions say of a global cluster. */
class SubjectGlobalTest {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String SHOP = "arn:aws:rds::123456789012:global-cluster:shop";
  private static final String ENDPOINT = "shop.global-abc.global.rds.amazonaws.com";
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  private static String arn(String region) {
    return "arn:aws:rds:" + region + ":123456789012:cluster:shop";
  }

  private static KnownDocument document(
      String source, String writer, int asked, Optional<Integer> since, boolean moving, int at) {
    TopologyGlobal global =
        new TopologyGlobal(
            SHOP,
            "shop",
            "aurora-postgresql",
            "available",
            Optional.of(ENDPOINT),
            List.of(
                new TopologyGlobal.Member(arn(WEST), writer.equals(WEST), ""),
                new TopologyGlobal.Member(arn(EAST), writer.equals(EAST), "")),
            moving
                ? Optional.of(
                    new TopologyGlobal.Failover("failing-over", arn(WEST), arn(EAST), true))
                : Optional.empty(),
            NOW.plusSeconds(asked),
            since.map(NOW::plusSeconds));
    return new KnownDocument(
        new TopologyDocument(
            source, 1, NOW.plusSeconds(asked), "test", List.of(source), List.of(), List.of(global)),
        KnownDocument.By.PUSH,
        NOW.plusSeconds(at),
        NOW.plusSeconds(at + 100));
  }

  private static Subject subject(boolean globalNames) {
    return new Subject(
        Optional.of(SHOP),
        (String host, Collection<String> regions) -> globalNames && regions.contains("global"),
        Optional.empty());
  }

  @Test
  void theBelievedDocumentSaysWhoWritesAndEachSaysWhatItsSourceWasTold() {
    KnownDocument west = document(WEST, WEST, 60, Optional.empty(), false, 61);
    KnownDocument east = document(EAST, EAST, 20, Optional.of(20), false, 25);
    for (List<KnownDocument> order : List.of(List.of(west, east), List.of(east, west))) {
      GlobalSaid said = subject(true).global(HeardDocuments.of(order)).orElseThrow();
      assertThat(said.writerRegion()).contains(EAST);
      assertThat(said.writerSince()).contains(NOW.plusSeconds(20));
      assertThat(said.endpoint()).contains(ENDPOINT);
      assertThat(said.failover()).isEmpty();
      assertThat(said.regions()).containsExactly(WEST, EAST);
      assertThat(said.answers())
          .containsExactlyInAnyOrder(
              new GlobalSaid.Answer(
                  WEST, Optional.of(WEST), NOW.plusSeconds(60), NOW.plusSeconds(61)),
              new GlobalSaid.Answer(
                  EAST, Optional.of(EAST), NOW.plusSeconds(20), NOW.plusSeconds(25)));
    }
  }

  /** Its clock is 50 minutes ahead, and the other one's right. */
  @Test
  void aDocumentOfAClockThatIsFarAheadMakesNoOtherOneSilent() {
    KnownDocument west = document(WEST, WEST, 3000, Optional.empty(), false, 10);
    KnownDocument east = document(EAST, EAST, 20, Optional.of(20), false, 25);
    for (List<KnownDocument> order : List.of(List.of(west, east), List.of(east, west))) {
      assertThat(subject(true).global(HeardDocuments.of(order)).orElseThrow().writerRegion())
          .contains(EAST);
    }
  }

  /** What nodes of the writer's region have asked there confirms nothing. */
  @Test
  void documentsOfNodesAreTheWordOfTheRegionThatWasAsked() {
    assertThat(Subject.region(Subject.nodesAt(WEST, Optional.empty()))).isEqualTo(WEST);
    for (int port = 1; port <= 500; port++) {
      URI endpoint = URI.create("http://127.0.0.1:" + port);
      assertThat(Subject.region(Subject.nodesAt(EAST, Optional.of(endpoint)))).isEqualTo(EAST);
    }
    assertThat(Subject.region("us-gov-west-1")).isEqualTo("us-gov-west-1");
  }

  @Test
  void whatIsInProgressIsSaidInWords() {
    assertThat(
            subject(true)
                .global(
                    HeardDocuments.of(List.of(document(WEST, WEST, 1, Optional.empty(), true, 1))))
                .orElseThrow()
                .failover()
                .orElseThrow()
                .toString())
        .isEqualTo("failing-over from %s to %s, data may be lost".formatted(arn(WEST), arn(EAST)));
  }

  /** Whoever is asked for its role is also shown a password. */
  @Test
  void anEndpointByANameThatItCannotHaveIsLeftOut() {
    assertThat(
            subject(false)
                .global(
                    HeardDocuments.of(List.of(document(WEST, WEST, 1, Optional.empty(), false, 1))))
                .orElseThrow()
                .endpoint())
        .isEmpty();
  }

  @Test
  void ofAnotherClusterNothingIsSaid() {
    Subject other = new Subject(Optional.of(arn(WEST)), (host, in) -> true, Optional.empty());
    List<KnownDocument> heard = List.of(document(WEST, WEST, 1, Optional.empty(), false, 1));
    assertThat(other.global(HeardDocuments.of(heard))).isEmpty();
    assertThat(subject(true).global(HeardDocuments.of(List.of()))).isEmpty();
  }
}
