package dev.heimdall.manager.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.SettableClock;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.web.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueryAnalyticsTest {
  private static final Instant BEGIN = Instant.parse("2026-03-04T10:00:00Z");

  private final SettableClock clock = new SettableClock(BEGIN);
  private final QueryAnalytics analytics = new QueryAnalytics(clock);

  private static ObjectNode pattern(String text, long calls, long micros, Instant since) {
    return Answer.JSON
        .createObjectNode()
        .put("vdb", "shop")
        .put("text", text)
        .put("since", since.toEpochMilli())
        .put("calls", calls)
        .put("micros", micros);
  }

  private void report(String node, String run, Instant started, JsonNode... patterns) {
    ObjectNode section = Answer.JSON.createObjectNode();
    ObjectNode vdb = section.putArray("vdbs").addObject().put("name", "shop");
    vdb.put("calls", 1_000_000).put("micros", 1_000);
    for (JsonNode pattern : patterns) {
      section.withArray("patterns").add(pattern);
    }
    arrived(analytics, node, run, started, section);
  }

  private void arrived(
      QueryAnalytics to, String node, String run, Instant started, ObjectNode section) {
    to.arrived(
        new SeenNode(
            node,
            run,
            1,
            "1",
            started,
            "10.0.0.1",
            clock.instant(),
            Duration.ofSeconds(2),
            Map.of("patterns", section),
            Optional.empty()));
  }

  private List<QueryLine> lines(Window window) {
    return analytics.lines(window, Optional.empty());
  }

  @Test
  void nodesAreAddedUp() {
    report("a", "1", BEGIN, pattern("one", 10, 100, BEGIN), pattern("two", 1, 300, BEGIN));
    report("b", "1", BEGIN, pattern("one", 5, 400, BEGIN));

    for (Window window : Window.values()) {
      assertThat(lines(window)).extracting(line -> line.key().text()).containsExactly("one", "two");
      assertThat(lines(window).get(0).sums().calls()).isEqualTo(15);
      assertThat(lines(window).get(0).share()).isEqualTo(25);
    }
    assertThat(analytics.lines(Window.HOUR, Optional.of("crm"))).isEmpty();
    assertThat(analytics.key(lines(Window.HOUR).get(0).key().id())).isPresent();
  }

  @Test
  void anHourLaterItIsNoLongerOfTheLastHour() {
    report("a", "1", BEGIN, pattern("one", 10, 100, BEGIN));
    clock.set(BEGIN.plus(Duration.ofMinutes(59)));
    report("a", "1", BEGIN, pattern("one", 12, 130, BEGIN));
    assertThat(lines(Window.HOUR).get(0).sums().calls()).isEqualTo(12);

    clock.set(BEGIN.plus(Duration.ofMinutes(60)));

    assertThat(lines(Window.HOUR).get(0).sums().calls()).isEqualTo(2);
    assertThat(lines(Window.HOUR).get(0).sums().micros()).isEqualTo(30);
    assertThat(lines(Window.START).get(0).sums().calls()).isEqualTo(12);
    clock.set(BEGIN.plus(Duration.ofMinutes(121)));
    assertThat(lines(Window.HOUR)).isEmpty();
  }

  @Test
  void whatWasCountedLongBeforeTheManagerBeganIsNotOfTheLastHour() {
    Instant longAgo = BEGIN.minus(Duration.ofDays(1));
    report("a", "1", longAgo, pattern("one", 10, 100, longAgo));
    assertThat(lines(Window.HOUR)).isEmpty();
    assertThat(lines(Window.START).get(0).sums().calls()).isEqualTo(10);

    report("a", "1", longAgo, pattern("one", 11, 110, longAgo));

    assertThat(lines(Window.HOUR).get(0).sums().calls()).isEqualTo(1);
  }

  @Test
  void aNodeThatBeganAnewCountsAgain() {
    report("a", "1", BEGIN, pattern("one", 10, 100, BEGIN));
    report("a", "2", BEGIN, pattern("one", 3, 30, BEGIN));

    assertThat(lines(Window.HOUR).get(0).sums().calls()).isEqualTo(13);
    assertThat(lines(Window.START).get(0).sums().calls()).isEqualTo(3);

    report("a", "2", BEGIN, pattern("one", 1, 10, BEGIN)); // it had left, and came again
    assertThat(lines(Window.HOUR).get(0).sums().calls()).isEqualTo(14);
  }

  @Test
  void reportsWithoutTheSectionSayNothing() {
    report("a", "1", BEGIN, pattern("one", 10, 100, BEGIN));
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
            Map.of("patterns", Answer.JSON.createObjectNode()),
            Optional.empty()));

    assertThat(lines(Window.START).get(0).sums().calls()).isEqualTo(10);
  }

  @Test
  void whatANodeReportsIsBounded() {
    for (int round = 0; round < 30; round++) {
      JsonNode[] many = new JsonNode[500];
      for (int i = 0; i < many.length; i++) {
        many[i] = pattern("select " + round + " " + i, 1, 1, BEGIN);
      }
      report("a", "1", BEGIN, many);
    }
    report("a", "1", BEGIN, pattern("x".repeat(5_000), 1, 1, BEGIN));

    assertThat(lines(Window.START)).hasSizeLessThanOrEqualTo(1_000);
    assertThat(lines(Window.HOUR)).hasSizeLessThanOrEqualTo(5_000);
    assertThat(lines(Window.START)).allMatch(line -> line.key().text().length() < 100);
  }

  @Test
  void statementsTakeNoMoreThanTheirRoom() {
    long most = 200_000;
    PatternRoom room = new PatternRoom(most);
    QueryAnalytics small = new QueryAnalytics(clock, room);
    for (int i = 0; i < 300; i++) {
      clock.forward(Duration.ofSeconds(20));
      ObjectNode section = Answer.JSON.createObjectNode();
      section.putArray("vdbs").addObject().put("name", "n".repeat(300)).put("calls", 1);
      ObjectNode one = pattern(i + "x".repeat(3_000), 1, 1, clock.instant());
      one.putObject("plan").put("text", "p".repeat(50_000));
      one.putArray("uncached").addObject().put("reason", "r".repeat(5_000)).put("count", 1);
      section.putArray("patterns").add(one);
      arrived(small, "n" + i % 3, "run", BEGIN, section);

      assertThat(room.taken()).isPositive().isLessThanOrEqualTo(most);
    }
    assertThat(small.lines(Window.START, Optional.empty())).isNotEmpty();
  }
}
