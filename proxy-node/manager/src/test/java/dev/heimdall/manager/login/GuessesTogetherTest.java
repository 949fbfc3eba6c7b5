package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.RestClient;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.rest.Api;
import dev.heimdall.manager.web.WebServer;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log-ins that are under way together, through a door, while the password's place is slow. */
class GuessesTogetherTest {
  /** As many as the door carries out at a time for one address. */
  private static final int MANY = 64;

  private static final int HELD_AT_MOST = Tries.FREE + AddressTries.WAITING;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private final AtomicLong clock = new AtomicLong();
  private final SlowPlace place = new SlowPlace();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private LogIn logIn;
  private Editor editor;
  private WebServer door;

  /** Keeps whoever reads waiting until it is told to answer. */
  private static final class SlowPlace implements PasswordSource {
    private final AtomicInteger readings = new AtomicInteger();
    private volatile String kept = "right";
    private volatile CountDownLatch held = new CountDownLatch(0);

    void hold() {
      held = new CountDownLatch(1);
    }

    void answer() {
      held.countDown();
    }

    @Override
    public String read() throws PasswordException {
      readings.incrementAndGet();
      try {
        held.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PasswordException("interrupted", e);
      }
      return kept;
    }

    @Override
    public void close() {
      answer();
    }
  }

