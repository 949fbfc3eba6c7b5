package dev.heimdall.manager.jsontext;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Documents that are changed where something is different. */
class JsonEditsTest {
  private static String changed(String before, String now) {
    return JsonEdits.changed(before, JsonLayout.tree(now));
  }

  @Test
  void whatIsNotChangedStaysAsItWasWritten() {
    String text = "{\n    \"ports\" : [ 1,2 ],\n    \"pool\": {\"size\": 20 , \"minIdle\":1}\n}\n";
    assertThat(changed(text, text)).isEqualTo(text);
    assertThat(changed(text, "{\"ports\":[1,2],\"pool\":{\"size\":40,\"minIdle\":1}}"))
        .isEqualTo(text.replace("20", "40"));
  }

  @Test
  void aMemberIsAddedAsItsNeighboursAreWritten() {
    assertThat(changed("{\n\t\"a\": 1\n}", "{\"a\":1,\"b\":{\"c\":true}}"))
        .isEqualTo("{\n\t\"a\": 1,\n\t\"b\": {\"c\": true}\n}");
    assertThat(changed("{\"a\": 1}", "{\"a\":1,\"b\":2}")).isEqualTo("{\"a\": 1, \"b\": 2}");
    assertThat(changed("{}", "{\"a\":1}")).isEqualTo("{\n  \"a\": 1\n}\n");
  }

  @Test
  void aMemberIsAddedWhereItStandsInTheTree() {
    String text = "{\n  \"b\": 1,\n  \"d\": []\n}";
    assertThat(changed(text, "{\"a\":0,\"b\":1,\"c\":2,\"d\":[],\"e\":3}"))
        .isEqualTo("{\n  \"a\": 0,\n  \"b\": 1,\n  \"c\": 2,\n  \"d\": [],\n  \"e\": 3\n}");
    assertThat(changed("{\"b\": 1, \"x\": 2}", "{\"a\":0,\"b\":1}"))
        .isEqualTo("{\"a\": 0, \"b\": 1}");
    assertThat(changed("{\"x\": 2, \"b\": 1}", "{\"a\":0,\"b\":1}"))
        .isEqualTo("{\"a\": 0, \"b\": 1}");
  }

  @Test
  void aMemberIsTakenAwayWithItsComma() {
    String text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}";
    assertThat(changed(text, "{\"b\":2,\"c\":3}")).isEqualTo("{\n  \"b\": 2,\n  \"c\": 3\n}");
    assertThat(changed(text, "{\"a\":1,\"c\":3}")).isEqualTo("{\n  \"a\": 1,\n  \"c\": 3\n}");
    assertThat(changed(text, "{\"a\":1}")).isEqualTo("{\n  \"a\": 1\n}");
    assertThat(changed(text, "{\"c\":3,\"d\":4}")).isEqualTo("{\n  \"c\": 3,\n  \"d\": 4\n}");
    assertThat(changed(text, "{\"d\":4}")).isEqualTo("{\"d\": 4}");
  }

  @Test
  void itemsBesideThoseThatComeAndGoStay() {
    String text = "{\n  \"a\": [\n    {\"x\":  1},\n    {\"x\":  2},\n    {\"x\":  3}\n  ]\n}";
    assertThat(changed(text, "{\"a\":[{\"x\":1},{\"x\":2},{\"x\":3},{\"x\":4}]}"))
        .isEqualTo(text.replace("3}", "3},\n    {\"x\": 4}"));
    assertThat(changed(text, "{\"a\":[{\"x\":0},{\"x\":1},{\"x\":2},{\"x\":3}]}"))
        .isEqualTo(text.replace("{\"x\":  1}", "{\"x\": 0},\n    {\"x\":  1}"));
    assertThat(changed(text, "{\"a\":[{\"x\":1},{\"x\":3}]}"))
        .isEqualTo(text.replace("    {\"x\":  2},\n", ""));
    assertThat(changed(text, "{\"a\":[{\"x\":3}]}"))
        .isEqualTo("{\n  \"a\": [\n    {\"x\":  3}\n  ]\n}");
    assertThat(changed("{\"a\": [1,2,3]}", "{\"a\":[1,3]}")).isEqualTo("{\"a\": [1,3]}");
    assertThat(changed("{\"a\": [1,2]}", "{\"a\":[1,2,3]}")).isEqualTo("{\"a\": [1,2, 3]}");
    assertThat(changed("{\"a\": [1,1]}", "{\"a\":[1]}")).isEqualTo("{\"a\": [1]}");
  }

  @Test
  void itemsOfAListAreChangedInTheirPlace() {
    String text =
        "{\n  \"auth\": [\n    {\"method\": \"reject\",  \"users\": [\"a\"]},\n    {}\n  ]\n}";
    assertThat(changed(text, "{\"auth\":[{\"method\":\"trust\",\"users\":[\"a\"]},{}]}"))
        .isEqualTo(text.replace("reject", "trust"));
  }

  @Test
  void whateverIsChangedTheTextSaysWhatIsWanted() {
    Random random = new Random(7);
    for (int i = 0; i < 3_000; i++) {
      ObjectNode before = tree(random, 3);
      ObjectNode now = random.nextBoolean() ? tree(random, 3) : varied(before, random);
      String text = random.nextBoolean() ? JsonEdits.fresh(before) : JsonLayout.text(before, "");
      assertThat(JsonLayout.tree(JsonEdits.changed(text, now)))
          .as("%s to %s", text, now)
          .isEqualTo(now);
    }
  }

  private static ObjectNode varied(ObjectNode tree, Random random) {
    ObjectNode now = tree.deepCopy();
    if (random.nextBoolean() && !now.isEmpty()) {
      now.remove(now.fieldNames().next());
    }
    now.set("z" + random.nextInt(3), tree(random, 1));
    return now;
  }

  private static ObjectNode tree(Random random, int depth) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    for (int i = random.nextInt(4); i > 0; i--) {
      String key = "k\"" + random.nextInt(6);
      switch (random.nextInt(depth > 0 ? 6 : 4)) {
        case 0 -> tree.put(key, random.nextInt(1_000) - 500);
        case 1 -> tree.put(key, "ä, }\"\\ " + random.nextInt());
        case 2 -> tree.put(key, random.nextBoolean());
        case 3 -> tree.putNull(key);
        case 4 -> tree.putArray(key).add(tree(random, depth - 1)).add(random.nextInt(9));
        default -> tree.set(key, tree(random, depth - 1));
      }
    }
    return tree;
  }
}
