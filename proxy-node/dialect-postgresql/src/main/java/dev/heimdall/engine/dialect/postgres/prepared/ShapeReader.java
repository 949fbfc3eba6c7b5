package dev.heimdall.engine.dialect.postgres.prepared;

import dev.heimdall.engine.prepared.StatementShape;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Reads the shape of a statement out of PostgreSQL's descriptions: of its columns what PostgreSQL
 * compares before it uses a plan again, which is names, types and type modifiers, in their order.
 *
 * <p>PostgreSQL also compares collations and tells a domain from its base type; neither is part of
 * a description. Where a column comes from is part of it, but not compared.
 */
public final class ShapeReader {
  private static final long FIRST = 0x9E3779B97F4A7C15L;
  private static final long SECOND = 0xC2B2AE3D27D4EB4FL;

  /** Table, column number; size of the type; format: what is between and behind what counts. */
  private static final int ORIGIN = 6;

  private static final int TYPE_SIZE = 2;
  private static final int FORMAT = 2;

  private ShapeReader() {}

  /**
   * @param description a whole RowDescription, only read
   * @return null where it is none
   */
  public static StatementShape of(int[] parameterTypes, ByteBuf description) {
    ByteBuf in = description.slice();
    if (in.readableBytes() < 7) {
      return null;
    }
    in.skipBytes(5);
    int columns = in.readUnsignedShort();
    long high = FIRST + columns;
    long low = SECOND - columns;
    for (int i = 0; i < columns; i++) {
      int length = in.bytesBefore((byte) 0);
      if (length < 0 || in.readableBytes() < length + 1 + ORIGIN + 4 + TYPE_SIZE + 4 + FORMAT) {
        return null;
      }
      for (int j = 0; j <= length; j++) {
        long b = in.readByte();
        high = mixed(high, b, FIRST);
        low = mixed(low, b, SECOND);
      }
      in.skipBytes(ORIGIN);
      long type = in.readInt();
      in.skipBytes(TYPE_SIZE);
      long both = type << 32 | in.readInt() & 0xffffffffL;
      in.skipBytes(FORMAT);
      high = mixed(high, both, FIRST);
      low = mixed(low, both, SECOND);
    }
    return new StatementShape(parameterTypes, high, low);
  }

  private static long mixed(long hash, long value, long factor) {
    long mixed = (hash ^ value) * factor;
    return mixed ^ mixed >>> 32;
  }

  /**
   * @param description a whole ParameterDescription, only read
   */
  public static int[] parameterTypes(ByteBuf description) {
    ByteBuf in = description.slice();
    if (in.readableBytes() < 7) {
      return new int[0];
    }
    in.skipBytes(5);
    int[] types = new int[Math.min(in.readUnsignedShort(), in.readableBytes() / 4)];
    Arrays.setAll(types, i -> in.readInt());
    return types;
  }
}
