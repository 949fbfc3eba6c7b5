package dev.heimdall.manager.jsontext;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes a document's text where something is different; the rest stays as it was written. */
public final class JsonEdits {
  private static final String STEP = "  ";

  private final String text;
  private final List<Edit> edits = new ArrayList<>();

  /** A part of the text, and what comes in its place. */
  private record Edit(int start, int end, String now) {}

  /**
   * A value in the text.
   *
   * @param keys where the names of its members begin
   */
  private record Place(
      int start,
      int end,
      Map<String, Integer> keys,
      Map<String, Place> members,
      List<Place> items) {}

  private JsonEdits(String text) {
    this.text = text;
  }

  /** The text of a new document. */
  public static String fresh(ObjectNode tree) {
    if (tree.isEmpty()) {
      return "{\n}\n";
    }
    List<String> members = new ArrayList<>();
    tree.properties().forEach(member -> members.add(member(member, STEP)));
    return "{\n" + STEP + String.join(",\n" + STEP, members) + "\n}\n";
  }

  /**
   * The text with another content.
   *
   * @param text of an object without anything twice in it
   */
  public static String changed(String text, ObjectNode now) {
    ObjectNode before = JsonLayout.tree(text);
    if (before.isEmpty()) {
      return now.isEmpty() ? text : fresh(now);
    }
    JsonEdits all = new JsonEdits(text);
    all.change(all.places(), before, now, "");
    return all.applied();
  }

  private static String member(Map.Entry<String, JsonNode> member, String indent) {
    return JsonLayout.scalar(member.getKey()) + ": " + JsonLayout.text(member.getValue(), indent);
  }

  private Place places() {
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      parser.nextToken();
      return place(parser);
    } catch (IOException e) {
      throw new IllegalStateException("what was JSON is none", e);
    }
  }

  private static Place place(JsonParser parser) throws IOException {
    int start = (int) parser.currentTokenLocation().getCharOffset();
    JsonToken token = parser.currentToken();
    Map<String, Integer> keys = new LinkedHashMap<>();
    Map<String, Place> members = new LinkedHashMap<>();
    List<Place> items = new ArrayList<>();
    if (token == JsonToken.START_OBJECT) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        keys.put(key, (int) parser.currentTokenLocation().getCharOffset());
        parser.nextToken();
        members.put(key, place(parser));
      }
    } else if (token == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(place(parser));
      }
    } else {
      parser.finishToken();
    }
    int end =
        token.isNumeric()
            ? start + parser.getTextLength() // its end is known when what follows was read
            : (int) parser.currentLocation().getCharOffset();
    return new Place(start, end, keys, members, items);
  }

  private void change(Place at, JsonNode before, JsonNode now, String indent) {
    if (ExactJson.isSame(before, now)) {
      return;
    }
    if (before.isObject() && now.isObject() && keeps(before, now)) {
      members(at, before, now, indent);
    } else if (before.isArray() && now.isArray() && before.size() == now.size()) {
      for (int i = 0; i < before.size(); i++) {
        Place item = at.items().get(i);
        change(item, before.get(i), now.get(i), indentAt(item.start()).orElse(indent + STEP));
      }
    } else if (before.isArray() && now.isArray() && !before.isEmpty() && !now.isEmpty()) {
      items(at, before, now, indent);
    } else {
      edits.add(new Edit(at.start(), at.end(), JsonLayout.text(now, indent)));
    }
  }

  /** Of lists of different lengths the items before and behind what changes stay. */
  private void items(Place at, JsonNode before, JsonNode now, String indent) {
    int most = Math.min(before.size(), now.size());
    int first = 0;
    while (first < most && ExactJson.isSame(before.get(first), now.get(first))) {
      first++;
    }
    int last = 0;
    while (last < most - first
        && ExactJson.isSame(before.get(before.size() - 1 - last), now.get(now.size() - 1 - last))) {
      last++;
    }
    if (first + last == 0) {
      edits.add(new Edit(at.start(), at.end(), JsonLayout.text(now, indent)));
      return;
    }
    Optional<String> own = indentAt(at.items().get(0).start());
    String between = own.map(spaces -> ",\n" + spaces).orElse(", ");
    StringBuilder text = new StringBuilder();
    for (int i = first; i < now.size() - last; i++) {
      String item = JsonLayout.text(now.get(i), own.orElse(indent));
      text.append(first > 0 ? between + item : item + between);
    }
    int behind = before.size() - last;
    int start = first > 0 ? at.items().get(first - 1).end() : at.items().get(0).start();
    int end = first > 0 ? at.items().get(behind - 1).end() : at.items().get(behind).start();
    edits.add(new Edit(start, end, text.toString()));
  }

  private static boolean keeps(JsonNode before, JsonNode now) {
    return before.properties().stream().anyMatch(member -> now.has(member.getKey()));
  }

  private void members(Place at, JsonNode before, JsonNode now, String indent) {
    int behind = -1;
    String inner = indent + STEP;
    boolean lines = false;
    List<String> keys = List.copyOf(at.keys().keySet());
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.get(i);
      int start = at.keys().get(key);
      Place value = at.members().get(key);
      Optional<String> own = indentAt(start);
      inner = own.orElse(inner);
      lines |= own.isPresent();
      if (now.has(key)) {
        change(value, before.get(key), now.get(key), own.orElse(indent));
        behind = value.end();
      } else if (behind < 0) {
        edits.add(new Edit(start, at.keys().get(keys.get(i + 1)), ""));
      } else {
        edits.add(new Edit(at.members().get(keys.get(i - 1)).end(), value.end(), ""));
      }
    }
    added(at, before, now, inner, lines ? ",\n" + inner : ", ");
  }

  /** Inserts new members behind the member that precedes them in the tree. */
  private void added(Place at, JsonNode before, JsonNode now, String indent, String between) {
    int behind = -1;
    List<String> first = new ArrayList<>();
    for (Map.Entry<String, JsonNode> member : now.properties()) {
      String key = member.getKey();
      if (before.has(key) && behind < 0) {
        int start = at.keys().get(key);
        first.forEach(text -> edits.add(new Edit(start, start, text + between)));
      }
      if (before.has(key)) {
        behind = at.members().get(key).end();
      } else if (behind < 0) {
        first.add(member(member, indent));
      } else {
        edits.add(new Edit(behind, behind, between + member(member, indent)));
      }
    }
  }

  /** Returns the text before a position on its line, if that is nothing but space. */
  private Optional<String> indentAt(int start) {
    int line = text.lastIndexOf('\n', start - 1) + 1;
    String before = text.substring(line, start);
    return line > 0 && before.isBlank() ? Optional.of(before) : Optional.empty();
  }

  private String applied() {
    edits.sort(Comparator.comparingInt(Edit::start).thenComparingInt(Edit::end));
    StringBuilder now = new StringBuilder();
    int done = 0;
    for (Edit edit : edits) {
      now.append(text, done, edit.start()).append(edit.now());
      done = edit.end();
    }
    return now.append(text.substring(done)).toString();
  }
}
