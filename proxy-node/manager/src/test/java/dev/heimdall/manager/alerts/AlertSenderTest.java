package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.outside.OutsideAddress;
import dev.heimdall.manager.problems.Problems;
import dev.heimdall.manager.problems.Sources;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertSenderTest {
  private static final Author AUTHOR = new Author("alice", "127.0.0.1");

  private record Got(String path, String body, String signature) {}

  @TempDir private Path directory;

  private final Clock clock = Clock.systemUTC();
  private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private HttpServer server;
  private EventBook book;

  @BeforeEach
  void listen() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::take);
    server.start();
    book = new EventBook(Optional.empty(), clock);
    open.add(book);
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    got.add(
        new Got(
            exchange.getRequestURI().getPath(),
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
            exchange.getRequestHeaders().getFirst(Webhook.SIGNATURE)));
    int status = Optional.ofNullable(answers.poll()).orElse(200);
    if (status == 302) {
      exchange.getResponseHeaders().add("Location", "/elsewhere");
    }
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  /** Nothing is wrong. */
  private Problems problems() {
    Problems problems =
        Problems.start(
            new Sources(new Fleet(clock), () -> "", Map::of, List::of, Optional::empty),
            "one",
            Optional.empty(),
            new AuditLog(Optional.empty(), clock));
    open.add(problems);
    return problems;
  }

  /** A manager's part; all of them share the book and the place. */
  private TargetEdits manager() throws Exception {
    SharedDocument<Targets> targets =
        new SharedDocument<>(
            DocumentStore.open(new StoreLocation.Directory(directory.resolve("alerts"))),
            "alerts.json",
            new Targets.Form(),
            System::nanoTime);
    AlertSender sender = AlertSender.start(book, problems(), targets, clock);
    open.add(sender);
    return new TargetEdits(
        Optional.of(targets), Optional.of(sender), new AuditLog(Optional.empty(), clock), clock);
  }

  private TargetEdits.TargetRequest wish(String url, String style) {
    return new TargetEdits.TargetRequest(
        "chat",
        TargetType.WEBHOOK,
        TargetTest.written(
            TargetType.WEBHOOK,
            Map.of("url", url, "key", "signing-key", "style", style, "hourly", "5")));
  }

  private String url(String path) {
    return "http://localhost:%d%s".formatted(server.getAddress().getPort(), path);
  }

  private void happens(long number, String kind, Severity severity) {
    Instant now = clock.instant();
    book.note(
        new Sighting("a-run", number, now, kind, severity, "shop", "", "<!channel> & co", 1, "a"));
  }

  private Got next() throws InterruptedException {
    Got one = got.poll(60, TimeUnit.SECONDS);
    assertThat(one).isNotNull();
    return one;
  }

  private static TargetState.Result result(TargetEdits edits) throws Exception {
    for (int i = 0; i < 600; i++) {
      Optional<TargetState.Result> result = edits.all().told("chat").result();
      if (result.isPresent()) {
        return result.get();
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError("there is no result");
  }

  @Test
  void ofTwoManagersOneTellsSignedAndWhatIsWantedAlone() throws Exception {
    TargetEdits one = manager();
    manager();
    one.put(wish(url("/hook"), "json"), AUTHOR);
    happens(1, "node-started", Severity.INFO);
    happens(2, "pool-exhausted", Severity.CRITICAL);

    Got first = next();
    assertThat(first.path()).isEqualTo("/hook");
    assertThat(first.body()).contains("pool-exhausted").doesNotContain("node-started");
    long seconds = Long.parseLong(first.signature().replaceAll("t=([0-9]+),.*", "$1"));
    assertThat(first.signature())
        .isEqualTo(Webhook.signature("signing-key", seconds, first.body()));
    assertThat(result(one).arrived()).isTrue();
    happens(3, "log-ins-slowed", Severity.WARNING);
    assertThat(next().body()).contains("log-ins-slowed").doesNotContain("pool-exhausted");
    assertThat(got).isEmpty();
  }

  @Test
  void whatDoesNotArriveIsSentAgainAndWhatComesFromElsewhereIsNoMention() throws Exception {
    answers.add(503);
    TargetEdits edits = manager();
    edits.put(wish(url("/slack"), "slack"), AUTHOR);
    happens(1, "pool-exhausted", Severity.CRITICAL);

    Got first = next();
    assertThat(next().body()).isEqualTo(first.body()).contains("&lt;!channel&gt; &amp; co");
    assertThat(result(edits)).extracting(TargetState.Result::words).isEqualTo("answered 200");
  }

  @Test
  void aMailThatIsNotTakenYetIsSentAgainAsTheSame() throws Exception {
    BlockingQueue<String> first = new LinkedBlockingQueue<>(List.of("451 later"));
    try (ScriptedSmtp mailServer =
        new ScriptedSmtp(
            peer -> {
              String answer = first.poll();
              peer.serve(List.of(), answer == null ? Map.of() : Map.of("MAIL", answer), null);
            })) {
      TargetEdits edits = manager();
      Map<String, String> form =
          Map.of(
              "host",
              "localhost",
              "port",
              Integer.toString(mailServer.port()),
              "security",
              "none",
              "from",
              "heimdall@example.com",
              "to",
              "on-call@example.com");
      edits.put(
          new TargetEdits.TargetRequest(
              "chat", TargetType.EMAIL, TargetTest.written(TargetType.EMAIL, form)),
          AUTHOR);
      happens(1, "rule-notifies", Severity.WARNING);
      assertThat(result(edits))
          .extracting(TargetState.Result::words)
          .isEqualTo("taken by localhost");
      assertThat(mailServer.heard()).filteredOn(line -> line.startsWith("MAIL")).hasSize(2);
      assertThat(mailServer.heard())
          .filteredOn(line -> line.startsWith("Subject"))
          .containsExactly("Subject: [warning] Heimdall: rule notifies of shop");
    }
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    answers.add(302);
    TargetEdits edits = manager();
    edits.put(wish(url("/hook"), "json"), AUTHOR);
    edits.test("chat");

    assertThat(next().body()).contains("this is a test");
    assertThat(result(edits).arrived()).isFalse();
    assertThat(result(edits).words()).isEqualTo("answered 302, and redirects are not followed");
    assertThat(got).isEmpty();
  }

  @Test
  void aTestWhileAMessageIsSentIsRefused() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      TargetEdits edits = manager();
      edits.put(wish("http://localhost:%d/".formatted(silent.getLocalPort()), "json"), AUTHOR);
      edits.test("chat");
      assertThatThrownBy(() -> edits.test("chat"))
          .isInstanceOf(Refusal.class)
          .hasMessageStartingWith("A message to chat is being sent");
    }
  }

  @Test
  void addressesOfMetadataServicesAreRefused() throws Exception {
    for (String refused :
        List.of(
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fe80::1",
            "fd00:ec2::254",
            "0.0.0.0",
            "224.0.0.1")) {
      assertThat(OutsideAddress.isRefused(InetAddress.getByName(refused))).as(refused).isTrue();
    }
    for (String taken : List.of("127.0.0.1", "::1", "10.0.0.1", "fd12::1", "93.184.216.34")) {
      assertThat(OutsideAddress.isRefused(InetAddress.getByName(taken))).as(taken).isFalse();
    }
    TargetEdits edits = manager();
    edits.put(wish("https://169.254.169.254/latest", "json"), AUTHOR);
    edits.test("chat");
    assertThat(result(edits).words()).startsWith("refused");
  }

  @Test
  void urlsThatAreNoneOrGoInTheClearAreRefusedAndNotQuoted() throws Exception {
    TargetEdits edits = manager();
    for (String url :
        List.of("http://chat.example/T0PS", "https:///T0PS", "https://u:T0PS@a.b/", "T0PS^", "")) {
      assertThatThrownBy(() -> edits.put(wish(url, "json"), AUTHOR))
          .as(url)
          .isInstanceOf(Refusal.class)
          .hasMessageNotContaining("T0PS");
    }
    edits.put(wish("https://chat.example/T0PS", "json"), AUTHOR);
    edits.put(wish("", "slack"), AUTHOR);
    Target target = edits.all().all().get("chat");
    WebhookTarget way = (WebhookTarget) target.way();
    assertThat(way.url().value()).isEqualTo("https://chat.example/T0PS");
    assertThat(way.style()).isEqualTo(WebhookTarget.Style.SLACK);
    assertThat(way.shown() + target + way + target.type().shown(target))
        .doesNotContain("T0PS")
        .doesNotContain("signing-key");
  }
}
