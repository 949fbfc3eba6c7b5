package dev.heimdall.engine.dialect.postgres.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SingleStatementTest {
  private static final int MOST = 1000;

  private final ByteBuf input = Unpooled.buffer();

  private void add(char type, String body) {
    input.writeByte(type).writeInt(4 + body.length());
    input.writeCharSequence(body, StandardCharsets.ISO_8859_1);
  }

  private void statement() {
    add('P', "\0SELECT 1\0\0\0");
    add('B', "\0\0\0\0\0\0\0\0");
    add('D', "P\0");
    add('E', "\0\0\0\0\0");
  }

  private int length(int statements) {
    return SingleStatement.length(input, MOST, statements);
  }

  @Test
  void aQueryIsOneWhateverStandsBehindIt() {
    PgWriter.query(input, "SELECT 1");
    int length = input.readableBytes();
    assertThat(length(1)).isEqualTo(length);
    PgWriter.query(input, "SELECT 2");
    assertThat(length(1)).isEqualTo(length);
    assertThat(SingleStatement.length(input, length - 1, 1)).as("too long").isZero();
  }

  @Test
  void aBatchIsOneUpToItsSync() {
    statement();
    assertThat(length(1)).as("there is no Sync yet").isZero();
    add('S', "");
    int length = input.readableBytes();
    assertThat(length(1)).isEqualTo(length);
    PgWriter.query(input, "SELECT 2");
    assertThat(length(1)).isEqualTo(length);
  }

  @Test
  void severalStatementsUpToOneSyncAreNotOne() {
    statement();
    statement();
    add('S', "");
    assertThat(length(1)).isZero();
    assertThat(length(2)).isEqualTo(input.readableBytes());
    input.clear();
    statement();
    statement();
    statement();
    add('S', "");
    assertThat(length(2)).isZero();
  }

  @Test
  void whatIsNotCarriedOutOrAsksForPartOfAnAnswerIsNotOne() {
    add('P', "a\0SELECT 1\0\0\0");
    add('S', "");
    assertThat(length(1)).as("nothing is bound").isZero();
    input.clear();
    statement();
    add('H', "");
    add('S', "");
    assertThat(length(1)).as("a Flush").isZero();
    input.clear();
    statement();
    add('C', "Sa\0");
    add('S', "");
    assertThat(length(1)).as("a statement is closed that may have been run").isZero();
    input.clear();
    add('P', "a\0SELECT 1\0\0\0");
    statement();
    add('S', "");
    assertThat(length(1)).as("two are parsed").isZero();
  }

  @Test
  void whatIsClosedOrDescribedBeforehandBelongsToIt() {
    add('C', "Sold\0");
    add('P', "a\0SELECT 1\0\0\0");
    add('D', "Sa\0");
    add('B', "\0a\0\0\0\0\0\0\0");
    add('E', "\0\0\0\0\0");
    add('C', "P\0");
    add('S', "");
    assertThat(length(1)).isEqualTo(input.readableBytes());
  }

  @Test
  void aMessageWithoutTheKindThatItIsAboutBelongsToNothing() {
    for (char type : new char[] {'D', 'C'}) {
      input.clear();
      statement();
      add(type, "");
      ByteBuf here = Unpooled.wrappedBuffer(ByteBufUtil.getBytes(input)); // it has no byte more
      assertThat(SingleStatement.length(here, MOST, 1)).isZero();
      add('S', "");
      assertThat(length(1)).isZero();
    }
    input.clear();
    add('P', "a\0SELECT 1\0\0\0");
    add('D', "");
    ByteBuf here = Unpooled.wrappedBuffer(ByteBufUtil.getBytes(input));
    assertThat(SingleStatement.onlyPrepares(here)).isFalse();
    add('S', ""); // whose type is that of a statement in a Describe
    assertThat(SingleStatement.onlyPrepares(input)).isFalse();
  }

  @Test
  void whatOnlyPreparesMayCloseOthersBeforehand() {
    add('C', "Sold\0");
    add('C', "Solder\0");
    add('P', "a\0SELECT 1\0\0\0");
    add('D', "Sa\0");
    assertThat(SingleStatement.onlyPrepares(input)).as("there is no Sync yet").isFalse();
    add('S', "");
    assertThat(SingleStatement.onlyPrepares(input)).isTrue();
    input.clear();
    add('P', "a\0SELECT 1\0\0\0");
    add('C', "Sa\0");
    add('S', "");
    assertThat(SingleStatement.onlyPrepares(input)).as("it closes what it has parsed").isFalse();
    input.clear();
    add('C', "Sold\0");
    add('S', "");
    assertThat(SingleStatement.onlyPrepares(input)).as("it prepares nothing").isFalse();
    input.clear();
    statement();
    add('S', "");
    assertThat(SingleStatement.onlyPrepares(input)).as("it runs something").isFalse();
  }

  @Test
  void whatIsClosedBeforeAParseIsKeptWithIt() {
    add('C', "Sold\0");
    assertThat(kept()).as("nothing is parsed yet").isZero();
    add('P', "a\0SELECT 1\0\0\0");
    int parsed = input.readableBytes();
    assertThat(BatchShape.standingAlone(input.slice(0, parsed - 1), true, MOST))
        .as("not all of it is here")
        .isZero();
    add('B', "\0a\0\0\0\0\0\0\0");
    add('E', "\0\0\0\0\0");
    assertThat(kept()).as("there is no Sync yet").isZero();
    add('S', "");
    assertThat(kept()).isEqualTo(input.readableBytes());
    assertThat(BatchShape.standingAlone(input, true, input.readableBytes() - 1))
        .as("too long")
        .isZero();
  }

  @Test
  void whatIsParsedBehindAnythingElseIsNotKept() {
    statement();
    add('P', "a\0SELECT 1\0\0\0");
    add('S', "");
    assertThat(kept()).isZero();
    input.clear();
    add('B', "\0a\0\0\0\0\0\0\0");
    add('C', "Sold\0");
    add('P', "a\0SELECT 1\0\0\0");
    add('S', "");
    assertThat(kept()).isZero();
  }

  private int kept() {
    return BatchShape.standingAlone(input, true, MOST);
  }
}
