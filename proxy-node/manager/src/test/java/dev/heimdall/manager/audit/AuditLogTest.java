package dev.heimdall.manager.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was done, and by whom. */
class AuditLogTest {
  @TempDir private Path directory;

  private AuditLog log() throws StoreException {
    return new AuditLog(
        Optional.of(DocumentStore.open(new StoreLocation.Directory(directory.resolve("audit")))),
        Clock.systemUTC());
  }

  private List<String> subjects() throws StoreException {
    try (AuditLog log = log()) {
      return log.entries(10_000).stream().map(AuditEntry::subject).toList();
    }
  }

  @Test
  void twoManagersThatNoteAtOnceLoseNothing() throws Exception {
    try (AuditLog one = log();
        AuditLog other = log()) {
      for (int i = 0; i < 40; i++) {
        one.note(Action.ACCOUNT_CHANGED, "alice", "10.0.0.1", "one " + i);
        other.note(Action.LOG_IN_REFUSED, "unknown", "10.0.0.2", "other " + i);
      }
    }

    assertThat(subjects())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 80).mapToObj(i -> (i < 40 ? "one " : "other ") + i % 40).toList());
  }

  @Test
  void anEntryHasWhoWhenFromWhereAndWhat() throws Exception {
    try (AuditLog log = log()) {
      log.note(Action.ACCOUNT_CREATED, "alice", "10.0.0.1", "bob audit");
      AuditEntry entry = log.entries(10).get(0);

      assertThat(entry.action()).isEqualTo("account_created");
      assertThat(entry.user()).isEqualTo("alice");
      assertThat(entry.address()).isEqualTo("10.0.0.1");
      assertThat(entry.subject()).isEqualTo("bob audit");
      assertThat(entry.at()).isBeforeOrEqualTo(Clock.systemUTC().instant());
    }
  }

  @Test
  void whatStrangersBringAboutDisplacesNothingElse() throws Exception {
    try (AuditLog log = log()) {
      log.note(Action.ACCOUNT_CREATED, "alice", "10.0.0.1", "bob");
      String long900 = "x".repeat(900);
      for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 1000; i++) {
          log.note(Action.LOG_IN_REFUSED, "unknown", "10.0.0.2", long900);
        }
        log.entries(1);
      }
    }

    List<String> subjects = subjects();
    assertThat(subjects).contains("bob");
    assertThat(subjects.size()).isLessThan(3000);
  }

  @Test
  void whileItsPlaceIsUnavailableEntriesWaitAndNobodyWaitsForThem() throws Exception {
    Path store = Files.createDirectories(directory.resolve("audit"));
    Path large = store.resolve("large.json");
    Files.write(large, new byte[DocumentStore.LARGEST + 1]);
    AuditLog log = log();
    log.note(Action.LOG_IN, "alice", "10.0.0.1", "waiting");
    assertThatThrownBy(() -> log.entries(10)).isInstanceOf(StoreException.class);
    Files.delete(large);

    // The thread tries again after a pause.
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (log.entries(10).isEmpty()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
    log.close();
    assertThat(subjects()).containsExactly("waiting");
  }

  @Test
  void withoutAPlaceThereIsTheManagersLogOnly() throws Exception {
    try (AuditLog log = new AuditLog(Optional.empty(), Clock.systemUTC())) {
      log.note(Action.LOG_IN, "alice", "10.0.0.1", "");
      assertThat(log.entries(10)).isEmpty();
    }
  }
}
