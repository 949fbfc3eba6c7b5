package dev.heimdall.manager.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.SettableClock;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheAdviceTest {
  private static final Instant BEGIN = Instant.parse("2026-03-04T10:00:00Z");
  private static final Duration COUNTED = Duration.ofSeconds(100);
  private static final String GOODS = "select name from goods where id = ?";

  private final SettableClock clock = new SettableClock(BEGIN.plus(COUNTED));
  private final QueryAnalytics analytics = new QueryAnalytics(clock);
  private final ObjectNode section = Answer.JSON.createObjectNode();

  @TempDir private Path directory;
  private Configuration configuration;

  @BeforeEach
  void configure() throws Exception {
    write("sources/main.json", "{\"url\": \"jdbc:postgresql://db/app\", \"user\": \"a\"}");
    write("vdbs/shop.json", "{\"source\": \"main\", \"ports\": [5050]}");
    write("vdbs/jobs.json", "{\"source\": \"main\", \"ports\": [5051]}");
    write("users/a.json", "{\"password\": \"b\"}");
    configuration = ConfigurationReader.read(directory);
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private ObjectNode pattern(String vdb, String text, long calls, long micros) {
    return section
        .withArray("patterns")
        .addObject()
        .put("vdb", vdb)
        .put("text", text)
        .put("since", BEGIN.toEpochMilli())
        .put("calls", calls)
        .put("micros", micros);
  }

  /**
   * Reads of the table goods.
   *
   * @param equal of a thousand pairs
   */
  private ObjectNode reads(String text, long calls, long microsOfOne, int equal, boolean byKey) {
    ObjectNode read = pattern("shop", text, calls, calls * microsOfOne);
    read.putArray("reads").add("app.public.goods");
    read.putArray("sample")
        .add(calls)
        .add(calls / 16)
        .add(calls / 16)
        .add(byKey ? calls / 16 : 0)
        .add(10_000)
        .add(10 * equal);
    if (byKey) {
      read.putArray("keys").add("app.public.goods.id");
    }
    return read;
  }

  private ObjectNode writes(String vdb, long calls) {
    ObjectNode write = pattern(vdb, "update goods set stock = ? where id = ?", calls, calls);
    write.put("unfit", "not_a_read").putArray("writes").add("app.public.goods");
    return write;
  }

  private List<Recommendation> advice(OptionalInt staleness) {
    analytics.arrived(
        new SeenNode(
            "a",
            "1",
            1,
            "1",
            BEGIN,
            "10.0.0.1",
            clock.instant(),
            Duration.ofSeconds(2),
            Map.of("patterns", section),
            Optional.empty()));
    RuleMaker maker = new RuleMaker((pattern, engine) -> Optional.of("^" + pattern + "$"));
    return new CacheAdvice(maker, configuration, staleness, analytics.counted())
        .of(analytics.lines(Window.HOUR, Optional.empty()));
  }

  private List<Recommendation> advice() {
    return advice(OptionalInt.empty());
  }

  @Test
  void whatSavesTheMostTimeIsRecommendedFirst() {
    reads("select count(*) from goods", 10_000, 2_000, 1_000, false);
    reads(GOODS, 100_000, 500, 100, false);
    writes("shop", 100);

    List<Recommendation> advice = advice();

    assertThat(advice)
        .extracting(one -> one.line().key().text())
        .containsExactly(GOODS, "select count(*) from goods");
    // Ten values, each read a hundred times a second; one write a second takes all results.
    assertThat(advice.get(0).readsPerSecond()).isBetween(990.0, 1_010.0);
    assertThat(advice.get(0).writesPerSecond()).isEqualTo(1);
    assertThat(advice.get(0).hits()).isBetween(0.97, 0.99);
    assertThat(advice.get(0).savedMicrosPerSecond()).isBetween(480_000L, 500_000L);
    assertThat(advice.get(0).rule().json().toString())
        .contains("\"action\":\"cache\"", "\"match\":\"^select name")
        .doesNotContain("unconditional");
    assertThat(advice.get(0).lists()).containsExactly("shop-queries");
    assertThat(advice.get(0).enabled()).isFalse();
  }

  @Test
  void whatIsWrittenOftenIsNotUnlessResultsLiveByKey() {
    reads(GOODS, 10_000, 500, 1_000, false);
    writes("shop", 1_000);
    assertThat(advice()).isEmpty();

    section.removeAll();
    reads(GOODS, 20_000, 500, 1_000, true);
    writes("shop", 2_000).put("keyed", true);

    assertThat(advice()).hasSize(1);
  }

  @Test
  void writesOfTheSameKeysTakeTheirShareOfResults() {
    reads(GOODS, 8_000, 500, 10, true);
    writes("shop", 2_000).put("keyed", true);

    assertThat(advice()).hasSize(1);
    // One read in five is behind a write of its key, and a few results are too old.
    assertThat(advice().get(0).hits()).isBetween(0.75, 0.8);
  }

  @Test
  void writesOfTheTableByAnotherColumnTakeAllResults() {
    reads(GOODS, 8_000, 500, 10, true).withArray("keys").removeAll().add("app.public.goods.kind");
    writes("shop", 2_000).put("keyed", true);

    assertThat(advice()).isEmpty();
  }

  @Test
  void writesThroughOtherVirtualDatabasesOfTheSourceCount() {
    reads(GOODS, 10_000, 500, 1_000, false);
    assertThat(advice()).hasSize(1);

    writes("jobs", 1_000);

    assertThat(advice()).isEmpty();
  }

  @Test
  void whatMayWriteAnyTableTakesResultsOfAll() {
    reads(GOODS, 10_000, 500, 10, false);
    assertThat(advice().get(0).hits()).isGreaterThan(0.9);

    pattern("jobs", "select refresh()", 500, 500).put("unfit", "not_a_read").put("writesAny", true);

    assertThat(advice()).isEmpty();
  }

  @Test
  void volatileReadsAreRecommendedForThoseAloneWhoAcceptStaleness() {
    reads(GOODS, 10_000, 500, 1_000, false).put("unfit", "volatile");
    assertThat(advice()).isEmpty();

    List<Recommendation> advice = advice(OptionalInt.of(5));

    assertThat(advice).hasSize(1);
    assertThat(advice.get(0).rule().json().path("parameters").toString())
        .isEqualTo("{\"ttl\":5000,\"unconditional\":true}");
  }

  @Test
  void whatIsQuickAndRareIsNot() {
    reads(GOODS, 1_000, 50, 1_000, false); // 500 µs of each second

    assertThat(advice()).isEmpty();
  }

  @Test
  void otherValuesEachTimeAreNot() {
    reads(GOODS, 100_000, 500, 0, false);

    assertThat(advice()).isEmpty();
  }

  @Test
  void whatTheMemoryHasNoRoomForIsNot() {
    // Some thousand results of 200 KiB; there is room for a third of a thousand.
    reads(GOODS, 100_000, 5_000, 1, false).put("bytes", 100_000L * (200 << 10));

    assertThat(advice()).isEmpty();
  }

  @Test
  void whatIsTooLargeOrDecidedOrUnknownIsNot() {
    reads("large", 10_000, 500, 1_000, false).put("bytes", 10_000L << 20);
    reads("decided", 10_000, 500, 1_000, false)
        .putArray("rules")
        .addObject()
        .put("list", "mine")
        .put("number", 1)
        .put("action", "nocache");
    reads("unknown", 10_000, 500, 1_000, false).put("unfit", "unknown");
    reads("few", 100, 50_000, 1_000, false);

    assertThat(advice()).isEmpty();
  }
}
