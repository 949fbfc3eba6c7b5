package dev.heimdall.engine.wire.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorMessageTest {
  private static ByteBuf message(String fields) {
    byte[] body = fields.replace('|', '\0').getBytes(StandardCharsets.UTF_8);
    return Unpooled.buffer().writeByte('E').writeInt(4 + body.length).writeBytes(body);
  }

  @Test
  void whatIsEncodedIsDecodedAgain() {
    ServerError error =
        ServerError.error("42601", "błąd").withDetail("where").withHint("what to do");
    ByteBuf out = Unpooled.buffer();

    ErrorMessage.encode(error, out);

    assertThat(out.getByte(0)).isEqualTo((byte) 'E');
    assertThat(out.getInt(1)).isEqualTo(out.readableBytes() - 1);
    assertThat(ErrorMessage.decode(out)).isEqualTo(error);
  }

  @Test
  void absentFieldsStayAbsent() {
    ByteBuf out = Unpooled.buffer();
    ErrorMessage.encode(ServerError.fatal("57P01", "gone"), out);

    ServerError decoded = ErrorMessage.decode(out);

    assertThat(decoded.detail()).isNull();
    assertThat(decoded.hint()).isNull();
    assertThat(decoded.isFatal()).isTrue();
  }

  @Test
  void aNoticeDiffersFromAnErrorInItsTypeOnly() {
    ByteBuf notice = Unpooled.buffer();
    ErrorMessage.encodeNotice(ServerError.notice("busy"), notice);

    assertThat(notice.getByte(0)).isEqualTo((byte) 'N');
    assertThat(ErrorMessage.decode(notice)).isEqualTo(ServerError.notice("busy"));
  }

  @Test
  void theUntranslatedSeverityCountsNotTheTranslatedOne() {
    ServerError error =
        ErrorMessage.decode(message("SFEHLER|VERROR|C22012|MDivision durch Null||"));

    assertThat(error.severity()).isEqualTo("ERROR");
    assertThat(error.isFatal()).isFalse();
  }

  @Test
  void unknownFieldsAreSkipped() {
    ServerError error =
        ErrorMessage.decode(message("SERROR|VERROR|C42P01|Mno table|P15|Fparse.c|L1|Rx||"));

    assertThat(error.sqlState()).isEqualTo("42P01");
    assertThat(error.message()).isEqualTo("no table");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "|", "S", "SERROR", "SERROR|C", "SERROR|C42601|Mcut", "\u0001"})
  void aMalformedErrorIsStillAnError(String fields) {
    ServerError error = ErrorMessage.decode(message(fields));

    assertThat(error.severity()).isEqualTo("ERROR");
    assertThat(error.sqlState()).hasSize(5);
    assertThat(error.message()).isNotNull();
  }

  @Test
  void aZeroByteInATextDoesNotEndItsField() {
    ByteBuf out = Unpooled.buffer();
    ErrorMessage.encode(ServerError.error("22021", "before\0Mafter"), out);

    assertThat(ErrorMessage.decode(out).message()).isEqualTo("before?Mafter");
  }
}
