package dev.heimdall.secrets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that there was not, with its permissions from the beginning. */
final class NewFile {
  private NewFile() {}

  /** Writes it, so that it outlives a crash of the machine. */
  static void write(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(permissions))) {
      ByteBuffer all = ByteBuffer.wrap(content);
      while (all.hasRemaining()) {
        channel.write(all);
      }
      channel.force(true);
    }
  }
}
