package dev.heimdall.manager.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One document that several managers change. */
class SharedDocumentTest {
  private static final SharedDocument.Form<Integer> NUMBER =
      new SharedDocument.Form<>() {
        @Override
        public Integer read(Optional<Content> written) {
          return written
              .map(text -> Integer.valueOf(new String(text.bytes(), StandardCharsets.UTF_8)))
              .orElse(0);
        }

        @Override
        public Content write(Integer value) {
          return Content.of(value.toString());
        }
      };

  @TempDir private Path directory;

  private final AtomicLong nanos = new AtomicLong();

  private SharedDocument<Integer> document() throws StoreException {
    return new SharedDocument<>(
        DocumentStore.open(new StoreLocation.Directory(directory.resolve("own"))),
        "number.json",
        NUMBER,
        nanos::get);
  }

  @Test
  void noChangeOfTwoManagersIsLost() throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(4);
    List<Future<?>> all = new ArrayList<>();
    for (SharedDocument<Integer> document : List.of(document(), document())) {
      for (int writer = 0; writer < 2; writer++) {
        all.add(
            writers.submit(
                () -> {
                  for (int i = 0; i < 15; i++) {
                    document.change(now -> now + 1);
                  }
                  return null;
                }));
      }
    }
    for (Future<?> writer : all) {
      writer.get();
    }
    writers.shutdown();

    assertThat(document().value()).isEqualTo(60);
  }

  @Test
  void whatAnotherManagerHasWrittenIsSeenAMomentLater() throws Exception {
    SharedDocument<Integer> one = document();
    assertThat(one.value()).isZero();

    document().change(now -> 5);

    assertThat(one.value()).isZero();
    assertThat(one.fresh()).isEqualTo(5);
    document().change(now -> 6);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
    assertThat(one.value()).isEqualTo(6);
  }

  @Test
  void whileItsPlaceIsUnavailableWhatWasReadLastGoesOn() throws Exception {
    SharedDocument<Integer> one = document();
    one.change(now -> 7);
    breakStore();

    nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
    assertThat(one.value()).isEqualTo(7);
    assertThatThrownBy(one::fresh).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> document().value()).isInstanceOf(StoreException.class);
  }

  /** A file that is larger than documents may be: the store cannot be read. */
  private void breakStore() throws IOException {
    Files.write(directory.resolve("own/other.json"), new byte[DocumentStore.LARGEST + 1]);
  }

  @Test
  void aStepThatChangesNothingWritesNothing() throws Exception {
    assertThat(document().<RuntimeException>change(now -> now)).isZero();
    assertThat(directory.resolve("own")).doesNotExist();
  }
}
