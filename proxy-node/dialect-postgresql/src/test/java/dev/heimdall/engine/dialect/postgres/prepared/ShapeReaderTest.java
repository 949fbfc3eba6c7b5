package dev.heimdall.engine.dialect.postgres.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.prepared.StatementShape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ShapeReaderTest {
  private static final int INT = 23;
  private static final int TEXT = 25;

  private record Column(String name, int table, int number, int type, int modifier) {
    Column(String name, int type) {
      this(name, 16384, 1, type, -1);
    }
  }

  private static ByteBuf description(Column... columns) {
    ByteBuf out = Unpooled.buffer().writeByte('T').writeInt(0).writeShort(columns.length);
    for (Column column : columns) {
      out.writeBytes(column.name().getBytes(StandardCharsets.UTF_8)).writeByte(0);
      out.writeInt(column.table()).writeShort(column.number());
      out.writeInt(column.type()).writeShort(4).writeInt(column.modifier()).writeShort(0);
    }
    return out.setInt(1, out.writerIndex() - 1);
  }

  private static StatementShape shape(Column... columns) {
    return ShapeReader.of(new int[0], description(columns));
  }

  @Test
  void theSameColumnsAreTheSameShape() {
    assertThat(shape(new Column("a", INT), new Column("b", TEXT)))
        .isEqualTo(shape(new Column("a", INT), new Column("b", TEXT)));
    assertThat(shape(new Column("a", INT)).hashCode())
        .isEqualTo(shape(new Column("a", INT)).hashCode());
  }

  @Test
  void whereAColumnComesFromDoesNotCount() {
    assertThat(shape(new Column("a", 16384, 1, INT, -1)))
        .isEqualTo(shape(new Column("a", 20000, 5, INT, -1)));
  }

  @Test
  void namesTypesModifiersNumberAndOrderCount() {
    StatementShape shape = shape(new Column("a", INT), new Column("b", TEXT));

    assertThat(shape)
        .isNotEqualTo(shape(new Column("a", INT), new Column("c", TEXT)))
        .isNotEqualTo(shape(new Column("a", TEXT), new Column("b", TEXT)))
        .isNotEqualTo(shape(new Column("a", INT), new Column("b", 16384, 1, TEXT, 11)))
        .isNotEqualTo(shape(new Column("a", INT)))
        .isNotEqualTo(shape())
        .isNotEqualTo(shape(new Column("b", TEXT), new Column("a", INT)))
        .isNotEqualTo(StatementShape.withoutColumns(new int[0]));
  }

  /** {@code SELECT} without a list returns rows all the same. */
  @Test
  void rowsWithoutColumnsAreNotTheSameAsNoRows() {
    assertThat(shape().sameColumns(StatementShape.withoutColumns(new int[0]))).isFalse();
  }

  @Test
  void parameterTypesCountForClientsButNotForPlans() {
    StatementShape one = ShapeReader.of(new int[] {INT}, description(new Column("a", INT)));
    StatementShape two = ShapeReader.of(new int[] {TEXT}, description(new Column("a", INT)));

    assertThat(one).isNotEqualTo(two);
    assertThat(one.sameColumns(two)).isTrue();
  }

  @Test
  void aDescriptionThatIsCutOffIsNone() {
    byte[] whole = ByteBufUtil.getBytes(description(new Column("a", INT), new Column("b", TEXT)));

    for (int length = 0; length < whole.length; length++) {
      assertThat(ShapeReader.of(new int[0], Unpooled.wrappedBuffer(whole, 0, length)))
          .as("%d bytes", length)
          .isNull();
    }
  }

  @Test
  void parameterTypesAreRead() {
    ByteBuf message = Unpooled.buffer().writeByte('t').writeInt(14).writeShort(2);
    message.writeInt(INT).writeInt(TEXT);

    assertThat(ShapeReader.parameterTypes(message)).containsExactly(INT, TEXT);
    assertThat(ShapeReader.parameterTypes(message.slice(0, 12))).containsExactly(INT);
    assertThat(ShapeReader.parameterTypes(message.slice(0, 5))).isEmpty();
  }
}
