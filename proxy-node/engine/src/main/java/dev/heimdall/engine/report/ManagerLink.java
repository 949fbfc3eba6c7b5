package dev.heimdall.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.report.ReportSignature;
import dev.heimdall.model.tls.Authorities;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one manager: a thread that reports, again and again, and less often in vain. Where
 * several managers are behind a URL, the link that comes to one that another link has tries another
 * connection: the load balancer may lead it to another one.
 */
final class ManagerLink implements AutoCloseable, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.report");

  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Longer than a report counts as the one before. */
  private static final Duration HURRIED = Duration.ofMillis(100);

  /** Shortest time between two reports where something has happened. */
  private static final Duration SOON = Duration.ofMillis(500);

  /** In a row, until it is likely that there are fewer managers than links. */
  private static final int QUICK_TRIES = 10;

  private static final int REPORTED_ELSEWHERE = 421;
  private static final int NONCE_BYTES = 16;
  private static final int LONGEST_REASON = 200;
  private static final int LARGEST_ANSWER = 256 << 10;

  private enum Standing {
    UNTRIED,
    REACHED,
    UNAVAILABLE
  }

  private final URI uri;
  private final ManagersBehind behind;
  private final Managers managers;
  private final ReportContent content;
  private final List<ReportSignature> signatures;
  private final SecureRandom random = new SecureRandom();
  private final Semaphore wanted = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  // The thread's own.
  private HttpClient http;
  private Standing standing = Standing.UNTRIED;
  private long lastTime;
  private int failures;
  private int misses;

  /** True if the content of the next report is awaited. */
  private boolean hurried;

  private ManagerLink(
      URI manager, ManagersBehind behind, Managers managers, ReportContent content) {
    this.uri = manager.resolve("/api/v1/nodes/" + content.sender().id() + "/report");
    this.behind = behind;
    this.managers = managers;
    this.content = content;
    signatures = ReportSignature.all(managers.keys());
    thread = new Thread(this, "report-to-manager");
    thread.setDaemon(true);
  }

  static ManagerLink start(
      URI manager, ManagersBehind behind, Managers managers, ReportContent content) {
    ManagerLink link = new ManagerLink(manager, behind, managers, content);
    link.thread.start();
    return link;
  }

  @Override
  public void run() {
    try {
      while (!closed) {
        long begun = System.nanoTime();
        behind.oneAtATime(this, this::round);
        Duration pause = pause().minusNanos(System.nanoTime() - begun);
        rest(Math.max(pause.toNanos(), TimeUnit.MILLISECONDS.toNanos(10)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is closed
    }
  }

  /** Waits, at most until a report is wanted; a manager that fails is left alone for all of it. */
  private void rest(long nanos) throws InterruptedException {
    long least = standing == Standing.REACHED ? Math.min(SOON.toNanos(), nanos) : nanos;
    TimeUnit.NANOSECONDS.sleep(least);
    wanted.tryAcquire(nanos - least, TimeUnit.NANOSECONDS);
    wanted.drainPermits();
  }

  /** Reports soon. Never waits. */
  void hurry() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  /** A manager that fails is tried again after twice the time, up to a limit. */
  private Duration pause() {
    Duration pause = managers.every();
    if (hurried) {
      hurried = false;
      return HURRIED.compareTo(pause) < 0 ? HURRIED : pause;
    }
    if (misses > QUICK_TRIES) {
      return pause.compareTo(LONGEST_PAUSE) < 0 ? LONGEST_PAUSE : pause;
    }
    for (int i = 1; i < failures && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    boolean tooLong = failures > 0 && pause.compareTo(LONGEST_PAUSE) > 0;
    return tooLong && managers.every().compareTo(LONGEST_PAUSE) < 0 ? LONGEST_PAUSE : pause;
  }

  private void round() throws InterruptedException {
    try {
      ObjectNode report = content.current().put("everyMillis", managers.every().toMillis());
      ArrayNode elsewhere = report.putArray("elsewhere");
      behind.others(this).forEach(elsewhere::add);
      Orders orders = behind.of(this);
      List<String> over = orders.tell(report);
      Answer answer = answer(ReportContent.written(report));
      if (answer.status() == 200) {
        JsonNode said = ReportContent.JSON.readTree(answer.body());
        if (!behind.claim(this, said.path("manager").asText(behind.shown()))) {
          missed();
          return;
        }
        reached();
        Orders of = behind.of(this);
        if (of == orders) {
          of.heard(over);
        }
        of.take(said);
        // The result of a command has a waiter, too.
        hurried = content.views().take(said) || !said.path("commands").isEmpty();
      } else if (answer.status() == REPORTED_ELSEWHERE) {
        missed();
      } else {
        failed("it answers %d: %s".formatted(answer.status(), answer.reason()));
      }
    } catch (IOException | GeneralSecurityException e) {
      failed(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    } catch (RuntimeException | Error e) {
      if (standing != Standing.UNAVAILABLE) {
        LOG.error("reporting to the manager met an error in Heimdall", e);
      }
      failed(e.toString());
    }
  }

  /** The load balancer has led to a manager that another link has. */
  private void missed() {
    if (standing == Standing.REACHED) {
      LOG.info("a manager behind {} is not there any more", shown());
      standing = Standing.UNTRIED;
    }
    behind.release(this);
    failures = 0;
    misses++;
    http = null; // with its connection
  }

  private void reached() {
    failures = 0;
    misses = 0;
    if (standing == Standing.UNAVAILABLE) {
      LOG.info("the manager at {} takes reports again", shown());
    } else if (standing == Standing.UNTRIED) {
      LOG.info("reporting to the manager at {} as {}", shown(), content.sender().id());
    }
    standing = Standing.REACHED;
  }

  private void failed(String reason) {
    behind.release(this);
    misses = 0;
    failures++;
    if (standing != Standing.UNAVAILABLE && !closed) {
      LOG.warn(
          "the manager at {} takes no reports of this node, which goes on serving: {}",
          shown(),
          plain(reason));
    }
    standing = Standing.UNAVAILABLE;
  }

  /** Removes control characters, so that a text from elsewhere ends no line of the log. */
  private static String plain(String reason) {
    String line = reason.replaceAll("\\p{Cntrl}", " ");
    return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "…" : line;
  }

  private String shown() {
    return behind.shown();
  }

  /** Answer of the manager. */
  private record Answer(int status, byte[] body) {
    String reason() {
      try {
        return ReportContent.JSON.readTree(body).path("message").asText("nothing more");
      } catch (IOException e) {
        return "nothing more";
      }
    }
  }

  /** A connection that has rested may have been closed by the manager just now: once more then. */
  private Answer answer(byte[] body)
      throws IOException, GeneralSecurityException, InterruptedException {
    try {
      return sent(body);
    } catch (HttpTimeoutException | ConnectException e) {
      throw e;
    } catch (IOException e) {
      if (standing == Standing.REACHED) {
        return sent(body);
      }
      throw e;
    }
  }

  private Answer sent(byte[] body)
      throws IOException, GeneralSecurityException, InterruptedException {
    byte[] nonceBytes = new byte[NONCE_BYTES];
    random.nextBytes(nonceBytes);
    String nonce = HexFormat.of().formatHex(nonceBytes);
    lastTime = Math.max(System.currentTimeMillis(), lastTime + 1);
    String time = Long.toString(lastTime);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER)
            .header("Content-Type", "application/json")
            .header(ReportSignature.TIME, time)
            .header(ReportSignature.NONCE, nonce)
            .header(
                ReportSignature.SIGNATURE,
                signatures.get(0).ofReport(uri.getPath(), time, nonce, body))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    HttpResponse<byte[]> response =
        within(http().sendAsync(request, all -> new BoundedBody(LARGEST_ANSWER)));
    Answer answer = new Answer(response.statusCode(), response.body());
    if (answer.status() == 200 && !isSigned(response, nonce)) {
      throw new IOException("its answer is not signed by the fleet's key");
    }
    return answer;
  }

  /** The time limit of a request ends with the headers of its answer; this holds for all of it. */
  private static HttpResponse<byte[]> within(CompletableFuture<HttpResponse<byte[]>> sent)
      throws IOException, InterruptedException {
    try {
      return sent.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no answer within %d s".formatted(ANSWER.toSeconds()));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException(String.valueOf(e.getCause()), e);
    } finally {
      sent.cancel(true);
    }
  }

  private boolean isSigned(HttpResponse<byte[]> response, String nonce) {
    String signature = response.headers().firstValue(ReportSignature.SIGNATURE).orElse("");
    return signatures.stream()
        .anyMatch(
            key ->
                ReportSignature.equal(
                    key.ofAnswer(response.statusCode(), nonce, response.body()), signature));
  }

  private HttpClient http() throws IOException, GeneralSecurityException {
    if (http == null) {
      HttpClient.Builder builder =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
      if (managers.certificate().isPresent()) {
        builder.sslContext(OneCertificate.of(managers.certificate().get()));
      } else if (managers.caFile().isPresent()) {
        builder.sslContext(Authorities.trusted(Authorities.in(managers.caFile().get())));
      }
      http = builder.build();
    }
    return http;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
