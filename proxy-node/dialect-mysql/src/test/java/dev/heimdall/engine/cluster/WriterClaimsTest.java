package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.cluster.MysqlClusters;
import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two servers of MySQL that report that they are the writer. */
class WriterClaimsTest {
  private static final String FORMER = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String PROMOTED = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

  private static final Prober PROBER =
      new MysqlClusters()
          .prober(
              PoolSources.source(
                  "cluster",
                  "jdbc:mysql://a.example",
                  PoolSources.cluster(ClusterKind.MYSQL, ClusterSettings.defaults().failover())));

  /** What both have. */
  private static final String SHARED = FORMER + ":1-10";

  private static NodeReport report(String name, boolean writer, String executed) {
    return new NodeReport(
        name,
        name,
        name,
        "",
        writer,
        false,
        0,
        GtidSet.parse(executed),
        0,
        "",
        List.of(),
        true,
        List.of());
  }

  private static ServerAddress at(String name) {
    return new ServerAddress(name, 3306);
  }

  private static ProbeHistory heard(String name, long at, String executed) {
    return ProbeHistory.none(at(name)).answered(report(name, true, executed), at);
  }

  private static ProbeHistory seenPromoted(String name, long at, String executed) {
    return ProbeHistory.none(at(name))
        .answered(report(name, false, executed), 1)
        .answered(report(name, true, executed), at);
  }

  private static Optional<String> believed(
      Optional<String> writer, ProbeHistory one, ProbeHistory other) {
    return verdict(writer, one, other).believed().map(probed -> probed.address().host());
  }

  private static WriterClaims.Verdict verdict(
      Optional<String> writer, ProbeHistory one, ProbeHistory other) {
    List<ProbeHistory> both = List.of(one, other);
    return new WriterClaims(
            PROBER,
            both,
            RdsDescriptions.nothing(),
            GlobalSaid.NOTHING,
            writer.map(WriterClaimsTest::at))
        .verdict(both.stream().filter(ProbeHistory::claims).toList());
  }

  @Test
  void theOneThatWasSeenToBeginLaterIsBelieved() {
    ProbeHistory former = heard("former", 5, FORMER + ":1-12");
    ProbeHistory promoted = seenPromoted("promoted", 9, SHARED + "," + PROMOTED + ":1-3");

    assertThat(believed(Optional.of("former"), former, promoted)).contains("promoted");
    assertThat(believed(Optional.of("promoted"), promoted, former)).contains("promoted");
  }

  @Test
  void whoeverHasNotBeenAskedSinceTheWriterWasHeardIsAskedOnceMore() {
    ProbeHistory promoted =
        ProbeHistory.none(at("promoted"))
            .answered(report("promoted", false, SHARED), 1)
            .answered(report("promoted", true, SHARED + "," + PROMOTED + ":1-3"), 5, 9);

    ProbeHistory known = heard("former", 2, FORMER + ":1-12");
    NodeReport same = known.last().orElseThrow();
    for (long askedAt : List.of(3L, 7L)) { // ahead of its question, or ahead of its answer
      ProbeHistory former = known.answered(same, askedAt);
      assertThat(verdict(Optional.of("former"), former, promoted))
          .isEqualTo(new WriterClaims.Verdict(Optional.of(promoted), List.of(former)));
    }
    assertThat(verdict(Optional.of("former"), known.answered(same, 10), promoted).awaited())
        .isEmpty();
  }

  @Test
  void aWriterThatMayHaveAnsweredBeforeAnotherOneBeganIsAskedOnceMore() {
    ProbeHistory former = heard("former", 2, SHARED).answered(report("former", true, SHARED), 7, 8);
    ProbeHistory same =
        ProbeHistory.none(at("promoted"))
            .answered(report("promoted", false, SHARED), 1)
            .answered(report("promoted", true, SHARED), 5, 9);

    assertThat(verdict(Optional.of("former"), former, same))
        .as("it has nothing of its own, as a replica whose replication was taken away")
        .isEqualTo(new WriterClaims.Verdict(Optional.of(former), List.of(former)));
    ProbeHistory again = former.answered(former.last().orElseThrow(), 10);
    assertThat(verdict(Optional.of("former"), again, same))
        .isEqualTo(new WriterClaims.Verdict(Optional.of(again), List.of()));

    ProbeHistory more =
        heard("former", 2, FORMER + ":1-12").answered(report("former", true, FORMER + ":1-12"), 7);
    ProbeHistory other =
        ProbeHistory.none(at("promoted"))
            .answered(report("promoted", true, SHARED + "," + PROMOTED + ":1-3"), 5, 9);
    assertThat(verdict(Optional.of("former"), more, other))
        .as("each has what the other lacks")
        .isEqualTo(new WriterClaims.Verdict(Optional.empty(), List.of(more)));
  }

  @Test
  void whoeverWasAskedLaterOnIsNotBelievedForThat() {
    ProbeHistory asked = heard("promoted", 5, SHARED + "," + PROMOTED + ":1-3");
    ProbeHistory returned = heard("former", 9, FORMER + ":1-12");

    assertThat(verdict(Optional.of("promoted"), asked, returned))
        .as("what it reported may be of before the other one was promoted")
        .isEqualTo(new WriterClaims.Verdict(Optional.empty(), List.of(asked)));
    ProbeHistory promoted = asked.answered(asked.last().orElseThrow(), 11);
    assertThat(believed(Optional.of("promoted"), promoted, returned))
        .as("the node has followed it so far")
        .contains("promoted");
    assertThat(believed(Optional.empty(), promoted, returned))
        .as("each has what the other lacks, and nobody has seen which was first")
        .isEmpty();
  }

  @Test
  void theOneThatHasAllAndMoreIsBelievedWithoutMemory() {
    ProbeHistory promoted = heard("promoted", 5, SHARED + "," + PROMOTED + ":1-3");
    ProbeHistory returned = heard("former", 9, SHARED);

    assertThat(believed(Optional.empty(), promoted, returned)).contains("promoted");
    assertThat(believed(Optional.of("former"), returned, promoted)).contains("promoted");
    assertThat(
            believed(
                Optional.empty(),
                heard("a", 1, SHARED).answered(report("a", true, SHARED), 3),
                heard("b", 2, SHARED)))
        .as("both have the same")
        .isEmpty();
  }

  @Test
  void aClaimOfBeforeAnotherServersIsNotBelievedWithoutThatOneEither() {
    ProbeHistory former = heard("former", 5, FORMER + ":1-12");
    ProbeHistory promoted =
        seenPromoted("promoted", 9, SHARED + "," + PROMOTED + ":1-3")
            .failed("reset")
            .failed("gone");

    assertThat(believed(Optional.of("promoted"), former, promoted)).isEmpty();
    assertThat(
            believed(
                Optional.of("promoted"),
                former.answered(former.last().orElseThrow(), 12),
                promoted))
        .contains("former");
  }

  @Test
  void anotherServerByTheSameNameBeginsAnew() {
    ProbeHistory name = heard("former", 5, FORMER + ":1-12");
    ProbeHistory led = name.answered(report("promoted", true, SHARED), 9);

    assertThat(name.answered(report("former", true, SHARED), 7).claimsSince()).isEqualTo(5);
    assertThat(led.claimsSince()).isEqualTo(9);
    assertThat(led.began()).isFalse();
  }
}
