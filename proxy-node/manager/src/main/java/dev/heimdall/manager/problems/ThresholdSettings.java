package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.forms.FormInput;
import dev.heimdall.manager.pages.Troubles;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.SettingField;
import dev.heimdall.model.StrictDocument;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thresholds as they are written, and as they hold; managers share them. */
final class ThresholdSettings {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  static final List<SettingField> FIELDS = SettingField.of(Thresholds.class);

  private static final long FRESH = TimeUnit.SECONDS.toNanos(30);

  /** Settings as they are written, and what they mean. */
  private record Written(ObjectNode settings, Thresholds mean) {}

  private static final Written NOTHING = written(JsonNodeFactory.instance.objectNode());

  private final Optional<SharedDocument<Written>> document;
  private final AuditLog audit;
  private volatile Written known = NOTHING;

  // Of the thread that looks.
  private long looked = System.nanoTime() - FRESH;
  private boolean failing;

  /**
   * @param store empty: they are kept as long as the manager runs
   */
  ThresholdSettings(Optional<DocumentStore> store, AuditLog audit) {
    this.audit = audit;
    document =
        store.map(
            place -> new SharedDocument<>(place, "thresholds.json", new Form(), System::nanoTime));
  }

  private static final class Form implements SharedDocument.Form<Written> {
    @Override
    public Written read(Optional<Content> content) throws StoreException {
      if (content.isEmpty()) {
        return NOTHING;
      }
      try {
        return mean((ObjectNode) Answer.JSON.readTree(content.get().bytes()));
      } catch (IOException | ClassCastException | ConfigurationException e) {
        throw StoreException.corrupt(
            "The manager's thresholds.json is not as the manager writes it.");
      }
    }

    @Override
    public Content write(Written value) {
      return Content.of(value.settings().toPrettyString() + "\n");
    }
  }

  private static Written mean(ObjectNode settings) throws ConfigurationException {
    byte[] text = settings.toString().getBytes(StandardCharsets.UTF_8);
    return new Written(settings, StrictDocument.read(text, Thresholds.class, Thresholds::check));
  }

  private static Written written(ObjectNode settings) {
    try {
      return mean(settings);
    } catch (ConfigurationException e) {
      throw new IllegalStateException("defaults are right", e);
    }
  }

  /** As they are known; never waits. */
  Thresholds now() {
    return known.mean();
  }

  /** Looks whether another manager has changed them, where that was long ago. */
  void refresh() {
    if (document.isEmpty() || System.nanoTime() - looked < FRESH) {
      return;
    }
    looked = System.nanoTime();
    try {
      known = document.get().value();
      failing = false;
    } catch (StoreException e) {
      if (!failing) {
        LOG.warn("thresholds of alerts cannot be read, and stay as they were: {}", e.getMessage());
      }
      failing = true;
    }
  }

  static ObjectNode schema() {
    ObjectNode schema = StrictDocument.schema(Thresholds.class);
    for (JsonNode property : schema.path("properties")) {
      ((ObjectNode) property).remove("x-applies");
    }
    return schema;
  }

  /** All of them, with the defaults of those that are not written. */
  ObjectNode shown() throws StoreException {
    ObjectNode shown = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> one : schema().path("properties").properties()) {
      shown.set(one.getKey(), one.getValue().path("default"));
    }
    return shown.setAll(written());
  }

  /** Those that are written. */
  ObjectNode written() throws StoreException {
    if (document.isPresent()) {
      known = document.get().value();
    }
    return known.settings();
  }

  /** Has these hold from now on; those that are left out have their defaults. */
  void put(ObjectNode settings, Author author) throws Refusal, StoreException {
    Written next;
    try {
      next = mean(settings.deepCopy());
    } catch (ConfigurationException e) {
      throw Request.bad(Troubles.sentences(e, "The thresholds"));
    }
    known = document.isPresent() ? document.get().change(now -> next) : next;
    audit.note(
        Action.CONFIGURATION_CHANGED, author.user(), author.address(), "thresholds of alerts");
  }

  /** Converts the texts of a form to settings; empty ones are left out. */
  static ObjectNode ofForm(Map<String, String> form) {
    return FormInput.applied(FIELDS, form, JsonNodeFactory.instance.objectNode()).tree();
  }
}
