package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.HeardMessages;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FarResultTest {
  private static final byte[] COLUMNS = {1, 2, 3};
  private static final byte[] ROWS = {4, 5};
  private static final HeardMessages HEARD =
      new HeardMessages(Map.of("1-some-node", 1L << 33, "2-\u00e9", 1L));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aResultComesBackAsItWas() {
    for (byte[] columns : new byte[][] {null, {}, COLUMNS}) {
      FarResult back =
          FarResult.decode(
              new FarResult(1L << 40, HEARD, 77, new StoredAnswer(columns, ROWS)).encoded());
      assertThat(back.position()).isEqualTo(1L << 40);
      assertThat(back.heard()).isEqualTo(HEARD);
      assertThat(back.until()).isEqualTo(77);
      assertThat(back.answer().columns()).isEqualTo(columns);
      assertThat(back.answer().rows()).isEqualTo(ROWS);
    }
  }

  @Test
  void ofALargeFleetThePositionAloneIsKept() {
    Map<String, Long> many = new TreeMap<>();
    for (long i = 0; i < 65; i++) {
      many.put("node " + i, i);
    }
    FarResult back =
        FarResult.decode(
            new FarResult(7, new HeardMessages(many), 8, new StoredAnswer(null, ROWS)).encoded());
    assertThat(back.heard()).isEqualTo(HeardMessages.NONE);
    assertThat(back.answer().rows()).isEqualTo(ROWS);
  }

  @Test
  void whatIsCutIsNone() {
    byte[] whole = new FarResult(7, HEARD, 8, new StoredAnswer(COLUMNS, new byte[0])).encoded();
    for (int length = 0; length < whole.length; length++) {
      assertThat(FarResult.decode(Arrays.copyOf(whole, length))).isNull();
    }
    assertThat(FarResult.decode(whole)).isNotNull();
  }

  @Test
  void whateverIsOtherGivesAnotherKey() {
    List<byte[]> keys =
        List.of(
            FarResults.key(List.of("source", "user"), bytes("SELECT 1"), new byte[] {1}),
            FarResults.key(List.of("source", "other"), bytes("SELECT 1"), new byte[] {1}),
            FarResults.key(List.of("sourceuser"), bytes("SELECT 1"), new byte[] {1}),
            FarResults.key(List.of("source", "user"), bytes("SELECT 2"), new byte[] {1}),
            FarResults.key(List.of("source", "user"), bytes("SELECT 1"), new byte[] {2}),
            FarResults.key(List.of("source", "user"), bytes("SELECT 1\1"), new byte[0]));
    assertThat(keys.stream().map(Arrays::toString).distinct()).hasSize(keys.size());
    assertThat(keys).allSatisfy(key -> assertThat(key).hasSize(32));
  }
}
