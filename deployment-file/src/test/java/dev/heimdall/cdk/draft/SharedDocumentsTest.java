package dev.heimdall.cdk.draft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents of several regions that are put together. */
class SharedDocumentsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of regions that have one document each, with apostrophes in place of quotes. */
  private static Optional<SharedDocuments> of(String name, String... regions) throws Exception {
    List<SortedMap<String, JsonNode>> all = new ArrayList<>();
    for (String region : regions) {
      all.add(new TreeMap<>(Map.of(name, json(region))));
    }
    return SharedDocuments.of(all);
  }

  private static JsonNode json(String text) throws Exception {
    return JSON.readTree(text.replace('\'', '"'));
  }

  @Test
  void textsAndListsBecomeFactsAndTheRestStays() throws Exception {
    SharedDocuments shared =
        of(
                "sources/a.json",
                "{'url': 'x', 'ports': [1], 'at': {'url': 'p', 'host': 'h'}, 'to': {'url': 'x'}}",
                "{'url': 'y', 'ports': [1], 'at': {'url': 'q', 'host': 'h'}, 'to': {'url': 'y'}}",
                "{'url': 'z', 'ports': [2, 3], 'at': {'url': 'r', 'host': 'h'}, 'to': {'url': 'z'}}")
            .orElseThrow();

    // The same fact stands for what is the same in each region.
    assertThat(shared.documents().get("sources/a.json"))
        .isEqualTo(
            json(
                "{'url': '${region.a-url}', 'ports': ['${region.a-ports}'], 'at': {'url':"
                    + " '${region.a-url2}', 'host': 'h'}, 'to': {'url': '${region.a-url}'}}"));
    assertThat(
            JSON.valueToTree(shared.facts(2))
                .equals(json("{'a-url': 'z', 'a-ports': [2, 3], 'a-url2': 'r'}")))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a    | {'url': 'x', 'user': 'u'} | {'url': 'x'}",
        "a    | {'at': 'x'}               | {'at': {'x': 'y'}}",
        "a    | {'size': 1}               | {'size': 2}",
        "a    | {'all': [{'x': 1}]}       | {'all': [{'x': 2}]}",
        "1a   | {'url': 'x'}              | {'url': 'y'}",
      })
  void whatDiffersInMoreIsKeptApart(String name, String one, String other) throws Exception {
    assertThat(of("sources/" + name + ".json", one, other)).isEmpty();
  }
}
