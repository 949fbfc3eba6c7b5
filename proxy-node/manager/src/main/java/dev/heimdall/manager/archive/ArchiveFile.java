package dev.heimdall.manager.archive;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * Rows of values by name: of minutes all names together, as they are written together; of ten
 * minutes each name by days, as they are read so. A value is a {@code char}, whatever that means.
 * Not thread-safe but for what reads.
 */
final class ArchiveFile implements AutoCloseable {
  /** Suffix of the names of such files. */
  static final String SUFFIX = ".figures";

  static final int TEN = 10;
  static final int TENS_OF_DAY = 144;

  /** As many names there may be: a day's and a month's rows of these are the size of the file. */
  static final int MOST_NAMES = 600;

  /** Time without news, in tens of minutes, after which a name makes room for a new one. */
  private static final int UNUSED_TENS = 6;

  private static final String NEXT = "next";
  private static final String REACHED = "reached";

  private static final int LONGEST_ROW = 1000;
  private static final int COPIED_AT_ONCE = 100;
  private static final int CACHE_MEBIBYTES = 1;
  private static final int COMPACT_MILLIS = 200;

  private final MVStore store;
  private final MVMap<Long, String> names;
  private final MVMap<Long, byte[]> minutes;
  private final MVMap<Long, byte[]> days;
  private final MVMap<String, Long> about;
  private final Map<String, Long> ids = new HashMap<>();

  private ArchiveFile(MVStore store) {
    this.store = store;
    names = store.openMap("names", map(LongDataType.INSTANCE, StringDataType.INSTANCE));
    minutes = store.openMap("minutes", map(LongDataType.INSTANCE, ByteArrayDataType.INSTANCE));
    days = store.openMap("days", map(LongDataType.INSTANCE, ByteArrayDataType.INSTANCE));
    about = store.openMap("about", map(StringDataType.INSTANCE, LongDataType.INSTANCE));
    names.forEach((id, name) -> ids.put(name, id));
  }

  private static <K, V> MVMap.Builder<K, V> map(DataType<K> keys, DataType<V> values) {
    return new MVMap.Builder<K, V>().keyType(keys).valueType(values);
  }

  /**
   * Opens it, or makes it.
   *
   * @throws Busy if another process has it open
   * @throws IOException if it cannot be used: what is in it is lost
   */
  static ArchiveFile open(Path file) throws Busy, IOException {
    return open(file, false);
  }

  /** Opens one without a writer. */
  static ArchiveFile read(Path file) throws Busy, IOException {
    return open(file, true);
  }

