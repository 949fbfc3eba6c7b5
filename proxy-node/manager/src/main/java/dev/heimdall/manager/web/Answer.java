package dev.heimdall.manager.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;

/**
 * Answer to a request.
 *
 * @param cookies to keep, besides one that is in the headers
 * @param body empty: there is none
 */
public record Answer(int status, Map<String, String> headers, List<String> cookies, byte[] body) {
  public static final ObjectMapper JSON = new ObjectMapper();

  /** Of what is no page: it has no scripts, and shown as a page it shows nothing else. */
  private static final String POLICY =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final byte[] NOTHING = {};

  public static Answer json(int status, JsonNode body) {
    try {
      return of(status, "application/json", JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Answer of(int status, String type, byte[] body) {
    return new Answer(status, Map.of("Content-Type", type), List.of(), body);
  }

  public static Answer empty(int status) {
    return new Answer(status, Map.of(), List.of(), NOTHING);
  }

  public Answer with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Answer(status, more, cookies, body);
  }

  /** With one more cookie, as {@code Set-Cookie} has it. */
  public Answer keep(String cookie) {
    List<String> more = new ArrayList<>(cookies);
    more.add(cookie);
    return new Answer(status, headers, more, body);
  }

  /** The version of what is in it. */
  public Answer tagged(String version) {
    return with("ETag", '"' + version + '"');
  }

  /**
   * As it is sent; it is cached only if it says so, and browsers take it for what it says it is.
   */
  void headersOf(Response response) {
    response.setStatus(status);
    HttpFields.Mutable all = response.getHeaders();
    all.put(HttpHeader.CACHE_CONTROL, "no-store");
    all.put("Content-Security-Policy", POLICY);
    all.put("Referrer-Policy", "no-referrer");
    headers.forEach(all::put);
    cookies.forEach(cookie -> all.add(HttpHeader.SET_COOKIE, cookie));
    all.put("X-Content-Type-Options", "nosniff");
    if (status != HttpStatus.NOT_MODIFIED_304) {
      all.put(HttpHeader.CONTENT_LENGTH, body.length);
    }
  }

  /** It may hold a document. */
  @Override
  public String toString() {
    return status + ", " + body.length + " bytes";
  }
}
