package dev.heimdall.engine.dialect.postgres.request;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitNotesTest {
  @ParameterizedTest
  @CsvSource({"name, true", "other, true", "nam, false", "names, false", "closed, false"})
  void whatWasPreparedIsFoundByItsWholeName(String name, boolean prepared) {
    ByteBuf messages = Unpooled.buffer();
    PgWriter.closeStatement(messages, "closed".getBytes(US_ASCII));
    PgWriter.parse(messages, "name".getBytes(US_ASCII), new byte[3], 3);
    PgWriter.parse(messages, "other".getBytes(US_ASCII), new byte[3], 3);
    ByteBuf wanted = Unpooled.copiedBuffer("-" + name + "-", US_ASCII);

    assertThat(UnitNotes.parses(messages, 0, messages.writerIndex(), wanted, 1, name.length()))
        .isEqualTo(prepared);
  }
}
