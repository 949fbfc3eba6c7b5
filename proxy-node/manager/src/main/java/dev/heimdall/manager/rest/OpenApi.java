package dev.heimdall.manager.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.JsonSchema;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The API's description by OpenAPI 3.1, made of the table of operations and the schemas. */
final class OpenApi {
  private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)(\\.\\.\\.)?}");
  private static final String REF = "$ref";
  private static final String ALL = "May have several segments; their slashes stay slashes.";
  private static final String DESCRIPTION = "description";

  private static final String TAG = "^\"[!#-~]{1,200}\"$";
  private static final int KNOWN = 304;
  private static final String ERROR = "#/components/responses/error";

  private OpenApi() {}

  static ObjectNode of(
      String version, List<Operation> operations, Map<String, ObjectNode> schemas) {
    ObjectNode root = Answer.JSON.createObjectNode().put("openapi", "3.1.0");
    root.putObject("info")
        .put("title", "Heimdall manager")
        .put(
            "description",
            "One configuration of a fleet of nodes, and the nodes that report. Secrets can be"
                + " written, and are read as masks.")
        .put("version", version)
        .putObject("license")
        .put("name", "Apache-2.0")
        .put("identifier", "Apache-2.0");
    root.putArray("servers").addObject().put("url", "/");
    ArrayNode security = root.putArray("security");
    security.addObject().putArray("basic");
    security.addObject().putArray("token");
    ObjectNode paths = root.putObject("paths");
    TreeSet<String> tags = new TreeSet<>();
    operations.stream()
        .sorted(Comparator.comparing(Operation::path))
        .forEach(
            operation -> {
              String path = VARIABLE.matcher(operation.path()).replaceAll("{$1}");
              ObjectNode there =
                  paths.has(path) ? (ObjectNode) paths.get(path) : paths.putObject(path);
              tags.add(tag(path));
              there.set(operation.method().toLowerCase(Locale.ROOT), operation(path, operation));
            });
    tags.forEach(
        tag ->
            root.withArray("tags")
                .addObject()
                .put("name", tag)
                .put(DESCRIPTION, Tags.meaning(tag)));
    ObjectNode components = root.putObject("components");
    components(components);
    ((ObjectNode) components.path("schemas")).setAll(schemas);
    return root;
  }

  /** Returns the path segment behind {@code /api/v1/}. */
  private static String tag(String path) {
    String[] segments = path.split("/");
    return segments.length > 3 ? segments[3] : "manager";
  }

  private static ObjectNode operation(String path, Operation operation) {
    OperationText words = operation.words();
    ObjectNode one =
        Answer.JSON
            .createObjectNode()
            .put("operationId", id(operation))
            .put("summary", words.summary())
            .put("description", permission(operation.permission()));
    one.putArray("tags").add(tag(path));
    for (MatchResult variable : VARIABLE.matcher(operation.path()).results().toList()) {
      parameter(
          one, variable.group(1), "path", Shape.text(variable.group(2) == null ? "" : ALL), true);
    }
    boolean either = words.conditions().contains("If-None-Match");
    words
        .conditions()
        .forEach(
            header ->
                parameter(
                    one,
                    header,
                    "header",
                    condition(header),
                    header.equals("If-Match") && !either));
    if (words.outcomes().stream().anyMatch(outcome -> outcome.status() == KNOWN)) {
      parameter(
          one,
          "If-None-Match",
          "header",
          Shape.text("ETags of versions that are known: 304 if one of them still is the one."),
          false);
    }
    words.query().forEach(query -> parameter(one, query.name(), "query", query.shape(), false));
    for (OperationText.Body body : words.bodies()) {
      content(one.withObjectProperty("requestBody").put("required", true), body);
    }
    ObjectNode responses = one.putObject("responses");
    words.outcomes().forEach(outcome -> response(responses, outcome));
    responses.putObject("4XX").put(REF, ERROR);
    responses.putObject("5XX").put(REF, ERROR);
    return one;
  }

  private static void response(ObjectNode responses, OperationText.Outcome outcome) {
    ObjectNode response =
        responses
            .withObjectProperty(Integer.toString(outcome.status()))
            .put("description", meaning(outcome.status()));
    if (outcome.tagged()) {
      ObjectNode tag = response.putObject("headers").putObject("ETag");
      tag.put("description", "The version, in quotes.").putObject("schema").put("type", "string");
    }
    outcome.body().ifPresent(body -> content(response, body));
  }

  private static String meaning(int status) {
    return switch (status) {
      case 201 -> "It is new.";
      case 202 -> "It is begun.";
      case 204 -> "It is done.";
      case 304 -> "The version is still the same.";
      default -> "It is done, and this is what there is.";
    };
  }

  private static void content(ObjectNode into, OperationText.Body body) {
    into.withObjectProperty("content").putObject(body.type()).set("schema", body.shape().schema());
  }

  private static String permission(Permission permission) {
    return "Needs the permission " + permission.spelling() + ".";
  }

  private static Shape condition(String header) {
    return header.equals("If-Match")
        ? Shape.text("The ETag of the version that this is made over, as it was read.").like(TAG)
        : Shape.word("There is no such object yet. In the place of If-Match.", List.of("*"));
  }

  private static String id(Operation operation) {
    StringBuilder id = new StringBuilder(operation.method().toLowerCase(Locale.ROOT));
    for (String segment : operation.path().split("[^A-Za-z0-9]+")) {
      if (!segment.isEmpty() && !segment.equals("api") && !segment.equals("v1")) {
        id.append(segment.substring(0, 1).toUpperCase(Locale.ROOT)).append(segment.substring(1));
      }
    }
    return id.toString();
  }

  private static void parameter(
      ObjectNode operation, String name, String where, Shape shape, boolean needed) {
    ObjectNode parameter =
        operation.withArray("parameters").addObject().put("name", name).put("in", where);
    ObjectNode schema = shape.schema();
    if (schema.has(DESCRIPTION)) {
      parameter.set(DESCRIPTION, schema.remove(DESCRIPTION));
    }
    parameter.put("required", needed).set("schema", schema);
  }

  /**
   * Describes secrets as masks, which may be sent back: a write-only member is not returned at all.
   */
  private static void showMasks(JsonNode schema) {
    for (JsonNode secret : schema.findParents("writeOnly")) {
      if (secret.path("writeOnly").isBoolean()) {
        ((ObjectNode) secret).remove("writeOnly");
        ((ObjectNode) secret).put("format", "password");
      }
    }
  }

  private static void components(ObjectNode components) {
    ObjectNode schemas = components.putObject("schemas");
    for (Map.Entry<String, String> file : JsonSchema.files().entrySet()) {
      try {
        ObjectNode schema = (ObjectNode) Answer.JSON.readTree(file.getValue());
        showMasks(schema);
        schemas.set(file.getKey().replace(".schema.json", ""), schema);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("schemas are JSON", e);
      }
    }
    schemas.set("error", Reports.ERROR.schema());
    ObjectNode response =
        components
            .putObject("responses")
            .putObject("error")
            .put("description", "It was not carried out, and this says why.");
    response
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .put(REF, "#/components/schemas/error");
    ObjectNode schemes = components.putObject("securitySchemes");
    schemes.putObject("basic").put("type", "http").put("scheme", "basic");
    schemes.putObject("token").put("type", "http").put("scheme", "bearer");
  }
}
