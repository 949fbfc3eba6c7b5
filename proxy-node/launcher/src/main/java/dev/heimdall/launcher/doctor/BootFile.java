package dev.heimdall.launcher.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Data for the instance's boot that a node need not know: {@code heimdall-boot} of the release
 * writes it beside {@code heimdall.conf}.
 *
 * @param release where it came from, {@code s3://BUCKET/KEY}
 * @param logGroup where the instance sends its logs
 * @param mount the line of {@code /etc/fstab} for the file system with the configuration
 */
public record BootFile(
    Optional<String> release, Optional<String> logGroup, Optional<String> mount) {
  private static final String NAME = "heimdall.boot";

  /** Reads the file beside the machine's file; nothing where there is none. */
  public static BootFile beside(Path conf) {
    Map<String, String> said = new TreeMap<>();
    try {
      for (String line : Files.readAllLines(conf.resolveSibling(NAME))) {
        String[] parts = line.split("=", 2);
        if (parts.length == 2 && !parts[1].isBlank()) {
          said.put(parts[0].strip(), parts[1].strip());
        }
      }
    } catch (IOException e) {
      said.clear(); // a machine of its own maker
    }
    return new BootFile(
        Optional.ofNullable(said.get("release")),
        Optional.ofNullable(said.get("logGroup")),
        Optional.ofNullable(said.get("mount")));
  }
}
