package dev.heimdall.manager.alerts;

import dev.heimdall.model.Format;
import dev.heimdall.model.Secret;
import dev.heimdall.model.Setting;
import dev.heimdall.model.Spelled;
import dev.heimdall.model.StrictDocument.Findings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An HTTP server that gets a POST request. */
public record WebhookTarget(
    @Setting(
            value =
                "`https://…`, or `http://` to this machine itself (localhost). Never shown again,"
                    + " as those of chat services are secrets.",
            required = true)
        Secret url,
    @Setting("What messages are signed with. None: they are not signed.") Optional<Secret> key,
    @Setting(
            value = "What a message looks like: values for programs, or a text alone.",
            byDefault = "json")
        Style style,
    @Setting(value = TOLD_OF, byDefault = "warning") Severity severity,
    @Setting(value = KINDS, byDefault = "[]", format = Format.EVENT) List<String> kinds,
    @Setting(value = HOURLY, byDefault = "20", range = "1..1000", unit = "messages") int hourly)
    implements Way {
  private static final Set<String> ITSELF = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final int LONGEST = 2000;

  /** Format of a message. */
  public enum Style implements Spelled {
    /** Values for programs. */
    JSON,
    /** A text alone, as Slack and its likes take it. */
    SLACK
  }

  public WebhookTarget {
    kinds = List.copyOf(kinds);
  }

  @Override
  public void check(Findings findings) {
    checkUrl(url.value(), findings);
    if (key.isPresent() && key.get().value().length() > LONGEST) {
      findings.problem("$.key", "a longer one", "%d characters at most".formatted(LONGEST));
    }
  }

  /** Checks that messages may go to a URL. */
  static void checkUrl(String url, Findings findings) {
    if (url.length() > LONGEST || !isRight(url)) {
      findings.problem(
          "$.url",
          "something else",
          "a URL that begins with https://, or with http:// and this machine itself (localhost),"
              + " has"
              + " no user in it and %d characters at most".formatted(LONGEST));
    }
  }

  private static boolean isRight(String url) {
    try {
      URI uri = new URI(url);
      String host = Optional.ofNullable(uri.getHost()).orElse("").toLowerCase(Locale.ROOT);
      boolean plain = "http".equalsIgnoreCase(uri.getScheme()) && ITSELF.contains(host);
      return !host.isEmpty()
          && uri.getRawUserInfo() == null
          && ("https".equalsIgnoreCase(uri.getScheme()) || plain);
    } catch (URISyntaxException e) {
      // What the parser says quotes the URL.
      return false;
    }
  }

  URI uri() {
    return URI.create(url.value());
  }

  @Override
  public String shown() {
    URI uri = uri();
    return "%s://%s/…".formatted(uri.getScheme(), uri.getRawAuthority());
  }

  @Override
  public Map<String, Object> inPlaceOfSecrets() {
    return Map.of("url", shown(), "signed", key.isPresent());
  }

  /** The key itself goes nowhere. */
  @Override
  public boolean mayKeepSecretsOf(Way before) {
    return true;
  }

  @Override
  public String send(Message message, Senders by) throws Failed, InterruptedException {
    return by.webhook().send(this, message);
  }
}
