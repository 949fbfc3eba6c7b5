package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BulkCommandTest {
  private static final byte LONG = 3;
  private static final byte TEXT = (byte) 0xFD;
  private static final byte[] TYPES = {LONG, 0, TEXT, 0};
  private static final byte[] ROWS = {0, 5, 0, 0, 0, 0, 2, 'h', 'i', 0, 6, 0, 0, 0, 1};

  /** The packets of a bulk execution of statement 7 whose payload goes on like this. */
  private static ByteBuf packets(int number, int flags, byte[]... rest) {
    ByteBuf payload = Unpooled.buffer();
    payload.writeByte(Command.STMT_BULK_EXECUTE).writeIntLE(number).writeShortLE(flags);
    for (byte[] each : rest) {
      payload.writeBytes(each);
    }
    ByteBuf out = Unpooled.buffer();
    Payload.write(out, payload);
    return out;
  }

  private static BulkCommand read(ByteBuf in) {
    return BulkCommand.read(in, in.readableBytes(), 2);
  }

  @Test
  void typesAndRowsAreFound() {
    BulkCommand command = read(packets(7, 128, TYPES, ROWS));
    assertThat(command.opensCursor()).isFalse();
    assertThat(command.hasTypes()).isTrue();
    assertThat(command.hasTypes(TYPES)).isTrue();
    assertThat(command.hasTypes(new byte[] {LONG, 0, LONG, 0})).isFalse();
    BulkRows rows = command.rows(TYPES);
    assertThat(rows.next()).hasToString("[5, hi]");
    assertThat(rows.hasNext()).isTrue();
    assertThat(rows.next()).hasToString("[6, null]");
    assertThat(rows.hasNext()).isFalse();
  }

  @Test
  void withoutTypesThoseOfBeforeAreGivenInTheirPlace() {
    BulkCommand command = read(packets(7, 64, ROWS));
    assertThat(command.hasTypes()).isFalse();
    assertThat(command.types()).isNull();
    assertThat(command.rows(TYPES).next()).hasToString("[5, hi]");
    ByteBuf out = Unpooled.buffer().writeByte('x'); // it stands behind others
    command.write(TYPES, 9, out);
    assertThat(out.readByte()).isEqualTo((byte) 'x');
    assertThat(ByteBufUtil.getBytes(out))
        .isEqualTo(ByteBufUtil.getBytes(packets(9, 64 | 128, TYPES, ROWS)));
  }

  /** Also where that makes one packet more of it. */
  @Test
  void typesAreGivenToWhatTakesSeveralPackets() {
    for (int length : new int[] {Packet.MAX_PAYLOAD - 8, 2 * Packet.MAX_PAYLOAD}) {
      byte[] rows = new byte[length];
      new Random(length).nextBytes(rows);
      ByteBuf out = Unpooled.buffer();
      read(packets(7, 0, rows)).write(TYPES, 9, out);
      assertThat(out.equals(packets(9, 128, TYPES, rows))).as("%d bytes", length).isTrue();
    }
  }

  @Test
  void whatIsCutIsNone() {
    ByteBuf whole = packets(7, 128, TYPES);
    for (int length = 0; length < 11; length++) {
      ByteBuf in = whole.copy(0, Packet.HEADER + length).setMediumLE(0, length);
      assertThat(BulkCommand.hasHead(in.readableBytes())).isEqualTo(length >= 7);
      if (length >= 7) {
        assertThat(read(in)).as("%d bytes", length).isNull();
      }
    }
    assertThat(read(whole)).isNotNull();
  }

  @Test
  void rowsThatOnlyAServerUnderstandsAreNotRead() {
    assertThatThrownBy(() -> new BulkRows(TYPES, new byte[] {2, 2}).next())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BulkRows(TYPES, new byte[] {0, 5, 0}).next())
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
