package dev.heimdall.manager.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines that several processes append to. */
class SegmentedLogTest {
  private static final SegmentedLog.Bounds ROOMY = new SegmentedLog.Bounds(1 << 16, 1 << 20);

  @TempDir private Path directory;

  private SegmentedLog log(SegmentedLog.Bounds bounds) throws StoreException {
    return new SegmentedLog(
        DocumentStore.open(new StoreLocation.Directory(directory)), "words", bounds);
  }

  @Test
  void twoManagersThatAppendAtOnceLoseNothing() throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(4);
    List<Future<?>> all = new ArrayList<>();
    for (SegmentedLog log : List.of(log(ROOMY), log(ROOMY))) {
      for (int writer = 0; writer < 2; writer++) {
        all.add(
            writers.submit(
                () -> {
                  for (int i = 0; i < 15; i++) {
                    // The number is worked out from what is there: none comes twice.
                    log.append(lines -> List.of(Integer.toString(lines.size())));
                  }
                  return null;
                }));
      }
    }
    for (Future<?> writer : all) {
      writer.get();
    }
    writers.shutdown();

    assertThat(log(ROOMY).lines())
        .containsExactlyElementsOf(IntStream.range(0, 60).mapToObj(Integer::toString).toList());
  }

  @Test
  void theOldestDocumentsAreDeletedAndNewOnesBeginAsToldTo() throws Exception {
    SegmentedLog log = log(new SegmentedLog.Bounds(100, 300));
    for (int i = 0; i < 60; i++) {
      int number = i;
      log.append(
          new SegmentedLog.Entries() {
            @Override
            public List<String> after(List<String> lines) {
              return List.of("line " + number);
            }

            @Override
            public List<String> opening(List<String> lines) {
              return List.of("after " + lines.size());
            }
          });
    }

    List<String> lines = log.lines();
    assertThat(lines).last().isEqualTo("line 59");
    assertThat(lines.get(0)).startsWith("after ");
    assertThat(String.join("\n", lines).length()).isBetween(150, 300);
    assertThat(log(ROOMY).lines()).isEqualTo(lines);
  }

  @Test
  void whatIsOverIsDeletedAlthoughThereIsRoom() throws Exception {
    SegmentedLog log = log(new SegmentedLog.Bounds(20, 1 << 20));
    for (int i = 0; i < 10; i++) {
      String line = "a line of some length " + i;
      log.append(
          new SegmentedLog.Entries() {
            @Override
            public List<String> after(List<String> lines) {
              return List.of(line);
            }

            @Override
            public boolean isOver(List<String> oldest, List<String> later) {
              return later.size() >= 3;
            }
          });
    }

    assertThat(log.lines()).hasSize(3).last().isEqualTo("a line of some length 9");
  }

  @Test
  void aStoreThatTakesLessThanTheBoundsKeepsWhatIsNew() throws Exception {
    SegmentedLog log = log(new SegmentedLog.Bounds(4 << 20, 8 << 20));
    for (int i = 0; i < 6; i++) {
      String line = i + "x".repeat(300 << 10);
      log.append(lines -> List.of(line));
    }

    assertThat(log.lines()).hasSizeBetween(1, 3).last().asString().startsWith("5x");
  }

  @Test
  void nothingIsWrittenWhereThereIsNothingToSay() throws Exception {
    assertThat(log(ROOMY).append(lines -> List.of())).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }
}
