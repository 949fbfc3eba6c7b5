package dev.heimdall.test.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/** A client of a manager's REST. */
final class Rest {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final String DOCUMENTS = "/api/v1/documents/";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;
  private final String user;
  private final String password;
  private final DescribedAnswers described;

  Rest(int port, String user, String password) {
    this(port, user, password, new DescribedAnswers());
  }

  private Rest(int port, String user, String password, DescribedAnswers described) {
    this.port = port;
    this.user = user;
    this.password = password;
    this.described = described;
  }

  /** The same as somebody else. */
  Rest as(String otherUser, String otherPassword) {
    return new Rest(port, otherUser, otherPassword, described);
  }

  /**
   * What came of a request.
   *
   * @param etag in quotes; empty: there was none
   */
  record Said(int status, String etag, String body, HttpResponse<String> response) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new AssertionError("no JSON: " + body, e);
      }
    }

    String code() {
      return json().path("code").asText();
    }

    @Override
    public String toString() {
      return status + " " + body;
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(60))
        .header("Authorization", basic(user, password));
  }

  static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** Sends it; what is answered has to be what the manager's description says. */
  Said send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response = sent(request);
    if (described.isUnknown()) {
      described.learn(sent(request(DescribedAnswers.PATH).GET()));
    }
    described.check(response);
    return new Said(
        response.statusCode(),
        response.headers().firstValue("ETag").orElse(""),
        response.body(),
        response);
  }

  private HttpResponse<String> sent(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  Said get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  Said document(String name) throws IOException, InterruptedException {
    return get(DOCUMENTS + name);
  }

  /**
   * Writes a document.
   *
   * @param over the ETag that it is written over; empty: there is no such document
   */
  Said put(String name, String text, Optional<String> over)
      throws IOException, InterruptedException {
    return send(
        over(request(DOCUMENTS + name), over)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(text)));
  }

  Said delete(String name, String over) throws IOException, InterruptedException {
    return send(over(request(DOCUMENTS + name), Optional.of(over)).DELETE());
  }

  private static HttpRequest.Builder over(HttpRequest.Builder request, Optional<String> over) {
    return over.isPresent()
        ? request.header("If-Match", over.get())
        : request.header("If-None-Match", "*");
  }

  Said post(String path, Object body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  /** Several changes, one after the other. */
  static final class Changes {
    private final ObjectNode root = JSON.createObjectNode();

    Changes() {
      root.putArray("changes");
    }

    private ObjectNode change(String name, String over) {
      ObjectNode change = root.withArray("changes").addObject().put("document", name);
      return change.put("over", over == null ? null : over.replace("\"", ""));
    }

    /**
     * @param over an ETag or version; null: there is none
     */
    Changes write(String name, String text, String over) {
      change(name, over).put("text", text);
      return this;
    }

    Changes delete(String name, String over) {
      change(name, over).put("delete", true);
      return this;
    }

    @Override
    public String toString() {
      return root.toString();
    }
  }
}
