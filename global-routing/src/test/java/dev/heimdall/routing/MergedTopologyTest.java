package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Functions of two regions, each with a clock, an API and a document of its own, and what a node
 * makes of both documents in whatever order they come.
 */
class MergedTopologyTest {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String SHOP = "arn:aws:rds::123456789012:global-cluster:shop";
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  /** What time it is for those whose clocks are right. */
  private Instant time = NOW;

  private final Function west = new Function(WEST);
  private final Function east = new Function(EAST);

  /** A function of a region that hears nobody and knows its own region's clusters. */
  private final class Function {
    private final String region;
    private Duration ahead = Duration.ZERO;
    private TopologyDocument document;

    Function(String region) {
      this.region = region;
      document = TopologyDocument.none(region);
    }

    /** Its API says that a region writes, and which servers there are in its own one. */
    void asks(String writer, String... servers) {
      asks(writer, List.of(), servers);
    }

    void asks(String writer, Collection<TopologyDocument> heard, String... servers) {
      Instant asked = time.plus(ahead);
      TopologyReading reading =
          new TopologyReading(
              asked,
              List.of(region),
              Set.of(region),
              List.of(cluster(region, asked, servers)),
              Optional.of(List.of(global(writer, asked))),
              List.of());
      document = document.afterSeen(reading, "test", heard).orElse(document);
    }
  }

  private static String arn(String region) {
    return "arn:aws:rds:" + region + ":123456789012:cluster:shop";
  }

  private static TopologyGlobal global(String writer, Instant asked) {
    return new TopologyGlobal(
        SHOP,
        "shop",
        "aurora-mysql",
        "available",
        Optional.empty(),
        List.of(
            new TopologyGlobal.Member(arn(WEST), writer.equals(WEST), ""),
            new TopologyGlobal.Member(arn(EAST), writer.equals(EAST), "")),
        Optional.empty(),
        asked);
  }

  /** The first of its servers writes there, if its region does. */
  private static TopologyCluster cluster(String region, Instant asked, String... names) {
    List<RdsServer> servers = new ArrayList<>();
    for (String name : names) {
      servers.add(
          new RdsServer(
              name,
              Optional.of(name + ".example"),
              3306,
              servers.isEmpty() ? RdsRole.WRITER : RdsRole.READER,
              Optional.empty(),
              OptionalInt.empty(),
              "available",
              "available"));
    }
    return new TopologyCluster(
        arn(region),
        "cluster-" + region,
        List.of(),
        region,
        "shop",
        "aurora-mysql",
        "available",
        Optional.empty(),
        Optional.empty(),
        3306,
        servers,
        WriteForwarding.UNKNOWN,
        asked);
  }

  /** Both documents came, first the one and then the other, or the other way round. */
  private void writes(String region) {
    for (List<TopologyDocument> both :
        List.of(List.of(west.document, east.document), List.of(east.document, west.document))) {
      assertThat(MergedTopology.global(SHOP, both).orElseThrow().writerRegion()).contains(region);
    }
  }

  private List<String> servers() {
    return MergedTopology.of(SHOP, List.of(west.document, east.document))
        .orElseThrow()
        .servers()
        .stream()
        .map(server -> server.name() + (server.role() == RdsRole.WRITER ? " writes" : ""))
        .toList();
  }

  private void later(Duration by) {
    time = time.plus(by);
  }

  private void bothSay(String writer) {
    west.asks(writer, "w1");
    east.asks(writer, "e1");
  }

  /** Neither has a way to the other: each knows its own servers, and who writes. */
  @Test
  void theServersOfEachRegionAreThoseThatItsOwnFunctionTells() {
    bothSay(WEST);
    assertThat(servers()).containsExactly("w1 writes", "e1");
    later(Duration.ofMinutes(1));
    east.asks(EAST, "e1", "e2");
    later(Duration.ofSeconds(1));
    west.asks(EAST, "w1");
    assertThat(servers()).containsExactly("w1", "e1 writes", "e2");
  }

  /** Its API is cut off, and it asks again and again, and has news of something else. */
  @Test
  void anOldWritersRegionThatGoesOnSayingSoDoesNotOutrankTheNewOne() {
    bothSay(WEST);
    later(Duration.ofMinutes(1));
    east.asks(EAST, "e1");
    writes(EAST);
    for (int minute = 0; minute < 25; minute++) {
      later(Duration.ofMinutes(1));
      west.asks(WEST, "w1", "w" + minute);
      writes(EAST);
    }
    assertThat(west.document.globals().get(0).asked())
        .isAfter(east.document.globals().get(0).asked());

    later(Duration.ofSeconds(1));
    bothSay(EAST);
    writes(EAST);
  }

