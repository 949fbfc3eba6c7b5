package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DirectoryCommits;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
class KilledWriterIT {
  private static final List<String> NAMES =
      List.of("node.json", "sources/db.json", "users/a.json", "vdbs/orders.json", "vdbs/shop.json");

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
      store.write(NAMES.stream().map(name -> Change.create(name, Content.of("0"))).toList());
    }
    for (int i = 0; i < times; i++) {
      int reported = live(random);

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

  /** Lets a writer live for a while; the last commit that it has reported. */
  private int live(Random random) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                root.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
      int reported = Integer.parseInt(out.readLine());
      TimeUnit.MICROSECONDS.sleep(random.nextLong(LONGEST_LIFE_MICROS));
      // By its handle: what it has printed can still be read then.
      writer.toHandle().destroyForcibly();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.endsWith(".")) {
          reported = Integer.parseInt(line.substring(0, line.length() - 1));
        }
      }
      writer.waitFor();
      return reported;
    }
  }

  private Set<String> documents() throws StoreException {
    try (DocumentStore store = DocumentStore.open(StoreLocation.of(root.toString()))) {
      return store.read().contents().values().stream()
          .map(content -> new String(content.bytes(), StandardCharsets.UTF_8))
          .collect(Collectors.toSet());
    }
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> NAMES.contains(root.relativize(path).toString()))
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

  /** Counts in all documents at once, for as long as it lives. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws StoreException {
      try (DocumentStore store = DocumentStore.open(StoreLocation.of(args[0]))) {
        Documents now = store.read();
        int number =
            Integer.parseInt(
                new String(now.contents().get(NAMES.get(0)).bytes(), StandardCharsets.UTF_8));
        System.out.println(number);
        while (true) {
          number++;
          Content content = Content.of(Integer.toString(number));
          Documents known = now;
          now =
              store.write(
                  NAMES.stream()
                      .map(name -> new Change(name, Optional.of(content), known.versionOf(name)))
                      .toList());
          System.out.println(number + ".");
        }
      }
    }
  }
}
