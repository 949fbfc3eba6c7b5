package dev.heimdall.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeenResultTest {
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

  private static SeenResult result(boolean binary, boolean exactly, int... types) {
    SeenResult result = new SeenResult();
    byte[] description = description(binary, types);
    result.columns(SeenResult.described(description, description.length), exactly);
    return result;
  }

  private static List<String> only(SeenResult result, byte[] row) {
    result.row(row, row.length);
    return result.rows().get(0);
  }

  @Test
  void columnsHaveNamesAndTypes() {
    assertThat(result(true, true, INT4, UNCOMMON).columns())
        .containsExactly(
            new SeenResult.Column("c0", "int4", INT4, true),
            new SeenResult.Column("c1", "600", UNCOMMON, true));
  }

  @Test
  void valuesAreShownAsText() {
    assertThat(only(result(false, true, INT4, TEXT, TEXT), row(text("7"), text("é"), null)))
        .containsExactly("7", "é", "null");
    assertThat(
            only(
                result(true, true, INT4, TEXT, UNCOMMON),
                row(new byte[] {0, 0, 1, 0}, text("x"), new byte[] {1, -1})))
        .containsExactly("256", "x", "\\x01ff");
  }

  @Test
  void formatsThatAreNotKnownAreTakenFromTheValues() {
    assertThat(only(result(false, false, INT4, TEXT), row(new byte[] {0, 0, 0, 9}, text("x"))))
        .containsExactly("9", "x");
    assertThat(only(result(false, false, INT4), row(text("-42")))).containsExactly("-42");
  }

  @Test
  void withoutADescriptionColumnsAreNumbered() {
    SeenResult result = new SeenResult();
    assertThat(only(result, row(text("a"), new byte[] {0}))).containsExactly("a", "\\x00");
    assertThat(result.name(1)).isEqualTo("2");
  }

  @Test
  void manyRowsAndLongValuesAreCut() {
    SeenResult result = result(false, true, TEXT);
    byte[] row = row(text("y".repeat(1000)));
    for (int i = 0; i < 250; i++) {
      result.row(row, row.length);
    }
    assertThat(result.rows()).hasSize(SeenResult.MOST_ROWS);
    assertThat(result.rowCount()).isEqualTo(250);
    assertThat(result.rows().get(0)).containsExactly("y".repeat(64) + "…");
  }

  @Test
  void whatWasCutAnywhereHarmsNobody() {
    byte[] description = description(false, INT4, TEXT);
    byte[] row = row(text("12345"), text("abc"));
    for (int length = 0; length < description.length; length++) {
      assertThat(SeenResult.described(description, length).size()).isLessThanOrEqualTo(1);
    }
    for (int length = 0; length < row.length; length++) {
      SeenResult result = new SeenResult();
      result.row(row, length);
      assertThat(result.rows()).hasSize(1);
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
                public boolean wants(byte type) {
                  return type != 'Z';
                }

                @Override
                public void message(byte type, byte[] body, int length) {
                  seen.add((char) type + ":" + length);
                }
              });
      for (int at = 0; at < stream.readableBytes(); at += size) {
        cutter.take(stream.slice(at, Math.min(size, stream.readableBytes() - at)));
      }
      assertThat(seen).containsExactly("T:3", "Z:0", "D:" + MessageCutter.MOST, "C:0");
    }
  }
}
