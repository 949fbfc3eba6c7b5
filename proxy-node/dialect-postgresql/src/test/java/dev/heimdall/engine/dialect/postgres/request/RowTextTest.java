package dev.heimdall.engine.dialect.postgres.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.session.statement.MessageCutter;
import dev.heimdall.engine.session.statement.SampledResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowTextTest {
  private static final int INT4 = 23;
  private static final int TEXT = 25;
  private static final int UNCOMMON = 600;

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  private static byte[] description(boolean binary, int... types) {
    ByteBuf out = Unpooled.buffer().writeShort(types.length);
    for (int i = 0; i < types.length; i++) {
      out.writeBytes(("c" + i + "\0").getBytes(StandardCharsets.UTF_8));
      out.writeInt(0).writeShort(0).writeInt(types[i]).writeShort(4).writeInt(-1);
      out.writeShort(binary ? 1 : 0);
    }
    return bytes(out);
  }

  private static byte[] row(byte[]... values) {
    ByteBuf out = Unpooled.buffer().writeShort(values.length);
    for (byte[] value : values) {
      out.writeInt(value == null ? -1 : value.length);
      if (value != null) {
        out.writeBytes(value);
      }
    }
    return bytes(out);
  }

  private static byte[] text(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  private static RowText columns(boolean binary, boolean exactly, int... types) {
    byte[] description = description(binary, types);
    return new RowText(RowText.described(description, description.length), exactly);
  }

  private static List<String> only(RowText columns, byte[] row) {
    return columns.row(row, row.length);
  }

  @Test
  void columnsHaveNamesAndTypes() {
    assertThat(columns(true, true, INT4, UNCOMMON).seen())
        .containsExactly(
            new SampledResult.Column("c0", "int4"), new SampledResult.Column("c1", "600"));
  }

  @Test
  void valuesAreShownAsText() {
    assertThat(only(columns(false, true, INT4, TEXT, TEXT), row(text("7"), text("é"), null)))
        .containsExactly("7", "é", "null");
    assertThat(
            only(
                columns(true, true, INT4, TEXT, UNCOMMON),
                row(new byte[] {0, 0, 1, 0}, text("x"), new byte[] {1, -1})))
        .containsExactly("256", "x", "\\x01ff");
  }

  @Test
  void formatsThatAreNotKnownAreTakenFromTheValues() {
    assertThat(only(columns(false, false, INT4, TEXT), row(new byte[] {0, 0, 0, 9}, text("x"))))
        .containsExactly("9", "x");
    assertThat(only(columns(false, false, INT4), row(text("-42")))).containsExactly("-42");
  }

  @Test
  void withoutADescriptionColumnsAreNumbered() {
    assertThat(only(RowText.UNKNOWN, row(text("a"), new byte[] {0}))).containsExactly("a", "\\x00");
    assertThat(new SampledResult().name(1)).isEqualTo("2");
  }

  @Test
  void manyRowsAndLongValuesAreCut() {
    RowText columns = columns(false, true, TEXT);
    SampledResult result = new SampledResult();
    byte[] row = row(text("y".repeat(1000)));
    for (int i = 0; i < 250; i++) {
      result.row(columns.row(row, row.length));
    }
    assertThat(result.rows()).hasSize(SampledResult.MOST_ROWS);
    assertThat(result.rowCount()).isEqualTo(250);
    assertThat(result.rows().get(0)).containsExactly("y".repeat(64) + "…");
  }

  @Test
  void whatWasCutAnywhereHarmsNobody() {
    byte[] description = description(false, INT4, TEXT);
    byte[] row = row(text("12345"), text("abc"));
    for (int length = 0; length < description.length; length++) {
      assertThat(RowText.described(description, length).size()).isLessThanOrEqualTo(1);
    }
    for (int length = 0; length < row.length; length++) {
      assertThat(RowText.UNKNOWN.row(row, length)).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void messagesAreCutOutOfPiecesThatEndAnywhere() {
    ByteBuf stream = Unpooled.buffer();
    stream.writeByte('T').writeInt(4 + 3).writeBytes(text("abc"));
    stream.writeByte('Z').writeInt(4 + 1).writeByte('I');
    stream.writeByte('D').writeInt(4 + 100_000).writeBytes(new byte[100_000]);
    stream.writeByte('C').writeInt(4);
    for (int size : new int[] {1, 2, 3, 7, 4096, stream.readableBytes()}) {
      List<String> seen = new ArrayList<>();
      MessageCutter cutter =
          new MessageCutter(
              new MessageCutter.Taker() {
                @Override
                public long length(byte[] header) {
                  return ByteBuffer.wrap(header).getInt(1) - 4L;
                }

                @Override
                public int wants(byte[] header) {
                  return header[0] == 'Z' ? 0 : Integer.MAX_VALUE;
                }

                @Override
                public void message(byte[] header, byte[] body, int length) {
                  seen.add((char) header[0] + ":" + length);
                }
              },
              5);
      for (int at = 0; at < stream.readableBytes(); at += size) {
        cutter.take(stream.slice(at, Math.min(size, stream.readableBytes() - at)));
      }
      assertThat(seen).containsExactly("T:3", "Z:0", "D:" + MessageCutter.MOST, "C:0");
    }
  }
}
