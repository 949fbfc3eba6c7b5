package dev.heimdall.engine.cloudwatch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * A log line that waits: as it was told, so that the thread that told it had little to do.
 *
 * @param millis when, since 1970
 */
record Line(long millis, Level level, String logger, String words, Map<String, Object> pairs) {
  /** Approximate size of a map entry, and of a number. */
  private static final int ENTRY = 48;

  /** Approximate memory of the line while it waits. */
  int size() {
    int size = 2 * ENTRY + words.length();
    for (Map.Entry<String, Object> pair : pairs.entrySet()) {
      size += ENTRY;
      if (pair.getValue() instanceof String text) {
        size += 2 * text.length();
      }
    }
    return size;
  }

  /** One JSON object, whose fields CloudWatch finds by itself. */
  String json(JsonFactory json) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator out = json.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("level", level.toString());
      out.writeStringField("logger", logger);
      out.writeStringField("message", words);
      for (Map.Entry<String, Object> pair : pairs.entrySet()) {
        write(out, pair.getKey(), pair.getValue());
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, String key, Object value) throws IOException {
    if (value instanceof Long number) {
      out.writeNumberField(key, number);
    } else if (value instanceof Double number) {
      out.writeNumberField(key, number);
    } else if (value instanceof Boolean flag) {
      out.writeBooleanField(key, flag);
    } else {
      out.writeStringField(key, String.valueOf(value));
    }
  }
}
