package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.RegionLag;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What confirms the writer of a global cluster, for how long, and what never does. */
class FencingTest {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String SOUTH = "ap-south-1";
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final Instant BEGINNING = Instant.parse("2026-11-20T10:00:00Z");
  private static final long NEVER = -1;

  /** In seconds since the beginning. */
  private long now;

  private GlobalSaid said = GlobalSaid.NOTHING;
  private final Map<String, ProbeHistory> servers = new LinkedHashMap<>();
  private final Fencing node = new Fencing(BOUND);

  private static ServerAddress at(String region) {
    return new ServerAddress("w1.cq2ksomething." + region + ".rds.amazonaws.com", 5432);
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  /**
   * A server answers.
   *
   * @param primary which region writes, as it sees that
   * @param behind how many seconds each other region is behind that; negative: not known
   */
  private void answers(String region, String primary, Map<String, Long> behind) {
    answers(region, primary, behind, 0);
  }

  /**
   * The same.
   *
   * @param ago when that was measured, in milliseconds; negative: nobody says so
   */
  private void answers(String region, String primary, Map<String, Long> behind, long ago) {
    List<RegionLag> regions = new ArrayList<>();
    regions.add(new RegionLag(primary, true, -1, -1, -1));
    behind.forEach(
        (name, seconds) ->
            regions.add(
                new RegionLag(
                    name, false, seconds < 0 ? -1 : seconds * 1000, -1, seconds < 0 ? -1 : ago)));
    NodeReport report =
        new NodeReport(
                region,
                region,
                "w1",
                "",
                region.equals(primary),
                false,
                0,
                new Lsn(1),
                0,
                "",
                List.of(),
                true,
                List.of())
            .showing(Optional.of(new GlobalView(Optional.of(region), regions, List.of())));
    ProbeHistory before = servers.getOrDefault(region, ProbeHistory.none(at(region)));
    servers.put(region, before.answered(report, seconds(now).toNanos()));
  }

  private void isSilent(String region) {
    servers.computeIfPresent(region, (name, before) -> before.failed("silent").failed("silent"));
  }

  private WriterFence judged(String writer) {
    return judged(node, writer);
  }

  private WriterFence judged(Fencing by, String writer) {
    return by.judge(
        Optional.ofNullable(servers.get(writer)),
        List.copyOf(servers.values()),
        RdsDescriptions.nothing(),
        said,
        new Fencing.Now(seconds(now).toNanos(), BEGINNING.plusSeconds(now)));
  }

  /** The state as this node has it, and as one that has just been started. */
  private void is(WriterFence.State expected, String writer) {
    assertThat(judged(writer).state()).isEqualTo(expected);
    assertThat(judged(new Fencing(BOUND), writer).closed())
        .as("at a node that has just been started")
        .isEqualTo(expected != WriterFence.State.OPEN);
  }

  private void documents(String writer, Long since, Map<String, Long> asked) {
    said =
        new GlobalSaid(
            Optional.of(writer),
            Optional.ofNullable(since).map(BEGINNING::plusSeconds),
            Optional.empty(),
            Optional.empty(),
            List.of(EAST, WEST),
            asked.entrySet().stream()
                .map(
                    one ->
                        new GlobalSaid.Answer(
                            one.getKey(),
                            Optional.of(writer),
                            BEGINNING.plusSeconds(one.getValue()),
                            BEGINNING.plusSeconds(one.getValue())))
                .toList());
  }

  @Test
  void withoutABoundNoWriterIsFenced() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    assertThat(judged(new Fencing(Duration.ZERO), WEST)).isEqualTo(WriterFence.OFF);
  }

  @Test
  void whereNoOtherRegionIsKnownNothingCanTakeItsPlace() {
    answers(WEST, WEST, Map.of());
    assertThat(judged(WEST).state()).isEqualTo(WriterFence.State.OFF);
  }

