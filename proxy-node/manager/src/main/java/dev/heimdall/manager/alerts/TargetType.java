package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.Secret;
import dev.heimdall.model.Spelled;
import dev.heimdall.model.StrictDocument;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** How targets can be reached, each with settings of its own, which it reads. */
enum TargetType implements Spelled {
  WEBHOOK(WebhookTarget.class),
  EMAIL(EmailTarget.class),
  SNS(TopicTarget.class),
  PAGERDUTY(PagerDutyTarget.class),
  ALERTMANAGER(AlertmanagerTarget.class);

  /** The key that says which it is. */
  static final String KEY = "type";

  private interface Reader {
    Way read(byte[] text) throws ConfigurationException;
  }

  private final Class<? extends Record> settings;
  private final Reader reader;
  private final Set<String> secrets = new LinkedHashSet<>();

  <T extends Record & Way> TargetType(Class<T> settings) {
    this.settings = settings;
    reader = text -> StrictDocument.read(text, settings, Way::check);
    for (RecordComponent component : settings.getRecordComponents()) {
      if (isSecret(component.getGenericType())) {
        secrets.add(component.getName());
      }
    }
  }

  private static boolean isSecret(Type type) {
    return type == Secret.class
        || type instanceof ParameterizedType generic
            && generic.getActualTypeArguments()[0] == Secret.class;
  }

  static Optional<TargetType> of(String spelling) {
    return Stream.of(values()).filter(one -> one.spelling().equals(spelling)).findFirst();
  }

  /** The keys of what is written and not read again. */
  Set<String> secrets() {
    return secrets;
  }

  /** What these settings mean. */
  Way read(ObjectNode json) throws ConfigurationException {
    return reader.read(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** As programs write it. */
  ObjectNode schema() {
    ObjectNode schema = StrictDocument.schema(settings);
    ObjectNode properties = (ObjectNode) schema.path("properties");
    ObjectNode type = properties.putObject(KEY).put("description", "How the target is reached.");
    if (this == WEBHOOK) {
      type.put("default", WEBHOOK.spelling());
    }
    type.putArray("enum").add(spelling());
    for (JsonNode property : properties) {
      ((ObjectNode) property).remove("x-applies");
    }
    ArrayNode required = schema.putArray("required");
    for (JsonNode key : StrictDocument.schema(settings).path("required")) {
      // A secret that is left out stays.
      if (!secrets.contains(key.asText())) {
        required.add(key);
      }
    }
    if (this != WEBHOOK) {
      required.add(KEY);
    }
    return schema;
  }

  /** All settings that have a value, without secrets and with what stands in their place. */
  ObjectNode shown(Target target) {
    ObjectNode shown = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> one : properties()) {
      if (one.getValue().has("default")) {
        shown.set(one.getKey(), one.getValue().path("default"));
      }
    }
    shown.setAll(target.settings());
    shown.remove(secrets);
    target.way().inPlaceOfSecrets().forEach(shown::putPOJO);
    return shown;
  }

  private Set<Map.Entry<String, JsonNode>> properties() {
    return StrictDocument.schema(settings).path("properties").properties();
  }

  /** What the settings mean, and what holds where nothing is written, for people. */
  Map<String, String> helps() {
    Map<String, String> helps = new HashMap<>();
    for (Map.Entry<String, JsonNode> one : properties()) {
      JsonNode byDefault = one.getValue().path("default");
      helps.put(
          one.getKey(),
          one.getValue().path("description").asText().replace("`", "")
              + (byDefault.isValueNode() ? " Default: " + byDefault.asText() + "." : ""));
    }
    return helps;
  }

  /** The settings as a form has them, without secrets. */
  Map<String, String> form(Target target) {
    Map<String, String> form = new HashMap<>();
    for (Map.Entry<String, JsonNode> one : target.settings().properties()) {
      if (!secrets.contains(one.getKey())) {
        List<String> texts = new ArrayList<>();
        one.getValue().forEach(item -> texts.add(item.asText()));
        form.put(
            one.getKey(),
            one.getValue().isArray() ? String.join(", ", texts) : one.getValue().asText());
      }
    }
    return form;
  }

  /** What texts of a form mean, of which those that are empty are left out. */
  ObjectNode written(Map<String, String> form) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> one : properties()) {
      String text = form.getOrDefault(one.getKey(), "").strip();
      if (text.isEmpty()) {
        continue;
      }
      switch (one.getValue().path("type").asText()) {
        case "integer" -> {
          if (text.matches("[0-9]{1,9}")) {
            json.put(one.getKey(), Integer.parseInt(text));
          } else {
            json.put(one.getKey(), text); // the reader says what is wrong with it
          }
        }
        case "array" ->
            Stream.of(text.split("[,;\\s]+"))
                .filter(part -> !part.isEmpty())
                .forEach(json.withArray(one.getKey())::add);
        default -> json.put(one.getKey(), text);
      }
    }
    return json;
  }
}
