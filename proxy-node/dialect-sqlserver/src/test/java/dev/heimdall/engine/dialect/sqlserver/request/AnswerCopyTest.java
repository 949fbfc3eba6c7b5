package dev.heimdall.engine.dialect.sqlserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.dialect.sqlserver.request.AnswerCopy.Form;
import dev.heimdall.engine.session.caching.AnswerRecorder.State;
import dev.heimdall.engine.wire.sqlserver.EnvChange;
import dev.heimdall.engine.wire.sqlserver.SessionStates;
import dev.heimdall.engine.wire.sqlserver.TdsMessage;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsToken;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.engine.wire.sqlserver.TdsWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies of answers, and answers of which none is of use. */
class AnswerCopyTest {
  private static final int MOST = 10_000;
  private static final int SELECT = 0xC1;

  private static void rows(ByteBuf out, TdsVersion version) {
    TdsWriter.columns(out, List.of("a", "b"), version);
    TdsWriter.row(out, List.of("one", "x".repeat(300)));
    TdsWriter.row(out, List.of("two", "\u00FE\u00AC"));
  }

  private static void done(ByteBuf out, int token, int bits, TdsVersion version) {
    TdsWriter.done(out, token, TdsToken.DONE_COUNT | bits, SELECT, 2, version);
  }

  /** A whole answer of the form. */
  private static void answer(ByteBuf out, Form form, int handle, int bits, TdsVersion version) {
    rows(out, version);
    if (form == Form.BATCH) {
      done(out, TdsToken.DONE, bits, version);
      return;
    }
    done(out, TdsToken.DONE_IN_PROC, TdsToken.DONE_MORE | bits, version);
    TdsWriter.returnStatus(out, 0);
    if (form == Form.PREPARING_CALL) {
      TdsWriter.returnInteger(out, 0, "", handle, version);
    }
    TdsWriter.done(out, TdsToken.DONE_PROC, bits, 0, 0, version);
  }

  private static ByteBuf packets(Consumer<ByteBuf> tokens) {
    ByteBuf payload = Unpooled.buffer();
    tokens.accept(payload);
    ByteBuf packets = Unpooled.buffer();
    TdsPacket.write(packets, TdsPacket.REPLY, 0, 0, 512, payload);
    return packets;
  }

