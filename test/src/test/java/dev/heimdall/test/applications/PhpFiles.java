package dev.heimdall.test.applications;

import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Applications of PHP from Debian's packages, served by PHP's own server. */
final class PhpFiles {
  private PhpFiles() {}

  /** Where a package's files are, {@code usr/share/wordpress} for instance. */
  static Path unpacked(String application, String folder) {
    return Toolchain.built(application).resolve("root").resolve(folder);
  }

  /** Copies a folder, with what its links lead to. */
  static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file.toRealPath(), target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves a folder with two processes, as pages may call one another. */
  static Application.Command serve(Path folder, int port) {
    return Application.Command.of(
            folder,
            "php",
            "-d",
            "memory_limit=512M",
            "-d",
            "display_errors=1",
            "-S",
            "127.0.0.1:" + port,
            "-t",
            folder.toString())
        .with(Map.of("PHP_CLI_SERVER_WORKERS", "2"));
  }

  static Application.Command php(Path folder, List<String> words) {
    return new Application.Command(
        folder,
        Map.of(),
        Stream.concat(Stream.of("php", "-d", "memory_limit=512M"), words.stream()).toList());
  }
}
