package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.BinaryValue;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * An execution of a prepared statement: flags, which parameters are NULL, their types if they are
 * not those of before, and their values.
 */
final class ExecuteCommand implements TypedCommand {
  private static final int FLAGS = 5;
  private static final int NULLS = 10;

  /**
   * A flag: attributes of the query may be among the parameters. Clients that agreed on attributes
   * send how many there are with it, and without it too if the statement has parameters.
   */
  private static final int COUNTED = 0x08;

  /** Flags: the kinds of cursors. */
  private static final int CURSORS = 0x07;

  /** A flag of a parameter. */
  private static final int UNSIGNED = 0x80;

  private final byte[] payload;

  /** Offset of the bits that mark parameters as NULL. */
  private final int nullsAt;

  /** Offset of the flag for the presence of parameter types, which follow it. */
  private final int typesAt;

  /** Behind the types of the statement's parameters: attributes have theirs there. */
  private final int othersAt;

  /** Offset of the values. */
  private final int valuesAt;

  private final boolean attributes;

  private ExecuteCommand(
      byte[] payload, int nullsAt, int typesAt, int othersAt, int valuesAt, boolean attributes) {
    this.payload = payload;
    this.nullsAt = nullsAt;
    this.typesAt = typesAt;
    this.othersAt = othersAt;
    this.valuesAt = valuesAt;
    this.attributes = attributes;
  }

  /**
   * Reads the command at the reader's position.
   *
   * @param parameters of the statement
   * @return null where it is malformed
   */
  static ExecuteCommand read(ByteBuf in, long total, int parameters, AgreedCapabilities agreed) {
    byte[] payload = new byte[(int) Payload.length(total)];
    Payload.copy(in, in.readerIndex(), 0, payload, payload.length);
    if (payload.length < NULLS) {
      return null;
    }
    boolean attributes = agreed.has(Capability.QUERY_ATTRIBUTES);
    boolean counted = attributes && (payload[FLAGS] & COUNTED) != 0;
    if (parameters == 0 && !counted) {
      int end = payload.length;
      return new ExecuteCommand(payload, end, end, end, end, attributes);
    }
    try {
      return read(payload, parameters, attributes);
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      return null;
    }
  }

  private static ExecuteCommand read(byte[] payload, int parameters, boolean attributes) {
    ByteBuf body = Unpooled.wrappedBuffer(payload).skipBytes(NULLS);
    int count = attributes ? Math.toIntExact(LengthEncoded.read(body)) : parameters;
    if (count < parameters || count > 8L * body.readableBytes()) {
      return null;
    }
    int nullsAt = body.readerIndex();
    if (count == 0) {
      return new ExecuteCommand(
          payload, nullsAt, payload.length, payload.length, payload.length, attributes);
    }
    int typesAt = body.skipBytes((count + 7) / 8).readerIndex();
    boolean typed = body.readByte() != 0;
    if (!typed && count > parameters) {
      return null; // attributes have types of their own each time
    }
    if (typed) {
      skipTypes(body, parameters, attributes);
    }
    int othersAt = body.readerIndex();
    skipTypes(body, count - parameters, attributes);
    return new ExecuteCommand(payload, nullsAt, typesAt, othersAt, body.readerIndex(), attributes);
  }

  private static void skipTypes(ByteBuf body, int count, boolean named) {
    for (int i = 0; i < count; i++) {
      body.skipBytes(2);
      if (named) {
        LengthEncoded.skipBytes(body);
      }
    }
  }

  @Override
  public boolean opensCursor() {
    return (payload[FLAGS] & CURSORS) != 0;
  }

  /** A statement without parameters has none, whatever types attributes have. */
  @Override
  public boolean hasTypes() {
    return othersAt > typesAt + 1;
  }

  @Override
  public boolean hasTypes(byte[] those) {
    return hasTypes() && Arrays.equals(payload, typesAt + 1, othersAt, those, 0, those.length);
  }

