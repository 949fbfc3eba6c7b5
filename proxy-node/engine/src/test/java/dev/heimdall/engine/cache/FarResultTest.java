package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

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
  private static final String AT = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7";
  private static final HeardMessages HEARD =
      new HeardMessages(Map.of("1-some-node", 1L << 33, "2-\u00e9", 1L));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aResultComesBackAsItWas() {
    for (byte[] columns : new byte[][] {null, {}, COLUMNS}) {
      FarResult back =
          FarResult.decode(new FarResult(AT, HEARD, 77, new StoredAnswer(columns, ROWS)).encoded());
      assertThat(back.position()).isEqualTo(AT);
      assertThat(back.heard()).isEqualTo(HEARD);
      assertThat(back.born()).isEqualTo(77);
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
            new FarResult("7", new HeardMessages(many), 8, new StoredAnswer(null, ROWS)).encoded());
    assertThat(back.heard()).isEqualTo(HeardMessages.NONE);
    assertThat(back.answer().rows()).isEqualTo(ROWS);
  }

  @Test
  void whereNobodyKnowsTheWritersPlaceWhatWasHeardIsKept() {
    FarResult back =
        FarResult.decode(new FarResult("", HEARD, 8, new StoredAnswer(null, ROWS)).encoded());
    assertThat(back.position()).isEmpty();
    assertThat(back.heard()).isEqualTo(HEARD);
  }

  @Test
  void whatIsCutIsNone() {
    byte[] whole = new FarResult("7", HEARD, 8, new StoredAnswer(COLUMNS, new byte[0])).encoded();
    for (int length = 0; length < whole.length; length++) {
      assertThat(FarResult.decode(Arrays.copyOf(whole, length))).isNull();
    }
    assertThat(FarResult.decode(whole)).isNotNull();
  }

  /** Whatever it is made of: none, or some result, which others judge. */
  @Test
  void whateverIsAlteredIsReadWithoutFailing() {
    byte[] whole = new FarResult(AT, HEARD, 8, new StoredAnswer(COLUMNS, ROWS)).encoded();
    for (int at = 0; at < whole.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] altered = whole.clone();
        altered[at] ^= (byte) (1 << bit);
        assertThatCode(() -> FarResult.decode(altered)).doesNotThrowAnyException();
      }
    }
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

  @Test
  void itIsAsOldAsItsReaderSaysUnlessThatIsInTheFuture() {
    long now = System.currentTimeMillis();
    StoredAnswer answer = new StoredAnswer(null, ROWS);
    assertThat(new FarResult("", HEARD, now - 60_000, answer).age().orElseThrow())
        .isBetween(60_000_000_000L, 90_000_000_000L);
    assertThat(new FarResult("", HEARD, now + 500, answer).age()).hasValue(0);
    assertThat(new FarResult("", HEARD, now + 60_000, answer).age()).isEmpty();
  }
}
