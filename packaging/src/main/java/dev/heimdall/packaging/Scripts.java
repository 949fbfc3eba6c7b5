package dev.heimdall.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Scripts that package managers run besides installing files. */
final class Scripts {
  private Scripts() {}

  /** One of deb's, by its name there. */
  static String debian(String name) throws IOException {
    return "#!/bin/sh\nset -e\n" + text("common.sh") + text("deb." + name + ".sh");
  }

  /** One of RPM's, by its name there. */
  static String rpm(String name) throws IOException {
    return text("common.sh") + text("rpm." + name + ".sh");
  }

  static String text(String resource) throws IOException {
    try (InputStream in = Scripts.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
