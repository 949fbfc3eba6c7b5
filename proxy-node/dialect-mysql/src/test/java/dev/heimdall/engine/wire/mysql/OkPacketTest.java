package dev.heimdall.engine.wire.mysql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OkPacketTest {
  private final ByteBuf out = Unpooled.buffer();

  private static byte[] state() {
    ByteBuf variables = Unpooled.buffer();
    LengthEncoded.write(variables, "sql_mode");
    LengthEncoded.write(variables, "ANSI_QUOTES");
    ByteBuf state = Unpooled.buffer();
    state.writeByte(0);
    LengthEncoded.write(state, bytes(variables));
    ByteBuf schema = Unpooled.buffer();
    LengthEncoded.write(schema, "crm");
    state.writeByte(1);
    LengthEncoded.write(state, bytes(schema));
    ByteBuf gtids = Unpooled.buffer();
    gtids.writeByte(0);
    LengthEncoded.write(gtids, "0-1-7");
    state.writeByte(3);
    LengthEncoded.write(state, bytes(gtids));
    state.writeByte(2);
    LengthEncoded.write(state, "1");
    state.writeByte(5);
    LengthEncoded.write(state, "T_______");
    return bytes(state);
  }

  private static byte[] bytes(ByteBuf from) {
    byte[] bytes = new byte[from.readableBytes()];
    from.readBytes(bytes);
    return bytes;
  }

  private OkPacket read(boolean tracks) {
    assertThat(Packet.payload(out, 0)).isEqualTo(out.readableBytes() - Packet.HEADER);
    assertThat(Packet.sequence(out, 0)).isEqualTo(3);
    out.skipBytes(Packet.HEADER);
    return OkPacket.read(out, tracks);
  }

  @Test
  void whatWasWrittenIsRead() {
    new OkPacket(300, 70_000, StatusFlag.AUTOCOMMIT, 2, "Rows matched: 1".getBytes(UTF_8), state())
        .write(out, 3, OkPacket.OK, true);

    OkPacket ok = read(true);
    assertThat(ok.affectedRows()).isEqualTo(300);
    assertThat(ok.generatedId()).isEqualTo(70_000);
    assertThat(ok.status()).isEqualTo(StatusFlag.AUTOCOMMIT | StatusFlag.SESSION_STATE_CHANGED);
    assertThat(ok.warnings()).isEqualTo(2);
    assertThat(ok.info()).asString().isEqualTo("Rows matched: 1");
    assertThat(ok.state()).isEqualTo(state());
  }

  @Test
  void aClientThatHasNotAskedForStateGetsNone() {
    new OkPacket(1, 0, StatusFlag.SESSION_STATE_CHANGED, 0, "done".getBytes(UTF_8), state())
        .write(out, 3, OkPacket.OK, false);

    OkPacket ok = read(false);
    assertThat(ok.status()).isZero();
    assertThat(ok.info()).asString().isEqualTo("done");
    assertThat(ok.state()).isEmpty();
  }

  @Test
  void changesOfTheStateAreReadInTheirOrder() {
    List<String> heard = new ArrayList<>();
    StateChanges.read(
        state(),
        new StateChanges.Receiver() {
          @Override
          public void variable(String name, String value) {
            heard.add(name + "=" + value);
          }

          @Override
          public void schema(String name) {
            heard.add("schema " + name);
          }

          @Override
          public void state() {
            heard.add("state");
          }

          @Override
          public void gtids(String gtids) {
            heard.add("gtids " + gtids);
          }
        });

    assertThat(heard).containsExactly("sql_mode=ANSI_QUOTES", "schema crm", "gtids 0-1-7", "state");
  }

  @Test
  void anErrorIsReadWithAndWithoutSqlState() {
    ErrPacket.write(out, 1, 1146, "42S02", "Table 'crm.x' doesn't exist");
    out.skipBytes(Packet.HEADER);
    ServerError error = ErrPacket.read(out, UTF_8);
    assertThat(error.sqlState()).isEqualTo("42S02");
    assertThat(error.number()).isEqualTo(1146);
    assertThat(error.message()).isEqualTo("Table 'crm.x' doesn't exist");

    out.clear().writeByte(ErrPacket.FIRST).writeShortLE(1040);
    out.writeCharSequence("Too many connections", UTF_8);
    ServerError early = ErrPacket.read(out, UTF_8);
    assertThat(early.number()).isEqualTo(1040);
    assertThat(early.message()).isEqualTo("Too many connections");
  }
}
