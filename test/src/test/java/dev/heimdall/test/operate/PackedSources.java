package dev.heimdall.test.operate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@code ./release} packs beside jars, in another tree of sources. */
final class PackedSources {
  private static final List<String> FILES =
      List.of(
          "heimdall",
          "LICENSE",
          "templates/config/heimdall.conf",
          "templates/instance/heimdall.service",
          "templates/instance/heimdall-in-place",
          "templates/instance/heimdall-release",
          "templates/instance/heimdall-release.service",
          "templates/instance/90-heimdall.conf",
          "templates/dashboards/fleet.json");

  private PackedSources() {}

  static void copy(Path from, Path to) throws IOException {
    for (String file : FILES) {
      Files.createDirectories(to.resolve(file).getParent());
      Files.copy(from.resolve(file), to.resolve(file));
    }
  }
}
