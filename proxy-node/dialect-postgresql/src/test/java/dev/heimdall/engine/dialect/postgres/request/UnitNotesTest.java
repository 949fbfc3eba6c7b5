package dev.heimdall.engine.dialect.postgres.request;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.Journals;
import dev.heimdall.engine.prepared.PreparedNames;
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

  @ParameterizedTest
  @CsvSource({"P, 0", "B, 0", "B, 1", "D, 0", "D, 1", "C, 0", "C, 1"})
  void nothingIsReadBehindAMessageThatIsTooShort(char type, int length) {
    ByteBuf input = Unpooled.wrappedBuffer(new byte[5 + length]); // it has no byte more
    input.setByte(0, type).setInt(1, 4 + length);
    Journal journal = Journals.unchecked();
    journal.begin(0, 0, 0);
    UnitNotes notes = new UnitNotes(new PreparedNames(null));

    assertThatCode(() -> notes.note(journal, input, (byte) type, 5 + length))
        .doesNotThrowAnyException();
  }
}
