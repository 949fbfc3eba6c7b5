package dev.heimdall.manager.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.UrlEncoded;

/** A request, as the paths' owners ask for its parts. */
public final class Request {
  private static final Pattern TAG = Pattern.compile("\"([\\x21\\x23-\\x7e]{1,200})\"");

  /** The largest form has one for each setting of a node, some 100. */
  private static final int MOST_FIELDS = 1000;

  private final String method;
  private final String path;
  private final String target;
  private final String query;
  private final HttpFields headers;
  private final InetAddress from;
  private final boolean secure;
  private final Optional<byte[]> body;
  private final Duration waited;

  /**
   * @param path decoded
   * @param target the path and the query as they were sent
   * @param query as it was sent; empty: there is none
   * @param secure whether it came over TLS
   * @param body empty: it is not there yet, or larger than the path takes
   * @param waited see {@link #waited()}
   */
  Request(
      String method,
      String path,
      String target,
      String query,
      HttpFields headers,
      InetAddress from,
      boolean secure,
      Optional<byte[]> body,
      Duration waited) {
    this.method = method;
    this.path = path;
    this.target = target;
    this.query = query;
    this.headers = headers;
    this.from = from;
    this.secure = secure;
    this.body = body;
    this.waited = waited;
  }

  /** Returns a copy that has arrived whole. */
  Request with(Optional<byte[]> arrived) {
    return new Request(method, path, target, query, headers, from, secure, arrived, waited);
  }

  /** Returns a copy for a request that is resumed. */
  Request waited(Duration time) {
    return new Request(method, path, target, query, headers, from, secure, body, time);
  }

  /** Time that the request has waited already for what defers it: see {@link DeferredRequest}. */
  public Duration waited() {
    return waited;
  }

  public String method() {
    return method;
  }

  /** Decoded. */
  public String path() {
    return path;
  }

  /** The path and the query as they were sent. */
  public String target() {
    return target;
  }

  /** True if a page of another site has led its browser here: it may not send its cookies. */
  public boolean isLed() {
    return OwnOrigin.isForeign(this);
  }

  /** A parameter of the query; of several by one name the first. */
  public Optional<String> query(String name) throws Refusal {
    Fields fields = new Fields();
    try {
      UrlEncoded.decodeUtf8To(
          new ByteArrayInputStream(query.getBytes(StandardCharsets.UTF_8)),
          fields,
          query.length(),
          MOST_FIELDS);
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      throw bad("This is no query.");
    }
    return Optional.ofNullable(fields.getValue(name));
  }

  public InetAddress from() {
    return from;
  }

  /** True if it came over TLS, to here or to a proxy that is trusted. */
  public boolean secure() {
    return secure;
  }

  /** A cookie that the client has; some programs send one that lasts in quotes. */
  public Optional<String> cookie(String name) {
    return headers.getValuesList(HttpHeader.COOKIE).stream()
        .flatMap(value -> Stream.of(value.split(";")))
        .map(String::strip)
        .filter(pair -> pair.startsWith(name + "="))
        .map(pair -> pair.substring(name.length() + 1))
        .map(
            value ->
                value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                    ? value.substring(1, value.length() - 1)
                    : value)
        .findFirst();
  }

  /** The fields of a form, each once: of several by one name the first. */
  public Map<String, String> form(int most) throws Refusal {
    type("application/x-www-form-urlencoded");
    Fields fields = new Fields();
    try {
      UrlEncoded.decodeUtf8To(new ByteArrayInputStream(body(most)), fields, most, MOST_FIELDS);
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      throw bad("This is no form.");
    }
    return fields.stream().collect(Collectors.toMap(Fields.Field::getName, Fields.Field::getValue));
  }

  /** A header that may be there once; its first value. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** Refuses all methods but these; HEAD is a GET without a body in its answer. */
  public void only(String... methods) throws Refusal {
    for (String method : methods) {
      if (method.equals(method()) || method.equals("GET") && method().equals("HEAD")) {
        return;
      }
    }
    String allowed = String.join(", ", methods);
    throw new Refusal(
            405, "method_not_allowed", "%s takes %s, not %s.".formatted(path(), allowed, method()))
        .header("Allow", allowed);
  }

  /** Browsers ask before they send this type for a page of another site; forms cannot. */
  public void type(String wanted) throws Refusal {
    String type =
        header("Content-Type").map(value -> value.split(";", 2)[0].strip()).orElse("nothing");
    if (!type.toLowerCase(Locale.ROOT).equals(wanted)) {
      throw new Refusal(
          415,
          "unsupported_media_type",
          "The Content-Type has to be %s; it is %s.".formatted(wanted, type));
    }
  }

  /** The version that {@code If-Match} or {@code If-None-Match: *} names; empty for the latter. */
  public Optional<String> over() throws Refusal {
    Optional<String> match = header("If-Match");
    Optional<String> none = header("If-None-Match");
    if (match.isEmpty() && none.isEmpty()) {
      throw new Refusal(
          428,
          "precondition_required",
          "Name the version that this is made over: If-Match with the ETag that you have read, or"
              + " If-None-Match: * for a document that there is not.");
    }
    if (match.isPresent() && none.isPresent()) {
      throw bad("If-Match and If-None-Match exclude each other.");
    }
    if (none.isPresent()) {
      if (!none.get().strip().equals("*")) {
        throw bad("If-None-Match of a write takes * alone.");
      }
      return Optional.empty();
    }
    Matcher tag = TAG.matcher(match.orElseThrow().strip());
    if (!tag.matches()) {
      throw bad(
          "If-Match takes one ETag in quotes, as it was read; * would write over what nobody has"
              + " read.");
    }
    return Optional.of(tag.group(1));
  }

  /** True if the reader has this version already, by the weak comparison of RFC 9110 §8.8.3.2. */
  public boolean has(String version) {
    return header("If-None-Match").stream()
        .flatMap(value -> Stream.of(value.split(",")))
        .map(tag -> tag.strip().replaceFirst("^W/", ""))
        .anyMatch(tag -> tag.equals('"' + version + '"') || tag.equals("*"));
  }

  /** The body, unless it is larger. */
  public byte[] body(int most) throws Refusal {
    return body.filter(bytes -> bytes.length <= most)
        .orElseThrow(
            () ->
                new Refusal(
                    413, "content_too_large", "The body has more than %,d bytes.".formatted(most)));
  }

  /**
   * A time as a browser's field has it, in UTC, or with a zone.
   *
   * @param asked empty: there is none
   */
  public static Optional<Instant> time(String asked) throws Refusal {
    try {
      if (asked.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          asked.endsWith("Z")
              ? Instant.parse(asked)
              : LocalDateTime.parse(asked).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      throw bad("A time is written as 2026-01-02T03:04 or 2026-01-02T03:04:05Z.");
    }
  }

  public static Refusal bad(String message) {
    return new Refusal(400, "bad_request", message);
  }
}
