package dev.heimdall.engine.dialect.mysql.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Capability;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class HandshakeResponseTest {
  private static final long OFFERED = Capability.PROTOCOL_41 | Capability.MARIADB_BULK;

  private static long agreed(long offered, long wanted, int own) {
    ByteBuf in = Unpooled.buffer().writeIntLE((int) wanted).writeIntLE(1 << 24).writeByte(45);
    in.writeZero(19).writeIntLE(own).writeBytes(new byte[] {'a', 0, 0});
    return HandshakeResponse.read(in, offered).capabilities();
  }

  /** Of MySQL's clients those bytes are not said to be zero. */
  @Test
  void mariadbsCapabilitiesAreThoseOfItsClients() {
    int bulk = (int) (Capability.MARIADB_BULK >>> 32);
    long plain = Capability.PROTOCOL_41;
    assertThat(agreed(OFFERED, plain, bulk)).isEqualTo(OFFERED);
    assertThat(agreed(OFFERED, plain, 0)).isEqualTo(plain);
    assertThat(agreed(OFFERED, plain | Capability.LONG_PASSWORD, bulk)).isEqualTo(plain);
    assertThat(agreed(plain | Capability.LONG_PASSWORD, plain, bulk)).isEqualTo(plain);
  }

  @Test
  void aChangeOfUserHasTwoBytesForTheCollation() {
    ByteBuf in = Unpooled.buffer().writeBytes(new byte[] {'a', 0, 0, 0}).writeShortLE(305);
    assertThat(HandshakeResponse.readChange(in, Capability.SECURE_CONNECTION, 45).collation())
        .isEqualTo(305);
  }
}
