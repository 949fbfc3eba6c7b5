package dev.heimdall.manager.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.ConfigurationReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NewRuleTest {
  private static final String MATCH = "^\\s*(?i:select)\\s*\"a\\.b\"$";

  private static NewRule rule(NewRule.Kind kind) {
    return new NewRule(
        kind, "select\n  a.b", MATCH, OptionalInt.empty(), false, Optional.of("SELECT $1 \\ 2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"rules\": []}",
        "{\"rules\":[{\"action\":\"log\"}],\"comment\":\"x]}\"}",
        "{\n"
            + "  \"comment\": \"[{\",\n"
            + "  \"rules\": [\n"
            + "    {\"action\": \"log\", \"parameters\": {\"a\": [1, {}]}},\n"
            + "    {\"action\": \"tag\"}\n"
            + "  ]\n"
            + "}\n",
        "{\"x\": {\"rules\": [1]}, \"rules\": [ ] , \"name\": \"y\"}",
        NewRule.EMPTY_LIST
      })
  void aRuleIsPutAtTheEndAndAllElseStays(String list) throws Exception {
    String changed = rule(NewRule.Kind.CACHE).in(list).orElseThrow();

    JsonNode before = Answer.JSON.readTree(list);
    JsonNode after = Answer.JSON.readTree(changed);
    assertThat(after.path("rules")).hasSize(before.path("rules").size() + 1);
    for (int i = 0; i < before.path("rules").size(); i++) {
      assertThat(after.path("rules").get(i)).isEqualTo(before.path("rules").get(i));
    }
    JsonNode added = after.path("rules").get(before.path("rules").size());
    assertThat(added.path("match").asText()).isEqualTo(MATCH);
    assertThat(added.path("comment").asText()).isEqualTo("From a query pattern: select a.b");
    assertThat(added.path("action").asText()).isEqualTo("cache");
    before.fieldNames().forEachRemaining(name -> assertThat(after.has(name)).isTrue());
    String head = list.substring(0, list.lastIndexOf("\"rules\""));
    assertThat(changed).startsWith(head);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nothing",
        "{}",
        "[]",
        "{\"rules\": {}}",
        "{\"rules\": [",
        "{\"a\": {\"rules\": []}}"
      })
  void whatIsNoListIsLeftAlone(String text) {
    assertThat(rule(NewRule.Kind.CACHE).in(text)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(NewRule.Kind.class)
  void everyKindIsOneThatNodesRead(NewRule.Kind kind, @TempDir Path directory) throws Exception {
    write(
        directory,
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://db:5432/shop\", \"user\": \"a\", \"password\": \"b\"}");
    write(
        directory,
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"main\", \"rules\": [\"mine\"]}");
    write(directory, "users/a.json", "{\"password\": \"b\"}");
    write(directory, "rules/mine.json", rule(kind).in(NewRule.EMPTY_LIST).orElseThrow());

    assertThat(ConfigurationReader.read(directory).rules().get("mine").rules()).hasSize(1);
  }

  private static void write(Path directory, String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void aReplacementIsTakenAsItIsWritten() throws Exception {
    JsonNode rule =
        Answer.JSON
            .readTree(rule(NewRule.Kind.REWRITE).in(NewRule.EMPTY_LIST).orElseThrow())
            .at("/rules/0");

    assertThat(rule.at("/parameters/target").asText()).isEqualTo("SELECT \\$1 \\\\ 2");
  }
}
