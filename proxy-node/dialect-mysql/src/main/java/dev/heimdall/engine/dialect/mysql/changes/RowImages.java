package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.LoggedRows;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Collection;

/**
 * Reads the rows of events that have them, as they were before the write and after it, as far as
 * some columns of one table go. An image need not have all columns: what is not in the one after an
 * update is as it was. Not thread-safe.
 */
final class RowImages {
  private final TableMap map;

  /** Of each column its name, where it is to be read; else null. */
  private final String[] wanted;

  private final boolean[] unsigned;

  /**
   * An event with rows.
   *
   * @param body behind the table's number and the flags
   * @param extra whether there are others behind those, which have their length
   * @param update whether each row has two images
   */
  record Event(ByteBuffer body, boolean extra, boolean update) {}

  private RowImages(TableMap map) {
    this.map = map;
    wanted = new String[map.count()];
    unsigned = new boolean[map.count()];
  }

  /**
   * Those of a table.
   *
   * @param of the table as it is defined where the rows are
   * @param columns which ones to read
   * @return null where none of them can be read
   */
  static RowImages of(TableMap map, KeyColumns of, Collection<String> columns) {
    if (of.count() != map.count()) {
      return null;
    }
    RowImages images = new RowImages(map);
    boolean any = false;
    for (String column : columns) {
      KeyColumn key = of.columns().get(column);
      int i = key == null ? -1 : key.place() - 1;
      if (i >= 0 && i < map.count() && map.fits(i, column, key)) {
        images.wanted[i] = column;
        images.unsigned[i] =
            key.type() == KeyType.INTEGER && key.most() >> 8 * map.integer(i) - 1 != 0;
        any = true;
      }
    }
    return any ? images : null;
  }

  /**
   * Reads all rows of an event, as far as they can be.
   *
   * @return whether all were read
   */
  boolean read(Event event, LoggedRows rows) {
    try {
      readAll(event, rows);
      return true;
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      return false;
    }
  }

  private void readAll(Event event, LoggedRows rows) {
    ByteBuffer body = event.body;
    if (event.extra) {
      int length = body.getShort(body.position()) & 0xffff;
      body.position(body.position() + length);
    }
    if (TableMap.number(body) != map.count()) {
      throw new IllegalArgumentException("rows of another table");
    }
    int first = body.position();
    int bytes = (map.count() + 7) / 8;
    body.position(first + bytes * (event.update ? 2 : 1));
    while (body.hasRemaining()) {
      image(body, first, false, rows);
      if (event.update) {
        image(body, first + bytes, true, rows);
      }
    }
  }

  /**
   * @param present where the event has which columns are in the image
   */
  private void image(ByteBuffer body, int present, boolean after, LoggedRows rows) {
    rows.row();
    int nulls = body.position();
    int count = 0;
    for (int i = 0; i < map.count(); i++) {
      count += bit(body, present, i) ? 1 : 0;
    }
    body.position(nulls + (count + 7) / 8);
    int among = 0;
    for (int i = 0; i < map.count(); i++) {
      if (!bit(body, present, i)) {
        if (after && wanted[i] != null) {
          rows.same(wanted[i]);
        }
      } else if (bit(body, nulls, among++)) {
        if (wanted[i] != null) {
          rows.none(wanted[i]);
        }
      } else {
        value(body, i, rows);
      }
    }
  }

  private static boolean bit(ByteBuffer body, int from, int i) {
    return (body.get(from + i / 8) & 1 << i % 8) != 0;
  }

  private void value(ByteBuffer body, int i, LoggedRows rows) {
    int integer = map.integer(i);
    if (integer > 0 && wanted[i] != null) {
      rows.value(wanted[i], whole(body, integer, unsigned[i]));
      return;
    }
    int length = map.length(i, body);
    int start = body.position();
    if (length < 0 || length > body.remaining()) {
      throw new IllegalArgumentException("a value beyond the event");
    }
    body.position(start + length);
    if (wanted[i] != null) {
      rows.value(wanted[i], body.array(), start, start + length);
    }
  }

  private static long whole(ByteBuffer body, int bytes, boolean unsigned) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (body.get() & 0xffL) << 8 * i;
    }
    int free = Long.SIZE - 8 * bytes;
    return unsigned ? value : value << free >> free;
  }
}
