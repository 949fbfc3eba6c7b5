package dev.heimdall.cdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sample with two regions, which has one of everything, put together once for all tests of it.
 */
abstract class TwoRegionsSample {
  static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
  static final String EU = "orders-db-eu-west-1";
  static final String US = "orders-db-us-east-1";

  static Assembly made;

  @BeforeAll
  static void make(@TempDir Path work) throws Exception {
    if (made == null) {
      made = Assembly.of(Path.of("samples", "two-regions.json"), work);
    }
  }

  static String role(String part, String name) {
    return made.resources(EU, part, "AWS::IAM::Role")
        .get(name)
        .at("/Properties/Policies/0")
        .toString();
  }

  static Map<String, String> attributes(JsonNode list) {
    Map<String, String> attributes = new TreeMap<>();
    list.forEach(entry -> attributes.put(entry.get("Key").asText(), entry.get("Value").asText()));
    return attributes;
  }
}
