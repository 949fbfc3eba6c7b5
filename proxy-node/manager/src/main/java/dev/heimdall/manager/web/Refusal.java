package dev.heimdall.manager.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request that is not carried out, answered with {@code {"status", "code", "message"}} and what
 * else there is to say.
 */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  /** After which something that was away may be there again. */
  public static final String RETRY_SECONDS = "5";

  private final int status;
  private final String code;
  private final transient Map<String, String> headers = new TreeMap<>();
  private final transient Map<String, JsonNode> more = new TreeMap<>();

  /**
   * @param code a word for programs; the status alone may mean several things
   * @param message for people; never a part of a document
   */
  public Refusal(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  public int status() {
    return status;
  }

  public Refusal header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  public Refusal with(String key, JsonNode value) {
    more.put(key, value);
    return this;
  }

  /** Returns the rejection of a request that is to be repeated later. */
  public static Refusal busy(String message) {
    return new Refusal(503, "busy", message).header("Retry-After", RETRY_SECONDS);
  }

  public Answer answer() {
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
