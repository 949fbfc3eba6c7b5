package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ClusterNode;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TopologyJudgeTest {
  private static final ServerAddress A = new ServerAddress("a", 5432);
  private static final ServerAddress B = new ServerAddress("b", 5432);
  private static final ServerAddress C = new ServerAddress("c", 5432);
  private static final Topology NOTHING = Topology.unasked(List.of(A, B));

  private final TopologyJudge postgres = new TopologyJudge(Probers.postgres(), List.of());
  private final TopologyJudge aurora = new TopologyJudge(Probers.aurora(), List.of());

  private static NodeReport report(
      ServerAddress address, boolean writer, long timeline, long position) {
    return report(address.host(), "system", writer, timeline, position, List.of());
  }

  private static NodeReport report(
      String identity,
      String system,
      boolean writer,
      long timeline,
      long position,
      List<NodeReport.Member> members) {
    return new NodeReport(
        identity,
        identity,
        identity,
        system,
        writer,
        false,
        timeline,
        position < 0 ? Position.NONE : new Lsn(position),
        -1,
        "",
        members,
        true,
        List.of());
  }

  private static ProbeHistory writer(ServerAddress address, long timeline, long position) {
    return ProbeHistory.none(address).answered(report(address, true, timeline, position), 1);
  }

  private static ProbeHistory replica(ServerAddress address, long timeline, long position) {
    return ProbeHistory.none(address).answered(report(address, false, timeline, position), 1);
  }

  private static TopologyNode node(Topology topology, ServerAddress address) {
    return topology.node(address).orElseThrow();
  }

  private static Optional<ServerAddress> writerOf(Topology topology) {
    return topology.writer().map(TopologyNode::address);
  }

  @Test
  void whoSaysThatItIsTheWriterIsBelieved() {
    Topology topology =
        postgres.judge(
            NOTHING, List.of(replica(A, 1, 90), writer(B, 1, 100)), RdsDescriptions.nothing());

    assertThat(writerOf(topology)).contains(B);
    assertThat(node(topology, A).role()).isEqualTo(NodeRole.REPLICA);
    assertThat(node(topology, A).state()).isEqualTo(NodeState.UP);
    assertThat(node(topology, A).lagBytes()).isEqualTo(10);
    assertThat(node(topology, B).lagBytes()).isZero();
    assertThat(topology.version()).isEqualTo(1);
  }

  @Test
  void nobodyIsTheWriterWhileNobodySaysSo() {
    Topology topology =
        postgres.judge(
            NOTHING,
            List.of(replica(A, 1, 90), ProbeHistory.none(B).failed("refused")),
            RdsDescriptions.nothing());

    assertThat(topology.writer()).isEmpty();
    assertThat(node(topology, A).state()).isEqualTo(NodeState.UP);
    assertThat(node(topology, A).lagBytes()).isEqualTo(TopologyNode.UNKNOWN);
    assertThat(node(topology, B).state()).isEqualTo(NodeState.DOWN);
    assertThat(node(topology, B).why()).isEqualTo("refused");
  }

  @Test
  void ofTwoClaimsTheOneOnTheNewerTimelineIsBelieved() {
    Topology before =
        postgres.judge(
            NOTHING, List.of(writer(A, 1, 100), replica(B, 1, 100)), RdsDescriptions.nothing());

    Topology after =
        postgres.judge(
            before, List.of(writer(A, 1, 900), writer(B, 2, 110)), RdsDescriptions.nothing());

    assertThat(writerOf(after)).contains(B);
    assertThat(node(after, A).role()).isEqualTo(NodeRole.UNKNOWN);
    assertThat(node(after, A).state()).isEqualTo(NodeState.REFUTED);
    assertThat(node(after, A).why())
        .isEqualTo("reports that it is the writer on timeline 1, but so does b:5432 on timeline 2");
    assertThat(after.version()).isEqualTo(2);
  }

  private static ProbeHistory readOnly(ServerAddress address, long timeline, long position) {
    NodeReport said = report(address, true, timeline, position);
    return ProbeHistory.none(address)
        .answered(
            new NodeReport(
                said.identity(),
                said.run(),
                said.name(),
                said.system(),
                true,
                true,
                timeline,
                new Lsn(position),
                0,
                "",
                List.of(),
                true,
                List.of()),
            1);
  }

  @Test
  void aWriterThatLetsNobodyWriteIsTheWriterAsLongAsThereIsNoOther() {
    Topology before =
        postgres.judge(
            NOTHING, List.of(writer(A, 1, 100), replica(B, 1, 100)), RdsDescriptions.nothing());

    Topology closed =
        postgres.judge(
            before, List.of(readOnly(A, 1, 100), replica(B, 1, 100)), RdsDescriptions.nothing());
    assertThat(writerOf(closed)).contains(A);
    assertThat(node(closed, A).state()).isEqualTo(NodeState.READ_ONLY);
    assertThat(node(closed, A).why()).contains("allows no writes");
    assertThat(node(closed, B).state()).isEqualTo(NodeState.UP);
    assertThat(closed.version()).isEqualTo(2);

    // One that was made of a copy, and has a history of its own.
    Topology after =
        postgres.judge(
            closed, List.of(readOnly(A, 1, 900), writer(B, 1, 110)), RdsDescriptions.nothing());
    assertThat(writerOf(after)).contains(B);
    assertThat(node(after, A).state()).isEqualTo(NodeState.REFUTED);

    // Who is the writer on a newer timeline is that also whileit allows no writes.
    Topology newer =
        postgres.judge(
            before, List.of(writer(A, 1, 900), readOnly(B, 2, 110)), RdsDescriptions.nothing());
    assertThat(writerOf(newer)).contains(B);
  }

  @Test
  void aNameThatComesToLeadToTheWriterIsNoOtherServer() {
    Topology before =
        postgres.judge(
            NOTHING, List.of(replica(A, 1, 100), writer(B, 1, 100)), RdsDescriptions.nothing());
    ProbeHistory name = ProbeHistory.none(A).answered(report(B, true, 1, 110), 2);

    Topology after =
        postgres.judge(before, List.of(name, writer(B, 1, 110)), RdsDescriptions.nothing());

    assertThat(writerOf(after)).contains(B);
    assertThat(after.nodes()).hasSize(1);
  }

  @Test
  void aSecondWriterOnTheSameTimelineDoesNotReplaceTheFirst() {
    Topology before =
        postgres.judge(
            NOTHING, List.of(replica(A, 1, 100), writer(B, 1, 100)), RdsDescriptions.nothing());

    Topology after =
        postgres.judge(
            before, List.of(writer(A, 1, 900), writer(B, 1, 110)), RdsDescriptions.nothing());

    assertThat(writerOf(after)).contains(B);
    assertThat(node(after, A).state()).isEqualTo(NodeState.REFUTED);
  }

  /** One of Aurora's servers, by whose storage these have last told that they are the writer. */
  private static ProbeHistory auroraWriter(
      ServerAddress address, long heardAt, Map<String, Long> confirmed) {
    return ProbeHistory.none(address)
        .answered(
            report(address.host(), "", true, 0, 10, List.of()).confirming(confirmed), heardAt);
  }

  /** Two nodes that have met the servers in different orders, and then asked both once more. */
  private List<Topology> twoNodes(ProbeHistory a, ProbeHistory b, RdsDescriptions descriptions) {
    TopologyJudge other = new TopologyJudge(Probers.aurora(), List.of());
    Topology first = aurora.judge(NOTHING, List.of(a), descriptions);
    Topology second = other.judge(NOTHING, List.of(b), descriptions);
    assertThat(writerOf(first)).contains(A);
    assertThat(writerOf(second)).contains(B);
    List<ProbeHistory> both = List.of(again(a), again(b));
    return List.of(
        aurora.judge(first, both, descriptions), other.judge(second, both, descriptions));
  }

  private static ProbeHistory again(ProbeHistory server) {
    return server.answered(server.last().orElseThrow(), 9);
  }

  @Test
  void ofTwoWritersOfOneStorageAllNodesBelieveTheOneThatGoesOnSayingSo() {
    Map<String, Long> told = Map.of("a", 10_000L, "b", 90_000L);

    assertThat(
            twoNodes(auroraWriter(A, 5, told), auroraWriter(B, 1, told), RdsDescriptions.nothing()))
        .allSatisfy(
            topology -> {
              assertThat(writerOf(topology)).contains(B);
              assertThat(node(topology, A).state()).isEqualTo(NodeState.REFUTED);
            });
    // Whoever says it of whom.
    assertThat(
            twoNodes(
                auroraWriter(A, 5, Map.of("b", 90_000L)),
                auroraWriter(B, 1, Map.of("a", 10_000L)),
                RdsDescriptions.nothing()))
        .allSatisfy(topology -> assertThat(writerOf(topology)).contains(B));
  }

  @Test
  void ofTwoWritersThatNothingTellsApartNoNodeBelievesAny() {
    for (Map<String, Long> told :
        List.of(Map.<String, Long>of(), Map.of("a", 90_000L), Map.of("a", 90_000L, "b", 90_900L))) {
      assertThat(
              twoNodes(
                  auroraWriter(A, 5, told), auroraWriter(B, 1, told), RdsDescriptions.nothing()))
          .allSatisfy(
              topology -> {
                assertThat(topology.writer()).isEmpty();
                assertThat(topology.nodes())
                    .extracting(TopologyNode::state)
                    .containsOnly(NodeState.REFUTED);
                assertThat(node(topology, A).why())
                    .isEqualTo(
                        "reports that it is the writer, but so does another one, and nothing tells"
                            + " which of them is");
              });
    }
  }

  @Test
  void ofTwoWritersInTwoRegionsAllNodesBelieveTheOneInTheRegionOfTheDocumentsWriter() {
    Map<String, Long> told = Map.of("a", 90_000L, "b", 10_000L);
    RdsDescriptions document =
        told(
            told("a", RdsRole.READER, "eu-west-1a", "available"),
            told("b", RdsRole.READER, "us-east-1b", "available"),
            told("c", RdsRole.WRITER, "us-east-1c", "available"));

    assertThat(twoNodes(auroraWriter(A, 5, told), auroraWriter(B, 1, told), document))
        .allSatisfy(topology -> assertThat(writerOf(topology)).contains(B));
  }

  @Test
  void aNodeThatStartsBetweenTwoWritersOnOneTimelineBelievesNone() {
    Topology started =
        postgres.judge(
            NOTHING, List.of(writer(A, 1, 900), writer(B, 1, 110)), RdsDescriptions.nothing());

    assertThat(started.writer()).isEmpty();
  }

  @Test
  void oneFailureMakesAServerSuspectAndTwoMakeItDown() {
    Topology up =
        postgres.judge(
            NOTHING, List.of(writer(A, 1, 100), replica(B, 1, 100)), RdsDescriptions.nothing());
    ProbeHistory once = writer(A, 1, 100).failed("reset");

    Topology suspect =
        postgres.judge(up, List.of(once, replica(B, 1, 100)), RdsDescriptions.nothing());
    Topology down =
        postgres.judge(
            suspect,
            List.of(once.failed("refused"), replica(B, 1, 100)),
            RdsDescriptions.nothing());

    assertThat(writerOf(suspect)).contains(A);
    assertThat(node(suspect, A).state()).isEqualTo(NodeState.SUSPECT);
    assertThat(down.writer()).isEmpty();
    assertThat(node(down, A).state()).isEqualTo(NodeState.DOWN);
    assertThat(node(down, A).role()).isEqualTo(NodeRole.UNKNOWN);
  }

  @Test
  void aServerThatIsSilentIsSuspectUntilItAnswers() {
    ProbeHistory silent = writer(A, 1, 100).silent("has not answered for 300 ms");
    Topology suspect =
        postgres.judge(NOTHING, List.of(silent, replica(B, 1, 100)), RdsDescriptions.nothing());

    assertThat(writerOf(suspect)).contains(A);
    assertThat(node(suspect, A).state()).isEqualTo(NodeState.SUSPECT);
    assertThat(node(suspect, A).why()).isEqualTo("has not answered for 300 ms");
    assertThat(silent.failures()).isZero();
    assertThat(silent.failed("reset").silent("late").failure()).isEqualTo("reset");
    assertThat(silent.answered(silent.last().orElseThrow(), 1).suspect()).isFalse();
  }

  @Test
  void aReplicaOfAnOlderTimelineIsDetached() {
    Topology topology =
        postgres.judge(
            NOTHING, List.of(writer(A, 2, 100), replica(B, 1, 400)), RdsDescriptions.nothing());

    assertThat(node(topology, B).state()).isEqualTo(NodeState.DETACHED);
    assertThat(node(topology, B).lagBytes()).isEqualTo(TopologyNode.UNKNOWN);
    assertThat(node(topology, B).why())
        .isEqualTo("follows timeline 1, but the writer is on timeline 2");
  }

  @Test
  void aReplicaThatDoesNotSayItsTimelineIsDetached() {
    Topology topology =
        postgres.judge(
            NOTHING, List.of(writer(A, 2, 100), replica(B, 0, 100)), RdsDescriptions.nothing());

    assertThat(node(topology, B).state()).isEqualTo(NodeState.DETACHED);
    assertThat(node(topology, B).why()).contains("pg_monitor");
  }

  @Test
  void aServerOfAnotherClusterIsNotBelieved() {
    ProbeHistory stranger =
        ProbeHistory.none(B).answered(report("b", "other", true, 9, 900, List.of()), 1);

    Topology topology =
        postgres.judge(NOTHING, List.of(writer(A, 1, 100), stranger), RdsDescriptions.nothing());

    assertThat(writerOf(topology)).contains(A);
    assertThat(node(topology, B).state()).isEqualTo(NodeState.DETACHED);
    assertThat(node(topology, B).why()).isEqualTo("belongs to another cluster");
  }

  @Test
  void twoAddressesOfOneServerAreOneNode() {
    ProbeHistory alias =
        ProbeHistory.none(C).answered(report("a", "system", true, 1, 100, List.of()), 1);

    Topology topology =
        postgres.judge(
            NOTHING,
            List.of(writer(A, 1, 100), replica(B, 1, 100), alias),
            RdsDescriptions.nothing());

    assertThat(topology.nodes()).extracting(TopologyNode::address).containsExactly(A, B);
    assertThat(writerOf(topology)).contains(A);
  }

  @Test
  void aNameThatLeadsNowhereAnyMoreGivesWayToAnotherOfTheSameServer() {
    ProbeHistory alias =
        ProbeHistory.none(C).answered(report("a", "system", true, 1, 100, List.of()), 1);
    Topology before =
        postgres.judge(NOTHING, List.of(writer(A, 1, 100), alias), RdsDescriptions.nothing());
    ProbeHistory gone = writer(A, 1, 100).failed("unknown host").failed("unknown host");

    Topology after = postgres.judge(before, List.of(gone, alias), RdsDescriptions.nothing());
    Topology later = postgres.judge(after, List.of(gone, alias), RdsDescriptions.nothing());

    assertThat(writerOf(before)).contains(A);
    assertThat(writerOf(after)).contains(C);
    assertThat(after.node(A)).isEmpty();
    assertThat(writerOf(later)).contains(C);
    assertThat(later.version()).isEqualTo(after.version());
  }

  @Test
  void onlyPositionsDoNotMakeANewVersion() {
    Topology before =
        postgres.judge(
            NOTHING, List.of(writer(A, 1, 100), replica(B, 1, 100)), RdsDescriptions.nothing());
    Topology after =
        postgres.judge(
            before, List.of(writer(A, 1, 200), replica(B, 1, 150)), RdsDescriptions.nothing());

    assertThat(after.version()).isEqualTo(before.version());
    assertThat(node(after, B).lagBytes()).isEqualTo(50);
  }

  @Test
  void whatOthersSayOfAServersPositionCounts() {
    NodeReport.Member seen = new NodeReport.Member(B, "b", new Lsn(80), 7);
    ProbeHistory writer =
        ProbeHistory.none(A).answered(report("a", "", true, 0, 100, List.of(seen)), 1);
    ProbeHistory reader =
        ProbeHistory.none(B).answered(report("b", "", false, 0, -1, List.of()), 1);

    Topology topology = aurora.judge(NOTHING, List.of(writer, reader), RdsDescriptions.nothing());

    assertThat(node(topology, B).position()).isEqualTo(new Lsn(80));
    assertThat(node(topology, B).lagMillis()).isEqualTo(7);
    assertThat(node(topology, B).lagBytes()).isEqualTo(20);
  }

  @Test
  void weightAndZoneComeFromTheConfiguration() {
    TopologyJudge judge =
        new TopologyJudge(
            Probers.postgres(), List.of(new ClusterNode("b", Optional.of(3), Optional.of("1b"))));

    Topology topology =
        judge.judge(NOTHING, List.of(writer(A, 1, 1), replica(B, 1, 1)), RdsDescriptions.nothing());

    assertThat(node(topology, B).weight()).contains(3);
    assertThat(node(topology, B).zone()).contains("1b");
    assertThat(node(topology, A).weight()).isEmpty();
  }

  private static RdsServer told(String host, RdsRole role, String zone, String status) {
    return new RdsServer(
        "db-" + host,
        Optional.of(host),
        5432,
        role,
        Optional.of(zone),
        OptionalInt.of(1),
        status,
        "available");
  }

  private static RdsDescriptions told(RdsServer... servers) {
    Map<ServerAddress, RdsServer> told = new LinkedHashMap<>();
    for (RdsServer server : servers) {
      told.put(new ServerAddress(server.host().orElseThrow(), server.port()), server);
    }
    return new RdsDescriptions(told);
  }

  @Test
  void whatTheApiSaysDescribesServersAndDecidesNothing() {
    TopologyJudge judge =
        new TopologyJudge(
            Probers.postgres(), List.of(new ClusterNode("b", Optional.of(3), Optional.of("1b"))));
    RdsDescriptions api =
        told(
            told("a", RdsRole.READER, "1a", "available"),
            told("b", RdsRole.WRITER, "1c", "rebooting"));

    Topology topology = judge.judge(NOTHING, List.of(writer(A, 1, 1), replica(B, 1, 1)), api);

    assertThat(writerOf(topology)).contains(A);
    assertThat(node(topology, A).zone()).contains("1a");
    assertThat(node(topology, A).why())
        .isEqualTo("reports that it is the writer on timeline 1; RDS reports: promotion tier 1");
    assertThat(node(topology, B).zone()).contains("1b");
    assertThat(node(topology, B).why())
        .isEqualTo("reports that it is a replica; RDS reports: promotion tier 1, rebooting");
  }

  @Test
  void aServerIsDescribedByItsNameWhereItsAddressIsAnother() {
    ProbeHistory writer =
        ProbeHistory.none(A).answered(report("db-x", "", true, 0, 1, List.of()), 1);

    Topology topology =
        aurora.judge(NOTHING, List.of(writer), told(told("x", RdsRole.READER, "1a", "modifying")));

    assertThat(node(topology, A).zone()).contains("1a");
    assertThat(node(topology, A).why()).endsWith("modifying");
  }

  @Test
  void aWriterThatComesBackIsNotOfAnotherClusterBecauseOfAServerOfThePast() {
    ProbeHistory past =
        ProbeHistory.none(A).answered(report("a", "old system", false, 1, 50, List.of()), 1);
    ProbeHistory writer = writer(B, 1, 100);
    Topology before = postgres.judge(NOTHING, List.of(writer(B, 1, 90)), RdsDescriptions.nothing());
    Topology led = postgres.judge(before, List.of(past, writer), RdsDescriptions.nothing());
    assertThat(writerOf(led)).contains(B);
    Topology lost =
        postgres.judge(
            led, List.of(past, writer.failed("x").failed("x")), RdsDescriptions.nothing());
    assertThat(lost.writer()).isEmpty();

    Topology after =
        postgres.judge(lost, List.of(past, writer(B, 1, 110)), RdsDescriptions.nothing());

    assertThat(writerOf(after)).contains(B);
    assertThat(node(after, A).state()).isEqualTo(NodeState.DETACHED);
  }

  private static ProbeHistory keeping(ServerAddress address, long position, long kept, long at) {
    NodeReport said = report(address, true, 1, position);
    return ProbeHistory.none(address)
        .answered(
            new NodeReport(
                said.identity(),
                said.run(),
                said.name(),
                said.system(),
                true,
                false,
                1,
                said.position(),
                kept < 0 ? Position.NONE : new Lsn(kept),
                0,
                "",
                List.of(),
                true,
                List.of()),
            at);
  }

  @Test
  void withoutWriterReplicasAreJudgedByWhatTheLastOneHadKept() {
    Topology led =
        postgres.judge(
            NOTHING, List.of(keeping(A, 100, 90, 5), replica(B, 1, 90)), RdsDescriptions.nothing());
    assertThat(node(led, B).lagBytes()).as("while there is a writer").isEqualTo(10);

    ProbeHistory lost = keeping(A, 100, 90, 5).failed("x").failed("x");
    Topology complete =
        postgres.judge(led, List.of(lost, replica(B, 1, 90)), RdsDescriptions.nothing());
    Topology behind =
        postgres.judge(complete, List.of(lost, replica(B, 1, 60)), RdsDescriptions.nothing());

    assertThat(complete.writer()).isEmpty();
    assertThat(node(complete, B).lagBytes()).isZero();
    assertThat(node(behind, B).lagBytes()).isEqualTo(30);
    assertThat(behind.lastWriter()).map(TopologyNode::address).contains(A);
    assertThat(behind.lastWriter()).map(TopologyNode::position).contains(new Lsn(90));
  }

  @Test
  void whatTheWriterHadKeptIsAsOldAsItsLastAnswerThatTellsIt() {
    Topology led =
        postgres.judge(
            NOTHING, List.of(keeping(A, 100, 90, 5), replica(B, 1, 90)), RdsDescriptions.nothing());
    Topology untold =
        postgres.judge(
            led, List.of(keeping(A, 900, -1, 6), replica(B, 1, 90)), RdsDescriptions.nothing());

    assertThat(untold.lastWriter()).map(TopologyNode::position).contains(new Lsn(90));
    assertThat(untold.lastWriter()).map(TopologyNode::at).contains(5L);
  }

  @Test
  void withoutWriterAReplicaOfAnotherTimelineIsDetached() {
    Topology led =
        postgres.judge(
            NOTHING, List.of(writer(A, 1, 100), replica(B, 1, 90)), RdsDescriptions.nothing());

    Topology lost =
        postgres.judge(
            led,
            List.of(writer(A, 1, 100).failed("x").failed("x"), replica(B, 2, 400)),
            RdsDescriptions.nothing());

    assertThat(node(lost, B).state()).isEqualTo(NodeState.DETACHED);
    assertThat(node(lost, B).why())
        .isEqualTo("follows timeline 2, but the last writer was on timeline 1");
  }
}
