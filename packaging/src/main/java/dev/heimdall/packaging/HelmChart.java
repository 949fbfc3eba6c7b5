package dev.heimdall.packaging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The chart for Kubernetes as Helm takes it, with the release's version. */
final class HelmChart {
  private static final String NONE = "0.0.0";

  private HelmChart() {}

  /**
   * Packs it.
   *
   * @param chart the folder with its files
   */
  static Path write(Path chart, About about, Path folder) throws IOException {
    Tree tree = new Tree();
    try (Stream<Path> files = Files.walk(chart)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = chart.relativize(file).toString();
        tree.add(
            "heimdall/" + path,
            path.equals("Chart.yaml")
                ? Entry.File.of(versioned(file, about), Entry.PLAIN)
                : Entry.File.of(file, Entry.PLAIN));
      }
    }
    Path file = folder.resolve("heimdall-chart-%s.tgz".formatted(about.version()));
    try (OutputStream out = Files.newOutputStream(file);
        OutputStream packed = Gzip.into(out)) {
      Tar.write(tree, "", about.time(), packed);
    }
    return file;
  }

  private static String versioned(Path file, About about) throws IOException {
    String text = Files.readString(file, StandardCharsets.UTF_8);
    String version =
        text.replaceAll("(?m)^(version|appVersion): " + NONE + "$", "$1: " + about.version());
    if (version.contains(NONE)) {
      throw new IOException(file + " has a version besides version and appVersion");
    }
    return version;
  }
}