  private static AnswerCopy copy(Form form, TdsVersion version) {
    return new AnswerCopy(MOST, form, version, false, false, false);
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void anAnswerIsServedAsItCameWhereverItWasCut(Form form) {
    for (TdsVersion version : List.of(TdsVersion.V7_1, TdsVersion.V7_2, TdsVersion.V7_4)) {
      ByteBuf came = packets(out -> answer(out, form, 7, 0, version));
      for (int cut = 1; cut < came.readableBytes(); cut++) {
        AnswerCopy copy = copy(form, version);
        assertThat(copy.take(came.slice(0, cut))).isEqualTo(State.MORE);
        assertThat(copy.take(came.slice(cut, came.readableBytes() - cut))).isEqualTo(State.WHOLE);
        StoredAnswer answer = copy.answer();

        ByteBuf served = Unpooled.buffer();
        int handle = form == Form.PREPARING_CALL ? 9 : 0;
        AnswerCopy.write(answer, form, handle, false, version, served);
        ByteBuf expected = Unpooled.buffer();
        answer(expected, form, 9, 0, version);
        assertThat(ByteBufUtil.hexDump(served)).isEqualTo(ByteBufUtil.hexDump(expected));
        assertThat(copy(form, version).mayHaveCopied(answer)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void whatIsCopiedInATransactionIsServedOutsideAndTheOtherWayRound(Form form) {
    TdsVersion version = TdsVersion.V7_4;
    AnswerCopy copy = new AnswerCopy(MOST, form, version, true, false, false);
    int open = TdsToken.DONE_IN_TRANSACTION;
    assertThat(copy.take(packets(out -> answer(out, form, 7, open, version))))
        .isEqualTo(State.WHOLE);
    int handle = form == Form.PREPARING_CALL ? 7 : 0;
    for (boolean inside : new boolean[] {false, true}) {
      ByteBuf served = Unpooled.buffer();
      AnswerCopy.write(copy.answer(), form, handle, inside, version, served);
      ByteBuf expected = Unpooled.buffer();
      answer(expected, form, 7, inside ? open : 0, version);
      assertThat(ByteBufUtil.hexDump(served)).isEqualTo(ByteBufUtil.hexDump(expected));
    }
    assertThat(copy(form, version).take(packets(out -> answer(out, form, 7, open, version))))
        .isEqualTo(State.USELESS);
  }

  /** SQL Server never says in a DONE that a transaction is open. */
  @ParameterizedTest
  @EnumSource(Form.class)
  void anAnswerInATransactionNeedNotSaySo(Form form) {
    TdsVersion version = TdsVersion.V7_4;
    AnswerCopy copy = new AnswerCopy(MOST, form, version, true, false, false);
    assertThat(copy.take(packets(out -> answer(out, form, 7, 0, version)))).isEqualTo(State.WHOLE);
    assertThat(copy(form, version).mayHaveCopied(copy.answer())).isTrue();
  }

  /** SQL Server acknowledges a reset at once, Babelfish behind a DONE of the reset itself. */
  @ParameterizedTest
  @EnumSource(Form.class)
  void theAcknowledgementOfAResetIsNoPartOfTheAnswer(Form form) {
    TdsVersion version = TdsVersion.V7_4;
    ByteBuf expected = Unpooled.buffer();
    answer(expected, form, 7, 0, version);
    for (boolean ended : new boolean[] {false, true}) {
      ByteBuf came =
          packets(
              out -> {
                if (ended) {
                  TdsWriter.done(out, TdsToken.DONE, TdsToken.DONE_MORE, 2, 0, version);
                }
                EnvChange.writeReset(out);
                answer(out, form, 7, 0, version);
              });
      for (int cut = 1; cut < came.readableBytes(); cut++) {
        AnswerCopy copy = new AnswerCopy(MOST, form, version, false, true, false);
        assertThat(copy.take(came.slice(0, cut))).isEqualTo(State.MORE);
        assertThat(copy.take(came.slice(cut, came.readableBytes() - cut))).isEqualTo(State.WHOLE);

        ByteBuf served = Unpooled.buffer();
        int handle = form == Form.PREPARING_CALL ? 7 : 0;
        AnswerCopy.write(copy.answer(), form, handle, false, version, served);
        assertThat(ByteBufUtil.hexDump(served)).isEqualTo(ByteBufUtil.hexDump(expected));
      }
      assertThat(copy(form, version).take(came)).isEqualTo(State.USELESS);
    }
    ByteBuf without = packets(out -> answer(out, form, 7, 0, version));
    assertThat(new AnswerCopy(MOST, form, version, false, true, false).take(without))
        .isEqualTo(State.USELESS);
    ByteBuf more =
        packets(
            out -> {
              EnvChange.writeReset(out);
              EnvChange.writeText(out, EnvChange.DATABASE, "a", "b");
              answer(out, form, 7, 0, version);
            });
    assertThat(new AnswerCopy(MOST, form, version, false, true, false).take(more))
        .isEqualTo(State.USELESS);
  }

  /** An implicit transaction: its server reports it ahead of the result, or not at all. */
  @ParameterizedTest
  @EnumSource(Form.class)
  void theReportOnATransactionThatItBeginsIsNoPartOfTheAnswer(Form form) {
    TdsVersion version = TdsVersion.V7_4;
    ByteBuf expected = Unpooled.buffer();
    answer(expected, form, 7, 0, version);
    for (boolean reported : new boolean[] {false, true}) {
      for (boolean resets : new boolean[] {false, true}) {
        ByteBuf came =
            packets(
                out -> {
                  if (resets) {
                    EnvChange.writeReset(out);
                  }
                  if (reported) {
                    EnvChange.writeBegin(out, 5);
                  }
                  answer(out, form, 7, reported ? TdsToken.DONE_IN_TRANSACTION : 0, version);
                });
        AnswerCopy copy = new AnswerCopy(MOST, form, version, false, resets, true);
        assertThat(copy.take(came)).isEqualTo(State.WHOLE);

        ByteBuf served = Unpooled.buffer();
        int handle = form == Form.PREPARING_CALL ? 7 : 0;
        AnswerCopy.write(copy.answer(), form, handle, false, version, served);
        assertThat(ByteBufUtil.hexDump(served)).isEqualTo(ByteBufUtil.hexDump(expected));
      }
    }
    ByteBuf twice =
        packets(
            out -> {
              EnvChange.writeBegin(out, 5);
              EnvChange.writeBegin(out, 6);
              answer(out, form, 7, 0, version);
            });
    assertThat(new AnswerCopy(MOST, form, version, false, false, true).take(twice))
        .isEqualTo(State.USELESS);
  }

  private static void refused(Form form, Consumer<ByteBuf> tokens) {
    assertThat(copy(form, TdsVersion.V7_4).take(packets(tokens))).isEqualTo(State.USELESS);
  }

  @Test
  void whateverElseAnAnswerHasMakesItUseless() {
    TdsVersion version = TdsVersion.V7_4;
    Map<String, Consumer<ByteBuf>> others =
        Map.of(
            "an error", out -> TdsMessage.of(8134, 1, 16, "divide", "s").write(out, version),
            "a message", out -> TdsMessage.of(8153, 1, 0, "Null", "s").write(out, version),
            "a change", out -> EnvChange.writeText(out, EnvChange.DATABASE, "a", "b"),
            "a reset", EnvChange::writeReset,
            "a transaction", out -> EnvChange.writeBegin(out, 5),
            "a state", out -> SessionStates.write(out, 1, true, Unpooled.buffer().writeZero(3)),
            "a status", out -> TdsWriter.returnStatus(out, 0),
            "a value", out -> TdsWriter.returnInteger(out, 1, "@a", 3, version),
            "another result", out -> rows(out, version));
    others.forEach(
        (what, tokens) -> {
          refused(
              Form.BATCH,
              out -> {
                tokens.accept(out);
                answer(out, Form.BATCH, 0, 0, version);
              });
          refused(
              Form.BATCH,
              out -> {
                rows(out, version);
                tokens.accept(out);
                done(out, TdsToken.DONE, 0, version);
              });
        });
  }

  @Test
  void answersThatGoOnOrWereInterruptedAreUseless() {
    TdsVersion version = TdsVersion.V7_4;
    for (int bits :
        List.of(
            TdsToken.DONE_MORE,
            TdsToken.DONE_ERROR,
            TdsToken.DONE_ATTENTION,
            TdsToken.DONE_SERVER_ERROR)) {
      refused(
          Form.BATCH,
          out -> {
            rows(out, version);
            done(out, TdsToken.DONE, bits, version);
          });
    }
    refused(Form.BATCH, out -> rows(out, version));
    refused(Form.BATCH, out -> TdsWriter.done(out, TdsToken.DONE, 0, 0, 0, version));
    refused(
        Form.BATCH,
        out -> {
          TdsWriter.columns(out, List.of("a"), version);
          out.writeByte(TdsToken.ROW).writeShortLE(10).writeZero(3);
        });
  }

  @Test
  void callsThatReturnMoreAreUseless() {
    TdsVersion version = TdsVersion.V7_4;
    refused(Form.CALL, out -> answer(out, Form.PREPARING_CALL, 7, 0, version));
    refused(Form.PREPARING_CALL, out -> answer(out, Form.CALL, 0, 0, version));
    refused(Form.CALL, out -> answer(out, Form.BATCH, 0, 0, version));
    refused(
        Form.CALL,
        out -> {
          rows(out, version);
          done(out, TdsToken.DONE_IN_PROC, TdsToken.DONE_MORE, version);
          TdsWriter.returnStatus(out, 1);
          TdsWriter.done(out, TdsToken.DONE_PROC, 0, 0, 0, version);
        });
  }

  @Test
  void aHandleMayHaveAName() {
    TdsVersion version = TdsVersion.V7_4;
    AnswerCopy copy = copy(Form.PREPARING_CALL, version);
    ByteBuf came =
        packets(
            out -> {
              rows(out, version);
              done(out, TdsToken.DONE_IN_PROC, TdsToken.DONE_MORE, version);
              TdsWriter.returnStatus(out, 0);
              TdsWriter.returnInteger(out, 0, "@handle", 7, version);
              TdsWriter.done(out, TdsToken.DONE_PROC, 0, 0, 0, version);
            });
    assertThat(copy.take(came)).isEqualTo(State.WHOLE);
    ByteBuf expected = Unpooled.buffer();
    rows(expected, version);
    done(expected, TdsToken.DONE_IN_PROC, TdsToken.DONE_MORE, version);
    assertThat(copy.answer().rows()).isEqualTo(ByteBufUtil.getBytes(expected));
  }

  @Test
  void whatIsLongerThanMayBeKeptIsUseless() {
    TdsVersion version = TdsVersion.V7_4;
    ByteBuf came = packets(out -> answer(out, Form.BATCH, 0, 0, version));
    assertThat(new AnswerCopy(200, Form.BATCH, version, false, false, false).take(came))
        .isEqualTo(State.USELESS);
  }

  /** It comes from a store where others can write, too. */
  @Test
  void whatNoCopyHasMadeIsNotServed() {
    TdsVersion version = TdsVersion.V7_4;
    ByteBuf whole = Unpooled.buffer();
    answer(whole, Form.BATCH, 0, 0, version);
    byte[] tokens = ByteBufUtil.getBytes(whole);
    for (int length = 0; length < tokens.length; length++) {
      StoredAnswer cut = new StoredAnswer(null, Arrays.copyOf(tokens, length));
      assertThat(copy(Form.BATCH, version).mayHaveCopied(cut)).isFalse();
    }
    StoredAnswer all = new StoredAnswer(null, tokens);
    assertThat(copy(Form.BATCH, version).mayHaveCopied(all)).isTrue();
    assertThat(copy(Form.CALL, version).mayHaveCopied(all)).isFalse();
    assertThat(copy(Form.BATCH, version).mayHaveCopied(new StoredAnswer(tokens, tokens))).isFalse();
  }
}
