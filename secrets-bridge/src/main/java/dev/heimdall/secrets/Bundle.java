package dev.heimdall.secrets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * All documents in one: {@code {"heimdall": 1, "documents": {"node.json": "…"}}}. A document is a
 * text, so that people can read it in a console, or {@code {"base64": "…"}} when it is no UTF-8.
 */
final class Bundle {
  static final String FORMAT = "heimdall";
  static final int CURRENT = 1;
  static final ObjectMapper JSON = new ObjectMapper();

  private static final String DOCUMENTS = "documents";
  private static final String SECRETS = "secrets";
  private static final String BASE64 = "base64";

  private Bundle() {}

  /** It is no bundle; the message says why, behind "it …", without any of it. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String message) {
      super(message);
    }
  }

  static byte[] encode(Map<String, Content> contents) {
    return encode(contents, Map.of());
  }

  /**
   * Encodes documents for a place where secrets may be.
   *
   * @param secrets what those hold that the documents name
   */
  static byte[] encode(Map<String, Content> contents, Map<String, String> secrets) {
    return bytes(of(contents, secrets));
  }

  static ObjectNode of(Map<String, Content> contents, Map<String, String> secrets) {
    ObjectNode root = envelope();
    if (!secrets.isEmpty()) {
      ObjectNode held = root.putObject(SECRETS);
      new TreeMap<>(secrets).forEach(held::put);
    }
    ObjectNode documents = root.putObject(DOCUMENTS);
    new TreeMap<>(contents)
        .forEach(
            (name, content) ->
                content
                    .text()
                    .ifPresentOrElse(
                        text -> documents.put(name, text),
                        () -> documents.putObject(name).put(BASE64, content.bytes())));
    return root;
  }

  static ObjectNode envelope() {
    return JSON.createObjectNode().put(FORMAT, CURRENT);
  }

  static byte[] bytes(JsonNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The secrets that were put beside the documents; there may be none. */
  static SortedMap<String, String> secrets(byte[] bytes) throws Unreadable {
    SortedMap<String, String> secrets = new TreeMap<>();
    parse(bytes)
        .path(SECRETS)
        .properties()
        .forEach(one -> secrets.put(one.getKey(), one.getValue().asText()));
    return secrets;
  }

  static SortedMap<String, Content> decode(byte[] bytes) throws Unreadable {
    return documents(parse(bytes));
  }

  /** The object that every form of it is. */
  static JsonNode parse(byte[] bytes) throws Unreadable {
    JsonNode root;
    try {
      root = JSON.readTree(bytes);
    } catch (IOException e) {
      // What the parser says quotes what it has read.
      throw new Unreadable("is no JSON");
    }
    if (!root.isObject() || !root.path(FORMAT).isInt()) {
      throw new Unreadable("has no number \"heimdall\", as what `heimdall config push` writes has");
    }
    if (root.path(FORMAT).intValue() != CURRENT) {
      throw new Unreadable(
          "was written in format "
              + root.path(FORMAT).intValue()
              + ", by a newer Heimdall; this one reads format "
              + CURRENT);
    }
    return root;
  }

  static SortedMap<String, Content> documents(JsonNode root) throws Unreadable {
    if (!root.path(DOCUMENTS).isObject()) {
      throw new Unreadable("has no object \"documents\"");
    }
    SortedMap<String, Content> contents = new TreeMap<>();
    long total = 0;
    for (Map.Entry<String, JsonNode> entry : root.get(DOCUMENTS).properties()) {
      String name = entry.getKey();
      if (!DocumentName.accepts(name)) {
        throw new Unreadable("has a document with a name that none may have");
      }
      Content content = content(name, entry.getValue());
      total += content.size();
      if (content.size() > DocumentStore.LARGEST
          || total > DocumentStore.LARGEST_TOTAL
          || contents.size() >= DocumentStore.MOST) {
        throw new Unreadable("is too large, at " + name);
      }
      contents.put(name, content);
    }
    return contents;
  }

  private static Content content(String name, JsonNode value) throws Unreadable {
    if (value.isTextual()) {
      return Content.of(value.textValue());
    }
    if (value.path(BASE64).isTextual()) {
      return Content.of(base64(value.path(BASE64).textValue(), name));
    }
    throw new Unreadable("has the document " + name + " neither as a text nor in Base64");
  }

  static byte[] base64(String text, String what) throws Unreadable {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new Unreadable("has something that is no Base64, in " + what);
    }
  }

  static byte[] compress(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Not without end: little can be compressed from very much. */
  static byte[] decompress(byte[] compressed) throws Unreadable {
    // Escapes of JSON may double what documents have.
    int most = 2 * DocumentStore.LARGEST_TOTAL;
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      byte[] plain = gzip.readNBytes(most + 1);
      if (plain.length > most) {
        throw new Unreadable("is too large");
      }
      return plain;
    } catch (IOException e) {
      throw new Unreadable("is compressed, but not whole");
    }
  }
}
