package dev.heimdall.engine.prepared;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Description that a client received of a statement: the types of its parameters, and of its
 * columns a hash of 128 bits.
 */
public final class StatementShape {
  private final int[] parameterTypes;
  private final long high;
  private final long low;

  /**
   * @param high half of a hash of all that a server compares of columns before it uses a plan again
   * @param low the other half
   */
  public StatementShape(int[] parameterTypes, long high, long low) {
    this.parameterTypes = parameterTypes;
    this.high = high;
    this.low = low;
  }

  /** Of a statement without a result. */
  public static StatementShape withoutColumns(int[] parameterTypes) {
    return new StatementShape(parameterTypes, 0, 0);
  }

  /** For another process. */
  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(16 + 4 * parameterTypes.length);
    bytes.putLong(high).putLong(low);
    for (int type : parameterTypes) {
      bytes.putInt(type);
    }
    return bytes.array();
  }

  /** Returns the shape that {@link #toBytes} has encoded. */
  public static StatementShape of(byte[] bytes) {
    if (bytes == null || bytes.length < 16) {
      throw new IllegalArgumentException("the shape of a statement is none");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long high = in.getLong();
    long low = in.getLong();
    int[] types = new int[in.remaining() / 4];
    in.asIntBuffer().get(types);
    return new StatementShape(types, high, low);
  }

  public int[] parameterTypes() {
    return parameterTypes;
  }

  /** True if a server would go on using a plan whose columns became these. */
  public boolean sameColumns(StatementShape other) {
    return high == other.high && low == other.low;
  }

  /** True if a client may take the one for the other. */
  @Override
  public boolean equals(Object other) {
    return other instanceof StatementShape that
        && sameColumns(that)
        && Arrays.equals(parameterTypes, that.parameterTypes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high ^ low) + Arrays.hashCode(parameterTypes);
  }
}
