package dev.heimdall.launcher.demo;

import dev.heimdall.launcher.embedded.Directories;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The sample configuration in a directory of its own, with the ports of this demo. */
final class DemoConfiguration implements AutoCloseable {
  private static final List<String> FILES =
      List.of(
          "node.json",
          "sources/shop.json",
          "vdbs/shop.json",
          "rules/shop.json",
          "users/shop.json",
          "users/admin.json");

  /** The ports in the sample files: 5050 to 5059. */
  private static final Pattern SAMPLE_PORT = Pattern.compile("\\b505(\\d)\\b");

  private final Path directory;

  private DemoConfiguration(Path directory) {
    this.directory = directory;
  }

  static DemoConfiguration write(DemoEngine engine, DemoPorts ports) throws IOException {
    DemoConfiguration configuration =
        new DemoConfiguration(Files.createTempDirectory("heimdall-demo-").toRealPath());
    for (String file : FILES) {
      Path target = configuration.directory.resolve(file);
      Files.createDirectories(target.getParent());
      Files.writeString(target, moved(resource(engine.configuration() + "/" + file), ports));
    }
    return configuration;
  }

  Path directory() {
    return directory;
  }

  /** Deletes the directory, with what the user may have added to it. */
  @Override
  public void close() throws IOException {
    Directories.delete(directory);
  }

  static String moved(String document, DemoPorts ports) {
    return SAMPLE_PORT
        .matcher(document)
        .replaceAll(found -> Integer.toString(ports.base() + Integer.parseInt(found.group(1))));
  }

  static String resource(String name) {
    try (InputStream in = DemoConfiguration.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing on the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
