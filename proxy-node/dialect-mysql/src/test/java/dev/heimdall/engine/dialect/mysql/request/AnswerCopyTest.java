package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.session.caching.AnswerRecorder.State;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerCopyTest {
  private static final int MOST = 4096;
  private static final byte[] NOTHING = {};

  private static void packet(ByteBuf out, int sequence, byte... payload) {
    int at = Packet.begin(out, sequence);
    out.writeBytes(payload);
    Packet.end(out, at);
  }

  /** Two columns and some rows of them. */
  private static ByteBuf answer(boolean deprecatesEof, int rows, int status, int warnings) {
    ByteBuf out = Unpooled.buffer();
    int sequence = 1;
    packet(out, sequence++, (byte) 2);
    packet(out, sequence++, new byte[] {3, 'd', 'e', 'f'});
    packet(out, sequence++, new byte[] {3, 'd', 'e', 'f'});
    if (!deprecatesEof) {
      EofPacket.write(out, sequence++, 0, status & ~StatusFlag.SLOW_QUERY);
    }
    for (int i = 0; i < rows; i++) {
      packet(out, sequence++ & 0xFF, (byte) 1, (byte) '1', (byte) LengthEncoded.NULL);
    }
    if (deprecatesEof) {
      new OkPacket(0, 0, status, warnings, NOTHING, NOTHING)
          .write(out, sequence & 0xFF, OkPacket.END_OF_ROWS, false);
    } else {
      EofPacket.write(out, sequence & 0xFF, warnings, status);
    }
    return out;
  }

  private static ByteBuf answer(boolean deprecatesEof, int rows) {
    return answer(deprecatesEof, rows, StatusFlag.AUTOCOMMIT, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAnswerIsKeptWholeInWhateverPiecesItComes(boolean deprecatesEof) {
    ByteBuf whole = answer(deprecatesEof, 700);
    byte[] bytes = ByteBufUtil.getBytes(whole);
    for (int step : new int[] {1, 3, 7, 100, bytes.length}) {
      AnswerCopy copy = new AnswerCopy(bytes.length, deprecatesEof, false);
      for (int from = 0; from < bytes.length; from += step) {
        int length = Math.min(step, bytes.length - from);
        State state = copy.take(whole.slice(from, length));
        assertThat(state).isEqualTo(from + length < bytes.length ? State.MORE : State.WHOLE);
      }
      StoredAnswer kept = copy.answer();
      assertThat(AnswerCopy.rows(kept)).isEqualTo(700);
      assertThat(AnswerCopy.length(kept)).isEqualTo(bytes.length);
      assertThat(Arrays.copyOf(kept.rows(), bytes.length)).isEqualTo(bytes);
    }
  }

  private static ByteBuf answerThatSays(int status, byte... state) {
    ByteBuf out = answer(true, 1);
    out.writerIndex(out.writerIndex() - Packet.HEADER - 7);
    int at = Packet.begin(out, 5);
    out.writeBytes(new byte[] {(byte) OkPacket.END_OF_ROWS, 0, 0});
    out.writeShortLE(status | StatusFlag.SESSION_STATE_CHANGED).writeShortLE(0);
    if (state.length > 0) {
      out.writeByte(0).writeByte(state.length).writeBytes(state);
    }
    Packet.end(out, at);
    return out;
  }

  /** What MariaDB says of a view: the flag with nothing behind it, or the database it came from. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\1\4\3app", "\1\2\1a\1\4\3app"})
  void aDatabaseThatIsTheOneOfBeforeIsLeftOut(String state) {
    byte[] bytes = state.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuf told = answerThatSays(StatusFlag.AUTOCOMMIT, bytes);
    AnswerCopy copy = new AnswerCopy(MOST, true, false);
    assertThat(copy.take(told)).isEqualTo(State.WHOLE);
    byte[] expected = ByteBufUtil.getBytes(answer(true, 1));
    assertThat(AnswerCopy.length(copy.answer())).isEqualTo(expected.length);
    assertThat(Arrays.copyOf(copy.answer().rows(), expected.length)).isEqualTo(expected);
    assertThat(new AnswerCopy(MOST, true, false).mayHaveCopied(copy.answer())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0\4\1a\1b", "\2\2\0011", "\3\1x", "\1\7a"})
  void whatElseHasChangedIsOfNoUse(String state) {
    byte[] bytes = state.getBytes(StandardCharsets.ISO_8859_1);
    AnswerCopy copy = new AnswerCopy(MOST, true, false);
    assertThat(copy.take(answerThatSays(StatusFlag.AUTOCOMMIT, bytes))).isEqualTo(State.USELESS);
  }

  @Test
  void itWasSlowOnce() {
    AnswerCopy copy = new AnswerCopy(MOST, true, false);
    int slow = StatusFlag.AUTOCOMMIT | StatusFlag.NO_INDEX | StatusFlag.SLOW_QUERY;
    assertThat(copy.take(answer(true, 1, slow, 0))).isEqualTo(State.WHOLE);
    byte[] expected =
        ByteBufUtil.getBytes(answer(true, 1, StatusFlag.AUTOCOMMIT | StatusFlag.NO_INDEX, 0));
    assertThat(Arrays.copyOf(copy.answer().rows(), expected.length)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noRowsAreAnAnswerToo(boolean deprecatesEof) {
    AnswerCopy copy = new AnswerCopy(MOST, deprecatesEof, false);
    assertThat(copy.take(answer(deprecatesEof, 0))).isEqualTo(State.WHOLE);
    assertThat(AnswerCopy.rows(copy.answer())).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        StatusFlag.IN_TRANSACTION,
        StatusFlag.MORE_RESULTS,
        StatusFlag.CURSOR_EXISTS,
        StatusFlag.DATABASE_DROPPED,
        StatusFlag.METADATA_CHANGED,
        StatusFlag.AUTOCOMMIT // without which it is part of a transaction
      })
  void whatOnlyOneSessionWouldBeToldIsNotKept(int flag) {
    for (boolean deprecatesEof : new boolean[] {true, false}) {
      ByteBuf answer = answer(deprecatesEof, 2, StatusFlag.AUTOCOMMIT ^ flag, 0);
      assertThat(new AnswerCopy(MOST, deprecatesEof, false).take(answer)).isEqualTo(State.USELESS);
    }
  }

  @Test
  void warningsAreNotKept() {
    for (boolean deprecatesEof : new boolean[] {true, false}) {
      ByteBuf answer = answer(deprecatesEof, 1, StatusFlag.AUTOCOMMIT, 1);
      assertThat(new AnswerCopy(MOST, deprecatesEof, false).take(answer)).isEqualTo(State.USELESS);
    }
  }

  @Test
  void errorsAndOtherAnswersAreNotKept() {
    for (byte[] payload :
        new byte[][] {
          {(byte) 0xFF, 1, 4, '#'},
          {0, 0, 0, 2, 0, 0, 0},
          {(byte) LengthEncoded.NULL, 'f'},
          {2, 0} // definitions that the client is to know already
        }) {
      ByteBuf out = Unpooled.buffer();
      packet(out, 1, payload);
      assertThat(new AnswerCopy(MOST, true, false).take(out)).isEqualTo(State.USELESS);
    }
    ByteBuf half = answer(true, 3);
    half.writerIndex(half.writerIndex() - Packet.HEADER - 7);
    packet(half, 7, new byte[] {(byte) 0xFF, 1, 4, '#'});
    assertThat(new AnswerCopy(MOST, true, false).take(half)).isEqualTo(State.USELESS);
  }

  @Test
  void anAnswerThatIsNotNumberedFromOneIsNotKept() {
    ByteBuf out = Unpooled.buffer();
    packet(out, 2, (byte) 1);
    assertThat(new AnswerCopy(MOST, true, false).take(out)).isEqualTo(State.USELESS);
  }

  @Test
  void noMoreIsCopiedThanMayBeKept() {
    ByteBuf whole = answer(true, 20);
    assertThat(new AnswerCopy(whole.readableBytes() - 1, true, false).take(whole))
        .isEqualTo(State.USELESS);
    assertThat(new AnswerCopy(whole.readableBytes(), true, false).take(whole))
        .isEqualTo(State.WHOLE);
  }

  @Test
  void moreBehindItsEndIsNoAnswerOfOneStatement() {
    ByteBuf out = answer(true, 1);
    packet(out, 6, (byte) 0);
    assertThat(new AnswerCopy(MOST, true, false).take(out)).isEqualTo(State.USELESS);
  }

  /** Each of its packets says of a session's transaction what the server would say to it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAnswerOfOneTransactionIsServedInAnother(boolean deprecatesEof) {
    int open = StatusFlag.IN_TRANSACTION;
    int reading = open | StatusFlag.IN_READ_ONLY_TRANSACTION;
    int commits = StatusFlag.AUTOCOMMIT;
    for (int from : new int[] {commits, commits | open, open, commits | reading}) {
      AnswerCopy copy = new AnswerCopy(MOST, deprecatesEof, (from & open) != 0);
      assertThat(copy.take(answer(deprecatesEof, 2, from, 0))).isEqualTo(State.WHOLE);
      for (int to : new int[] {commits, commits | open, open, commits | reading}) {
        ByteBuf out = Unpooled.buffer();
        AnswerCopy.write(copy.answer(), to, deprecatesEof, out);
        assertThat(ByteBufUtil.getBytes(out))
            .isEqualTo(ByteBufUtil.getBytes(answer(deprecatesEof, 2, to, 0)));
      }
    }
  }

  @Test
  void whatWasKeptElsewhereIsLookedThrough() {
    for (boolean deprecatesEof : new boolean[] {true, false}) {
      AnswerCopy copy = new AnswerCopy(MOST, deprecatesEof, false);
      assertThat(copy.take(answer(deprecatesEof, 3))).isEqualTo(State.WHOLE);
      byte[] kept = copy.answer().rows();
      AnswerCopy other = new AnswerCopy(MOST, deprecatesEof, false);
      assertThat(other.mayHaveCopied(copy.answer())).isTrue();
      assertThat(other.mayHaveCopied(copy.answer())).as("it was only looked at").isTrue();
      for (int length = 0; length < kept.length; length++) {
        byte[] cut = Arrays.copyOf(kept, length);
        assertThat(other.mayHaveCopied(new StoredAnswer(null, cut))).isFalse();
      }
      assertThat(other.mayHaveCopied(new StoredAnswer(new byte[0], kept))).isFalse();
      byte[] moreRows = kept.clone();
      moreRows[kept.length - 1]++;
      assertThat(other.mayHaveCopied(new StoredAnswer(null, moreRows))).isFalse();
      assertThat(new AnswerCopy(MOST, !deprecatesEof, false).mayHaveCopied(copy.answer()))
          .isFalse();
      assertThat(new AnswerCopy(kept.length - 5, deprecatesEof, false).mayHaveCopied(copy.answer()))
          .as("longer than is kept here")
          .isFalse();
    }
  }
}
