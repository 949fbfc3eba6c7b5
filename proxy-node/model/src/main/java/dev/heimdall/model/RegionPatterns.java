package dev.heimdall.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Has a document's schema take references to the region, wherever its reader takes them. */
final class RegionPatterns {
  /** Somewhere in a text. */
  private static final String ANYWHERE = "\\$\\{region\\.[A-Za-z]";

  /** The whole of a text, which becomes whatever the fact is. */
  private static final String WHOLE = "^\\$\\{region\\.[A-Za-z][A-Za-z0-9_-]{0,63}\\}$";

  private RegionPatterns() {}

  /** Adds them to each setting of an object, and to those of the objects in it. */
  static void add(ObjectNode object) {
    for (JsonNode setting : object.path("properties")) {
      toSetting((ObjectNode) setting);
    }
    if (object.path("additionalProperties") instanceof ObjectNode text) {
      toSetting(text);
    }
  }

  private static void toSetting(ObjectNode setting) {
    if (setting.has("enum")) {
      JsonNode words = setting.remove("enum");
      setting.withArray("/anyOf").addObject().set("enum", words);
    }
    if (setting.has("anyOf")) {
      setting.path("anyOf").forEach(way -> add((ObjectNode) way));
      setting.withArray("/anyOf").addObject().put("type", "string").put("pattern", ANYWHERE);
      return;
    }
    String type = setting.path("type").asText();
    if (type.equals("string")) {
      if (setting.has("pattern")) {
        setting.put("pattern", setting.get("pattern").asText() + "|" + ANYWHERE);
      }
    } else if (type.equals("object")) {
      add(setting);
    } else {
      // What a schema says of a number or a list it says of no text.
      setting.putArray("type").add(type).add("string");
      setting.put("pattern", WHOLE);
      if (setting.path("items") instanceof ObjectNode item) {
        toSetting(item);
      }
    }
  }
}