  @Test
  void itIsTheSameWithClocksThatAreWrongByMinutes() {
    for (int minutes : new int[] {-9, 9}) {
      time = NOW;
      west.document = TopologyDocument.none(WEST);
      east.document = TopologyDocument.none(EAST);
      west.ahead = Duration.ofMinutes(minutes);
      bothSay(WEST);
      later(Duration.ofMinutes(1));
      east.asks(EAST, "e1");
      later(Duration.ofSeconds(10));
      west.asks(WEST, "w1", "w2");
      writes(EAST);
      later(Duration.ofMinutes(1));
      west.asks(EAST, "w1", "w2");
      later(Duration.ofHours(1));
      bothSay(EAST);
      // And back: it is the other one that is cut off now.
      later(Duration.ofMinutes(1));
      west.asks(WEST, "w1", "w2");
      later(Duration.ofSeconds(10));
      east.asks(EAST, "e1", "e2");
      writes(WEST);
    }
  }

  /** Both moves come within what the clocks differ by. */
  @Test
  void twoMovesWithinAMinuteAreToldApartByWhoeverHearsTheOther() {
    east.ahead = Duration.ofMinutes(9);
    bothSay(WEST);
    later(Duration.ofSeconds(30));
    bothSay(EAST);
    later(Duration.ofSeconds(30));
    west.asks(WEST, List.of(east.document), "w1");
    writes(WEST);
  }

  @Test
  void aDocumentOfAWeekAgoCountsForNothingWhateverItHadSeen() {
    bothSay(WEST);
    later(Duration.ofMinutes(1));
    east.asks(EAST, "e1");
    later(Duration.ofDays(7));
    west.document = TopologyDocument.none(WEST);
    west.asks(WEST, "w1");
    writes(WEST);
  }

  @Test
  void whoeverHasSeenNoChangeIsBelievedByWhenHeAsked() {
    west.asks(WEST, "w1");
    later(Duration.ofSeconds(1));
    east.asks(EAST, "e1");
    writes(EAST);
  }

  /** One function, whose clock is set right while the document of before is from the future. */
  @Test
  void aClockThatWentBackKeepsNobodyFromTheTruth() throws TopologyException {
    west.ahead = Duration.ofMinutes(9);
    west.asks(WEST, "w1");
    TopologyDocument before = west.document;
    west.ahead = Duration.ZERO;
    later(Duration.ofSeconds(10));
    west.asks(EAST, "w1");

    assertThat(west.document.globals().get(0).writerRegion()).contains(EAST);
    assertThat(west.document.follows(before)).isTrue();
    assertThat(TopologyDocument.parse(west.document.json())).isEqualTo(west.document);
  }

  private List<TopologyDocument> received() {
    return List.of(west.document.receivedAt(time), east.document.receivedAt(time));
  }

  /** Its clock is an hour ahead, and so was its answer: it would be the last to ask for an hour. */
  @Test
  void aClockThatIsFarAheadMakesNoOtherSourceSilent() {
    west.ahead = Duration.ofHours(1);
    west.asks(WEST, "w1");
    east.asks(WEST, "e1");
    later(Duration.ofMinutes(1));
    east.asks(EAST, "e1");
    assertThat(MergedTopology.global(SHOP, List.of(west.document, east.document)))
        .as("by the documents' own times")
        .map(global -> global.writerRegion().orElseThrow())
        .contains(WEST);

    assertThat(MergedTopology.global(SHOP, received()))
        .as("by the times at which they came")
        .map(global -> global.writerRegion().orElseThrow())
        .contains(EAST);
    later(Duration.ofMinutes(9));
    east.asks(EAST, "e1");
    west.asks(WEST, "w1");
    assertThat(MergedTopology.global(SHOP, received()).orElseThrow().writerRegion()).contains(EAST);
  }

  /** When a source saw the writer change orders changes: the next one is dated after it. */
  @Test
  void whenTheWriterChangedIsTakenAsItWasSaid() {
    bothSay(WEST);
    west.ahead = Duration.ofHours(1);
    west.asks(EAST, "w1");
    east.asks(EAST, List.of(west.document), "e1");
    east.asks(WEST, List.of(west.document), "e1");

    assertThat(MergedTopology.global(SHOP, received()).orElseThrow().writerRegion()).contains(WEST);
  }

  @Test
  void clocksThatDifferByMinutesChangeNothing() {
    west.ahead = Duration.ofMinutes(4);
    bothSay(WEST);

    assertThat(west.document.receivedAt(time)).isEqualTo(west.document);
    assertThat(east.document.receivedAt(time)).isEqualTo(east.document);
  }
}
