package dev.heimdall.launcher.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The number by which PostgreSQL tells clusters apart. A copy of a data directory has that of the
 * original; here it becomes a cluster of its own.
 *
 * <p>It is the first word of the control file, whose checksum follows its last field, and stands in
 * the header that each segment of the log begins with.
 */
final class SystemIdentifier {
  /** No version's control data is longer: it must fit into a sector. */
  private static final int LONGEST_CONTROL_DATA = 512;

  /** After the fields that the header of every page of the log has. */
  private static final int OFFSET_IN_SEGMENT = 24;

  private SystemIdentifier() {}

  /** Gives a random one to a data directory that no server has touched since {@code initdb}. */
  static void renew(Path data) throws IOException {
    long identifier = new SecureRandom().nextLong(1, Long.MAX_VALUE);
    Path control = data.resolve("global").resolve("pg_control");
    ByteBuffer content = inOrder(ByteBuffer.wrap(Files.readAllBytes(control)));
    int length = checkedLength(content, control);
    content.putLong(0, identifier);
    content.putInt(length, checksum(content, length));
    Files.write(control, content.array());
    try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
      List<Path> segments = files.filter(Files::isRegularFile).toList();
      for (Path segment : segments) {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
          ByteBuffer word = inOrder(ByteBuffer.allocate(Long.BYTES)).putLong(0, identifier);
          channel.write(word, OFFSET_IN_SEGMENT);
        }
      }
    }
  }

  /** Position of the checksum: its place differs between versions, but not what it is of. */
  private static int checkedLength(ByteBuffer content, Path file) throws IOException {
    for (int length = Long.BYTES; length < LONGEST_CONTROL_DATA; length += Integer.BYTES) {
      if (content.getInt(length) == checksum(content, length)) {
        return length;
      }
    }
    throw new IOException(file + " has no checksum in its first sector");
  }

  private static int checksum(ByteBuffer content, int length) {
    CRC32C crc = new CRC32C();
    crc.update(content.array(), 0, length);
    return (int) crc.getValue();
  }

  /** The files are in the machine's own byte order. */
  private static ByteBuffer inOrder(ByteBuffer buffer) {
    return buffer.order(ByteOrder.nativeOrder());
  }
}
