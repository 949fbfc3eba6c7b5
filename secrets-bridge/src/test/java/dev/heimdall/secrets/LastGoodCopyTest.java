package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stays on a node's disk. */
class LastGoodCopyTest {
  private static final String CANARY = "canary-password";

  @TempDir private Path directory;

  private LastGoodCopy copy(String of, Path key) {
    return new LastGoodCopy(
        directory.resolve("state"), StoreLocation.of(of), Optional.ofNullable(key));
  }

  private static TreeMap<String, Content> contents() {
    return new TreeMap<>(Map.of("users/a.json", Content.of("{\"password\": \"" + CANARY + "\"}")));
  }

  private static TreeMap<String, String> secrets() {
    return new TreeMap<>(Map.of("prod/a", CANARY));
  }

  @Test
  void aCopyIsReadBackByWhoHasItsKey() throws IOException {
    copy("s3://one", null).save(contents(), secrets());

    LastGoodCopy.Saved saved = copy("s3://one", null).load().orElseThrow();
    assertThat(saved.contents()).isEqualTo(contents());
    assertThat(saved.secrets()).isEqualTo(secrets());
    assertThat(copy("s3://two", null).load()).isEmpty();
  }

  /** Machines that start together, or a manager beside its node. */
  @Test
  void whoeverMakesTheKeyAtTheSameTimeHasTheWholeOfIt() throws Exception {
    Path key = directory.resolve("key");
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 200; round++) {
        CyclicBarrier together = new CyclicBarrier(4);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          LastGoodCopy copy = copy("s3://" + i + "bucket", key);
          all.add(
              executor.submit(
                  () -> {
                    together.await();
                    copy.save(contents(), secrets());
                    return null;
                  }));
        }
        for (Future<?> one : all) {
          one.get(30, TimeUnit.SECONDS);
        }
        Files.delete(key);
      }
    } finally {
      executor.shutdownNow();
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(directory.resolve("state"));
    }
  }

  @Test
  void nothingOnDiskShowsAPassword() throws IOException {
    LastGoodCopy copy = copy("s3://one", null);
    copy.save(contents(), secrets());

    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .doesNotContain(CANARY);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
    }
    assertThat(copy.toString() + copy.load()).doesNotContain(CANARY);
  }

  @Test
  void aChangedCopyIsNotBelieved() throws IOException {
    LastGoodCopy copy = copy("s3://one", null);
    copy.save(contents(), secrets());
    Path file = Path.of(copy.toString());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(copy::load)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("was changed, or made with another key");
  }

  @Test
  void aCopyOfOneStoreIsNoneOfAnother() throws IOException {
    LastGoodCopy one = copy("s3://one", null);
    one.save(contents(), secrets());
    LastGoodCopy two = copy("s3://two", null);
    Files.copy(Path.of(one.toString()), Path.of(two.toString()));

    assertThatThrownBy(two::load).isInstanceOf(IOException.class);
  }

  @Test
  void aKeyThatOthersCanReadIsNotUsed() throws IOException {
    Path key = directory.resolve("key");
    copy("s3://one", key).save(contents(), secrets());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> copy("s3://one", key).load())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600 " + key);
  }

  @Test
  void aKeyOfTheWrongLengthIsNotUsed() throws IOException {
    Path key = Files.writeString(directory.resolve("key"), "short");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

    assertThatThrownBy(() -> copy("s3://one", key).save(contents(), secrets()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("5 bytes; it needs 32");
  }
}
