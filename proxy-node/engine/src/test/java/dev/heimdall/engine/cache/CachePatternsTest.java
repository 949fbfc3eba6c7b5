package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.observe.Uncached;
import org.junit.jupiter.api.Test;

class CachePatternsTest {
  private final CachePatterns patterns = new CachePatterns(true, System::nanoTime);

  @Test
  void theMostFrequentReasonIsShownAndWhatCameMostIsFirst() {
    patterns.uncached("select now()", Uncached.VOLATILE);
    patterns.uncached("select a", Uncached.TRANSACTION);
    patterns.uncached("select a", Uncached.NOT_THERE);
    patterns.uncached("select a", Uncached.NOT_THERE);
    for (int i = 0; i < 9; i++) {
      patterns.hit("select a");
    }
    assertThat(patterns.figures())
        .containsExactly(
            new CachePatterns.Figures("select a", 9, 3, Uncached.NOT_THERE, 2),
            new CachePatterns.Figures("select now()", 0, 1, Uncached.VOLATILE, 1));
    assertThat(patterns.figures()).extracting(each -> each.hitPercent()).containsExactly(75L, 0L);
  }

  @Test
  void patternsWithoutEndAndLongOnesCountAsOne() {
    for (int i = 0; i < CachePatterns.MOST + 500; i++) {
      patterns.hit("select " + i);
    }
    patterns.hit("select " + "x".repeat(CachePatterns.LONGEST));
    assertThat(patterns.figures()).hasSize(CachePatterns.MOST + 1);
    assertThat(patterns.figures().get(0))
        .isEqualTo(new CachePatterns.Figures(CachePatterns.OTHER, 501, 0, null, 0));
  }

  @Test
  void whatCountsAsOthersIsAlwaysWorthIt() {
    for (String pattern : new String[] {null, "select " + "x".repeat(CachePatterns.LONGEST)}) {
      PatternWorth worth = patterns.worth(pattern);
      for (int i = 0; i < PatternWorth.JUDGED; i++) {
        worth.went(System.nanoTime(), 0);
      }
      assertThat(worth.keeps()).isTrue();
    }
  }
}
