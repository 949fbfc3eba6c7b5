package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecuteCommandTest {
  private static final AgreedCapabilities PLAIN = new AgreedCapabilities(0);
  private static final AgreedCapabilities ATTRIBUTES =
      new AgreedCapabilities(Capability.QUERY_ATTRIBUTES);

  private static final byte LONG = 3;
  private static final byte TEXT = (byte) 0xFD;
  private static final byte[] TYPES = {LONG, 0, TEXT, 0};

  /** The packet of an execution of statement 7 whose payload goes on like this. */
  private static ByteBuf packet(int flags, int... rest) {
    ByteBuf out = Unpooled.buffer();
    out.writeMediumLE(10 + rest.length).writeByte(0);
    out.writeByte(Command.STMT_EXECUTE).writeIntLE(7).writeByte(flags).writeIntLE(1);
    for (int each : rest) {
      out.writeByte(each);
    }
    return out;
  }

  private static ExecuteCommand read(ByteBuf in, int parameters, AgreedCapabilities agreed) {
    return ExecuteCommand.read(in, in.readableBytes(), parameters, agreed);
  }

  private static ByteBuf typed() {
    return packet(0, 0, 1, LONG, 0, TEXT & 0xFF, 0, 5, 0, 0, 0, 2, 'h', 'i');
  }

  @Test
  void typesAndValuesAreFound() {
    ExecuteCommand command = read(typed(), 2, PLAIN);
    assertThat(command.opensCursor()).isFalse();
    assertThat(command.hasTypes()).isTrue();
    assertThat(command.hasTypes(TYPES)).isTrue();
    assertThat(command.hasTypes(new byte[] {LONG, 0, LONG, 0})).isFalse();
    assertThat(command.types()).isEqualTo(TYPES);
    assertThat(command.values(2, TYPES, Map.of())).hasToString("[5, hi]");
  }

  @Test
  void withoutTypesThoseOfBeforeAreGivenInTheirPlace() {
    ByteBuf in = packet(1, 0, 0, 5, 0, 0, 0, 2, 'h', 'i');
    ExecuteCommand command = read(in, 2, PLAIN);
    assertThat(command.opensCursor()).isTrue();
    assertThat(command.hasTypes()).isFalse();
    assertThat(command.hasTypes(TYPES)).isFalse();
    assertThat(command.types()).isNull();
    assertThat(command.values(2, TYPES, Map.of())).hasToString("[5, hi]");
    ByteBuf whole = packet(1, 0, 1, LONG, 0, TEXT & 0xFF, 0, 5, 0, 0, 0, 2, 'h', 'i');
    whole.setIntLE(5, 9);
    ByteBuf out = Unpooled.buffer().writeByte('x'); // it stands behind others
    command.write(TYPES, 9, out);
    assertThat(out.readByte()).isEqualTo((byte) 'x');
    assertThat(ByteBufUtil.getBytes(out)).isEqualTo(ByteBufUtil.getBytes(whole));
  }

  @Test
  void oneWithoutParametersHasNoTypes() {
    for (AgreedCapabilities agreed : List.of(PLAIN, ATTRIBUTES)) {
      ExecuteCommand command = read(packet(0), 0, agreed);
      assertThat(command.hasTypes()).isFalse();
      assertThat(command.hasTypes(TYPES)).isFalse();
      assertThat(command.types()).isNull();
      assertThat(command.values(0, null, Map.of())).isEmpty();
    }
  }

  @Test
  void attributesAreAmongTheParameters() {
    ByteBuf in = packet(8, 2, 0, 1, LONG, 0, 0, TEXT & 0xFF, 0, 1, 'a', 5, 0, 0, 0, 1, 'v');
    ExecuteCommand command = read(in, 1, ATTRIBUTES);
    byte[] types = {LONG, 0, 0};
    assertThat(command.types()).isEqualTo(types);
    assertThat(command.hasTypes(types)).isTrue();
    assertThat(command.values(1, types, Map.of())).hasToString("[5]");
  }

  /** As mysql-connector-python sends it: their number is there, and no flag says so. */
  @Test
  void whereAttributesWereAgreedOnParametersAreCountedWithoutTheFlagToo() {
    ByteBuf in = packet(0, 2, 2, 1, LONG, 0, 0, TEXT & 0xFF, 0, 0, 5, 0, 0, 0);
    byte[] types = {LONG, 0, 0, TEXT, 0, 0};
    ExecuteCommand command = read(in, 2, ATTRIBUTES);
    assertThat(command.types()).isEqualTo(types);
    assertThat(command.values(2, types, Map.of())).hasToString("[5, null]");
    ExecuteCommand next = read(packet(0, 2, 1, 0, 2, 'h', 'i'), 2, ATTRIBUTES);
    assertThat(next.values(2, types, Map.of())).hasToString("[null, hi]");
  }

  /** The execution behind one with attributes has fewer parameters. */
  @Test
  void typesOfAttributesAreThoseOfOneExecution() {
    ByteBuf in = packet(8, 2, 0, 1, LONG, 0, 0, TEXT & 0xFF, 0, 1, 'a', 5, 0, 0, 0, 1, 'v');
    byte[] types = read(in, 1, ATTRIBUTES).types();
    assertThat(types).containsExactly(LONG, 0, 0);
    ByteBuf out = Unpooled.buffer();
    read(packet(8, 1, 0, 0, 6, 0, 0, 0), 1, ATTRIBUTES).write(types, 7, out);
    assertThat(ByteBufUtil.getBytes(out))
        .isEqualTo(ByteBufUtil.getBytes(packet(8, 1, 0, 1, LONG, 0, 0, 6, 0, 0, 0)));
    assertThat(read(packet(8, 2, 0, 0, 6, 0, 0, 0, 1, 'v'), 1, ATTRIBUTES)).isNull();
  }

  @Test
  void attributesOfAStatementWithoutParametersLeaveItNoTypes() {
    ExecuteCommand command =
        read(packet(8, 1, 0, 1, TEXT & 0xFF, 0, 1, 'a', 1, 'v'), 0, ATTRIBUTES);
    assertThat(command.hasTypes()).isFalse();
    assertThat(command.types()).isNull();
    assertThat(command.values(0, null, Map.of())).isEmpty();
  }

  @Test
  void executionsWithOtherAttributesAreOthers() {
    byte[] types = {LONG, 0, 0};
    byte[][] all = {
      read(
              packet(8, 2, 0, 1, LONG, 0, 0, TEXT & 0xFF, 0, 1, 'a', 5, 0, 0, 0, 1, 'v'),
              1,
              ATTRIBUTES)
          .comparable(types),
      read(
              packet(8, 2, 0, 1, LONG, 0, 0, TEXT & 0xFF, 0, 1, 'b', 5, 0, 0, 0, 1, 'v'),
              1,
              ATTRIBUTES)
          .comparable(types),
      read(
              packet(8, 2, 0, 1, LONG, 0, 0, TEXT & 0xFF, 0, 1, 'a', 5, 0, 0, 0, 1, 'w'),
              1,
              ATTRIBUTES)
          .comparable(types),
      read(packet(8, 1, 0, 1, LONG, 0, 0, 5, 0, 0, 0), 1, ATTRIBUTES).comparable(types),
    };
    assertThat(List.of(all)).doesNotHaveDuplicates();
    assertThat(read(packet(8, 1, 0, 0, 5, 0, 0, 0), 1, ATTRIBUTES).comparable(types))
        .isEqualTo(all[3]);
  }

  @Test
  void fewerValuesThanParametersAreMalformed() {
    assertThat(read(packet(8, 1, 0, 1, LONG, 0, 0, 5, 0, 0, 0), 2, ATTRIBUTES)).isNull();
    assertThat(read(packet(8, 0), 1, ATTRIBUTES)).isNull();
    assertThat(read(packet(8, 0), 0, ATTRIBUTES).types()).isNull();
  }

  @Test
  void whatIsCutBeforeTheValuesIsNone() {
    byte[] counted = {8, 2, 0, 1, LONG, 0, 0, TEXT, 0, 1, 'a'};
    for (int length = 10; length < 16; length++) {
      ByteBuf in = packet(0, 0, 1, LONG, 0, TEXT & 0xFF, 0).writerIndex(4 + length);
      in.setMediumLE(0, length);
      assertThat(read(in, 2, PLAIN)).as("%d bytes", length).isNull();
    }
    for (int length = 10; length < 9 + counted.length; length++) {
      ByteBuf in = packet(8).writeBytes(counted, 1, counted.length - 1).writerIndex(4 + length);
      in.setMediumLE(0, length);
      assertThat(read(in, 1, ATTRIBUTES)).as("%d bytes", length).isNull();
    }
    assertThat(read(packet(0).writerIndex(13), 0, PLAIN)).isNull();
  }
}