  /** Another process has the file open. */
  static final class Busy extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static ArchiveFile open(Path file, boolean readOnly) throws Busy, IOException {
    MVStore.Builder builder =
        new MVStore.Builder()
            .fileName(file.toString())
            .autoCommitDisabled()
            .cacheSize(CACHE_MEBIBYTES)
            .compress();
    if (readOnly) {
      builder.readOnly();
    }
    MVStore store = null;
    try {
      store = builder.open();
      return new ArchiveFile(store);
    } catch (MVStoreException e) {
      if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
        throw new Busy();
      }
      throw unusable(store, e);
    } catch (RuntimeException e) { // whatever garbage brings about
      throw unusable(store, e);
    }
  }

  private static IOException unusable(MVStore store, RuntimeException e) {
    if (store != null) {
      store.closeImmediately();
    }
    return new IOException(e.getClass().getSimpleName() + ": " + e.getMessage(), e);
  }

  private long id(String name) {
    Long known = ids.get(name);
    if (known != null) {
      return known;
    }
    if (ids.size() >= MOST_NAMES) {
      return -1;
    }
    // A number is never given again: rows of who had it before may still be there.
    long next = Math.max(names.isEmpty() ? 0 : names.lastKey() + 1, about.getOrDefault(NEXT, 0L));
    about.put(NEXT, next + 1);
    names.put(next, name);
    ids.put(name, next);
    return next;
  }

  Set<String> names() {
    return Set.copyOf(names.values());
  }

  /**
   * Has names that are new be kept: those of which nothing was heard for longest make room.
   *
   * @param ten that which is now
   * @return how many there is no room for, as all others are in use
   */
  int makeRoom(Set<String> wanted, long ten) {
    long fresh = wanted.stream().filter(name -> !ids.containsKey(name)).count();
    int over = (int) (ids.size() + fresh - MOST_NAMES);
    if (over <= 0) {
      return 0;
    }
    Map<Long, Long> unused = new HashMap<>();
    ids.forEach(
        (name, id) -> {
          long last = lastUse(id);
          if (!wanted.contains(name) && last < ten - UNUSED_TENS) {
            unused.put(id, last);
          }
        });
    List<Long> dropped =
        unused.entrySet().stream()
            .sorted(Map.Entry.comparingByValue())
            .limit(over)
            .map(Map.Entry::getKey)
            .toList();
    dropped.forEach(this::drop);
    return over - dropped.size();
  }

  /** The last ten minutes of which something is known; none: smaller than any. */
  private long lastUse(long id) {
    Long key = days.floorKey(key(id, Integer.MAX_VALUE));
    if (key == null || key >> 32 != id) {
      return Long.MIN_VALUE;
    }
    byte[] all = days.get(key);
    int width = Math.max(1, all.length / TENS_OF_DAY);
    int at = all.length - 1;
    while (at > 0 && all[at] == (byte) 0xff) { // what is absent is written so
      at--;
    }
    return (int) (long) key * (long) TENS_OF_DAY + at / width;
  }

  private void drop(long id) {
    List<Long> keys = new ArrayList<>();
    Iterator<Long> from = days.keyIterator(key(id, 0));
    while (from.hasNext()) {
      long key = from.next();
      if (key >> 32 != id) {
        break;
      }
      keys.add(key);
    }
    keys.forEach(days::remove);
    forget(id);
  }

  private void forget(long id) {
    names.remove(id);
    ids.values().remove(id);
  }

  /** Returns the minute reached when this file was last written; empty for an earlier file. */
  Optional<Long> reached() {
    return Optional.ofNullable(about.get(REACHED));
  }

  void reach(long minute) {
    about.put(REACHED, minute);
  }

  /** The last minute that something is known of. */
  Optional<Long> newest() {
    return Optional.ofNullable(minutes.isEmpty() ? null : minutes.lastKey());
  }

  /** Writes the rows of a minute; new rows replace earlier ones of their names. */
  void putMinute(long minute, Map<String, char[]> rows) {
    Map<String, char[]> all = new HashMap<>(minute(minute));
    all.putAll(rows);
    int size = 0;
    for (char[] row : all.values()) {
      size += Long.BYTES + Integer.BYTES + row.length * Character.BYTES;
    }
    ByteBuffer buffer = ByteBuffer.allocate(size);
    all.forEach(
        (name, row) -> {
          long id = id(name);
          if (id >= 0) {
            buffer.putLong(id).putInt(row.length);
            put(buffer, row);
          }
        });
    minutes.put(minute, Arrays.copyOf(buffer.array(), buffer.position()));
  }

  private static void put(ByteBuffer buffer, char[] row) {
    for (char value : row) {
      buffer.putChar(value);
    }
  }

  /** Returns the rows of a minute, by name; empty if nothing is known. */
  Map<String, char[]> minute(long minute) {
    byte[] written = minutes.get(minute);
    Map<String, char[]> rows = new HashMap<>();
    if (written == null) {
      return rows;
    }
    ByteBuffer buffer = ByteBuffer.wrap(written);
    try {
      while (buffer.hasRemaining()) {
        String name = names.get(buffer.getLong());
        int length = buffer.getInt();
        if (length < 0 || length > LONGEST_ROW) {
          return rows;
        }
        char[] row = new char[length];
        for (int i = 0; i < length; i++) {
          row[i] = buffer.getChar();
        }
        if (name != null) {
          rows.put(name, row);
        }
      }
    } catch (BufferUnderflowException e) {
      // What was read is good.
    }
    return rows;
  }

  /** The minutes that are there, from this one on. */
  Iterator<Long> minutesFrom(long minute) {
    return minutes.keyIterator(minute);
  }

  private static long key(long id, long day) {
    return id << 32 | day & 0xffffffffL;
  }

  /** Writes the rows of some ten-minute intervals, by their numbers, all of the same width. */
  void putTens(String name, SortedMap<Long, char[]> rows, char absent) {
    if (rows.isEmpty()) {
      return; // who has none has no name here
    }
    long id = id(name);
    if (id < 0) {
      return;
    }
    SortedMap<Long, char[]> left = rows;
    while (!left.isEmpty()) {
      long day = Math.floorDiv(left.firstKey(), (long) TENS_OF_DAY);
      long nextDay = (day + 1) * TENS_OF_DAY;
      putDay(id, day, left.headMap(nextDay), absent);
      left = left.tailMap(nextDay);
    }
  }

  private void putDay(long id, long day, SortedMap<Long, char[]> rows, char absent) {
    int width = rows.get(rows.firstKey()).length;
    char[] all = day(id, day, width, absent);
    rows.forEach(
        (ten, row) ->
            System.arraycopy(row, 0, all, (int) (ten - day * TENS_OF_DAY) * width, width));
    ByteBuffer buffer = ByteBuffer.allocate(all.length * Character.BYTES);
    put(buffer, all);
    days.put(key(id, day), buffer.array());
  }

  private char[] day(long id, long day, int width, char absent) {
    char[] all = new char[TENS_OF_DAY * width];
    byte[] written = days.get(key(id, day));
    if (written == null || written.length != all.length * Character.BYTES) {
      Arrays.fill(all, absent);
      return all;
    }
    ByteBuffer.wrap(written).asCharBuffer().get(all);
    return all;
  }

  /** Returns the known rows of these ten-minute intervals, by their numbers. */
  SortedMap<Long, char[]> tens(String name, long from, long to, int width, char absent) {
    SortedMap<Long, char[]> found = new TreeMap<>();
    Long id = ids.get(name);
    if (id == null) {
      return found;
    }
    Iterator<Long> keys = days.keyIterator(key(id, Math.floorDiv(from, (long) TENS_OF_DAY)));
    while (keys.hasNext()) {
      long key = keys.next();
      long day = (int) key;
      if (key >> 32 != id || day > Math.floorDiv(to, (long) TENS_OF_DAY)) {
        break;
      }
      char[] all = day(id, day, width, absent);
      for (int i = 0; i < TENS_OF_DAY; i++) {
        long ten = day * TENS_OF_DAY + i;
        char[] row = Arrays.copyOfRange(all, i * width, (i + 1) * width);
        if (ten >= from && ten <= to && !isAbsent(row, absent)) {
          found.put(ten, row);
        }
      }
    }
    return found;
  }

  private static boolean isAbsent(char[] row, char absent) {
    for (char value : row) {
      if (value != absent) {
        return false;
      }
    }
    return true;
  }

  /** Lets go of what is older, of what lies ahead, and of names of which nothing is left. */
  void trim(long firstMinute, long lastMinute, long firstDay, long lastDay) {
    Set<Long> used = new HashSet<>();
    List<Long> gone = new ArrayList<>();
    minutes
        .keyIterator(null)
        .forEachRemaining(
            minute -> {
              if (minute < firstMinute || minute > lastMinute) {
                gone.add(minute);
              }
            });
    gone.forEach(minutes::remove);
    gone.clear();
    days.keyIterator(null)
        .forEachRemaining(
            key -> {
              int day = (int) (long) key;
              if (day < firstDay || day > lastDay) {
                gone.add(key);
              } else {
                used.add(key >> 32);
              }
            });
    gone.forEach(days::remove);
    gone.clear();
    names
        .keyIterator(null)
        .forEachRemaining(
            id -> {
              if (!used.contains(id)) {
                gone.add(id);
              }
            });
    gone.forEach(this::forget);
  }

  /** Writes what is new; afterwards it is there whatever happens. */
  void commit() {
    store.commit();
    MVStoreException panic = store.getPanicException();
    if (panic != null) {
      throw panic;
    }
  }

  /** Writes all that is in it into another file, without what is old or double. */
  void copyTo(Path file) throws IOException, Busy {
    Files.deleteIfExists(file);
    try (ArchiveFile copy = open(file)) {
      copy.names.putAll(names);
      copy.about.putAll(about);
      copy.putAll(copy.minutes, minutes);
      copy.putAll(copy.days, days);
      copy.commit();
    }
  }

  /** A part at a time: a day of many nodes is large. */
  private void putAll(MVMap<Long, byte[]> into, MVMap<Long, byte[]> from) {
    int put = 0;
    for (Map.Entry<Long, byte[]> entry : from.entrySet()) {
      into.put(entry.getKey(), entry.getValue());
      if (++put % COPIED_AT_ONCE == 0) {
        commit();
      }
    }
  }

  /** Gives room back that nothing is in any more. */
  void compact() {
    store.compactFile(COMPACT_MILLIS);
  }

  /** Leaves it as it was written last. */
  void abandon() {
    store.closeImmediately();
  }

  @Override
  public void close() {
    store.close();
  }
}
