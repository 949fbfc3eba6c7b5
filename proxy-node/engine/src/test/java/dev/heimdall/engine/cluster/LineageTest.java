package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LineageTest {
  /** As engines have it whose servers keep the numbers of transactions. */
  private record Numbers(Set<Integer> all) implements Position {
    static Numbers of(Integer... numbers) {
      return new Numbers(Set.of(numbers));
    }

    @Override
    public boolean covers(Position other) {
      return other == Position.NONE || (other instanceof Numbers n && all.containsAll(n.all));
    }
  }

  private static NodeReport report(
      String name, boolean writer, boolean readOnly, Position position, String... follows) {
    return new NodeReport(
        name,
        name,
        name,
        "",
        writer,
        readOnly,
        0,
        position,
        0,
        "",
        List.of(),
        true,
        List.of(follows));
  }

  private static ProbeHistory heard(NodeReport report, long at) {
    return ProbeHistory.none(new ServerAddress(report.name(), 3306)).answered(report, at);
  }

  private static ProbeHistory writer(String name, long since, Position position) {
    return heard(report(name, true, false, position), since);
  }

  /** One that was a replica before. */
  private static ProbeHistory promoted(String name, long since, Position position) {
    return heard(report(name, false, false, Position.NONE), 1)
        .answered(report(name, true, false, position), since);
  }

  private static ProbeHistory replica(String name, String... follows) {
    return heard(report(name, false, false, Numbers.of(1), follows), 9);
  }

  private static boolean leftBehind(ProbeHistory probed, ProbeHistory... others) {
    return new Lineage(List.of(others)).isLeftBehind(probed);
  }

  @Test
  void whoHasNothingOfItsOwnAndNoReplicasIsNoNewWriter() {
    ProbeHistory old = writer("1", 10, Numbers.of(1, 2, 3));
    ProbeHistory rebuilt = writer("2", 20, Numbers.of(1, 2));

    assertThat(leftBehind(rebuilt, old, rebuilt)).isTrue();
    assertThat(leftBehind(old, old, rebuilt)).as("who reported it first").isFalse();
    assertThat(leftBehind(promoted("2", 20, Numbers.of(1, 2, 3)), old)).isTrue();
    assertThat(leftBehind(writer("2", 20, Numbers.of(1, 2, 3)), old))
        .as("nobody has seen who was first")
        .isFalse();
    assertThat(leftBehind(writer("2", 20, Numbers.of(1, 2, 3)), old, replica("3", "1"))).isTrue();
    assertThat(leftBehind(writer("2", 5, Numbers.of(1, 2)), old))
        .as("whom this node asked first says nothing")
        .isTrue();
  }

  @Test
  void whoHasWrittenOrHasReplicasOrIsAloneWithItIsBelieved() {
    ProbeHistory old = writer("1", 10, Numbers.of(1, 2, 3));
    ProbeHistory promoted = writer("2", 20, Numbers.of(1, 2));

    assertThat(leftBehind(writer("2", 20, Numbers.of(1, 2, 4)), old)).isFalse();
    assertThat(leftBehind(promoted, old, replica("3", "2"))).isFalse();
    assertThat(leftBehind(promoted, heard(report("1", true, true, Numbers.of(1, 2, 3)), 10)))
        .as("the old one allows no writes")
        .isFalse();
    assertThat(leftBehind(promoted, old.failed("refused")))
        .as("the old one does not answer")
        .isFalse();
    assertThat(leftBehind(writer("2", 20, Position.NONE), writer("1", 10, Position.NONE)))
        .isFalse();
    assertThat(leftBehind(writer("2", 20, new Lsn(1)), writer("1", 10, new Lsn(2))))
        .as("logs are not sets")
        .isFalse();
  }

  @Test
  void dataComesFromTheWriterThroughOthersToo() {
    NodeReport writer = report("1", true, false, Numbers.of(1));
    ProbeHistory between = replica("2", "1");
    ProbeHistory circle = replica("4", "5");
    ProbeHistory back = replica("5", "4");
    Lineage lineage = new Lineage(List.of(heard(writer, 1), between, circle, back));

    assertThat(lineage.leads(writer, writer)).isTrue();
    assertThat(lineage.leads(writer, report("3", false, false, Numbers.of(1), "2"))).isTrue();
    assertThat(lineage.leads(writer, report("3", false, false, Numbers.of(1), "7", "1"))).isTrue();
    assertThat(lineage.leads(writer, report("3", false, false, Numbers.of(1), "7"))).isFalse();
    assertThat(lineage.leads(writer, report("3", false, false, Numbers.of(1), "4"))).isFalse();
    assertThat(lineage.leads(writer, report("3", false, false, Numbers.of(1))))
        .as("who does not say")
        .isTrue();
  }
}
