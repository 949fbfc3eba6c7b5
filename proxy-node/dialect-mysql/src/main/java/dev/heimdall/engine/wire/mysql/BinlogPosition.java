package dev.heimdall.engine.wire.mysql;

import dev.heimdall.engine.wire.Position;
import java.util.Optional;

/**
 * A place in the binary log of one server: how far its replicas are where transactions have no
 * GTIDs.
 *
 * @param server whose log it is
 * @param name of its files, without the number
 * @param file the number of the file
 * @param offset within it
 */
public record BinlogPosition(String server, String name, long file, long offset)
    implements Position {
  /**
   * As servers spell it: the name of a file ends in its number. Empty where it does not.
   *
   * @param file with its number, as in {@code binlog.000012}
   */
  public static Optional<BinlogPosition> of(String server, String file, long offset) {
    int dot = file == null ? -1 : file.lastIndexOf('.');
    if (dot < 0 || !file.substring(dot + 1).matches("[0-9]{1,18}")) {
      return Optional.empty();
    }
    long number = Long.parseLong(file.substring(dot + 1));
    return Optional.of(new BinlogPosition(server, file.substring(0, dot), number, offset));
  }

  private boolean sameLog(BinlogPosition other) {
    return server.equals(other.server) && name.equals(other.name);
  }

  @Override
  public boolean covers(Position other) {
    if (!(other instanceof BinlogPosition log)) {
      return other == Position.NONE;
    }
    return sameLog(log) && (file > log.file || (file == log.file && offset >= log.offset));
  }

  @Override
  public long behind(Position other) {
    if (covers(other)) {
      return 0;
    }
    boolean counts = other instanceof BinlogPosition log && sameLog(log) && log.file == file;
    return counts ? ((BinlogPosition) other).offset - offset : UNKNOWN;
  }

  @Override
  public String spelled() {
    return file + ":" + offset + ":" + server + ":" + name;
  }

  @Override
  public boolean isPassedBy(String spelled) {
    String[] parts = spelled.split(":", 4);
    if (parts.length < 4) {
      return false;
    }
    try {
      BinlogPosition other =
          new BinlogPosition(
              parts[2], parts[3], Long.parseLong(parts[0]), Long.parseLong(parts[1]));
      return other.covers(this) && !covers(other);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
