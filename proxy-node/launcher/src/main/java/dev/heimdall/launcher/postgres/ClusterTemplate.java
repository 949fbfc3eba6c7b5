package dev.heimdall.launcher.postgres;

import dev.heimdall.launcher.embedded.Directories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A data directory as {@code initdb} leaves it, kept in the cache for all clusters that would begin
 * with the same one: a copy takes a fraction of the time. Its superuser's password is kept with it
 * and readable by its owner only, as the data itself is.
 *
 * @param path named after all that {@code initdb} was told
 */
record ClusterTemplate(Path path) {
  private static final String PASSWORD = "password";
  private static final String DATA = "data";

  /** The template for these binaries and arguments of {@code initdb}; it need not be there yet. */
  static ClusterTemplate in(Path cache, PostgresBinaries binaries, List<String> arguments) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\n", arguments).getBytes(StandardCharsets.UTF_8));
      return new ClusterTemplate(
          cache.resolve(
              binaries.home().getFileName()
                  + "-data-"
                  + HexFormat.of().formatHex(digest).substring(0, 16)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The password of its superuser, if there is such a template. */
  Optional<String> password() throws IOException {
    Path file = path.resolve(PASSWORD);
    return Files.isReadable(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  /** Makes a data directory that no server has touched. The target must not exist. */
  void copyTo(Path data) throws IOException {
    Directories.copy(path.resolve(DATA), data);
    SystemIdentifier.renew(data);
  }

  /**
   * Keeps a copy of what {@code initdb} has just made. Several processes may do so at the same
   * time: the first rename wins, and the others' copies are as good.
   */
  void keep(Path data, String password) throws IOException {
    Files.createDirectories(path.getParent());
    Path fresh = Files.createTempDirectory(path.getParent(), ".template-");
    try {
      Directories.copy(data, fresh.resolve(DATA));
      Path file =
          Files.createFile(
              fresh.resolve(PASSWORD),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, password);
      try {
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        if (password().isEmpty()) {
          throw e;
        }
      }
    } finally {
      Directories.delete(fresh);
    }
  }
}
