package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.heimdall.engine.rds.RdsClusters;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.model.HostPatterns;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import dev.heimdall.routing.MergedTopology;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyGlobal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Servers of two regions report that they write for the global cluster. Whom a node believes
 * depends on what it has heard, and not on the order in which that came, nor on what the node
 * followed before.
 */
class ClaimsOfRegionsTest {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String SHOP = "arn:aws:rds::123456789012:global-cluster:shop";
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final Prober AURORA = Probers.aurora();
  private static final int CASES = 80;
  private static final int CASES_OF_A_HUNT = 2000;
  private static final long SEED = 32;

  /** Something that a node hears. */
  private sealed interface Heard {}

  private record Document(TopologyDocument document) implements Heard {}

  /**
   * @param confirmed when the storage was told last, in seconds; negative: never
   */
  private record Claim(String region, boolean readOnly, int confirmed) implements Heard {}

  /** What a node knows after it has heard this and that. */
  private static final class Node {
    private final TopologyJudge judge = new TopologyJudge(AURORA, List.of());
    private final Map<ServerAddress, ProbeHistory> histories = new LinkedHashMap<>();
    private final List<TopologyDocument> documents = new ArrayList<>();
    private Topology topology = Topology.unasked(List.of(at(WEST), at(EAST)));
    private long time = 1;

    Node() {
      for (String region : List.of(WEST, EAST)) {
        histories.put(at(region), ProbeHistory.none(at(region)));
      }
    }

    void follows(String region) {
      answers(report(region, false, false, -1), region);
    }

    void hears(Heard heard) {
      if (heard instanceof Document told) {
        documents.add(told.document());
        judge();
      } else if (heard instanceof Claim claim) {
        answers(report(claim.region(), true, claim.readOnly(), claim.confirmed()), claim.region());
      }
    }

    private void answers(NodeReport report, String region) {
      histories.computeIfPresent(at(region), (at, before) -> before.answered(report, ++time));
      judge();
    }

    private void judge() {
      List<RdsServer> servers =
          MergedTopology.of(SHOP, documents)
              .map(TopologyDocument.ReportedCluster::servers)
              .orElse(List.of());
      RdsDescriptions descriptions =
          RdsDescriptions.of(
              new HostPatterns(Map.of(), Map.of(), Optional.empty(), Optional.empty(), 5432),
              servers);
      topology =
          judge.judge(
              topology,
              List.copyOf(histories.values()),
              descriptions,
              TopologyJudge.Beside.of(said(), new Fencing.Now(time, NOW)));
    }

    /** Probes again whoever has to be, as a tracker does; each reports the same once more. */
    private void settle() {
      for (List<ProbeHistory> awaited = judge.awaited();
          !awaited.isEmpty();
          awaited = judge.awaited()) {
        for (ProbeHistory server : awaited) {
          histories.put(server.address(), server.answered(server.last().orElseThrow(), ++time));
        }
        judge();
      }
    }

    private GlobalSaid said() {
      return MergedTopology.global(SHOP, documents)
          .map(
              believed ->
                  new GlobalSaid(
                      believed.writerRegion(),
                      believed.writerSince(),
                      Optional.empty(),
                      Optional.empty(),
                      List.of(EAST, WEST),
                      documents.stream().map(Node::answer).toList()))
          .orElse(GlobalSaid.NOTHING);
    }

    private static GlobalSaid.Answer answer(TopologyDocument document) {
      TopologyGlobal global = document.globals().get(0);
      return new GlobalSaid.Answer(document.source(), global.writerRegion(), global.asked(), NOW);
    }

    String believes() {
      return topology.writer().map(TopologyNode::address).map(ServerAddress::host).orElse("none");
    }
  }

  private static ServerAddress at(String region) {
    return new ServerAddress("w1.cq2ksomething." + region + ".rds.amazonaws.com", 5432);
  }

  private static NodeReport report(
      String region, boolean writer, boolean readOnly, int confirmedSeconds) {
    return new NodeReport(
            "w1 " + region,
            "w1 " + region,
            "w1",
            "",
            writer,
            readOnly,
            0,
            new Lsn(100),
            0,
            "",
            List.of(),
            true,
            List.of())
        .confirming(confirmedSeconds < 0 ? Map.of() : Map.of("w1", confirmedSeconds * 1000L));
  }

