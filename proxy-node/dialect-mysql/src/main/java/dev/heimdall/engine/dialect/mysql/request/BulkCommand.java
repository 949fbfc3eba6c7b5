package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * An execution of a prepared statement with many sets of values (MariaDB's COM_STMT_BULK_EXECUTE):
 * the number of the statement, flags, the types of the parameters if they are not those of before,
 * and the rows. Each value of a row is preceded by what it is, be it NULL or the column's default.
 * Rows are looked into only where they go to another engine.
 */
final class BulkCommand implements TypedCommand {
  /** As servers say it of a statement that cannot be executed in bulk. */
  static final ServerError UNSUPPORTED =
      ServerError.error(
              "HY000", "This command is not supported in the prepared statement protocol yet")
          .withNumber(1295);

  static final ServerError MALFORMED =
      ServerError.error("HY000", "Malformed communication packet").withNumber(1835);

  /** Of one that leaves out what no execution before it has said. */
  static final ServerError UNTYPED =
      ServerError.error("HY000", "Incorrect arguments to mysqld_stmt_bulk_execute")
          .withNumber(1210);

  private static final int FLAGS = 5;
  private static final int HEAD = 7;

  /** A flag: the types are there, two bytes for each parameter. */
  private static final int TYPED = 0x80;

  private final ByteBuf in;
  private final int length;
  private final byte[] head;

  /** Null where they are not there. */
  private final byte[] types;

  private BulkCommand(ByteBuf in, int length, byte[] head, byte[] types) {
    this.in = in;
    this.length = length;
    this.head = head;
    this.types = types;
  }

  /** True if what comes before types and rows is there. */
  static boolean hasHead(long total) {
    return Payload.length(total) >= HEAD;
  }

  /**
   * Reads the head of the command at the reader's position, which has to stay there until the
   * command is written.
   *
   * @param total with {@link #hasHead}
   * @param parameters of the statement
   * @return null where it is malformed
   */
  static BulkCommand read(ByteBuf in, long total, int parameters) {
    int length = (int) Payload.length(total);
    byte[] head = part(in, 0, HEAD);
    if ((head[FLAGS] & TYPED) == 0 || parameters == 0) {
      return new BulkCommand(in, length, head, null);
    }
    return length < HEAD + 2 * parameters
        ? null
        : new BulkCommand(in, length, head, part(in, HEAD, 2 * parameters));
  }

  private static byte[] part(ByteBuf in, int from, int length) {
    byte[] part = new byte[length];
    Payload.copy(in, in.readerIndex(), from, part, length);
    return part;
  }

  /** The rows, each with values of these types. */
  BulkRows rows(byte[] given) {
    int from = types == null ? HEAD : HEAD + types.length;
    return new BulkRows(given, part(in, from, length - from));
  }

  /** Its rows, if it has any, come at once. */
  @Override
  public boolean opensCursor() {
    return false;
  }

  /** Servers read no values of rows without types, be they NULL. */
  @Override
  public boolean hasOnlyNulls(int parameters) {
    return parameters == 0;
  }

  @Override
  public boolean hasTypes() {
    return types != null;
  }

  @Override
  public boolean hasTypes(byte[] those) {
    return Arrays.equals(types, those);
  }

  @Override
  public byte[] types() {
    return types;
  }

  @Override
  public int length(byte[] given) {
    return Packet.HEADER + length + given.length;
  }

  @Override
  public void write(byte[] given, int handle, ByteBuf out) {
    int at = Packet.begin(out, 0);
    out.writeByte(Command.STMT_BULK_EXECUTE).writeIntLE(handle);
    out.writeByte(head[FLAGS] | TYPED).writeByte(head[FLAGS + 1]).writeBytes(given);
    out.writeBytes(part(in, HEAD, length - HEAD));
    Payload.end(out, at);
  }
}
