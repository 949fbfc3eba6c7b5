package dev.heimdall.engine.dialect.postgres.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresRepliesTest {
  private final PostgresReplies replies = new PostgresReplies();

  @ParameterizedTest
  @CsvSource({
    "T, true",
    "D, true",
    "C, true",
    "E, true",
    "Z, true",
    "N, false",
    "A, false",
    "S, false"
  })
  void onlyWhatAServerSaysBesideAnswersAnswersNothing(char type, boolean answers) {
    ByteBuf in = Unpooled.buffer().writeZero(3).writeByte(type).writeInt(9).writeZero(5);

    assertThat(replies.answers(in, 3)).isEqualTo(answers);
    assertThat(replies.total(in, 3)).isEqualTo(10);
  }
}
