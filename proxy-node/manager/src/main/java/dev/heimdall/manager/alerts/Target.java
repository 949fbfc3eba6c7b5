package dev.heimdall.manager.alerts;

import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A webhook that is told of events.
 *
 * @param url a secret, as those of chat services are
 * @param key what messages are signed with; empty: they are not
 * @param least severity that it is told of
 * @param kinds that it is told of; empty: all
 * @param hourly how many messages it gets in an hour at most
 * @param since when it was made: what was before it is not told
 */
record Target(
    String name,
    String url,
    String key,
    Style style,
    Severity least,
    Set<String> kinds,
    int hourly,
    Instant since) {
  static final int MOST_HOURLY = 1000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");
  private static final Pattern KIND = Pattern.compile("[a-z][a-z-]{0,59}");
  private static final Set<String> ITSELF = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final int LONGEST = 2000;

  /** What a message looks like. */
  enum Style {
    /** Values for programs. */
    JSON,
    /** A text alone, as Slack and its likes take it. */
    SLACK;

    String spelling() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Style> of(String spelling) {
      return Stream.of(values()).filter(one -> one.spelling().equals(spelling)).findFirst();
    }
  }

  Target {
    kinds = Set.copyOf(kinds);
  }

  /** This one, if it may be. */
  Target checked() throws Refusal {
    if (!NAME.matcher(name).matches()) {
      throw Request.bad(
          "A name has 1 to 40 letters, digits, \".\", \"_\" and \"-\", and begins with one of the"
              + " first two.");
    }
    for (String kind : kinds) {
      if (!KIND.matcher(kind).matches()) {
        throw Request.bad("Kinds of events are words such as failover-begun, between commas.");
      }
    }
    if (hourly < 1 || hourly > MOST_HOURLY) {
      throw Request.bad("In an hour it gets 1 to %d messages.".formatted(MOST_HOURLY));
    }
    if (key.length() > LONGEST || url.length() > LONGEST) {
      throw Request.bad("A URL and a key have %d characters at most.".formatted(LONGEST));
    }
    checkUrl();
    return this;
  }

  private void checkUrl() throws Refusal {
    try {
      URI uri = new URI(url);
      String host = Optional.ofNullable(uri.getHost()).orElse("").toLowerCase(Locale.ROOT);
      boolean plain = "http".equalsIgnoreCase(uri.getScheme()) && ITSELF.contains(host);
      if (host.isEmpty()
          || uri.getRawUserInfo() != null
          || !("https".equalsIgnoreCase(uri.getScheme()) || plain)) {
        throw Request.bad(
            "The URL begins with https://, or with http:// and this machine itself (localhost), and"
                + " has no user in it.");
      }
    } catch (URISyntaxException e) {
      // What the parser says quotes the URL.
      throw Request.bad("This is no URL.");
    }
  }

  URI uri() {
    return URI.create(url);
  }

  /** Where it is, without what may be secret. */
  String shown() {
    URI uri = uri();
    return "%s://%s/…".formatted(uri.getScheme(), uri.getRawAuthority());
  }

  boolean wants(Event event) {
    return event.severity().compareTo(least) >= 0
        && (kinds.isEmpty() || kinds.contains(event.kind()))
        && !event.last().isBefore(since);
  }

  /** Kinds between commas. */
  static Set<String> kinds(String text) {
    Set<String> kinds = new TreeSet<>();
    Stream.of(text.split(",", -1)).map(String::strip).filter(s -> !s.isEmpty()).forEach(kinds::add);
    return kinds;
  }

  @Override
  public String toString() {
    return "target " + name;
  }
}
