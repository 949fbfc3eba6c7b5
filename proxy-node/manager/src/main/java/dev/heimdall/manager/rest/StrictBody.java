package dev.heimdall.manager.rest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Bodies in JSON, read as strictly as documents are. */
public final class StrictBody {
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictBody() {}

  /** An object with these keys and no others; it is small. */
  public static JsonNode of(Request request, int most, Set<String> keys) throws Refusal {
    request.type("application/json");
    JsonNode root = parsed(request.body(most));
    only(root, keys, "$");
    return root;
  }

  /** A text, if the key is there. */
  public static Optional<String> text(JsonNode node, String key) throws Refusal {
    JsonNode value = node.path(key);
    if (!value.isMissingNode() && !value.isTextual()) {
      throw Request.bad("$." + key + ": expected a text.");
    }
    return Optional.ofNullable(value.textValue());
  }

  static JsonNode parsed(byte[] body) throws Refusal {
    try {
      return STRICT.readTree(body);
    } catch (JsonProcessingException e) {
      // What the parser says quotes what it has read.
      JsonLocation place = e.getLocation();
      throw Request.bad(
          "The body is no JSON%s."
              .formatted(
                  place == null
                      ? ""
                      : ", line %d, column %d".formatted(place.getLineNr(), place.getColumnNr())));
    } catch (IOException e) {
      throw Request.bad("The body is no JSON.");
    }
  }

  static void only(JsonNode node, Set<String> keys, String at) throws Refusal {
    if (!node.isObject()) {
      throw Request.bad(at + ": expected an object.");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!keys.contains(entry.getKey())) {
        throw Request.bad(
            at
                + ": expected nothing but "
                + String.join(", ", keys.stream().sorted().toList())
                + ".");
      }
    }
  }
}
