package dev.heimdall.manager.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.UncheckedIOException;
import java.util.Date;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a request is answered with.
 *
 * @param body empty: there is none
 */
record Answer(int status, Map<String, String> headers, byte[] body) {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final byte[] NOTHING = {};

  static Answer json(int status, JsonNode body) {
    try {
      return of(status, "application/json", JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Answer of(int status, String type, byte[] body) {
    return new Answer(status, Map.of("Content-Type", type), body);
  }

  static Answer empty(int status) {
    return new Answer(status, Map.of(), NOTHING);
  }

  Answer with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Answer(status, more, body);
  }

  /** The version of what is in it. */
  Answer tagged(String version) {
    return with("ETag", '"' + version + '"');
  }

  /** As it is sent; nobody keeps it, and browsers take it for what it says it is. */
  FullHttpResponse response() {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    HttpHeaders all = response.headers();
    headers.forEach(all::set);
    all.set(HttpHeaderNames.DATE, DateFormatter.format(new Date()));
    all.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    all.set("X-Content-Type-Options", "nosniff");
    if (status != HttpResponseStatus.NOT_MODIFIED.code()) {
      all.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    }
    return response;
  }

  /** It may hold a document. */
  @Override
  public String toString() {
    return status + ", " + body.length + " bytes";
  }
}
