package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Ended;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A release as {@code cdk-app/release} packs it, but for the command, which is a few lines. */
final class BootedRelease {
  private static final Path FILES = Path.of("..", "templates", "instance");

  private static final List<String> INSTALLED =
      List.of(
          "heimdall.service",
          "heimdall-mount.service",
          "heimdall-mount.timer",
          "heimdall-watch@.service",
          "heimdall-watch@.timer",
          "heimdall-watch",
          "heimdall-journal",
          "heimdall-journal.service",
          "heimdall-boot",
          "90-heimdall.conf");

  private BootedRelease() {}

  /** A command that answers at a port that it lives. */
  static String answering(String port) {
    return """
    #!/bin/bash
    echo "$* as $(id -un)"
    exec java -cp /instance/classes dev.heimdall.test.operate.LivezServer %s
    """
        .formatted(port);
  }

  /**
   * Packs it where the instance fetches it.
   *
   * @param object bucket and key
   * @param command the text of {@code heimdall}
   */
  static void into(InstanceRoot instance, String object, String command) throws Exception {
    Path release = instance.instance("release");
    unpacked(release, command);
    packed(release, instance.instance("s3/" + object));
    classes(instance, LivezServer.class);
  }

  /** Lays it out, beside what else is there. */
  static void unpacked(Path release, String command) throws IOException {
    Path systemd = Files.createDirectories(release.resolve("systemd"));
    for (String file : INSTALLED) {
      Files.copy(FILES.resolve(file), systemd.resolve(file));
    }
    Files.createDirectories(release.resolve("rds"));
    Files.writeString(release.resolve("rds/aws.pem"), "the authorities of RDS");
    Path heimdall = release.resolve("heimdall");
    Files.writeString(heimdall, command);
    Files.setPosixFilePermissions(heimdall, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Packs what is laid out. */
  static void packed(Path release, Path archive) throws Exception {
    Files.createDirectories(archive.getParent());
    Ended.of(
            new ProcessBuilder("tar", "-C", release.toString(), "-czf", archive.toString(), "."),
            archive.resolveSibling("tar.txt"),
            2)
        .well();
  }

  /** A program of this module, for the Java of the instance. */
  static void classes(InstanceRoot instance, Class<?> program) throws IOException {
    String path = program.getName().replace('.', '/') + ".class";
    Path to = instance.instance("classes/" + path);
    Files.createDirectories(to.getParent());
    try (InputStream in = program.getClassLoader().getResourceAsStream(path)) {
      Files.copy(in, to);
    }
    try (InputStream in =
        program.getClassLoader().getResourceAsStream(path.replace(".class", "$1.class"))) {
      assertThat(in).as("one class is all").isNull();
    }
  }
}
