package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JsonSchemaTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static List<String> violations(String kind, String document) throws Exception {
    JsonNode schema = MAPPER.readTree(JsonSchema.files().get(kind + ".schema.json"));
    return SchemaCheck.violations(schema, MAPPER.readTree(document));
  }

  private static String kind(String file) {
    return file.startsWith("node")
        ? "node"
        : file.startsWith("rules/")
            ? "rules"
            : file.substring(0, file.indexOf('/')).replaceAll("s$", "");
  }

  static Stream<Map.Entry<String, String>> rightDocuments() {
    return FullConfiguration.DOCUMENTS.entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("rightDocuments")
  void whatTheReaderTakesTheSchemaTakes(Map.Entry<String, String> document) throws Exception {
    assertThat(violations(kind(document.getKey()), document.getValue())).isEmpty();
  }

  @Test
  void everyDefaultIsAValueThatItsSchemaTakes() throws Exception {
    int defaults = 0;
    for (String file : JsonSchema.files().values()) {
      for (JsonNode schema : MAPPER.readTree(file).findParents("default")) {
        // A setting may be called so, too.
        if (schema.has("x-applies") || schema.has("type")) {
          assertThat(SchemaCheck.violations(schema, schema.get("default")))
              .as("%s", schema)
              .isEmpty();
          defaults++;
        }
      }
    }
    assertThat(defaults).isGreaterThan(150);
  }

  @Test
  void theDocumentsSetEverySettingThereIs() throws Exception {
    for (Map.Entry<String, DocumentKind> document :
        Map.of(
                "node.json", DocumentKind.NODE,
                "sources/primary.json", DocumentKind.SOURCE,
                "drivers/pairs.json", DocumentKind.DRIVER,
                "vdbs/shop.json", DocumentKind.VDB,
                "rules/main.json", DocumentKind.RULES,
                "users/alice.json", DocumentKind.USER)
            .entrySet()) {
      String text = FullConfiguration.DOCUMENTS.get(document.getKey());
      assertAllSet(document.getValue().shape(), MAPPER.readTree(text), document.getKey());
    }
    assertAllSet(
        Shape.of(SourceCredentials.class),
        MAPPER.readTree(FullConfiguration.DOCUMENTS.get("sources/reports.json")).get("credentials"),
        "sources/reports.json credentials");
  }

  private static void assertAllSet(Shape<?> shape, JsonNode value, String path) {
    for (Shape.Field field : shape.fields()) {
      // The ways to give a password, or a certificate, exclude each other.
      if (field.key().equals("password") && value.has("verifier")
          || field.key().equals("certificate") && value.has("certificateFile")
          || field.key().equals("credentials") && value.has("password")) {
        continue;
      }
      assertThat(value.has(field.key())).as(path + " " + field.key()).isTrue();
      JsonNode inner = value.get(field.key());
      field
          .section()
          .ifPresent(
              section ->
                  assertAllSet(
                      section, inner.isArray() ? inner.get(0) : inner, path + " " + field.key()));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "node   | []                                        | $ type",
        "node   | {\"ids\": 1}                              | $ additionalProperties",
        "node   | {\"id\": 4096}                            | $.id maximum",
        "node   | {\"id\": \"1\"}                           | $.id pattern",
        "node   | {\"http\": {\"prot\": 1}}                 | $.http additionalProperties",
        "node   | {\"loginTimeout\": \"0\"}                 | $.loginTimeout pattern",
        "node   | {\"drainTimeout\": \"5\"}                 | $.drainTimeout pattern",
        "node   | {\"transport\": \"fast\"}                 | $.transport anyOf",
        "node   | {\"peers\": [{\"id\": 1}]}                | $.peers[] required",
        "vdb    | {\"source\": \"a\"}                         | $ required",
        "source | {\"url\": \"jdbc:postgresql://a?b=c\"}    | $.url pattern",
        "vdb    | {\"source\": \"a\", \"ports\": []}        | $.ports minItems",
        "vdb    | {\"source\": \"a\", \"ports\": [1], \"limits\": {\"maxStatementSize\": \"1MB\"}}"
            + " | $.limits.maxStatementSize anyOf",
        "user   | {\"verifier\": \"md5\"}                   | $.verifier anyOf",
      })
  void wrongDocumentsAreRefused(String kind, String document, String violation) throws Exception {
    assertThat(violations(kind, document)).containsExactly(violation);
  }
}
