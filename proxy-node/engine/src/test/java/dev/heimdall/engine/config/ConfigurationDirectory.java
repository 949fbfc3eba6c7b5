package dev.heimdall.engine.config;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** A right configuration in a directory, to be changed by a test. */
final class ConfigurationDirectory {
  private final Path dir;
  private long clock = 1_000_000_000_000L;

  ConfigurationDirectory(Path dir) {
    this.dir = dir;
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\", \"user\": \"app\"}");
    vdb("shop", 5050, "");
    write("users/alice.json", "{\"password\": \"hunter2\"}");
  }

  Path path() {
    return dir;
  }

  void vdb(String name, int port, String more) {
    write(
        "vdbs/" + name + ".json",
        "{\"ports\": [" + port + "], \"source\": \"primary\"" + more + "}");
  }

  /** Writes a file. Its time is never that of an earlier write, however fast the test is. */
  void write(String file, String text) {
    try {
      Path path = dir.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
      Files.setLastModifiedTime(path, FileTime.fromMillis(clock += 1000));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void delete(String file) {
    try {
      Files.delete(dir.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Configuration read() {
    try {
      return ConfigurationReader.read(dir);
    } catch (ConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }
}
