package dev.heimdall.manager.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LiveFiguresTest {
  private static final long BEGIN = 1_700_000_000_000L;
  private static final Percentage CLOSE = Percentage.withPercentage(0.1);

  private final LiveFigures figures = new LiveFigures(64);
  private long now = BEGIN;

  /** A node that reports. */
  private final class Node {
    private final String id;
    private final ObjectNode section = Answer.JSON.createObjectNode();
    private final ObjectNode vdbs = section.putObject("vdbs");
    private long started = now;

    Node(String id) {
      this.id = id;
    }

    Node begun(long when) {
      started = when;
      return this;
    }

    Node counts(String vdb, String name, long value) {
      vdbs.withObjectProperty(vdb).put(name, value);
      return this;
    }

    Node times(String vdb, long... pairs) {
      return times(vdb, "times", pairs);
    }

    Node times(String vdb, String which, long... pairs) {
      ArrayNode array = vdbs.withObjectProperty(vdb).putArray(which);
      for (long number : pairs) {
        array.add(number);
      }
      return this;
    }

    Reported reported() {
      section.put("started", started).put("upMillis", now - started).put("cpuMicros", 0);
      return Reported.of(section).orElseThrow();
    }

    void reports() {
      figures.arrived(id, reported(), now);
    }
  }

  private ShownFigures look(Scope scope, Span span) {
    return figures.look(scope, span, 0, now);
  }

  private ShownFigures look() {
    return look(Scope.ALL, Span.FIVE_MINUTES);
  }

  private static double last(ShownFigures shown, Field field) {
    double[] column = shown.columns().get(field);
    return column[column.length - 1];
  }

  /** Sums over all moments what happened in each. */
  private static double total(ShownFigures shown, Field rate) {
    double sum = 0;
    for (double value : shown.columns().get(rate)) {
      sum += Double.isNaN(value) ? 0 : value * shown.span().stepSeconds;
    }
    return sum;
  }

  @Test
  void ratesAreDifferencesOverTheirTime() {
    Node node = new Node("1");
    for (int i = 0; i < 20; i++) {
      node.counts("shop", "queries", 200L * i)
          .counts("shop", "reads", 150L * i)
          .counts("shop", "writes", 50L * i)
          .counts("shop", "queryMicros", 200L * i * 1500)
          .counts("shop", "waitMicros", 200L * i * 500)
          .counts("shop", "transactionQueries", 40L * i)
          .counts("shop", "cacheHits", 10L * i)
          .counts("shop", "cacheMisses", 30L * i)
          .counts("shop", "clients", 7)
          .reports();
      now += 2000;
    }
    ShownFigures shown = look();
    assertThat(last(shown, Field.QUERIES)).isCloseTo(100, CLOSE);
    assertThat(last(shown, Field.AVERAGE)).isCloseTo(2, CLOSE);
    assertThat(last(shown, Field.READ_PERCENT)).isCloseTo(75, CLOSE);
    assertThat(last(shown, Field.TRANSACTION_PERCENT)).isCloseTo(20, CLOSE);
    assertThat(last(shown, Field.CACHE_PERCENT)).isCloseTo(25, CLOSE);
    assertThat(last(shown, Field.CLIENTS)).isEqualTo(7);
    assertThat(last(shown, Field.NODES)).isEqualTo(1);
    assertThat(shown.counted()[Count.QUERIES.ordinal()]).isEqualTo(19 * 200);
  }

  @Test
  void beforeTheFirstMomentIsOverThereIsNone() {
    new Node("1").counts("shop", "queries", 1).reports();
    for (Span span : Span.values()) {
      assertThat(look(Scope.ALL, span).times()).as(span.spelling).isEmpty();
    }
    assertThat(look().nodes()).extracting(ShownFigures.Line::name).containsExactly("1");
  }

  @Test
  void averageAndPercentilesAreOfWhatClientsWaited() {
    Node node = new Node("1");
    for (int i = 0; i < 20; i++) {
      node.counts("shop", "queries", 20L * i)
          .counts("shop", "cacheHits", 10L * i)
          .counts("shop", "queryMicros", 10L * i * 3_000)
          .counts("shop", "responses", 21L * i)
          .counts("shop", "responseMicros", 21L * i * 500_000)
          .times("shop", "times", 3_000, 20L * i)
          .times("shop", "responseTimes", 500_000, 21L * i)
          .reports();
      now += 2000;
    }
    ShownFigures shown = look();
    assertThat(last(shown, Field.SERVER)).isCloseTo(3, CLOSE);
    assertThat(last(shown, Field.AVERAGE)).isCloseTo(500, CLOSE);
    assertThat(last(shown, Field.P50)).isBetween(500.0, 532.0);
    assertThat(last(shown, Field.P99)).isBetween(500.0, 532.0);
  }

  @Test
  void reportsThatComeUnevenlyMakeAnEvenRate() {
    Node node = new Node("1");
    long queries = 0;
    int[] gaps = {1700, 2300, 2000, 3100, 900, 2000, 2400, 1600, 2000, 2000};
    for (int gap : IntStream.range(0, 40).map(i -> gaps[i % gaps.length]).toArray()) {
      node.counts("shop", "queries", queries).reports();
      now += gap;
      queries += gap / 10; // a hundred a second
    }
    ShownFigures shown = look();
    double[] rates = shown.columns().get(Field.QUERIES);
    assertThat(rates).hasSizeGreaterThan(30);
    for (int i = 0; i < rates.length; i++) {
      assertThat(rates[i]).isCloseTo(100, Percentage.withPercentage(1));
    }
  }

  @Test
  void aNodeThatIsStartedAnewMakesNoNegativeRateAndLosesNothing() {
    Node node = new Node("1");
    node.counts("shop", "queries", 0).reports();
    for (int i = 1; i <= 5; i++) {
      now += 2000;
      node.counts("shop", "queries", 1000L * i).times("shop", 100, 1000L * i).reports();
    }
    now += 500;
    node.begun(now);
    for (int i = 1; i <= 5; i++) {
      now += 2000;
      node.counts("shop", "queries", 100L * i).times("shop", 100, 100L * i).reports();
    }
    now += 6000;
    ShownFigures shown = look();
    assertThat(DoubleStream.of(shown.columns().get(Field.QUERIES))).allMatch(rate -> !(rate < 0));
    assertThat(total(shown, Field.QUERIES)).isCloseTo(5500, CLOSE);
    assertThat(shown.counted()[Count.QUERIES.ordinal()]).isEqualTo(5500);
  }

  @Test
  void whatANodeDidBeforeItWasKnownIsNotShown() {
    Node node = new Node("1").begun(BEGIN - 86_400_000);
    for (int i = 0; i < 10; i++) {
      node.counts("shop", "queries", 1_000_000 + 20L * i).reports();
      now += 2000;
    }
    assertThat(DoubleStream.of(look().columns().get(Field.QUERIES)))
        .allMatch(rate -> !(rate > 10.1));
    assertThat(look().counted()[Count.QUERIES.ordinal()]).isEqualTo(180);
  }

  @Test
  void percentilesOfSeveralNodesAreThoseOfAllQueriesTogether() {
    Node fast = new Node("1");
    Node slow = new Node("2");
    for (int i = 0; i < 6; i++) {
      fast.counts("shop", "queries", 980L * i).times("shop", 1000, 980L * i).reports();
      slow.counts("shop", "queries", 20L * i).times("shop", 500_000, 20L * i).reports();
      now += 2000;
    }
    now += 2000;
    ShownFigures shown = look();
    double[] p50 = shown.columns().get(Field.P50);
    double[] p99 = shown.columns().get(Field.P99);
    assertThat(p50[3]).isCloseTo(1, Percentage.withPercentage(6.3));
    assertThat(p99[3]).isCloseTo(500, Percentage.withPercentage(6.3));
    double[] ofFast = look(new Scope("1", ""), Span.FIVE_MINUTES).columns().get(Field.P99);
    assertThat(ofFast[3]).isCloseTo(1, Percentage.withPercentage(6.3));
    assertThat(look(new Scope("", "shop"), Span.HOUR).columns().get(Field.NODES)[3]).isEqualTo(2);
  }

  @Test
  void aNodeThatIsSilentIsNotCountedAndItsLevelsAreGone() {
    Node stays = new Node("1");
    Node goes = new Node("2");
    for (int i = 0; i < 20; i++) {
      stays.counts("shop", "queries", i).counts("shop", "clients", 3).reports();
      if (i < 5) {
        goes.counts("shop", "queries", i).counts("shop", "clients", 4).reports();
      }
      now += 2000;
    }
    ShownFigures shown = look();
    assertThat(shown.columns().get(Field.CLIENTS)[3]).isEqualTo(7);
    assertThat(last(shown, Field.CLIENTS)).isEqualTo(3);
    assertThat(last(shown, Field.NODES)).isEqualTo(1);
    assertThat(shown.nodes()).extracting(ShownFigures.Line::reports).containsExactly(true, false);
  }

  @Test
  void aDayHasMinutesAndTheOneUnderWay() {
    Node node = new Node("1");
    for (int i = 0; i < 200; i++) {
      node.counts("shop", "queries", 200L * i).counts("shop", "clients", 5).reports();
      now += 2000;
    }
    ShownFigures day = look(Scope.ALL, Span.DAY);
    assertThat(day.times()).hasSizeBetween(7, 8);
    for (int i = 1; i < day.times().length; i++) {
      assertThat(day.times()[i] - day.times()[i - 1]).isEqualTo(60);
      assertThat(day.columns().get(Field.QUERIES)[i]).isCloseTo(100, CLOSE);
      assertThat(day.columns().get(Field.CLIENTS)[i]).isEqualTo(5);
    }
  }

  @Test
  void onlyWhatIsNewerIsGivenAndAnHourIsKept() {
    Node node = new Node("1");
    for (int i = 0; i < 2000; i++) {
      node.counts("shop", "queries", 2L * i).reports();
      now += 2000;
    }
    long[] all = look(Scope.ALL, Span.HOUR).times();
    assertThat(all).hasSize(1800);
    long[] newer = figures.look(Scope.ALL, Span.HOUR, all[1797], now).times();
    assertThat(newer).containsExactly(all[1798], all[1799]);
  }

  @Test
  void memoryIsBoundedHoweverManyNodesAndDatabasesThereAre() {
    LiveFigures few = new LiveFigures(8);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 2 * LiveFigures.MOST_NODES; i++) {
        ObjectNode section = Answer.JSON.createObjectNode();
        section.put("started", BEGIN).put("upMillis", now - BEGIN);
        section.putObject("vdbs").putObject("v" + i).put("queries", round);
        few.arrived("n" + i, Reported.of(section).orElseThrow(), now);
      }
      now += 2000;
    }
    now += 4000;
    ShownFigures shown = few.look(Scope.ALL, Span.HOUR, 0, now);
    assertThat(few.series()).isEqualTo(8);
    assertThat(shown.nodes()).hasSize(LiveFigures.MOST_NODES);
    assertThat(last(shown, Field.NODES)).isEqualTo(LiveFigures.MOST_NODES);
  }

  @Test
  void aNodeThatHasNotReportedForADayIsForgotten() {
    new Node("1").counts("shop", "queries", 1).reports();
    now += 25 * 3_600_000L;
    Node other = new Node("2");
    for (int i = 0; i < 5; i++) {
      other.counts("more", "queries", i).reports();
      now += 2000;
    }
    assertThat(look().nodes()).extracting(ShownFigures.Line::name).containsExactly("2");
  }

  @Test
  void whatIsNoReportIsNone() throws Exception {
    for (String text : List.of("null", "[]", "{}", "{\"started\": \"now\"}")) {
      assertThat(Reported.of(Answer.JSON.readTree(text))).as(text).isEmpty();
    }
    assertThat(
            Reported.of(
                    Answer.JSON.readTree(
                        "{\"started\": 1, \"vdbs\": {\"a\": {\"queries\": -5, \"times\": [-1, 2,"
                            + " 1e30, 4, 7]}, \"b\": 3}}"))
                .orElseThrow()
                .vdbs()
                .get("a")
                .count(Count.QUERIES))
        .isZero();
  }

  @Test
  void valuesArePackedCloselyEnoughForGraphs() {
    for (double value : new double[] {1e-5, 0.03, 1, 7, 99.9, 1234, 5_000_000, 3e9}) {
      assertThat(Ring.unpacked(Ring.packed(value))).isCloseTo(value, CLOSE);
    }
    for (int whole = 0; whole <= 1024; whole++) {
      assertThat(Ring.unpacked(Ring.packed(whole))).isEqualTo(whole);
    }
    assertThat(Ring.unpacked(Ring.packed(Double.NaN))).isNaN();
    assertThat(Ring.unpacked(Ring.packed(1e-12))).isCloseTo(0, within(1e-6));
    assertThat(Ring.unpacked(Ring.packed(1e30))).isGreaterThan(1e11);
  }

  @Test
  void whatNodesHaveReportedLastHasABoundAndPoliteOnesAreFollowed() {
    long most = 2_000_000;
    LiveFigures small = new LiveFigures(64, most);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 40; i++) {
        Node greedy = new Node("greedy" + i);
        for (int vdb = 0; vdb < 50; vdb++) {
          greedy.times("v" + vdb, LongStream.range(0, 100).toArray());
        }
        small.arrived(greedy.id, greedy.reported(), now);
      }
      assertThat(small.bytes()).isLessThanOrEqualTo(most);
      now += 2000;
    }
    Node polite = new Node("polite").counts("v", "queries", 10);
    small.arrived("polite", polite.reported(), now);
    long before = small.bytes();
    now += 2000;
    small.arrived("polite", polite.reported(), now);
    assertThat(small.bytes()).isNotEqualTo(before);
  }

  @Test
  void aNodeThatReportsWithoutPauseIsCountedByItsNextReport() {
    Node node = new Node("a").begun(now - 1000);
    for (int i = 1; i <= 500; i++) {
      node.counts("v", "queries", i).reports();
    }
    long most = figures.bytes();
    now += 10_000;
    node.counts("v", "queries", 1000).reports();
    assertThat(most).isLessThan(200_000);
    assertThat(figures.bytes()).isLessThan(most);
  }

  @Test
  void whereNoNodeReportsThereIsAGapAndNoZero() {
    Node node = new Node("1");
    for (int i = 0; i < 20; i++) {
      node.counts("shop", "queries", 20L * i).counts("shop", "clients", 3).reports();
      now += 2000;
    }
    now += 60_000;
    ShownFigures shown = look();
    assertThat(last(shown, Field.NODES)).isZero();
    assertThat(last(shown, Field.QUERIES)).isNaN();
    assertThat(last(shown, Field.CLIENTS)).isNaN();
    assertThat(last(shown, Field.ERRORS)).isNaN();
  }

  @Test
  void everyNodeHasALineWhenThereAreMoreThanTenAlsoOneThatReportsNoMore() {
    List<Node> nodes = new ArrayList<>();
    for (int i = 10; i < 40; i++) {
      nodes.add(new Node("n" + i));
    }
    for (int i = 0; i < 20; i++) {
      for (Node node : nodes.subList(i < 10 ? 0 : 1, 30)) {
        node.counts("shop", "queries", 20L * i).reports();
      }
      now += 2000;
    }
    ShownFigures shown = look();
    assertThat(shown.byNode()).hasSize(30);
    double[] ended = shown.byNode().get("n10");
    assertThat(ended[3]).isCloseTo(10, CLOSE);
    assertThat(ended[ended.length - 1]).isNaN();
  }

  @Test
  void aClockThatIsPutBackMakesNoHoleAndLosesNoNode() {
    Node node = new Node("1");
    for (int i = 0; i < 20; i++) {
      node.counts("shop", "queries", 20L * i).reports();
      now += 2000;
    }
    long before = now;
    now -= 3_600_000;
    node.started -= 3_600_000; // it has run for as long as before
    for (int i = 20; i < 120; i++) {
      node.counts("shop", "queries", 20L * i).reports();
      now += 2000;
    }
    ShownFigures shown = look();
    assertThat(shown.times()[shown.times().length - 1]).isBetween(now / 1000 - 8, now / 1000);
    assertThat(now).isLessThan(before);
    assertThat(last(shown, Field.QUERIES)).isCloseTo(10, CLOSE);
    assertThat(last(shown, Field.NODES)).isEqualTo(1);
  }

  @Test
  void minutesThatWereKeptAreThereAgainAndTenMinutesOfThem() {
    Node node = new Node("1");
    for (int i = 0; i < 400; i++) {
      node.counts("shop", "queries", 200L * i).counts("shop", "clients", 5).reports();
      now += 2000;
    }
    SortedMap<Long, Map<Scope, char[]>> kept = figures.minutes(Long.MIN_VALUE + 1, now);
    assertThat(kept.size()).isBetween(12, 1441);
    LiveFigures anew = new LiveFigures(100);
    kept.forEach((minute, rows) -> rows.forEach((scope, row) -> anew.restore(scope, minute, row)));
    ShownFigures before = figures.look(Scope.ALL, Span.DAY, 0, now);
    ShownFigures after = anew.look(Scope.ALL, Span.DAY, 0, now);
    assertThat(after.times()).isNotEmpty();
    assertThat(after.columns().get(Field.QUERIES)[2])
        .isEqualTo(before.columns().get(Field.QUERIES)[2]);
    assertThat(after.byNode()).containsOnlyKeys("1");
    List<char[]> ten = anew.tens(Scope.ALL, 0, Long.MAX_VALUE).values().iterator().next();
    char[] together = MergedMinutes.figures(ten);
    assertThat(Ring.unpacked(together[Field.CLIENTS.ordinal()])).isEqualTo(5);
    assertThat(Ring.unpacked(together[Field.CACHE_PERCENT.ordinal()])).isNaN();
  }

  @Test
  void aLagThatIsNotKnownIsAGap() throws Exception {
    Lags lags = new Lags();
    String state =
        "{\"clusters\": [{\"source\": \"main\", \"nodes\": [{\"address\": \"w:1\", \"role\":"
            + " \"writer\", \"state\": \"up\", \"lagMillis\": 9}, {\"address\": \"r:1\", \"role\":"
            + " \"replica\", \"state\": \"%s\"%s}]}]}";
    long moment = 1_000_000_000L;
    lags.arrived(Answer.JSON.readTree(state.formatted("up", ", \"lagMillis\": 20")), moment);
    lags.arrived(Answer.JSON.readTree(state.formatted("up", ", \"lagMillis\": 50")), moment + 1);
    lags.arrived(
        Answer.JSON.readTree(state.formatted("down", ", \"lagMillis\": 0")), moment + 2000);
    lags.arrived(Answer.JSON.readTree(state.formatted("up", "")), moment + 4000);
    long[] times = {moment / 1000, moment / 1000 + 2, moment / 1000 + 4};
    assertThat(lags.columns(Span.HOUR, times)).containsOnlyKeys("main r:1");
    double[] column = lags.columns(Span.HOUR, times).get("main r:1");
    assertThat(column[0]).isEqualTo(50);
    assertThat(column[1]).isNaN();
    assertThat(column[2]).isNaN();
  }
}
