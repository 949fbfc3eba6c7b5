package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.DirectoryCommits;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that commits to a directory, several documents at a time, and is killed at any moment:
 * what it leaves is a commit, and none is lost that it has reported.
 */
@Tag("ci")
class KilledWriterIT {
  private static final long LONGEST_LIFE_MICROS = 60_000;

  @TempDir private Path root;

  @Test
  void aKilledWriterLeavesACommitAndLosesNone() throws Exception {
    kill(15);
  }

  @Test
  @Tag("long")
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void aWriterThatIsKilledManyTimesLeavesACommitEachTime() throws Exception {
    kill(200);
  }

  private void kill(int times) throws Exception {
    long seed = Long.getLong("killed.seed", System.nanoTime());
    Random random = new Random(seed);
    try (DocumentStore store = DocumentStore.open(StoreLocation.of(root.toString()))) {
      store.write(CountingWriter.beginning(0));
    }
    for (int i = 0; i < times; i++) {
      int reported =
          CountingWriter.live(root.toString(), 0, Map.of(), random.nextLong(LONGEST_LIFE_MICROS));

      // As a node does it: it completes the commit, and reads files.
      boolean byNode = random.nextBoolean();
      if (byNode) {
        assertThat(new DirectoryCommits(root).visible()).isTrue();
      }
      Set<String> said = byNode ? files() : documents();
      assertThat(said).as("seed %d, life %d", seed, i).hasSize(1);
      assertThat(Integer.parseInt(said.iterator().next()))
          .as("seed %d, life %d", seed, i)
          .isBetween(reported, reported + 1);
      assertThat(documents()).isEqualTo(said);
      assertThat(files()).isEqualTo(said);
    }
  }

  private Set<String> documents() throws StoreException {
    try (DocumentStore store = DocumentStore.open(StoreLocation.of(root.toString()))) {
      return CountingWriter.said(store.read());
    }
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> CountingWriter.NAMES.contains(root.relativize(path).toString()))
          .map(KilledWriterIT::text)
          .collect(Collectors.toSet());
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