  private static TopologyDocument document(
      String source, String writer, int asked, Optional<Integer> since) {
    Instant at = NOW.plusSeconds(asked);
    return new TopologyDocument(
        source,
        1,
        at,
        "test",
        List.of(source),
        List.of(cluster(source, at)),
        List.of(
            new TopologyGlobal(
                SHOP,
                "shop",
                "aurora-postgresql",
                "available",
                Optional.empty(),
                List.of(
                    new TopologyGlobal.Member(
                        RdsClusters.arn(WEST, "shop"), writer.equals(WEST), ""),
                    new TopologyGlobal.Member(
                        RdsClusters.arn(EAST, "shop"), writer.equals(EAST), "")),
                Optional.empty(),
                at,
                since.map(NOW::plusSeconds))));
  }

  private static TopologyCluster cluster(String region, Instant asked) {
    return RdsClusters.cluster(
        region,
        "shop",
        asked,
        List.of(RdsClusters.server("w1", at(region).host(), RdsRole.WRITER)));
  }

  private static <T> List<List<T>> orders(List<T> all) {
    if (all.isEmpty()) {
      return List.of(List.of());
    }
    List<List<T>> found = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      List<T> rest = new ArrayList<>(all);
      T first = rest.remove(i);
      for (List<T> order : orders(rest)) {
        List<T> one = new ArrayList<>(List.of(first));
        one.addAll(order);
        found.add(one);
      }
    }
    return found;
  }

  /** Whom nodes believe who hear this in any order, with what they may have followed before. */
  private static Set<String> believed(List<Heard> heard) {
    Set<String> found = new HashSet<>();
    for (List<Heard> order : orders(heard)) {
      for (String before : List.of("", WEST, EAST)) {
        Node node = new Node();
        if (!before.isEmpty()) {
          node.follows(before.equals(WEST) ? EAST : WEST);
          node.hears(new Claim(before, false, -1));
        }
        for (Heard each : order) {
          node.hears(each);
          node.settle();
        }
        found.add(node.believes());
      }
    }
    return found;
  }

  private static Claim claims(String region) {
    return new Claim(region, false, -1);
  }

  private static Document tells(String source, String writer, int asked, Integer since) {
    return new Document(document(source, writer, asked, Optional.ofNullable(since)));
  }

  @Test
  void whoeverSawTheWriterChangeLastDecidesWhoeverRepeatsHimselfLater() {
    assertThat(
            believed(
                List.of(
                    claims(WEST),
                    claims(EAST),
                    tells(WEST, WEST, 600, null),
                    tells(EAST, EAST, 5, 5))))
        .containsExactly(at(EAST).host());
    assertThat(
            believed(
                List.of(
                    claims(WEST),
                    claims(EAST),
                    tells(WEST, WEST, 60, 60),
                    tells(EAST, EAST, 90, 5))))
        .containsExactly(at(WEST).host());
  }

  /** Its document may be of before the promotion that has to have been. */
  @Test
  void aDocumentThatHasSeenNoChangeDecidesNothingForItsOwnRegion() {
    assertThat(believed(List.of(claims(WEST), claims(EAST), tells(WEST, WEST, 600, null))))
        .containsExactly("none");
    assertThat(
            believed(
                List.of(
                    claims(WEST),
                    claims(EAST),
                    tells(WEST, WEST, 5, null),
                    tells(EAST, EAST, 6, null))))
        .containsExactly("none");
  }

  @Test
  void withoutThatWhatOtherRegionsWereToldDecidesIfTheyAgree() {
    assertThat(
            believed(
                List.of(
                    claims(WEST),
                    claims(EAST),
                    tells(WEST, WEST, 600, null),
                    tells("ap-south-1", EAST, 5, null))))
        .containsExactly(at(EAST).host());
    assertThat(
            believed(
                List.of(
                    claims(WEST),
                    claims(EAST),
                    tells(WEST, EAST, 600, null),
                    tells("ap-south-1", WEST, 5, null))))
        .containsExactly("none");
  }

  @Test
  void theOneThatTakesWritesIsBelievedWhereNoDocumentIsKnown() {
    assertThat(believed(List.of(new Claim(WEST, true, -1), claims(EAST))))
        .containsExactly(at(EAST).host());
  }

  @Test
  void withoutAnyOfThatThereIsNoWriterAndBothAreRefuted() {
    assertThat(believed(List.of(claims(WEST), claims(EAST)))).containsExactly("none");
    Node node = new Node();
    node.hears(claims(WEST));
    node.hears(claims(EAST));
    node.settle();
    assertThat(node.topology.nodes())
        .extracting(TopologyNode::state)
        .containsOnly(NodeState.REFUTED);
  }

  /** What documents say of a region whose servers do not report so decides nothing. */
  @Test
  void theOnlyOneThatReportsItIsBelievedWhateverDocumentsSay() {
    Node node = new Node();
    node.hears(tells(EAST, EAST, 5, 5));
    node.hears(claims(WEST));
    assertThat(node.believes()).isEqualTo(at(WEST).host());
  }

  /** As in a switchover, whose former writer is a replica by then, and not asked yet. */
  @Test
  void aLateDocumentDoesNotBringBackAClaimThatIsOlderThanTheOthers() {
    Node node = new Node();
    node.hears(claims(WEST));
    node.hears(claims(EAST));
    node.hears(tells("ap-south-1", EAST, 5, null));
    assertThat(node.believes()).isEqualTo(at(EAST).host());

    node.hears(tells("ap-south-1", WEST, 6, 6));
    assertThat(node.believes()).isEqualTo("none");
    assertThat(node.judge.awaited()).extracting(ProbeHistory::address).containsExactly(at(WEST));
    assertThat(node.topology.nodes())
        .extracting(TopologyNode::state, TopologyNode::why)
        .containsExactly(
            tuple(
                NodeState.UNKNOWN,
                "reported that it is the writer before another server began to, and is probed"
                    + " again"),
            tuple(
                NodeState.UNKNOWN,
                "reports that it is the writer, but "
                    + at(WEST)
                    + ", which reported it before, is probed again"));

    node.follows(WEST);
    assertThat(node.believes()).isEqualTo(at(EAST).host());
    assertThat(node.judge.awaited()).isEmpty();
  }

  @Test
  void whoeverReportsItOnceMoreIsBelievedAsTheDocumentSays() {
    Node node = new Node();
    node.hears(claims(WEST));
    node.hears(claims(EAST));
    node.hears(tells("ap-south-1", WEST, 6, 6));
    assertThat(node.believes()).isEqualTo("none");

    node.hears(claims(WEST));
    assertThat(node.believes()).isEqualTo(at(WEST).host());
  }

  @Test
  void whoeverBeganLastIsBelievedAtOnceWhereThatIsWhatDocumentsSay() {
    Node node = new Node();
    node.hears(claims(WEST));
    node.hears(tells("ap-south-1", EAST, 6, 6));
    node.hears(claims(EAST));
    assertThat(node.believes()).isEqualTo(at(EAST).host());
    assertThat(node.judge.awaited())
        .as("whether it still claims so is to be seen")
        .extracting(ProbeHistory::address)
        .containsExactly(at(WEST));
  }

  @Test
  void anyClaimsAndDocumentsLeadAllNodesToTheSameWriter() {
    leadAllNodesToTheSameWriter(SEED, CASES);
  }

  @Test
  @Tag("long")
  void manyClaimsAndDocumentsLeadAllNodesToTheSameWriter() {
    leadAllNodesToTheSameWriter(System.nanoTime(), CASES_OF_A_HUNT);
  }

  private static void leadAllNodesToTheSameWriter(long seed, int cases) {
    Random random = new Random(seed);
    for (int i = 0; i < cases; i++) {
      List<Heard> heard = new ArrayList<>();
      heard.add(new Claim(WEST, random.nextInt(4) == 0, random.nextInt(20) - 6));
      heard.add(new Claim(EAST, random.nextInt(4) == 0, random.nextInt(20) - 6));
      for (String source : List.of(WEST, EAST, "ap-south-1")) {
        if (random.nextInt(3) > 0) {
          heard.add(
              tells(
                  source,
                  random.nextBoolean() ? WEST : EAST,
                  random.nextInt(4),
                  random.nextBoolean() ? random.nextInt(4) : null));
        }
      }
      assertThat(believed(heard)).as("case %d of seed %d: %s", i, seed, heard).hasSize(1);
    }
  }
}
