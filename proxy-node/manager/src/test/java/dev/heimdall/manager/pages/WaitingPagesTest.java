package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.manager.web.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests for pages that wait, over HTTP, where one page is made at a time. */
class WaitingPagesTest {
  private static final int WAITING = 8;
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir private Path directory;

  private final PageTurns turns = new PageTurns(1, LONG, LONG);

  /** Which pages were begun to be made, in order. */
  private final List<Integer> begun = new CopyOnWriteArrayList<>();

  /** Lets the page that is being made be made to its end. */
  private final Semaphore gate = new Semaphore(0);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private SmallManager manager;

  /** A page that takes as long as is wanted. */
  private final class Slow implements Subject {
    @Override
    public List<Page> pages() {
      return List.of(Page.get("/slow/{number}", Permission.READ_CONFIGURATION, this::make));
    }

    private Answer make(Visit visit) {
      begun.add(Integer.valueOf(visit.part(0)));
      gate.acquireUninterruptibly();
      return Answer.of(200, "text/plain", visit.part(0).getBytes(StandardCharsets.UTF_8));
    }
  }

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.alone(directory);
    manager.serve(
        new Pages(
            manager.editor(),
            manager.logIn(),
            Optional.empty(),
            Optional.empty(),
            new SessionBook(Optional.empty(), Clock.systemUTC(), System::nanoTime),
            manager.audit(),
            manager.masks(),
            List.of(new Slow()),
            turns));
  }

  @AfterEach
  void close() {
    gate.release(2 * WAITING);
    manager.close();
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private CompletableFuture<HttpResponse<String>> ask(String session, int number) {
    return http.sendAsync(
        HttpRequest.newBuilder(
                URI.create("http://localhost:%d/slow/%d".formatted(manager.port(), number)))
            .header("Cookie", "heimdall-session=" + session)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void pagesAreMadeInTheOrderInWhichTheyWereAskedFor() throws Exception {
    gate.release(); // the first page after the log-in may show the configuration, too
    String session = manager.browser().logIn("admin", "right").session();
    gate.drainPermits();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    answers.add(ask(session, 0));
    await("the first one is made", () -> begun.size() == 1);
    for (int i = 1; i <= WAITING; i++) {
      int waiting = i;
      answers.add(ask(session, i));
      await(i + " wait", () -> turns.waiting() == waiting);
    }
    for (int made = 1; made <= WAITING; made++) {
      gate.release();
      int count = made + 1;
      await(made + " are made", () -> begun.size() == count);
      assertThat(begun).isEqualTo(IntStream.range(0, count).boxed().toList());
      HttpResponse<String> answer = answers.get(made - 1).get(60, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(Integer.toString(made - 1));
      assertThat(answers.subList(made, answers.size())).noneMatch(CompletableFuture::isDone);
    }
    gate.release();
    assertThat(answers.get(WAITING).get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }
}