  @Override
  public byte[] types() {
    return hasTypes() ? Arrays.copyOfRange(payload, typesAt + 1, othersAt) : null;
  }

  @Override
  public boolean hasOnlyNulls(int parameters) {
    for (int i = 0; i < parameters; i++) {
      if (!isNull(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean isNull(int parameter) {
    return (payload[nullsAt + parameter / 8] & 1 << parameter % 8) != 0;
  }

  /**
   * The values of the parameters, each a text, a number, an array of bytes or null.
   *
   * @param count how many there are
   * @param given their types, with names where attributes were agreed on; null for values that are
   *     all NULL
   * @param sent those that were sent ahead of the command, by the parameter's place
   * @throws IndexOutOfBoundsException where it is malformed
   * @throws IllegalArgumentException likewise
   */
  List<Object> values(int count, byte[] given, Map<Integer, ByteArrayOutputStream> sent) {
    if (given == null) {
      return Collections.nCopies(count, null);
    }
    ByteBuf typed = Unpooled.wrappedBuffer(given);
    ByteBuf body = Unpooled.wrappedBuffer(payload, valuesAt, payload.length - valuesAt);
    List<Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int type = typed.readUnsignedByte();
      int flags = typed.readUnsignedByte();
      if (attributes) {
        LengthEncoded.readBytes(typed);
      }
      if (sent.containsKey(i)) {
        byte[] value = sent.get(i).toByteArray();
        values.add(ColumnDefinition.isBlob(type) ? value : BinaryValue.text(value));
      } else if (isNull(i)) {
        values.add(null);
      } else {
        values.add(BinaryValue.read(body, type, (flags & UNSIGNED) != 0));
      }
    }
    return values;
  }

  /**
   * The values of the parameters as they may be compared: whole numbers of 8 bytes, texts as they
   * are, and nothing of others.
   *
   * @param count how many there are
   * @param given their types, with names where attributes were agreed on
   * @return null where it is malformed
   */
  List<Parameter> parameters(int count, byte[] given) {
    ByteBuf typed = Unpooled.wrappedBuffer(given);
    ByteBuf body = Unpooled.wrappedBuffer(payload, valuesAt, payload.length - valuesAt);
    List<Parameter> values = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) {
        int type = typed.readUnsignedByte();
        int flags = typed.readUnsignedByte();
        if (attributes) {
          LengthEncoded.skipBytes(typed);
        }
        values.add(
            isNull(i)
                ? new Parameter(type, false, null)
                : BinaryValue.comparable(body, type, (flags & UNSIGNED) != 0));
      }
      return values;
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      return null;
    }
  }

  /**
   * Returns the parts that distinguish its answer from that of another execution of the same
   * statement: flags, the parameters that are NULL, types, values, query attributes.
   *
   * @param given the types, if there are parameters
   */
  byte[] comparable(byte[] given) {
    int nulls = typesAt - NULLS;
    int typed = given == null ? 0 : given.length;
    byte[] all = new byte[1 + nulls + typed + payload.length - othersAt];
    all[0] = payload[FLAGS];
    System.arraycopy(payload, NULLS, all, 1, nulls);
    if (typed > 0) {
      System.arraycopy(given, 0, all, 1 + nulls, typed);
    }
    System.arraycopy(payload, othersAt, all, 1 + nulls + typed, payload.length - othersAt);
    return all;
  }

  @Override
  public int length(byte[] given) {
    return Packet.HEADER + payload.length + given.length;
  }

  @Override
  public void write(byte[] given, int handle, ByteBuf out) {
    int at = Packet.begin(out, 0);
    int from = out.writerIndex();
    out.writeBytes(payload, 0, typesAt).writeByte(1).writeBytes(given);
    out.writeBytes(payload, typesAt + 1, payload.length - typesAt - 1);
    out.setIntLE(from + 1, handle);
    Payload.end(out, at);
  }
}
