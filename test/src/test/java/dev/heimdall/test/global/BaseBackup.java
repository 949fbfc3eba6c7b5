package dev.heimdall.test.global;

import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.launcher.postgres.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/**
 * What {@code pg_basebackup} does, which is not among the programs that tests have: a copy of the
 * files of a server that runs, with the label that says from where on its log has to be read.
 */
final class BaseBackup {
  /** Folders of which a copy has nothing but themselves. */
  private static final Set<String> EMPTY =
      Set.of(
          "pg_wal",
          "pg_replslot",
          "pg_dynshmem",
          "pg_notify",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans");

  private static final Set<String> LEFT_OUT =
      Set.of("postmaster.pid", "postmaster.opts", "standby.signal");

  private BaseBackup() {}

  /**
   * Replaces all that a stopped server has.
   *
   * @param from runs
   */
  static void copy(PostgresServer from, PostgresServer to) {
    Path target = to.dataDirectory();
    try (Connection connection = from.connect("postgres");
        Statement statement = connection.createStatement()) {
      int uid = (int) Files.getAttribute(target, "unix:uid");
      int gid = (int) Files.getAttribute(target, "unix:gid");
      for (Path old : contents(target)) {
        if (Files.isDirectory(old)) {
          Directories.delete(old);
        } else {
          Files.delete(old);
        }
      }
      statement.execute("SELECT pg_backup_start('simulation', true)");
      copyFiles(from.dataDirectory(), target);
      try (ResultSet label =
          statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
        label.next();
        Files.writeString(target.resolve("backup_label"), label.getString(1));
      }
      Directories.give(target, uid, gid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Path> contents(Path directory) throws IOException {
    try (var all = Files.list(directory)) {
      return all.toList();
    }
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Path copy = to.resolve(from.relativize(directory));
            if (!Files.exists(copy)) {
              Files.createDirectory(copy);
            }
            if (!EMPTY.contains(from.relativize(directory).toString())) {
              return FileVisitResult.CONTINUE;
            }
            if (directory.endsWith("pg_wal")) {
              Files.createDirectory(copy.resolve("archive_status"));
            }
            return FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!LEFT_OUT.contains(file.getFileName().toString())) {
              try {
                Files.copy(
                    file,
                    to.resolve(from.relativize(file)),
                    StandardCopyOption.COPY_ATTRIBUTES,
                    StandardCopyOption.REPLACE_EXISTING);
              } catch (NoSuchFileException e) {
                // One that was deleted meanwhile: the log says so.
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE; // the same
          }
        });
  }
}
