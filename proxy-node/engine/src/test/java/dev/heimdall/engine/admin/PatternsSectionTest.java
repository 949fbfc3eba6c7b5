package dev.heimdall.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.analytics.QueryPatterns;
import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.observe.Uncached;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PatternsSectionTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FakeNode node = new FakeNode();
  private final QueryPatterns patterns = new QueryPatterns("shop");
  private final AtomicLong now = new AtomicLong(20_000);
  private final PatternsSection section = new PatternsSection(node, now::get);

  private JsonNode content() throws Exception {
    node.patterns = PatternRow.of(patterns);
    return JSON.valueToTree(section.content().toCompletableFuture().get());
  }

  @Test
  void whatTakesTheMostTimeIsReportedWithWhy() throws Exception {
    PatternCounts counts = patterns.begin("select ?", 1, 2, false, null);
    counts.answered(70, 9, true, System.nanoTime());
    counts.uncached(Uncached.VOLATILE);
    counts.onWriter(OnWriter.TURN);
    patterns.begin("select ?, ?", 1, 3, false, null).answered(30, 1, false, System.nanoTime());

    JsonNode content = content();

    assertThat(content.at("/vdbs/0/name").asText()).isEqualTo("shop");
    assertThat(content.at("/vdbs/0/patterns").asInt()).isEqualTo(2);
    assertThat(content.at("/vdbs/0/micros").asInt()).isEqualTo(100);
    assertThat(content.at("/patterns")).hasSize(2);
    assertThat(content.at("/patterns/0/text").asText()).isEqualTo("select ?");
    assertThat(content.at("/patterns/0/errors").asInt()).isEqualTo(1);
    assertThat(content.at("/patterns/0/uncached/0/reason").asText()).isEqualTo("volatile");
    assertThat(content.at("/patterns/0/uncached/0/words").asText()).contains("the clock");
    assertThat(content.at("/patterns/0/onWriter/0/reason").asText()).isEqualTo("turn");
  }

  @Test
  void itIsBoundedWhateverClientsSend() throws Exception {
    String wide = "select " + "\u0007\"ä".repeat(600);
    for (int i = 0; i < 1_000; i++) {
      patterns.begin(wide + i, 1, i, false, null).answered(1, 1, false, 0);
    }

    JsonNode content = content();

    assertThat(content.at("/vdbs/0/patterns").asInt()).isEqualTo(1_000);
    assertThat(content.at("/patterns").size()).isBetween(5, PatternsSection.MOST);
    assertThat(JSON.writeValueAsBytes(content).length)
        .isLessThan(PatternsSection.MOST_CHARACTERS + 4_096);
  }

  @Test
  void manySmallOnesAreBoundedByNumber() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      patterns.begin("select a" + i, 1, i, false, null).answered(i, 1, false, 0);
    }

    JsonNode content = content();

    assertThat(content.at("/patterns")).hasSize(PatternsSection.MOST);
    assertThat(content.at("/patterns/0/text").asText()).isEqualTo("select a999");
  }

  @Test
  void itIsInSomeReportsOnly() throws Exception {
    patterns.begin("select ?", 1, 2, false, null).answered(70, 9, true, 0);

    assertThat(content().path("patterns")).hasSize(1);
    now.set(22_599);
    assertThat(content().path("patterns")).hasSize(1);
    now.set(22_600);
    assertThat(content()).isEmpty();
    now.set(24_800);
    assertThat(content()).isEmpty();
    now.set(27_001);
    assertThat(content().path("patterns")).as("reports come seldom").hasSize(1);
    now.set(28_000);
    assertThat(content()).isEmpty();
    now.set(30_100);
    assertThat(content().path("patterns")).hasSize(1);
  }
}
