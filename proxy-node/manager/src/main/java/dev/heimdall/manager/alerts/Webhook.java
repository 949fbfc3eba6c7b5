package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sends messages by HTTP. Addresses at which clouds give away credentials are refused, redirects
 * are not followed, and of an answer nothing but its status is looked at.
 */
final class Webhook {
  static final String SIGNATURE = "Heimdall-Signature";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TOO_MANY = 429;

  private final Clock clock;

  /** Made for the first message: it reads all authorities that the machine trusts. */
  private HttpClient http;

  Webhook(Clock clock) {
    this.clock = clock;
  }

  private synchronized HttpClient http() {
    if (http == null) {
      http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(PATIENCE)
              .build();
    }
    return http;
  }

  /** Sends it once; what was answered, in words. */
  String send(WebhookTarget target, Message message) throws Failed, InterruptedException {
    String body = body(target.style(), message);
    return post(
        target.uri(),
        body,
        target
            .key()
            .map(
                key ->
                    Map.of(
                        SIGNATURE, signature(key.value(), clock.instant().getEpochSecond(), body)))
            .orElse(Map.of()));
  }

  /** The message as a target of this style takes it. */
  private static String body(WebhookTarget.Style style, Message message) {
    ObjectNode body = JSON.createObjectNode();
    String text = message.text();
    if (style == WebhookTarget.Style.SLACK) {
      // What comes from elsewhere is to be no link and no mention.
      String safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
      return body.put("text", safe).toString();
    }
    body.put("test", message.test()).put("text", text).put("leftOut", message.others());
    ArrayNode events = body.putArray("events");
    message.named().forEach(event -> events.add(EventsPath.EVENT.json(event)));
    return body.toString();
  }

  /** Sends JSON once; what was answered, in words. */
  String post(URI uri, String body, Map<String, String> headers)
      throws Failed, InterruptedException {
    Reached.addresses(uri.getHost());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("User-Agent", "Heimdall")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    int status = status(request.build());
    String words = "answered %d".formatted(status);
    if (status / 100 == 2) {
      return words;
    }
    throw new Failed(
        status / 100 == 3 ? words + ", and redirects are not followed" : words,
        status / 100 == 5 || status == TOO_MANY);
  }

  /** The time limit of a request ends with the headers of its answer; this holds for all of it. */
  private int status(HttpRequest request) throws Failed, InterruptedException {
    CompletableFuture<HttpResponse<Void>> sent =
        http().sendAsync(request, HttpResponse.BodyHandlers.discarding());
    try {
      return sent.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).statusCode();
    } catch (TimeoutException e) {
      throw new Failed("no answer within %d s".formatted(PATIENCE.toSeconds()), true);
    } catch (ExecutionException e) {
      // Its message may quote the URL.
      throw new Failed("no answer: " + e.getCause().getClass().getSimpleName(), true);
    } finally {
      sent.cancel(true);
    }
  }

  static String signature(String key, long seconds, String body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] of = mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8));
      return "t=%d,v1=%s".formatted(seconds, HexFormat.of().formatHex(of));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
