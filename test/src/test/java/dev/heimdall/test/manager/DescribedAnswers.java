package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether a manager answers as its description by OpenAPI says: a status that is named, the type of
 * media, the ETag, and a body with the keys that are named and no others.
 */
final class DescribedAnswers {
  /** Where the description is. */
  static final String PATH = "/api/v1/openapi.json";

  private static final int UNDESCRIBED = 404;
  private static final int ERROR = 400;
  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private JsonNode description = Rest.JSON.missingNode();

  /** Whether nobody who may read it has read it yet. */
  synchronized boolean isUnknown() {
    return description.isMissingNode();
  }

  /**
   * Reads it.
   *
   * @param answer to a request for it; whoever asked may not be somebody who may read it
   */
  synchronized void learn(HttpResponse<String> answer) throws IOException {
    if (answer.statusCode() == 200) {
      description = Rest.JSON.readTree(answer.body());
    }
  }

  /** Fails unless this is as described. */
  synchronized void check(HttpResponse<String> answer) throws IOException {
    if (isUnknown() || answer.request().method().equals("HEAD")) {
      return;
    }
    Optional<JsonNode> operation = operation(answer);
    if (operation.isEmpty()) {
      return;
    }
    String status = Integer.toString(answer.statusCode());
    JsonNode responses = operation.get().path("responses");
    JsonNode response =
        answer.statusCode() >= ERROR
            ? description.at("/components/responses/error")
            : responses.path(status);
    assertThat(response.isMissingNode())
        .as("%s of %s is described", status, operation.get().path("operationId").asText())
        .isFalse();
    if (response.path("headers").has("ETag")) {
      assertThat(answer.headers().firstValue("ETag")).as("ETag").isPresent();
    }
    JsonNode content = response.path("content");
    if (content.isMissingNode()) {
      assertThat(answer.body()).isEmpty();
      return;
    }
    String type = answer.headers().firstValue("Content-Type").orElse("none").split(";")[0].strip();
    assertThat(content.has(type)).as("%s of %s", type, content).isTrue();
    if (type.equals("application/json")) {
      check(content.path(type).path("schema"), answer.body());
    }
  }

  private void check(JsonNode described, String body) throws IOException {
    ObjectNode schema = described.deepCopy();
    close(schema);
    schema.set("components", description.path("components"));
    assertThat(
            FACTORY
                .getSchema(
                    schema, SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build())
                .validate(Rest.JSON.readTree(body)))
        .as("%s", body)
        .isEmpty();
  }

  /** Objects have no keys but those that are described. */
  private static void close(JsonNode schema) {
    if (schema.has("properties") && !schema.has("additionalProperties")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
    schema.forEach(DescribedAnswers::close);
  }

  private Optional<JsonNode> operation(HttpResponse<String> answer) {
    String asked = answer.request().uri().getPath();
    String method = answer.request().method().toLowerCase(Locale.ROOT);
    JsonNode found = Rest.JSON.missingNode();
    for (Map.Entry<String, JsonNode> path : description.path("paths").properties()) {
      boolean exact = path.getKey().equals(asked);
      if (exact || found.isMissingNode() && expression(path.getKey()).matcher(asked).matches()) {
        found = path.getValue().path(method);
      }
    }
    return found.isMissingNode() || answer.statusCode() == UNDESCRIBED
        ? Optional.empty()
        : Optional.of(found);
  }

  /** A document's name may have several segments. */
  private static Pattern expression(String path) {
    String one = path.startsWith("/api/v1/documents/") ? ".+" : "[^/]+";
    return Pattern.compile(path.replaceAll("\\{\\w+}", one));
  }
}
