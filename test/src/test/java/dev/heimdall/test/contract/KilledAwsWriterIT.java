package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.AwsEmulator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A process that commits several documents to AWS at a time, and is killed at any moment, while
 * others read: nobody ever sees a part of a commit, and none is lost that it has reported.
 */
@AlsoOnLocalStack
@Tag("long")
class KilledAwsWriterIT {
  private static final String BUCKET = "s3://conf/config";
  private static final String SECRET = "secret:heimdall/config";
  private static final String MIXED = "secret:heimdall/large?overflow=s3://conf/more";

  /** So much that a secret does not hold it. */
  private static final int LARGE = 20_000;

  private static final long LONGEST_LIFE_MICROS = 400_000;

  private final AwsEmulator aws = AwsEmulator.shared();

  @BeforeEach
  void createBucket() {
    aws.reset();
    aws.makeBucket("conf");
  }

  private String written(String place) {
    return place
        + (place.contains("?") ? "&" : "?")
        + "region=eu-west-1&endpoint="
        + aws.endpoint();
  }

  private DocumentStore store(String place) throws StoreException {
    return DocumentStore.open(StoreLocation.of(written(place)), aws.credentials());
  }

  @ParameterizedTest
  @ValueSource(strings = {BUCKET, MIXED})
  void aKilledWriterLeavesACommitAndLosesNone(String place) throws Exception {
    kill(place, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {BUCKET, SECRET, MIXED})
  @Timeout(value = 50, unit = TimeUnit.MINUTES)
  void aWriterThatIsKilledManyTimesLeavesACommitEachTime(String place) throws Exception {
    Set<Integer> mixtures = kill(place, 200);
    if (place.equals(BUCKET)) {
      assertThat(mixtures).as("lives that ended in the middle of a commit").isNotEmpty();
    }
  }

  /** The lives that have left objects of two commits. */
  private Set<Integer> kill(String place, int times) throws Exception {
    long seed = Long.getLong("killed.seed", System.nanoTime());
    Random random = new Random(seed);
    int more = place.equals(MIXED) ? LARGE : 0;
    List<String> readers =
        place.equals(BUCKET) ? List.of(place, place + "?commits=prefer") : List.of(place);
    Set<Integer> mixtures = new HashSet<>();
    try (DocumentStore store = store(place)) {
      store.write(CountingWriter.beginning(more));
      for (int i = 0; i < times; i++) {
        String life = "seed %d, life %d".formatted(seed, i);
        int reported;
        try (Watcher watcher = new Watcher(place)) {
          reported =
              CountingWriter.live(
                  written(place), more, aws.environment(), random.nextLong(LONGEST_LIFE_MICROS));
        }
        if (place.equals(BUCKET) && objects().size() > 1) {
          mixtures.add(i);
        }
        Set<String> last = Set.of();
        for (String reader : readers) {
          try (DocumentStore another = store(reader)) {
            last = CountingWriter.said(another.read());
          }
          assertThat(last).as("%s, read by %s", life, reader).hasSize(1);
          assertThat(Integer.parseInt(last.iterator().next()))
              .as("%s, read by %s", life, reader)
              .isBetween(reported, reported + 1);
        }
        assertThat(CountingWriter.said(store.read())).as(life).isEqualTo(last);
      }
    }
    return mixtures;
  }

  /** What the objects say, for whoever knows nothing of commits. */
  private Set<String> objects() {
    Set<String> said = new HashSet<>();
    try (S3Client s3 = aws.s3()) {
      for (String name : CountingWriter.NAMES) {
        said.add(s3.getObjectAsBytes(r -> r.bucket("conf").key("config/" + name)).asUtf8String());
      }
    }
    return said;
  }

  /** A node that looks all the time, as long as a writer lives. */
  private final class Watcher implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final Thread thread;
    private volatile Optional<Throwable> failure = Optional.empty();
    private volatile Documents seen;

    Watcher(String place) {
      thread =
          new Thread(
              () -> {
                try (DocumentStore store = store(place)) {
                  seen = store.read();
                  while (!over.get()) {
                    seen = store.readIfChanged(seen).orElse(seen);
                    assertThat(CountingWriter.said(seen)).as("what a node sees").hasSize(1);
                  }
                } catch (StoreException | AssertionError e) {
                  failure = Optional.of(e);
                }
              });
      thread.start();
    }

    @Override
    public void close() throws InterruptedException {
      over.set(true);
      thread.join();
      assertThat(failure).isEmpty();
    }
  }
}