  @BeforeEach
  void open() throws Exception {
    logIn = new LogIn(place, clock::get);
    editor = new Editor(DocumentStore.open(new StoreLocation.Directory(directory)));
    door =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            new Api(editor, logIn, "test"));
  }

  @AfterEach
  void close() {
    logIn.close();
    door.close();
    editor.close();
  }

  private static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  /** Requests that were sent together. */
  private record Burst(List<CompletableFuture<HttpResponse<Void>>> answers) {
    long answered() {
      return answers.stream().filter(CompletableFuture::isDone).count();
    }

    List<HttpResponse<Void>> those(int status) {
      return answers.stream()
          .filter(CompletableFuture::isDone)
          .map(CompletableFuture::join)
          .filter(answer -> answer.statusCode() == status)
          .toList();
    }

    void end() throws InterruptedException {
      until("all are answered", () -> answered() == answers.size());
    }

    /** Each is answered, or has come as far as it comes while the place says nothing. */
    void awaitArrival(LogIn at) throws InterruptedException {
      until("all are under way", () -> answered() + judged() + at.waiting() >= answers.size());
    }

    private static long judged() {
      return Thread.getAllStackTraces().values().stream()
          .filter(
              frames ->
                  Arrays.stream(frames)
                      .anyMatch(
                          frame ->
                              frame.getClassName().equals(LogIn.class.getName())
                                  && frame.getMethodName().equals("judge")))
          .count();
    }
  }

  private Burst burst(int size, String password) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + "/version"))
            .header("Authorization", RestClient.basic("admin", password))
            .build();
    List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      answers.add(http.sendAsync(request, HttpResponse.BodyHandlers.discarding()));
    }
    return new Burst(answers);
  }

  private Burst ended(int size, String password) throws InterruptedException {
    Burst burst = burst(size, password);
    burst.end();
    return burst;
  }

  private String fromAnotherAddress(String path) throws IOException {
    return from("127.0.0.2", path, RestClient.basic("admin", "right"));
  }

  private String from(String address, String path, String authorization) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.bind(new InetSocketAddress(address, 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port()));
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: %s\r\n\r\n"
                  .formatted(path, authorization)
                  .getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .findFirst()
          .orElse("");
    }
  }

  private static void assertWaits(List<HttpResponse<Void>> answers, String seconds) {
    assertThat(answers)
        .allSatisfy(
            answer -> assertThat(answer.headers().firstValue("Retry-After")).contains(seconds));
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void wrongOnesTogetherGetNoMoreTriesThanOneAfterTheOther() throws Exception {
    assertThat(ended(1, "right").those(200)).hasSize(1);
    pass(KnownPassword.PAUSE);
    place.hold();

    Burst wrong = burst(MANY, "wrong");
    until("no more are held", () -> wrong.answered() >= MANY - HELD_AT_MOST);
    // However long the place takes: what is under way has its answer before the next is tried.
    pass(Duration.ofSeconds(1));
    Burst more = ended(MANY - HELD_AT_MOST, "wrong");
    assertThat(more.those(429)).hasSize(MANY - HELD_AT_MOST);
    assertWaits(more.those(429), "1");
    assertThat(fromAnotherAddress("/version")).contains(" 200 ");
    assertThat(fromAnotherAddress("/livez")).contains(" 200 ");

    place.answer();
    wrong.end();
    assertThat(wrong.those(401)).hasSize(Tries.FREE);
    assertThat(wrong.those(429)).hasSize(MANY - Tries.FREE);
    assertWaits(wrong.those(429), "1");
    assertThat(place.readings).hasValue(2);

    for (int seconds = 1; seconds <= 4; seconds *= 2) {
      Burst early = ended(1, "right");
      assertThat(early.those(429)).hasSize(1);
      assertWaits(early.those(429), Integer.toString(seconds));
      pass(Duration.ofSeconds(seconds));
      Burst next = ended(MANY, "wrong");
      assertThat(next.those(401)).hasSize(1);
      assertThat(next.those(429)).hasSize(MANY - 1);
    }
    pass(Duration.ofSeconds(8));
    assertThat(ended(MANY, "right").those(200)).hasSize(MANY);
  }

  private static int inDoor() {
    return AttemptThrottle.IN_PROGRESS + AttemptThrottle.WAITING;
  }

  private static long answered(List<CompletableFuture<String>> sent) {
    return sent.stream().filter(CompletableFuture::isDone).count();
  }

  private CompletableFuture<String> sent(String address, String authorization, Executor clients) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return from(address, "/version", authorization);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        clients);
  }

  /**
   * As many as a door has slots, and more: from ten networks, with the place saying nothing. Each
   * tries a name of its own: together they would use up the tries of one account, and whoever is
   * right there, and unknown, would have to wait as well, unless he happened to be among the first.
   */
  @Test
  void wrongOnesOfManyNetworksLeaveSlotsForOthers() throws Exception {
    assertThat(ended(1, "right").those(200)).hasSize(1);
    assertThat(fromAnotherAddress("/version")).contains(" 200 ");
    pass(KnownPassword.PAUSE);
    place.hold();
    List<CompletableFuture<String>> wrong = new ArrayList<>();
    ExecutorService clients = Executors.newCachedThreadPool();
    try {
      for (int i = 0; i < 150; i++) {
        int network = 1 + i % 10;
        wrong.add(
            sent("127.0.1." + network, RestClient.basic("guess" + network, "wrong"), clients));
      }
      // In one look: those that have waited for some seconds leave for a moment, and look again.
      until(
          "no more come",
          () ->
              answered(wrong) >= 150 - inDoor()
                  && logIn.waiting() == AttemptThrottle.WAITING
                  && Burst.judged() == AttemptThrottle.IN_PROGRESS);
      assertThat(fromAnotherAddress("/version")).contains(" 200 ");
      assertThat(ended(MANY, "right").those(200)).hasSize(MANY);
      CompletableFuture<String> stranger =
          sent("127.0.0.3", RestClient.basic("admin", "right"), clients);
      long there = place.readings.get();
      until("one of them has made room", () -> answered(wrong) > 150 - inDoor());
      assertThat(stranger).isNotDone();
      assertThat(place.readings).hasValue((int) there);
      place.answer();
      assertThat(stranger.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).contains(" 200 ");
      for (CompletableFuture<String> one : wrong) {
        assertThat(one.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).containsAnyOf(" 401 ", " 429 ");
      }
    } finally {
      place.answer();
      clients.shutdown();
    }
    assertThat(logIn.waiting()).isZero();
  }

  @Test
  void rightOnesTogetherAreAllLetInAtTheFirstReading() throws Exception {
    place.hold();
    Burst first = burst(MANY, "right");
    first.awaitArrival(logIn);
    place.answer();
    first.end();
    assertThat(first.those(200)).hasSize(MANY);
    assertThat(place.readings).hasValue(1);
  }

  @Test
  void rightOnesDoNotWaitForAWrongOneOfTheirAddress() throws Exception {
    assertThat(ended(1, "right").those(200)).hasSize(1);
    pass(KnownPassword.PAUSE);
    place.hold();
    Burst wrong = burst(1, "wrong");
    until("the place is asked", () -> place.readings.get() == 2);
    assertThat(ended(MANY - 1, "right").those(200)).hasSize(MANY - 1);
    assertThat(wrong.answered()).isZero();
    place.answer();
    wrong.end();
    assertThat(wrong.those(401)).hasSize(1);
  }

  @Test
  void newOnesTogetherWaitForTheirReadingAndAreAllLetIn() throws Exception {
    assertThat(ended(1, "right").those(200)).hasSize(1);
    place.kept = "new";
    pass(KnownPassword.PAUSE);
    place.hold();
    Burst rotated = burst(HELD_AT_MOST, "new");
    rotated.awaitArrival(logIn);
    assertThat(rotated.answered()).isZero();
    place.answer();
    rotated.end();
    assertThat(rotated.those(200)).hasSize(HELD_AT_MOST);
    assertThat(ended(MANY, "new").those(200)).hasSize(MANY);
  }
}
