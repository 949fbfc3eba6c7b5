package dev.heimdall.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How large the archive is: nearly all of it are the libraries. */
@Tag("ci")
class ArchiveSizeTest {
  private static final Path LIBRARIES = Path.of("../proxy-node/launcher/target/lib");
  private static final long MOST = 47_000_000;

  /** Of pages, scripts and the launcher itself. */
  private static final long OTHERS = 600_000;

  @TempDir private Path directory;

  @Test
  void theArchiveIsAtMostFortySevenMegabytes() throws Exception {
    assumeTrue(Files.isDirectory(LIBRARIES), "libraries are there once the launcher was packed");
    List<Path> jars;
    try (Stream<Path> files = Files.list(LIBRARIES)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    Tree tree = new Tree();
    for (Path jar : jars) {
      Path stored = directory.resolve(jar.getFileName());
      StoredJar.copy(jar, stored);
      tree.add("lib/" + jar.getFileName(), Entry.File.of(stored, Entry.PLAIN));
    }

    Path archive = directory.resolve("archive.tar.gz");
    write(tree, archive);

    assertThat(Files.size(archive) + OTHERS)
        .as("what a role does not need can be left out: StoredJar")
        .isLessThan(MOST);
  }

  private static void write(Tree tree, Path archive) throws IOException {
    try (OutputStream file = Files.newOutputStream(archive);
        OutputStream packed = Gzip.into(file)) {
      Tar.write(tree, "heimdall/", Instant.EPOCH, packed);
    }
  }
}
