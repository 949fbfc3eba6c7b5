package dev.heimdall.engine.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reply of the HTTP endpoint.
 *
 * @param allow the methods that would have been right, null if that was not the problem
 */
record HttpReply(int status, String contentType, byte[] body, String allow) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static HttpReply json(int status, Map<String, ?> content) {
    try {
      byte[] body = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content);
      return new HttpReply(status, "application/json", body, null);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A status of maps, lists and strings is always JSON", e);
    }
  }

  static HttpReply error(int status, String message) {
    return json(status, Map.of("error", message));
  }

  static HttpReply text(String contentType, String body) {
    return new HttpReply(200, contentType, body.getBytes(StandardCharsets.UTF_8), null);
  }

  static HttpReply methodNotAllowed(String path, String allowed) {
    HttpReply reply = error(405, path + " takes " + allowed + " only");
    return new HttpReply(reply.status, reply.contentType, reply.body, allowed);
  }
}
