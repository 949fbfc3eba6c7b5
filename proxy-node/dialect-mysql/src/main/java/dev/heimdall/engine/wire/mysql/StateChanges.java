package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Changes of the session's state that an OK packet reports (SESSION_TRACK_*). */
public final class StateChanges {
  /** Name of the default database among a session's variables; no variable has this name. */
  public static final String DATABASE = "(database)";

  public static final int SYSTEM_VARIABLES = 0;
  public static final int SCHEMA = 1;
  public static final int STATE_CHANGE = 2;
  public static final int GTIDS = 3;
  public static final int TRANSACTION_CHARACTERISTICS = 4;
  public static final int TRANSACTION_STATE = 5;

  /** No server reports a value like it, but for the name of a database. */
  private static final String DOUBT = "(unknown) ";

  private StateChanges() {}

  /**
   * Returns a placeholder for a value that has changed to an unreported one: different each time.
   */
  public static String doubt(long number) {
    return DOUBT + number;
  }

  public static boolean doubtful(String value) {
    return value != null && value.startsWith(DOUBT);
  }

  /**
   * Receiver of the changes, in their order; it is not notified of those that it does not request.
   */
  public interface Receiver {
    /**
     * @param value null for NULL
     */
    void variable(String name, String value);

    /** The default database; empty for none. */
    default void schema(String name) {}

    /**
     * Reports a change of the state: one that the other methods report, or one without further
     * details.
     */
    default void state() {}

    /** The GTIDs of what the session has committed, as the server spells them. */
    default void gtids(String gtids) {}
  }

  /**
   * @param state of an {@link OkPacket}
   * @throws IndexOutOfBoundsException where lengths do not fit
   */
  public static void read(byte[] state, Receiver receiver) {
    ByteBuf in = Unpooled.wrappedBuffer(state);
    while (in.isReadable()) {
      int type = in.readUnsignedByte();
      ByteBuf entry = in.readSlice(Math.toIntExact(LengthEncoded.read(in)));
      switch (type) {
        case SYSTEM_VARIABLES -> {
          while (entry.isReadable()) {
            String name = LengthEncoded.readString(entry);
            receiver.variable(name, LengthEncoded.readNullable(entry));
          }
        }
        case SCHEMA -> receiver.schema(LengthEncoded.readString(entry));
        case STATE_CHANGE -> receiver.state();
        case GTIDS -> {
          entry.skipBytes(1); // how they are encoded: as text
          receiver.gtids(LengthEncoded.readString(entry));
        }
        default -> {
          // transaction state and whatever comes later: it was not requested
        }
      }
    }
  }

  /** That the default database is this one now; empty where there is none. */
  public static byte[] schema(String name) {
    if (name.isEmpty()) {
      return new byte[0];
    }
    ByteBuf state = Unpooled.buffer();
    write(state, SCHEMA, name);
    return ByteBufUtil.getBytes(state);
  }

  /** Writes that a variable has this value now. */
  public static void variable(ByteBuf state, String name, String value) {
    write(state, SYSTEM_VARIABLES, name, value);
  }

  private static void write(ByteBuf state, int type, String... texts) {
    ByteBuf entry = Unpooled.buffer();
    for (String text : texts) {
      LengthEncoded.write(entry, text);
    }
    state.writeByte(type);
    LengthEncoded.write(state, entry.readableBytes());
    state.writeBytes(entry);
  }
}
