package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * What a server could answer, packet by packet; and, beside it, what a client without SESSION_TRACK
 * is to get of that.
 */
final class Answers {
  private static final byte[] NOTHING = {};

  private final ByteBuf sent = Unpooled.buffer();
  private final ByteBuf plain = Unpooled.buffer();
  private final boolean deprecated;
  private int sequence = 1;

  Answers(boolean deprecated) {
    this.deprecated = deprecated;
  }

  byte[] sent() {
    return ByteBufUtil.getBytes(sent);
  }

  /** For a client that does not track. */
  byte[] plain() {
    return ByteBufUtil.getBytes(plain);
  }

  private Answers both(byte[] payload) {
    for (ByteBuf out : new ByteBuf[] {sent, plain}) {
      int at = Packet.begin(out, sequence);
      out.writeBytes(payload);
      Packet.end(out, at);
    }
    sequence = sequence + 1 & 0xFF;
    return this;
  }

  Answers packet(int... payload) {
    byte[] bytes = new byte[payload.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) payload[i];
    }
    return both(bytes);
  }

  Answers random(Random random, int length, int first) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    if (length > 0) {
      bytes[0] = (byte) first;
    }
    return both(bytes);
  }

  /** A payload that goes on in another packet. */
  Answers huge(int behind) {
    byte[] full = new byte[Packet.MAX_PAYLOAD];
    full[0] = 5;
    for (ByteBuf out : new ByteBuf[] {sent, plain}) {
      out.writeMediumLE(Packet.MAX_PAYLOAD).writeByte(sequence).writeBytes(full);
    }
    sequence = sequence + 1 & 0xFF;
    byte[] rest = new byte[behind];
    Arrays.fill(rest, (byte) 0xFF); // which would be an error if it were a packet
    return both(rest);
  }

  Answers ok(int status) {
    return ok(status, OkPacket.OK, "", NOTHING);
  }

  Answers ok(int status, int first, String info, byte[] state) {
    OkPacket ok = new OkPacket(3, 4, status, 5, info.getBytes(StandardCharsets.UTF_8), state);
    ok.write(sent, sequence, first, true);
    ok.withoutState().write(plain, sequence, first, false);
    sequence = sequence + 1 & 0xFF;
    return this;
  }

  /** Rows behind which nothing is left to ask about. */
  Answers clean(Random random, int columns, int rows) {
    packet(columns);
    definitions(random, columns).rows(random, rows);
    return end(0, 0);
  }

  /** The end of rows, with so many warnings, and an id that was generated. */
  Answers end(int warnings, int id) {
    for (ByteBuf out : new ByteBuf[] {sent, plain}) {
      if (deprecated) {
        new OkPacket(0, id, StatusFlag.AUTOCOMMIT, warnings, NOTHING, NOTHING)
            .write(out, sequence, OkPacket.END_OF_ROWS, false);
      } else {
        EofPacket.write(out, sequence, warnings, StatusFlag.AUTOCOMMIT);
      }
    }
    sequence = sequence + 1 & 0xFF;
    return this;
  }

  Answers eof(int status) {
    for (ByteBuf out : new ByteBuf[] {sent, plain}) {
      EofPacket.write(out, sequence, 5, status);
    }
    sequence = sequence + 1 & 0xFF;
    return this;
  }

  Answers error(int number) {
    for (ByteBuf out : new ByteBuf[] {sent, plain}) {
      ErrPacket.write(out, sequence, number, "HY000", "it failed");
    }
    sequence = sequence + 1 & 0xFF;
    return this;
  }

  /** What ends rows. */
  Answers rowsEnd(int status, byte[] state) {
    return deprecated ? ok(status, OkPacket.END_OF_ROWS, "", state) : eof(status);
  }

  Answers definitions(Random random, int count) {
    for (int i = 0; i < count; i++) {
      random(random, 5 + random.nextInt(9), 3);
    }
    return count == 0 || deprecated ? this : eof(2);
  }

  Answers rows(Random random, int count) {
    for (int i = 0; i < count; i++) {
      random(random, 1 + random.nextInt(40), random.nextInt(0xFC));
    }
    return this;
  }

  Answers result(Random random, int columns, int rows, int status, byte[] state) {
    packet(columns);
    return definitions(random, columns).rows(random, rows).rowsEnd(status, state);
  }

  /** That variables have these values now, in turns. */
  static byte[] variables(String... namesAndValues) {
    ByteBuf out = Unpooled.buffer();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      ByteBuf entry = Unpooled.buffer();
      LengthEncoded.write(entry, namesAndValues[i]);
      LengthEncoded.write(entry, namesAndValues[i + 1]);
      out.writeByte(0);
      LengthEncoded.write(out, ByteBufUtil.getBytes(entry));
    }
    return ByteBufUtil.getBytes(out);
  }

  static byte[] schema(String name) {
    ByteBuf entry = Unpooled.buffer();
    LengthEncoded.write(entry, name);
    ByteBuf out = Unpooled.buffer().writeByte(1);
    LengthEncoded.write(out, ByteBufUtil.getBytes(entry));
    return ByteBufUtil.getBytes(out);
  }

  static byte[] gtids(String set) {
    ByteBuf entry = Unpooled.buffer().writeByte(0);
    LengthEncoded.write(entry, set);
    ByteBuf out = Unpooled.buffer().writeByte(3);
    LengthEncoded.write(out, ByteBufUtil.getBytes(entry));
    return ByteBufUtil.getBytes(out);
  }
}
