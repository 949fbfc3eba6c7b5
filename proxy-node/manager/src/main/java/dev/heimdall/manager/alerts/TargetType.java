package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.forms.FormInput;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.SettingField;
import dev.heimdall.model.Spelled;
import dev.heimdall.model.StrictDocument;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Type of target, with settings of its own, which it reads. */
public enum TargetType implements Spelled {
  WEBHOOK("Webhook", WebhookTarget.class),
  EMAIL("E-mail", EmailTarget.class),
  SNS("Amazon SNS", TopicTarget.class),
  PAGERDUTY("PagerDuty", PagerDutyTarget.class),
  ALERTMANAGER("Alertmanager", AlertmanagerTarget.class);

  /** The key that says which it is. */
  static final String KEY = "type";

  private interface Reader {
    Way read(byte[] text) throws ConfigurationException;
  }

  private final String title;
  private final Class<? extends Record> settings;
  private final Reader reader;
  private final List<SettingField> fields;

  <T extends Record & Way> TargetType(String title, Class<T> settings) {
    this.title = title;
    this.settings = settings;
    reader = text -> StrictDocument.read(text, settings, Way::check);
    fields = SettingField.of(settings);
  }

  static Optional<TargetType> of(String spelling) {
    return Stream.of(values()).filter(one -> one.spelling().equals(spelling)).findFirst();
  }

  /** Display name of the type. */
  public String title() {
    return title;
  }

  /** Its settings, as forms show them. */
  List<SettingField> fields() {
    return fields;
  }

  /** The keys of what is written and not read again. */
  List<String> secrets() {
    return fields.stream()
        .filter(field -> field.kind() == SettingField.Kind.SECRET)
        .map(SettingField::key)
        .toList();
  }

  /** Reads the settings of a target. */
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
      if (!secrets().contains(key.asText())) {
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
    for (Map.Entry<String, JsonNode> one :
        StrictDocument.schema(settings).path("properties").properties()) {
      if (one.getValue().has("default")) {
        shown.set(one.getKey(), one.getValue().path("default"));
      }
    }
    shown.setAll(target.settings());
    shown.remove(secrets());
    target.way().inPlaceOfSecrets().forEach(shown::putPOJO);
    return shown;
  }

  /**
   * Converts the texts of a form to settings, leaving out those that are empty.
   *
   * @param base what holds where the form says nothing
   */
  ObjectNode written(Map<String, String> form, ObjectNode base) {
    Map<String, String> texts = new HashMap<>(form);
    for (SettingField field : fields) {
      boolean list = field.kind() == SettingField.Kind.LIST;
      texts.computeIfPresent(
          field.key(), (key, text) -> list ? text.replaceAll("[,;\\s]+", "\n") : text.strip());
    }
    return FormInput.applied(fields, texts, base).tree();
  }
}
