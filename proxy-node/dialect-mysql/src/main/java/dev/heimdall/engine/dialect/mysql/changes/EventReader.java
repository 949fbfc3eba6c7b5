package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads the events of a log as far as they tell of tables, and of rows by the columns that are of
 * use: of those nothing is kept but numbers. An event that it does not know counts as a write of
 * anything, unless the server says that it may be ignored. Not thread-safe.
 */
final class EventReader {
  /** Of a longer event only the beginning is handed in. */
  static final int LONGEST = 1 << 20;

  static final int HEADER = 19;

  private static final int ROTATE = 4;
  private static final int MAY_BE_IGNORED = 0x80;
  private static final long LOWER_HALF = 0xffffffffL;
  private static final int STANDALONE = 1;
  private static final int CRC32 = 1;
  private static final int CHECKSUM = 4;

  /** Parts of the id of a branch have 64 bytes at most. */
  private static final int LONGEST_ID = 65;

  private static final int ANSI_QUOTES = 4;
  private static final int NO_BACKSLASH_ESCAPES = 1 << 20;

  private final String server;
  private final TransactionReader transactions;
  private String file;

  /** End of the last transaction. */
  private long offset;

  /** Distance by which the data read extends beyond the last transaction's end. */
  private long further;

  private int checksum;
  private boolean described;

  /**
   * @param server whose log it is, as {@link BinlogPosition} has it
   * @param file where the first event is
   * @param layouts by which rows are read
   */
  EventReader(String server, String file, long offset, TableLayouts layouts) {
    transactions = new TransactionReader(layouts);
    this.server = server;
    this.file = file;
    this.offset = offset;
  }

