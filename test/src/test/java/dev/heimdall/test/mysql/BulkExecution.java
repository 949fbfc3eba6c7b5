package dev.heimdall.test.mysql;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * A COM_STMT_BULK_EXECUTE, whose values are texts or what stands for one; all parameters are of the
 * type VAR_STRING, or of none that it names.
 */
final class BulkExecution {
  /** What stands in the place of a value. */
  enum In {
    NULL(1),
    DEFAULT(2),
    IGNORE(3);

    private final int indicator;

    In(int indicator) {
      this.indicator = indicator;
    }
  }

  static final int TYPED = 128;
  private static final int VAR_STRING = 0xFD;

  private final ByteBuf payload = Unpooled.buffer();

  private BulkExecution(int statement, int flags) {
    payload.writeByte(Command.STMT_BULK_EXECUTE).writeIntLE(statement).writeShortLE(flags);
  }

  /** One that says so of the types of its parameters. */
  static BulkExecution typed(int statement, int parameters) {
    BulkExecution bulk = new BulkExecution(statement, TYPED);
    for (int i = 0; i < parameters; i++) {
      bulk.payload.writeByte(VAR_STRING).writeByte(0);
    }
    return bulk;
  }

  /** One with these flags, and without types. */
  static BulkExecution untyped(int statement, int flags) {
    return new BulkExecution(statement, flags);
  }

  BulkExecution row(Object... values) {
    for (Object value : values) {
      if (value instanceof In in) {
        payload.writeByte(in.indicator);
      } else {
        byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
        payload.writeByte(0);
        LengthEncoded.write(payload, text.length);
        payload.writeBytes(text);
      }
    }
    return this;
  }

  BulkExecution bytes(int... more) {
    for (int each : more) {
      payload.writeByte(each);
    }
    return this;
  }

  /** In as many packets as it takes. */
  byte[] packets() {
    ByteBuf out = Unpooled.buffer(payload.readableBytes() + 64);
    Payload.write(out, payload);
    return ByteBufUtil.getBytes(out);
  }
}
