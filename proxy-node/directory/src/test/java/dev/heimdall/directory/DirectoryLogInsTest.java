package dev.heimdall.directory;

import static dev.heimdall.directory.DirectoryServer.person;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.directory.DirectoryAnswer.Accepted;
import dev.heimdall.directory.DirectoryAnswer.Crowded;
import dev.heimdall.directory.DirectoryAnswer.Rejected;
import dev.heimdall.directory.DirectoryAnswer.Unavailable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose turn it is, and what is asked of a directory at all. */
@Timeout(120)
class DirectoryLogInsTest {
  private static final Accepted IN = new Accepted(List.of());

  @TempDir private Path files;
  private DirectoryServer server;
  private Settings settings;

  @BeforeEach
  void start() throws Exception {
    List<String> people = new ArrayList<>();
    for (String name : List.of("alice", "bob")) {
      people.add(person("uid=" + name + ",ou=people,dc=example,dc=com", name, name + "-secret"));
    }
    server = new DirectoryServer(people.toArray(String[]::new));
    settings = new Settings(DirectoryServer.authority(files), server.plain());
    settings.timeout = Duration.ofSeconds(60);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private DirectoryLogIns logIns() throws Exception {
    return new DirectoryLogIns(settings.made(), new Silence());
  }

  private record Silence() implements DirectoryEvents {
    @Override
    public void unavailable(String which, String why) {}

    @Override
    public void available(String which) {}

    @Override
    public void unusable(String user, String why) {}
  }

  private static DirectoryAnswer ask(DirectoryLogIns logIns, String user, String password)
      throws Exception {
    CompletableFuture<DirectoryAnswer> answer = new CompletableFuture<>();
    logIns.check("here", user, password, () -> true, answer::complete);
    return answer.get(60, TimeUnit.SECONDS);
  }

  @Test
  void whatIsRememberedIsNotAskedAgain() throws Exception {
    settings.keepAccepted = Duration.ofMinutes(10);
    settings.keepRejected = Duration.ofMinutes(10);
    DirectoryLogIns logIns = logIns();
    assertThat(ask(logIns, "alice", "alice-secret")).isEqualTo(IN);
    assertThat(ask(logIns, "alice", "wrong")).isEqualTo(new Rejected());
    int asked = server.binds().size();
    for (int i = 0; i < 10; i++) {
      assertThat(ask(logIns, "alice", "alice-secret")).isEqualTo(IN);
      assertThat(ask(logIns, "alice", "wrong")).isEqualTo(new Rejected());
    }
    assertThat(server.binds()).hasSize(asked);
    assertThat(ask(logIns, "bob", "alice-secret")).isEqualTo(new Rejected());
    assertThat(server.binds()).hasSizeGreaterThan(asked);
  }

  @Test
  void anErrorEndsNothingButTheLogInThatHasIt() throws Exception {
    settings.concurrency = 1;
    AtomicBoolean broken = new AtomicBoolean(true);
    DirectoryLogIns logIns =
        new DirectoryLogIns(
            settings.made(),
            new Silence(),
            () -> {
              if (broken.get() && Thread.currentThread().getName().equals("asks")) {
                throw new NoClassDefFoundError("of the library");
              }
              return System.nanoTime();
            },
            task -> new Thread(task, "asks"));
    logIns.check(
        "here",
        "alice",
        "alice-secret",
        () -> {
          throw new AssertionError("of who waits");
        },
        answer -> {});
    assertThat(ask(logIns, "bob", "bob-secret"))
        .isInstanceOfSatisfying(
            Unavailable.class, answer -> assertThat(answer.why()).contains("of the library"));
    broken.set(false);
    assertThat(ask(logIns, "alice", "alice-secret")).isEqualTo(IN);
  }

  @Test
  void withoutAThreadALogInHasAnAnswerAndTheNextOneMayHaveOne() throws Exception {
    settings.concurrency = 1;
    AtomicBoolean none = new AtomicBoolean(true);
    DirectoryLogIns logIns =
        new DirectoryLogIns(
            settings.made(),
            new Silence(),
            System::nanoTime,
            task -> {
              if (none.get()) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return new Thread(task);
            });
    assertThat(ask(logIns, "alice", "alice-secret")).isInstanceOf(Unavailable.class);
    none.set(false);
    assertThat(ask(logIns, "alice", "alice-secret")).isEqualTo(IN);
  }

  @Test
  void whoHasManyLogInsWaitingHoldsNobodyElseUp() throws Exception {
    settings.concurrency = 1;
    settings.waiting = 20;
    CountDownLatch silent = server.silent();
    DirectoryLogIns logIns = logIns();
    BlockingQueue<String> answered = new LinkedBlockingQueue<>();
    logIns.check("greedy", "alice", "first", () -> true, a -> answered.add("first"));
    while (server.binds().isEmpty()) {
      Thread.onSpinWait(); // until the first one is being asked for
    }
    for (int i = 0; i < 11; i++) {
      String name = "greedy " + i;
      logIns.check(
          "greedy", "alice", name, () -> true, a -> answered.add(name + (a instanceof Crowded)));
    }
    assertThat(answered.take()).as("half of the room is one origin's").isEqualTo("greedy 10true");
    logIns.check("gone", "alice", "x", () -> false, a -> answered.add("gone"));
    logIns.check("polite", "bob", "bob-secret", () -> true, a -> answered.add("polite " + a));
    silent.countDown();

    List<String> order = new ArrayList<>();
    while (order.size() < 12) {
      order.add(answered.take());
    }
    assertThat(order).startsWith("first", "greedy 0false", "polite " + IN, "greedy 1false");
    assertThat(order).doesNotContain("gone");
  }
}
