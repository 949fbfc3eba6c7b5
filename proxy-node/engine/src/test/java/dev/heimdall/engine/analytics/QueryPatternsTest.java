package dev.heimdall.engine.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.sql.RowKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueryPatternsTest {
  private final QueryPatterns patterns = new QueryPatterns("shop");

  private PatternCounts begin(String text) {
    return patterns.begin(text, 1, 2, false, null);
  }

  @Test
  void whatLoopsHaveCountedIsAddedUp() {
    PatternCounts one = begin("select ?");
    PatternCounts other = begin("select ?");
    one.answered(10, 100, false, System.nanoTime());
    one.answered(40, 100, true, System.nanoTime());
    one.uncached(Uncached.NEW);
    other.answered(20, 1, false, System.nanoTime());
    other.hit(System.nanoTime());
    other.answeredByRule(System.nanoTime());
    other.uncached(Uncached.NEW);
    other.uncached(Uncached.NOT_THERE);
    other.onReplica();
    one.onWriter(OnWriter.TURN);
    other.judged(
        List.of(new MatchedRule("hot", 3, Optional.empty(), "cache", false, List.of("s3cret"))),
        null);

    PatternFigures figures = patterns.figures().get(0);

    assertThat(patterns.figures()).hasSize(1);
    assertThat(figures.calls()).isEqualTo(5);
    assertThat(figures.sent()).isEqualTo(3);
    assertThat(figures.micros()).isEqualTo(70);
    assertThat(figures.averageMicros()).isEqualTo(23);
    assertThat(figures.mostMicros()).isEqualTo(40);
    assertThat(figures.bytes()).isEqualTo(201);
    assertThat(figures.errors()).isEqualTo(1);
    assertThat(figures.hits()).isEqualTo(1);
    assertThat(figures.hitPercent()).isEqualTo(20);
    assertThat(figures.replica()).isEqualTo(1);
    assertThat(figures.uncached())
        .containsExactly(entry(Uncached.NOT_THERE, 1L), entry(Uncached.NEW, 2L));
    assertThat(figures.whyUncached()).contains(Uncached.NEW);
    assertThat(figures.whyOnWriter()).contains(OnWriter.TURN);
    assertThat(figures.toString()).doesNotContain("s3cret");
  }

  @Test
  void aSampleOfReadsTellsHowOftenTheyAreEqual() {
    PatternCounts counts = begin("select name from goods where id = ?");
    RowKeys rows = RowKeys.of("app.public.goods", Map.of("id", new int[] {1}));
    int sampled = 0;
    for (int i = 0; i < 64_000; i++) {
      if (counts.read()) {
        sampled++;
        counts.sampled(i % 20, i % 2 == 0 ? Map.of("app.public.goods", rows) : Map.of());
      }
    }
    counts.hit(0);

    PatternFigures figures = patterns.figures().get(0);
    ReadSample sample = figures.sample();

    // By chance, so that clients who repeat themselves are not always met at the same one.
    assertThat(sampled).isBetween(3_500, 4_500);
    assertThat(sample.reads()).isEqualTo(64_000);
    assertThat(sample.sampled()).isEqualTo(sampled);
    assertThat(sample.suited()).isEqualTo(sampled);
    assertThat(sample.pairs()).isEqualTo(8L * sampled - 36);
    assertThat((double) sample.equal() / sample.pairs()).isBetween(0.04, 0.06);
    assertThat((double) sample.byKey() / sampled).isBetween(0.4, 0.6);
    assertThat(figures.keys()).containsExactly("app.public.goods.id");
    assertThat(figures.unfit()).isEqualTo(Uncached.UNKNOWN);
  }

  @Test
  void whatTakesTheMostTimeComesFirst() {
    begin("few").answered(1_000, 0, false, 0);
    PatternCounts many = begin("many");
    for (int i = 0; i < 20; i++) {
      many.answered(100, 0, false, 0);
    }
    begin("never");

    assertThat(patterns.figures()).extracting(PatternFigures::text).containsExactly("many", "few");
  }

  @Test
  void whatLeavesCountsAsForgotten() {
    PatternCounts counts = begin("select ?");
    counts.answered(30, 0, false, 0);

    PatternCounts.forget(counts);
    PatternCounts.forget(counts);

    assertThat(patterns.figures()).isEmpty();
    assertThat(patterns.forgotten()).isEqualTo(new QueryPatterns.Forgotten(1, 1, 30));
  }

  @Test
  void eachVirtualDatabaseHasItsOwn() {
    QueryPatterns other = new QueryPatterns("crm");
    PatternCounts chain = begin("select ?");
    chain = other.begin("select ?", 1, 2, false, chain);

    assertThat(PatternCounts.find(chain, other)).isSameAs(chain);
    assertThat(PatternCounts.find(chain, patterns)).isNotNull().isNotSameAs(chain);
    assertThat(PatternCounts.length(chain)).isEqualTo(2);

    patterns.close();
    QueryPatterns third = new QueryPatterns("hr");
    chain = third.begin("select ?", 1, 2, false, chain);
    assertThat(PatternCounts.length(chain)).isEqualTo(2);
    assertThat(PatternCounts.find(chain, patterns)).isNull();
    assertThat(PatternCounts.find(chain, other)).isNotNull();
  }
}
