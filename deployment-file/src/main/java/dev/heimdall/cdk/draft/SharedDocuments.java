package dev.heimdall.cdk.draft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The documents of several regions as one set: where only a text is another one in each region,
 * such as the name of a server, it refers to a fact of the region.
 */
final class SharedDocuments {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As nodes accept it. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

  private final SortedMap<String, JsonNode> documents = new TreeMap<>();
  private final List<SortedMap<String, JsonNode>> facts;

  private SharedDocuments(int regions) {
    facts =
        IntStream.range(0, regions)
            .<SortedMap<String, JsonNode>>mapToObj(i -> new TreeMap<>())
            .toList();
  }

  /**
   * Puts them together.
   *
   * @param regions the documents of each, by name
   * @return none if they differ in more than texts
   */
  static Optional<SharedDocuments> of(
      List<? extends SortedMap<String, ? extends JsonNode>> regions) {
    SharedDocuments shared = new SharedDocuments(regions.size());
    Set<String> names = regions.get(0).keySet();
    if (!regions.stream().allMatch(region -> region.keySet().equals(names))) {
      return Optional.empty();
    }
    for (String name : names) {
      String about = name.substring(name.lastIndexOf('/') + 1).replace(".json", "");
      Optional<JsonNode> one =
          shared.one(
              regions.stream().<JsonNode>map(region -> region.get(name)).toList(), about, "");
      if (one.isEmpty()) {
        return Optional.empty();
      }
      shared.documents.put(name, one.get());
    }
    return Optional.of(shared);
  }

  /** All of them, by name. */
  SortedMap<String, JsonNode> documents() {
    return Collections.unmodifiableSortedMap(documents);
  }

  /** Facts that differ between regions, for one of them. */
  SortedMap<String, JsonNode> facts(int region) {
    return Collections.unmodifiableSortedMap(facts.get(region));
  }

  private Optional<JsonNode> one(List<JsonNode> values, String about, String key) {
    JsonNode first = values.get(0);
    if (new HashSet<>(values).size() == 1) {
      return Optional.of(first);
    }
    if (values.stream().allMatch(JsonNode::isTextual)) {
      return fact(values, about + "-" + key).map(TextNode::valueOf);
    }
    if (values.stream().allMatch(SharedDocuments::isPlainList)) {
      return fact(values, about + "-" + key).map(JSON.createArrayNode()::add);
    }
    Set<String> keys = keys(first);
    if (!values.stream().allMatch(value -> value.isObject() && keys(value).equals(keys))) {
      return Optional.empty();
    }
    ObjectNode object = JSON.createObjectNode();
    for (Map.Entry<String, JsonNode> member : first.properties()) {
      String name = member.getKey();
      Optional<JsonNode> one =
          one(values.stream().map(value -> value.get(name)).toList(), about, name);
      if (one.isEmpty()) {
        return one;
      }
      object.set(name, one.get());
    }
    return Optional.of(object);
  }

  private static boolean isPlainList(JsonNode value) {
    return value.isArray() && value.valueStream().allMatch(JsonNode::isValueNode);
  }

  private static Set<String> keys(JsonNode value) {
    Set<String> keys = new TreeSet<>();
    value.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** Returns a reference to the fact; empty if there is no name for it. */
  private Optional<String> fact(List<JsonNode> values, String name) {
    String free = name;
    for (int number = 2; isTaken(free, values); number++) {
      free = name + number;
    }
    if (!NAME.matcher(free).matches()) {
      return Optional.empty();
    }
    for (int i = 0; i < values.size(); i++) {
      facts.get(i).put(free, values.get(i));
    }
    return Optional.of("${region." + free + "}");
  }

  private boolean isTaken(String name, List<JsonNode> values) {
    List<JsonNode> there = new ArrayList<>();
    facts.forEach(region -> there.add(region.get(name)));
    return there.get(0) != null && !there.equals(values);
  }
}