  /**
   * The next event.
   *
   * @param length how much of it there is
   * @param whole whether that is all of it
   * @return the transaction that ends with it
   */
  Optional<LoggedTransaction> read(byte[] event, int length, boolean whole) {
    ByteBuffer body = ByteBuffer.wrap(event, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    body.getInt();
    int type = body.get() & 0xff;
    long writer = Integer.toUnsignedLong(body.getInt());
    body.getInt();
    long end = Integer.toUnsignedLong(body.getInt());
    int flags = body.getShort();
    try {
      if (type == 15) {
        describe(body);
        return Optional.empty();
      }
      if (whole && described) {
        body.limit(length - checksum);
      }
      return read(type, writer, end, flags, whole, body);
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      transactions.unreadable();
      return Optional.empty();
    } finally {
      if (type == ROTATE) {
        further = 0;
      } else if (end != 0) {
        further = (end - offset) & LOWER_HALF;
      }
    }
  }

  /**
   * Position up to which the log was read, even where no transaction ends. A server that has
   * nothing else to say says where it is.
   */
  BinlogPosition reached() {
    return BinlogPosition.of(server, file, offset + further)
        .orElseThrow(IllegalArgumentException::new);
  }

  private Optional<LoggedTransaction> read(
      int type, long writer, long end, int flags, boolean whole, ByteBuffer body) {
    switch (type) {
      case ROTATE -> rotate(body);
      case 2, 165 -> {
        advance(end);
        return transactions.statement(
            type == 2 ? query(body, whole) : new LoggedStatement("", null, MysqlSql.USUAL_MODE),
            here());
      }
      case 16 -> {
        advance(end);
        return transactions.end(here());
      }
      case 19 -> {
        long number = number(body);
        body.getShort();
        transactions.table(number, TableMap.read(body, whole));
      }
      case 20, 23, 30, 166, 169 -> rows(RowChange.INSERT, type, whole, body);
      case 21, 24, 31, 39, 167, 170 -> rows(RowChange.UPDATE, type, whole, body);
      case 22, 25, 32, 168, 171 -> rows(RowChange.DELETE, type, whole, body);
      case 33 -> {
        body.get();
        body.order(ByteOrder.BIG_ENDIAN);
        UUID source = new UUID(body.getLong(), body.getLong());
        body.order(ByteOrder.LITTLE_ENDIAN);
        return begin(GtidSet.parse(source + ":" + body.getLong()));
      }
      case 34, 42 -> {
        return begin(Position.NONE);
      }
      case 162 -> {
        String sequence = Long.toUnsignedString(body.getLong());
        String domain = Integer.toUnsignedString(body.getInt());
        boolean standalone = (body.get() & STANDALONE) != 0;
        Position gtid = MariadbGtids.parse(domain + "-" + writer + "-" + sequence);
        return transactions.begin(gtid, standalone, here());
      }
      case 38 -> {
        advance(end);
        if (body.get() != 0) {
          return transactions.end(here());
        }
        transactions.prepare(branch(body));
      }
      case 40 -> {
        advance(end);
        return payload(body, whole);
      }
      case 3, 5, 7, 9, 11, 13, 14, 17, 27, 28, 29, 35, 36, 37, 41, 160, 161, 163, 164 -> {}
      default -> {
        if ((flags & MAY_BE_IGNORED) == 0) {
          transactions.unreadable();
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Rows of versions 1 and 2 are read. Others are compressed, have parts of values, or are of
   * servers that are no more.
   */
  private void rows(RowChange change, int type, boolean whole, ByteBuffer body) {
    long number = number(body);
    boolean second = type >= 30 && type <= 32;
    boolean readable = whole && (second || (type >= 23 && type <= 25));
    if (readable) {
      body.getShort(); // flags
    }
    transactions.rows(
        number,
        change,
        readable ? new RowImages.Event(body, second, change == RowChange.UPDATE) : null);
  }

  /** MySQL says with a BEGIN whether there is more than one statement. */
  private Optional<LoggedTransaction> begin(Position gtid) {
    return transactions.begin(gtid, true, here());
  }

  /**
   * A compressed transaction, with its end: events without checksums, and with positions that say
   * nothing.
   */
  private Optional<LoggedTransaction> payload(ByteBuffer body, boolean whole) {
    if (!whole) {
      transactions.unreadable();
      return transactions.end(here());
    }
    byte[] event = new byte[LONGEST];
    try (InputStream events = TransactionPayload.of(body)) {
      while (events.readNBytes(event, 0, HEADER) == HEADER) {
        ByteBuffer header = ByteBuffer.wrap(event).order(ByteOrder.LITTLE_ENDIAN);
        long size = Integer.toUnsignedLong(header.getInt(9)) - HEADER;
        int kept = (int) Math.min(size, LONGEST - HEADER);
        if (events.readNBytes(event, HEADER, kept) < kept) {
          throw new EOFException();
        }
        events.skipNBytes(size - kept);
        header.position(HEADER).limit(HEADER + kept);
        Optional<LoggedTransaction> ended =
            read(event[4] & 0xff, 0, 0, header.getShort(17), kept == size, header);
        if (ended.isPresent()) {
          return ended;
        }
      }
    } catch (IOException | LinkageError | IllegalArgumentException | BufferUnderflowException e) {
      transactions.unreadable();
    }
    return transactions.end(here());
  }

  /**
   * Reads from the end of the event how events are checked; this event has a checksum itself in any
   * case.
   */
  private void describe(ByteBuffer body) {
    checksum = body.get(body.limit() - CHECKSUM - 1) == CRC32 ? CHECKSUM : 0;
    described = true;
  }

  /** The first one comes before the log has described itself: where it leads to is known. */
  private void rotate(ByteBuffer body) {
    if (described) {
      offset = body.getLong();
      byte[] name = new byte[body.remaining()];
      body.get(name);
      file = new String(name, StandardCharsets.UTF_8);
    }
  }

  /** Events have the lower half of their position only. */
  private void advance(long end) {
    if (end != 0) {
      offset += (end - offset) & LOWER_HALF;
    }
  }

  private BinlogPosition here() {
    return BinlogPosition.of(server, file, offset).orElseThrow(IllegalArgumentException::new);
  }

  private static long number(ByteBuffer body) {
    return Integer.toUnsignedLong(body.getInt()) | (long) (body.getShort() & 0xffff) << 32;
  }

  private static String branch(ByteBuffer body) {
    int format = body.getInt();
    byte[] global = new byte[Math.floorMod(body.getInt(), LONGEST_ID)];
    byte[] qualifier = new byte[Math.floorMod(body.getInt(), LONGEST_ID)];
    body.get(global);
    body.get(qualifier);
    HexFormat hex = HexFormat.of();
    return "x'" + hex.formatHex(global) + "',x'" + hex.formatHex(qualifier) + "'," + format;
  }

  private static LoggedStatement query(ByteBuffer body, boolean whole) {
    body.getLong();
    int database = body.get() & 0xff;
    body.getShort();
    int settings = body.getShort() & 0xffff;
    long sqlMode = sqlMode(body.slice(body.position(), settings).order(ByteOrder.LITTLE_ENDIAN));
    body.position(body.position() + settings);
    byte[] name = new byte[database];
    body.get(name);
    body.get();
    LexerMode mode =
        new LexerMode((sqlMode & NO_BACKSLASH_ESCAPES) == 0, (sqlMode & ANSI_QUOTES) != 0, false);
    return new LoggedStatement(
        new String(name, StandardCharsets.UTF_8), whole ? ascii(body) : null, mode);
  }

  /** In the first of the settings, behind the flags if there are any. */
  private static long sqlMode(ByteBuffer settings) {
    int at = settings.hasRemaining() && settings.get(0) == 0 ? 5 : 0;
    return settings.limit() >= at + 9 && settings.get(at) == 1 ? settings.getLong(at + 1) : 0;
  }

  /** A text in letters that mean the same whatever its session's character set. */
  private static String ascii(ByteBuffer body) {
    byte[] text = new byte[body.remaining()];
    body.get(text);
    for (byte letter : text) {
      if (letter < 0) {
        return null;
      }
    }
    return new String(text, StandardCharsets.US_ASCII);
  }
}
