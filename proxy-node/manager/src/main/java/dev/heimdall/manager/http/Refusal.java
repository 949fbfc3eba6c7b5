package dev.heimdall.manager.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request that is not carried out, answered with {@code {"status", "code", "message"}} and what
 * else there is to say.
 */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient Map<String, String> headers = new TreeMap<>();
  private final transient Map<String, JsonNode> more = new TreeMap<>();

  /**
   * @param code a word for programs; the status alone may mean several things
   * @param message for people; never a part of a document
   */
  Refusal(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  Refusal header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  Refusal with(String key, JsonNode value) {
    more.put(key, value);
    return this;
  }

  Answer answer() {
    ObjectNode body =
        Answer.JSON
            .createObjectNode()
            .put("status", status)
            .put("code", code)
            .put("message", getMessage());
    more.forEach(body::set);
    Answer answer = Answer.json(status, body);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      answer = answer.with(header.getKey(), header.getValue());
    }
    return answer;
  }
}
