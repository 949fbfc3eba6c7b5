package dev.heimdall.engine.session.statement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.analytics.PatternFigures;
import dev.heimdall.engine.analytics.QueryPatterns;
import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.rules.MatchedRule;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SentPatternsTest {
  private final QueryPatterns patterns = new QueryPatterns("shop");
  private final PatternCounts begin = patterns.begin("begin", 1, 1, true, null);
  private final PatternCounts one = patterns.begin("one", 2, 2, false, null);
  private final PatternCounts two = patterns.begin("two", 3, 3, false, null);
  private final SentPatterns sent = new SentPatterns();

  private Map<String, PatternFigures> figures() {
    return patterns.figures().stream()
        .collect(Collectors.toMap(PatternFigures::text, Function.identity()));
  }

  @Test
  void eachIsCountedWhenItsGroupIsAnswered() {
    for (int group = 0; group < 9; group++) {
      sent.add(group % 2 == 0 ? one : two, group);
    }
    for (int group = 0; group < 8; group++) {
      sent.answered(group, 10, 0, 5, false, 0);
    }

    assertThat(figures().get("one").calls()).isEqualTo(4);
    assertThat(figures().get("two").calls()).isEqualTo(4);
    assertThat(figures().get("two").micros()).isEqualTo(40);
    assertThat(figures().get("two").bytes()).isEqualTo(20);
    sent.answered(8, 10, 0, 5, false, 0);
    assertThat(figures().get("one").calls()).isEqualTo(5);
  }

  @Test
  void thoseOfOneGroupShareItsTime() {
    sent.add(begin, 3);
    sent.add(one, 3);
    sent.add(null, 3);
    sent.add(two, 3);
    sent.answered(3, 100, 7, 0, true, 0);

    assertThat(figures().get("begin").micros()).isZero();
    assertThat(figures().get("begin").waitMicros()).isZero();
    assertThat(figures().get("one").waitMicros()).isEqualTo(7);
    assertThat(figures().get("two").waitMicros()).isZero();
    assertThat(figures().get("one").micros()).isEqualTo(50);
    assertThat(figures().get("one").errors()).isZero();
    assertThat(figures().get("two").micros()).isEqualTo(50);
    assertThat(figures().get("two").errors()).isEqualTo(1);
    for (String each : List.of("one", "two")) {
      assertThat(figures().get(each).responses().percentile(50)).isBetween(107L, 107L * 5 / 4);
    }
    assertThat(figures().get("begin").responses().percentile(50)).isZero();
    sent.add(begin, 4);
    sent.answered(4, 7, 0, 0, false, 0);
    assertThat(figures().get("begin").micros()).isEqualTo(7);
  }

  @Test
  void anErrorIsThatOfTheOneThatHasFailed() {
    sent.add(one, 3);
    sent.add(two, 3);
    sent.add(begin, 3);
    sent.add(one, 4);
    sent.failed(3, 1);
    assertThat(sent.behindFailed(3)).isEqualTo(2);
    sent.answered(3, 100, 0, 0, true, 0);

    assertThat(figures().get("one").errors()).isZero();
    assertThat(figures().get("two").errors()).isEqualTo(1);
    assertThat(figures().get("begin").errors()).isZero();
    sent.answered(4, 1, 0, 0, true, 0);
    assertThat(figures().get("one").errors()).isEqualTo(1);
    sent.add(one, 5);
    sent.failed(5, 7); // more than are there: the first one
    assertThat(sent.behindFailed(5)).isZero();
    sent.takeBack();
    sent.failed(5, 0); // nothing is there: nobody has it
    sent.answered(5, 1, 0, 0, true, 0);
    assertThat(figures().get("one").errors()).isEqualTo(1);
  }

  @Test
  void countingAllocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<MatchedRule> matched =
        List.of(new MatchedRule("mine", 1, Optional.empty(), "cache", false, List.of()));
    long allocated = 0;
    long nanos = 0;
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      long began = System.nanoTime();
      for (int group = 0; group < 100_000; group++) {
        one.judged(matched, null);
        sent.add(one, group);
        one.onWriter(OnWriter.TURN);
        sent.answered(group, 10, 0, 5, false, group);
      }
      nanos = System.nanoTime() - began;
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(figures().get("one").calls()).isEqualTo(300_000);
    assertThat(allocated).as("in %d ns a statement", nanos / 100_000).isLessThan(1000);
  }

  @Test
  void whatIsSentAgainIsCountedOnce() {
    sent.add(one, 1);
    sent.takeBack();
    sent.add(one, 1);
    sent.answered(1, 10, 0, 0, false, 0);

    assertThat(figures().get("one").calls()).isEqualTo(1);
  }

  @Test
  void mergedGroupsAreAnsweredTogether() {
    sent.add(one, 1);
    sent.add(two, 2);
    sent.merged(1, 1);
    sent.answered(1, 10, 0, 0, false, 0);

    assertThat(figures()).containsOnlyKeys("one", "two");
    sent.add(one, 2);
    sent.clear();
    sent.answered(2, 10, 0, 0, false, 0);
    assertThat(figures().get("one").calls()).isEqualTo(1);
  }
}