  @Test
  void aServerOfAnotherRegionConfirmsTheWriterUntilItIsSilentForTheBound() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    answers(EAST, WEST, Map.of(EAST, 0L));
    WriterFence open = judged(WEST);
    assertThat(open.state()).isEqualTo(WriterFence.State.OPEN);
    assertThat(open.until()).isEqualTo(BOUND.toNanos());
    assertThat(open.confirmation()).isEqualTo(at(EAST).toString());
    assertThat(open.over(BOUND.toNanos() - 1)).isFalse();
    assertThat(open.over(BOUND.toNanos())).isTrue();

    isSilent(EAST);
    now = 29;
    answers(WEST, WEST, Map.of(EAST, 0L));
    is(WriterFence.State.OPEN, WEST);
    now = 30;
    answers(WEST, WEST, Map.of(EAST, 0L));
    is(WriterFence.State.FENCED, WEST);
    WriterFence fenced = judged(WEST);
    assertThat(fenced.since()).contains(BEGINNING.plusSeconds(30));
    now = 40;
    assertThat(judged(WEST).since()).isEqualTo(fenced.since());

    answers(EAST, WEST, Map.of(EAST, 0L));
    is(WriterFence.State.OPEN, WEST);
    assertThat(judged(WEST).since()).isEmpty();
  }

  /** It is cut off from the writer itself, and another region may have been promoted. */
  @Test
  void whatAFollowerHadLongAgoConfirmsNothing() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    answers(EAST, WEST, Map.of(EAST, NEVER));
    is(WriterFence.State.PENDING, WEST);
    answers(EAST, WEST, Map.of(EAST, 31L));
    is(WriterFence.State.FENCED, WEST);
    answers(EAST, WEST, Map.of(EAST, 10L));
    is(WriterFence.State.OPEN, WEST);
    assertThat(judged(WEST).until()).isEqualTo(seconds(20).toNanos());
  }

  /** It may have been measured before another region was promoted. */
  @Test
  void aLagOfUnknownAgeConfirmsNothing() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    answers(EAST, WEST, Map.of(EAST, 0L), -1);
    is(WriterFence.State.PENDING, WEST);
    answers(EAST, WEST, Map.of(EAST, 0L), 10_000);
    is(WriterFence.State.OPEN, WEST);
    assertThat(judged(WEST).until()).isEqualTo(seconds(20).toNanos());
  }

  /** Who was so far behind before the promotion has not followed it, however old that is. */
  @Test
  void aLagOfUnknownAgeIsAtLeastSoOld() {
    documents(EAST, 20L, Map.of(EAST, 25L));
    now = 100;
    answers(EAST, EAST, Map.of(WEST, 90L), -1);
    assertThat(judged(new Fencing(BOUND), EAST).state()).isEqualTo(WriterFence.State.OPEN);
    answers(EAST, EAST, Map.of(WEST, 10L), -1);
    assertThat(judged(new Fencing(BOUND), EAST).closed()).isTrue();
  }

  @Test
  void theWritersOwnRegionConfirmsNothing() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    documents(WEST, null, Map.of(WEST, 0L));
    is(WriterFence.State.PENDING, WEST);
    now = 30;
    answers(WEST, WEST, Map.of(EAST, 0L));
    documents(WEST, null, Map.of(WEST, 30L));
    assertThat(judged(WEST).state()).isEqualTo(WriterFence.State.FENCED);
  }

  @Test
  void aFunctionOfAnotherRegionConfirmsItByWhenAwsSaidSo() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    now = 100;
    documents(WEST, null, Map.of(WEST, 100L, EAST, 80L));
    is(WriterFence.State.OPEN, WEST);
    assertThat(judged(WEST).until()).isEqualTo(seconds(110).toNanos());
    now = 110;
    is(WriterFence.State.FENCED, WEST);
    // A clock that is ahead makes it no younger than it came.
    said =
        new GlobalSaid(
            Optional.of(WEST),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(EAST, WEST),
            List.of(
                new GlobalSaid.Answer(
                    EAST,
                    Optional.of(WEST),
                    BEGINNING.plusSeconds(500),
                    BEGINNING.plusSeconds(60))));
    is(WriterFence.State.FENCED, WEST);
  }

  @Test
  void aFunctionThatNamesAnotherWriterConfirmsNothing() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    documents(EAST, 0L, Map.of(EAST, 0L));
    is(WriterFence.State.PENDING, WEST);
  }

  /** The first region is lost with everything in it, and stays in the status of the second. */
  @Test
  void aPromotedWriterIsConfirmedByItsPromotionWhileNoRegionFollowsIt() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    answers(EAST, WEST, Map.of(EAST, 0L));
    is(WriterFence.State.OPEN, WEST);
    isSilent(WEST);
    now = 20;
    answers(EAST, EAST, Map.of(WEST, NEVER));
    assertThat(judged(EAST).state())
        .as("this node has seen it follow 20 s ago")
        .isEqualTo(WriterFence.State.OPEN);
    now = 30;
    answers(EAST, EAST, Map.of(WEST, NEVER));
    assertThat(judged(EAST).state())
        .as("no document speaks of the promotion")
        .isEqualTo(WriterFence.State.FENCED);
    documents(EAST, 20L, Map.of(EAST, 25L));
    is(WriterFence.State.OPEN, EAST);
    now = 3600;
    answers(EAST, EAST, Map.of(WEST, 3600L - 10));
    is(WriterFence.State.OPEN, EAST);
  }

  @Test
  void whenAnotherRegionHasFollowedItsPromotionConfirmsItNoMore() {
    documents(EAST, 20L, Map.of(EAST, 25L));
    now = 50;
    answers(EAST, EAST, Map.of(WEST, 0L));
    answers(WEST, EAST, Map.of(WEST, 0L));
    is(WriterFence.State.OPEN, EAST);
    isSilent(WEST);
    now = 80;
    answers(EAST, EAST, Map.of(WEST, 30L));
    is(WriterFence.State.FENCED, EAST);
  }

  /** Its documents say that another region was promoted after it. */
  @Test
  void theFormerWriterThatComesBackIsNotConfirmedByAnything() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    answers(EAST, WEST, Map.of(EAST, 0L));
    is(WriterFence.State.OPEN, WEST);
    now = 60;
    answers(WEST, WEST, Map.of(EAST, 60L));
    isSilent(EAST);
    documents(EAST, 20L, Map.of(EAST, 20L));
    is(WriterFence.State.FENCED, WEST);
  }

  @Test
  void aThirdRegionConfirmsBothSidesByWhomItFollows() {
    answers(EAST, EAST, Map.of(WEST, NEVER, SOUTH, 0L));
    answers(WEST, WEST, Map.of(EAST, NEVER, SOUTH, NEVER));
    answers(SOUTH, EAST, Map.of(WEST, NEVER, SOUTH, 0L));
    is(WriterFence.State.OPEN, EAST);
    is(WriterFence.State.PENDING, WEST);
  }

  @Test
  void whileThereIsNoWriterConnectionsToTheFormerOneAreBarredAsBefore() {
    answers(WEST, WEST, Map.of(EAST, 0L));
    answers(EAST, WEST, Map.of(EAST, 0L));
    WriterFence open = judged(WEST);
    now = 10;
    assertThat(judged("nobody")).isEqualTo(open);
  }

  @Test
  void aWriterOfAnUnknownRegionIsNotConfirmed() {
    answers(EAST, WEST, Map.of(EAST, 0L));
    ProbeHistory unknown =
        ProbeHistory.none(new ServerAddress("10.0.0.1", 5432))
            .answered(
                new NodeReport(
                    "x",
                    "x",
                    "w1",
                    "",
                    true,
                    false,
                    0,
                    new Lsn(1),
                    0,
                    "",
                    List.of(),
                    true,
                    List.of()),
                0);
    servers.put("unknown", unknown);
    WriterFence fence = judged("unknown");
    assertThat(fence.closed()).isTrue();
    assertThat(node.why(Optional.empty(), fence)).contains("which region it is in");
  }
}
