package dev.heimdall.manager.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.JsonSchema;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The API's description by OpenAPI 3.1, made of the table of operations and the schemas. */
final class OpenApi {
  private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)(\\.\\.\\.)?}");
  private static final String REF = "$ref";
  private static final String ALL = "May have several segments; their slashes stay slashes.";
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
    tags.forEach(tag -> root.withArray("tags").addObject().put("name", tag));
    ObjectNode components = root.putObject("components");
    components(components);
    ((ObjectNode) components.path("schemas")).setAll(schemas);
    return root;
  }

  /** What is behind {@code /api/v1/}. */
  private static String tag(String path) {
    String[] segments = path.split("/");
    return segments.length > 3 ? segments[3] : "manager";
  }

  private static ObjectNode operation(String path, Operation operation) {
    Words words = operation.words();
    ObjectNode one =
        Answer.JSON
            .createObjectNode()
            .put("operationId", id(operation))
            .put("summary", words.summary())
            .put("description", permission(operation.permission()));
    one.putArray("tags").add(tag(path));
    for (MatchResult variable : VARIABLE.matcher(operation.path()).results().toList()) {
      parameter(one, variable.group(1), "path", variable.group(2) == null ? "" : ALL)
          .put("required", true);
    }
    words.conditions().forEach(header -> parameter(one, header, "header", condition(header)));
    words.query().forEach(query -> parameter(one, query.name(), "query", query.meaning()));
    if (operation.largestBody() > 0) {
      ObjectNode body = one.putObject("requestBody").put("required", true);
      boolean whole = operation.method().equals("PUT");
      body.putObject("content")
          .putObject(words.bodyType())
          .set(
              "schema",
              words.fields().isEmpty()
                  ? schema(words.schema().filter(kind -> whole))
                  : schema(words.fields()));
    }
    ObjectNode responses = one.putObject("responses");
    ObjectNode good = responses.putObject("2XX").put("description", "It is done.");
    if (operation.method().equals("GET")) {
      good.putObject("content").putObject("application/json").set("schema", schema(words.schema()));
    }
    responses.putObject("default").put(REF, ERROR);
    return one;
  }

  private static String permission(Permission permission) {
    return "Needs the permission " + permission.spelling() + ".";
  }

  private static String condition(String header) {
    return header.equals("If-Match")
        ? "The ETag of the version that this is made over, as it was read."
        : "*: there is no such object yet. In the place of If-Match.";
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

  private static ObjectNode parameter(
      ObjectNode operation, String name, String where, String meaning) {
    ObjectNode parameter =
        operation.withArray("parameters").addObject().put("name", name).put("in", where);
    if (!meaning.isEmpty()) {
      parameter.put("description", meaning);
    }
    parameter.putObject("schema").put("type", "string");
    return parameter;
  }

  private static ObjectNode schema(Optional<String> kind) {
    ObjectNode schema = Answer.JSON.createObjectNode();
    kind.ifPresent(name -> schema.put(REF, "#/components/schemas/" + name));
    return schema;
  }

  private static ObjectNode schema(List<Words.Field> fields) {
    ObjectNode schema =
        Answer.JSON.createObjectNode().put("type", "object").put("additionalProperties", false);
    ObjectNode properties = schema.putObject("properties");
    for (Words.Field field : fields) {
      ObjectNode property =
          properties
              .putObject(field.name())
              .put("type", field.type())
              .put("description", field.meaning());
      if (field.type().equals("array")) {
        property.putObject("items").put("type", "string");
      }
      if (field.required()) {
        schema.withArray("required").add(field.name());
      }
    }
    return schema;
  }

  private static void components(ObjectNode components) {
    ObjectNode schemas = components.putObject("schemas");
    for (Map.Entry<String, String> file : JsonSchema.files().entrySet()) {
      try {
        ObjectNode schema = (ObjectNode) Answer.JSON.readTree(file.getValue());
        schemas.set(file.getKey().replace(".schema.json", ""), schema);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("schemas are JSON", e);
      }
    }
    ObjectNode error = schemas.putObject("error").put("type", "object");
    ObjectNode properties = error.putObject("properties");
    properties.putObject("status").put("type", "integer");
    properties.putObject("code").put("type", "string").put("description", "A word for programs.");
    properties.putObject("message").put("type", "string").put("description", "For people.");
    error.putArray("required").add("status").add("code").add("message");
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
