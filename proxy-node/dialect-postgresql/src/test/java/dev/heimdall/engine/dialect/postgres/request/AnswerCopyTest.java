package dev.heimdall.engine.dialect.postgres.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.session.caching.AnswerRecorder.State;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerCopyTest {
  private static final String QUERY = "TDDCZ";

  /** Messages of these types, each with its place as the body. */
  private static ByteBuf messages(String types) {
    ByteBuf out = Unpooled.buffer();
    for (int i = 0; i < types.length(); i++) {
      String body = "body " + i;
      out.writeByte(types.charAt(i)).writeInt(4 + body.length());
      out.writeCharSequence(body, StandardCharsets.US_ASCII);
    }
    return out;
  }

  private static byte[] bytes(String types, int from, int to) {
    ByteBuf all = messages(types);
    int each = all.readableBytes() / types.length();
    byte[] part = new byte[(to - from) * each];
    all.getBytes(from * each, part);
    return part;
  }

  @Test
  void columnsAndRowsAreCopied() {
    AnswerCopy copy = new AnswerCopy(1000);
    assertThat(copy.take(messages(QUERY))).isEqualTo(State.WHOLE);
    StoredAnswer answer = copy.answer();
    assertThat(answer.columns()).isEqualTo(bytes(QUERY, 0, 1));
    assertThat(answer.rows()).isEqualTo(bytes(QUERY, 1, 4));
  }

  @Test
  void whatBelongsToABatchIsLeftOut() {
    AnswerCopy copy = new AnswerCopy(1000);
    assertThat(copy.take(messages("12DC3Z"))).isEqualTo(State.WHOLE);
    assertThat(copy.answer().columns()).isNull();
    assertThat(copy.answer().rows()).isEqualTo(bytes("12DC3Z", 2, 4));
  }

  @Test
  void piecesMayEndAnywhere() {
    ByteBuf all = messages("12TDDCZ");
    for (int first = 0; first <= all.readableBytes(); first++) {
      for (int second = first; second <= all.readableBytes(); second += 3) {
        AnswerCopy copy = new AnswerCopy(1000);
        State state = copy.take(all.slice(0, first));
        state = state == State.MORE ? copy.take(all.slice(first, second - first)) : state;
        state =
            state == State.MORE
                ? copy.take(all.slice(second, all.readableBytes() - second))
                : state;
        assertThat(state).isEqualTo(State.WHOLE);
        assertThat(copy.answer().rows()).isEqualTo(bytes("12TDDCZ", 3, 6));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EZ", "TDEZ", "NTDCZ", "TDCNZ", "TSDCZ", "TDCAZ", "IZ", "nCTZ", "GZ", "HdcCZ", "TsDZ",
        "TDCTDCZ", "TTDCZ", "Z", "CZZ", "tTCZ", "3CZ", "D1CZ"
      })
  void anythingElseIsOfNoUse(String types) {
    assertThat(new AnswerCopy(1000).take(messages(types))).isEqualTo(State.USELESS);
  }

  /** As many rows as were asked for are the answer to who asks for as many. */
  @Test
  void rowsUpToALimitAreWhole() {
    AnswerCopy copy = new AnswerCopy(1000);
    assertThat(copy.take(messages("TDDsZ"))).isEqualTo(State.WHOLE);
    assertThat(copy.answer().rows()).isEqualTo(bytes("TDDsZ", 1, 4));
  }

  @Test
  void moreThanMayBeKeptIsOfNoUse() {
    ByteBuf all = messages(QUERY);
    int size = all.readableBytes();
    assertThat(new AnswerCopy(size).take(all)).isEqualTo(State.WHOLE);
    assertThat(new AnswerCopy(size - 1).take(all)).isEqualTo(State.USELESS);
    AnswerCopy copy = new AnswerCopy(size - 1);
    assertThat(copy.take(all.slice(0, size - 3))).isEqualTo(State.MORE);
    assertThat(copy.take(all.slice(size - 3, 3))).isEqualTo(State.USELESS);
  }

  @ParameterizedTest
  @CsvSource({
    "T,DDC,true",
    ",DC,true",
    ",C,true",
    "T,DD,false",
    ",TDC,false",
    "T,TDC,false",
    "TD,C,false",
    "T,DCZ,false",
    "T,DC3,false",
    ",1DC,false",
    "1T,DC,false",
    "T,EC,false"
  })
  void whatWasKeptElsewhereIsLookedThrough(String columns, String rows, boolean may) {
    byte[] first = columns == null ? null : bytes(columns, 0, columns.length());
    byte[] second = bytes(rows, 0, rows.length());
    AnswerCopy copy = new AnswerCopy(1000);
    assertThat(copy.mayHaveCopied(new StoredAnswer(first, second))).isEqualTo(may);
    for (int length = 0; may && length < second.length; length++) {
      byte[] cut = Arrays.copyOf(second, length);
      assertThat(copy.mayHaveCopied(new StoredAnswer(first, cut))).isFalse();
    }
    assertThat(copy.mayHaveCopied(new StoredAnswer(new byte[0], second))).isFalse();
    assertThat(new AnswerCopy(second.length - 1).mayHaveCopied(new StoredAnswer(first, second)))
        .isFalse();
    byte[] lengthless = {'C', 0, 0, 0, 0};
    assertThat(copy.mayHaveCopied(new StoredAnswer(null, lengthless))).isFalse();
  }
}
