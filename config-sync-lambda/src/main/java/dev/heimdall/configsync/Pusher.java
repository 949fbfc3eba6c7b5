package dev.heimdall.configsync;

import dev.heimdall.routing.PushSignature;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Pushes a document to all nodes at once, signed by the newest key, each twice at most. A node that
 * does not know that key yet is told by the one before. Who is not reached reads the store.
 */
final class Pusher {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final Duration FAR_ANSWER = Duration.ofSeconds(2);
  private static final Duration ALL = Duration.ofSeconds(8);
  private static final int NONCE_BYTES = 16;
  private static final int LONGEST_REASON = 200;

  private static final int UNAUTHORIZED = 401;

  private final Clock clock;
  private final boolean far;
  private final SecureRandom random = new SecureRandom();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  Pusher(Clock clock) {
    this(clock, false);
  }

  private Pusher(Clock clock, boolean far) {
    this.clock = clock;
    this.far = far;
  }

  /** For nodes of another region: where no way leads there, they are given up within a second. */
  static Pusher far(Clock clock) {
    return new Pusher(clock, true);
  }

  /**
   * Outcome of a push.
   *
   * @param taken nodes that have the document now, or had it
   * @param failures in words, one for each other node
   */
  record Outcome(int taken, List<String> failures) {
    Outcome {
      failures = List.copyOf(failures);
    }
  }

  /**
   * Does it.
   *
   * @param keys the newest first
   */
  Outcome push(byte[] document, List<NodeEndpoint> doors, List<PushSignature> keys) {
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (NodeEndpoint door : doors) {
      answers.add(
          twice(document, door, keys.get(0))
              .exceptionallyCompose(
                  e ->
                      unknownKey(e) && keys.size() > 1
                          ? twice(document, door, keys.get(1))
                          : CompletableFuture.failedFuture(e))
              .exceptionally(e -> door.name() + " at " + door.host() + ": " + reason(e))
              .completeOnTimeout(
                  door.name() + " at " + door.host() + ": no answer",
                  ALL.toMillis(),
                  TimeUnit.MILLISECONDS));
    }
    List<String> failures =
        answers.stream().map(CompletableFuture::join).filter(said -> !said.isEmpty()).toList();
    return new Outcome(doors.size() - failures.size(), failures);
  }

  /** Completes with nothing; or fails. */
  private CompletableFuture<String> twice(
      byte[] document, NodeEndpoint door, PushSignature signature) {
    return once(document, door, signature)
        .exceptionallyCompose(
            e -> again(e) ? once(document, door, signature) : CompletableFuture.failedFuture(e));
  }

  private CompletableFuture<String> once(
      byte[] document, NodeEndpoint door, PushSignature signature) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    String once = HexFormat.of().formatHex(nonce);
    var now = clock.instant();
    String host = door.host().indexOf(':') < 0 ? door.host() : "[" + door.host() + "]";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + host + ":" + door.port() + "/topology"))
            .timeout(far ? FAR_ANSWER : ANSWER)
            .header("Content-Type", "application/json")
            .header(PushSignature.TIMESTAMP, "" + now.getEpochSecond())
            .header(PushSignature.NONCE, once)
            .header(PushSignature.SIGNATURE, signature.of(now, once, document))
            .POST(HttpRequest.BodyPublishers.ofByteArray(document))
            .build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(
            response -> {
              if (response.statusCode() != 200) {
                throw new RefusedException(response.statusCode(), response.body());
              }
              return "";
            });
  }

  /** A node has said that it does not want it: to say it again is no use. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    RefusedException(int status, String body) {
      super(
          "HTTP "
              + status
              + " "
              + body.substring(0, Math.min(body.length(), LONGEST_REASON)).replaceAll("\\s+", " "));
      this.status = status;
    }
  }

  private boolean again(Throwable failure) {
    Throwable cause = cause(failure);
    return cause instanceof IOException && !(far && cause instanceof HttpTimeoutException);
  }

  private static boolean unknownKey(Throwable failure) {
    return cause(failure) instanceof RefusedException refused && refused.status == UNAUTHORIZED;
  }

  private static String reason(Throwable failure) {
    Throwable cause = cause(failure);
    return cause instanceof RefusedException
        ? cause.getMessage()
        : cause.getClass().getSimpleName() + " " + cause.getMessage();
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
