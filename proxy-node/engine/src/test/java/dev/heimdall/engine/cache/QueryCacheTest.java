package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.model.CacheSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryCacheTest {
  private static final List<String> ROWS = List.of("app.public.rows");
  private static final List<String> OTHERS = List.of("app.public.others");
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  @TempDir Path dir;

  private ClusterView view;
  private final QueryCache cache = new QueryCache(settings(1 << 20, false), Optional.empty());
  private final PatternWorth worth = cache.patterns().worth("select");

  private static CacheSettings settings(long maxSize, boolean tracking) {
    return new CacheSettings(
        true, maxSize, 64 << 10, Duration.ofMinutes(5), tracking, 5, Duration.ofSeconds(5), false);
  }

  @BeforeEach
  void watch() throws Exception {
    view = Views.of(dir);
  }

  private static CacheKey key(int text) {
    return new CacheKey("asker", 0, text, text, new byte[0]);
  }

  private static StoredAnswer answer(int size) {
    return new StoredAnswer(null, new byte[size]);
  }

  private void keep(int text, StoredAnswer answer) {
    cache.keep(key(text), answer, view, view.noted(), ROWS, 0, MINUTE, worth, Map.of());
  }

  @Test
  void aResultIsFoundUntilOneOfItsTablesIsWritten() {
    StoredAnswer answer = answer(10);
    keep(1, answer);
    view.committed(OTHERS, false);
    assertThat(cache.find(key(1), view, ROWS, MINUTE)).isSameAs(answer);
    view.committed(ROWS, false);
    assertThat(cache.find(key(1), view, ROWS, MINUTE)).isNull();
    assertThat(cache.figures().outdated()).isEqualTo(1);
    assertThat(cache.figures().entries()).isZero();
  }

  @Test
  void whatMayHaveWrittenAnythingLeavesNothing() {
    keep(1, answer(10));
    view.committed(List.of(), true);
    assertThat(cache.find(key(1), view, ROWS, MINUTE)).isNull();
  }

  @Test
  void aResultThatWasWrittenWhileItCameIsNotKept() {
    long noted = view.noted();
    view.committed(ROWS, false);
    cache.keep(key(1), answer(10), view, noted, ROWS, 0, MINUTE, worth, Map.of());
    assertThat(cache.find(key(1), view, ROWS, MINUTE)).isNull();
    assertThat(cache.figures().stored()).isZero();
  }

  @Test
  void aResultOfAClusterThatIsWatchedAnewIsNotServed() throws Exception {
    keep(1, answer(10));
    assertThat(cache.find(key(1), Views.again(dir), ROWS, MINUTE)).isNull();
  }

  @Test
  void aResultLastsForItsTime() {
    cache.keep(key(1), answer(10), view, view.noted(), ROWS, 0, 0, worth, Map.of());
    assertThat(cache.find(key(1), view, ROWS, MINUTE)).isNull();
  }

  @Test
  void aShorterTimeReachesWhatIsKept() {
    cache.keep(key(1), answer(10), view, view.noted(), ROWS, MINUTE, 3 * MINUTE, worth, Map.of());
    assertThat(cache.find(key(1), view, ROWS, MINUTE)).isNull();
    assertThat(cache.find(key(1), view, ROWS, 2 * MINUTE)).isNotNull();
    assertThat(cache.ages(key(1), 61 * MINUTE / 60)).isTrue();
    assertThat(cache.ages(key(1), 2 * MINUTE)).isFalse();
  }

  @Test
  void whatWasFoundElsewhereIsAsOldAsItIs() {
    cache.keep(key(1), answer(10), view, view.noted(), ROWS, MINUTE, MINUTE, worth, Map.of());
    assertThat(cache.find(key(1), view, ROWS, 3 * MINUTE)).isNull();
    cache.keep(key(1), answer(10), view, view.noted(), ROWS, MINUTE - 1, MINUTE, worth, Map.of());
    assertThat(cache.find(key(1), view, ROWS, 3 * MINUTE)).isNull();
  }

  @Test
  void aResultAgesWhenLittleOfItsTimeIsLeft() {
    assertThat(cache.ages(key(1), 60 * MINUTE)).isFalse();
    cache.keep(key(1), answer(10), view, view.noted(), ROWS, 0, 60 * MINUTE, worth, Map.of());
    assertThat(cache.ages(key(1), 60 * MINUTE)).isFalse();
  }

  @Test
  void askersTextsAndValuesHaveResultsOfTheirOwn() {
    cache.keep(
        new CacheKey("one", 0, 1, 2, new byte[] {3}),
        answer(1),
        view,
        view.noted(),
        ROWS,
        0,
        MINUTE,
        worth,
        Map.of());
    assertThat(cache.find(new CacheKey("one", 0, 1, 2, new byte[] {3}), view, ROWS, MINUTE))
        .isNotNull();
    assertThat(cache.find(new CacheKey("two", 0, 1, 2, new byte[] {3}), view, ROWS, MINUTE))
        .isNull();
    assertThat(cache.find(new CacheKey("one", 0, 2, 2, new byte[] {3}), view, ROWS, MINUTE))
        .isNull();
    assertThat(cache.find(new CacheKey("one", 0, 1, 3, new byte[] {3}), view, ROWS, MINUTE))
        .isNull();
    assertThat(cache.find(new CacheKey("one", 0, 1, 2, new byte[] {4}), view, ROWS, MINUTE))
        .isNull();
  }

  @Test
  void whatIsKeptStaysWithinItsMemory() {
    for (int i = 0; i < 1000; i++) {
      keep(i, answer(10_000));
    }
    assertThat(cache.figures().bytes()).isBetween(500_000L, 1L << 20);
    assertThat(cache.figures().evictions()).isGreaterThan(800);
  }

  private void keepAndWrite(int uses) {
    for (int i = 0; i < PatternWorth.JUDGED; i++) {
      keep(1, answer(10));
      for (int use = 0; use < uses; use++) {
        cache.find(key(1), view, ROWS, MINUTE);
      }
      view.committed(ROWS, false);
      cache.find(key(1), view, ROWS, MINUTE);
    }
  }

  @Test
  void resultsThatWereOfNoUseBeforeTheyWereWrittenAreNotWorthIt() {
    keepAndWrite(1);
    assertThat(worth.keeps()).isTrue();
    keepAndWrite(0);
    assertThat(worth.keeps()).isFalse();
    assertThat(cache.patterns().worth("another").keeps()).isTrue();
  }

  @Test
  void resultsThatHadToMakeRoomWithoutUseAreNotWorthIt() {
    for (int i = 0; i < 1000; i++) {
      keep(i, answer(10_000));
    }
    assertThat(worth.keeps()).isFalse();
  }

  @Test
  void whereTablesMayBeWrittenWithoutLimitEveryResultIsWorthIt() {
    CacheSettings settings =
        new CacheSettings(
            true, 1 << 20, 64 << 10, Duration.ofMinutes(5), false, 100, Duration.ZERO, false);
    PatternWorth any = new QueryCache(settings, Optional.empty()).patterns().worth("select");
    for (int i = 0; i < 2 * PatternWorth.JUDGED; i++) {
      any.went(System.nanoTime(), 0);
    }
    assertThat(any.keeps()).isTrue();
  }

  @Test
  void whoAsksCountsToo() {
    for (int i = 0; i < 100; i++) {
      CacheKey key = new CacheKey("with settings", 100_000, i, i, new byte[0]);
      cache.keep(key, answer(10), view, view.noted(), ROWS, 0, MINUTE, worth, Map.of());
    }
    assertThat(cache.figures().entries()).isLessThanOrEqualTo(10);
  }

  @Test
  void whatIsBeingCopiedHasRoomOfItsOwn() {
    assertThat(cache.takeRoom(200 << 10)).isTrue();
    assertThat(cache.takeRoom(100 << 10)).isFalse();
    assertThat(cache.takeRoom(56 << 10)).isTrue();
    cache.giveRoomBack(200 << 10);
    assertThat(cache.takeRoom(100 << 10)).isTrue();
  }

  @Test
  void withTrackingTheFirstTimeCostsNothing() {
    QueryCache tracking = new QueryCache(settings(1 << 20, true), Optional.empty());
    assertThat(tracking.mayKeep(key(1))).isFalse();
    assertThat(tracking.mayKeep(key(2))).isFalse();
    assertThat(tracking.mayKeep(key(1))).isTrue();
    assertThat(cache.mayKeep(key(1))).isTrue();
  }

  @Test
  void valuesAreNotTold() {
    assertThat(new CacheKey("asker", 0, 1, 2, new byte[] {3}).toString()).isEqualTo("CacheKey");
    assertThat(answer(3).toString()).isEqualTo("StoredAnswer[3 bytes]");
  }

  private long removed(Removal why) {
    return cache.figures().removed().get(why);
  }

  @Test
  void whyResultsAreKeptNoLongerIsCounted() throws Exception {
    keep(1, answer(10));
    keep(2, answer(10));
    view.committed(ROWS, false);
    cache.find(key(1), view, ROWS, MINUTE);
    cache.find(key(1), view, ROWS, MINUTE);
    assertThat(removed(Removal.WRITTEN)).isEqualTo(1);
    cache.find(key(2), Views.again(dir), ROWS, MINUTE);
    assertThat(removed(Removal.CLUSTER)).isEqualTo(1);
    keep(3, answer(10));
    cache.clear();
    assertThat(removed(Removal.FLUSHED)).isEqualTo(1);
    for (int i = 0; i < 100; i++) {
      keep(i, answer(50_000));
    }
    QueryCache.Figures figures = cache.figures();
    assertThat(figures.removed().get(Removal.SIZE)).isEqualTo(100 - figures.entries());
    assertThat(figures.outdated()).isEqualTo(2);
  }
}
