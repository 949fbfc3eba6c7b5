package dev.heimdall.launcher.process;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object a line: {@code time} (ISO 8601, UTC), {@code level}, {@code logger}, {@code
 * message}, then the event's key-value pairs as fields of their own, and {@code exception} with the
 * stack trace.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};

  private final JsonFactory json = new JsonFactory();
  private final ThrowableProxyConverter exceptions = new ThrowableProxyConverter();

  @Override
  public void start() {
    exceptions.start();
    super.start();
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    try (JsonGenerator out = json.createGenerator(line)) {
      out.writeStartObject();
      out.writeStringField("time", event.getInstant().toString());
      out.writeStringField("level", event.getLevel().toString());
      out.writeStringField("logger", event.getLoggerName());
      out.writeStringField("message", message(event));
      if (event.getKeyValuePairs() != null) {
        for (KeyValuePair pair : event.getKeyValuePairs()) {
          write(out, pair);
        }
      }
      if (event.getThrowableProxy() != null) {
        out.writeStringField("exception", exceptions.convert(event));
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    line.write('\n');
    return line.toByteArray();
  }

  /** An event with pairs has them in its message's argument as well, for output without fields. */
  private static String message(ILoggingEvent event) {
    String pattern = event.getMessage();
    boolean pairs = event.getKeyValuePairs() != null && pattern.endsWith("{}");
    return pairs ? pattern.substring(0, pattern.length() - 2) : event.getFormattedMessage();
  }

  private static void write(JsonGenerator out, KeyValuePair pair) throws IOException {
    if (pair.value instanceof Long number) {
      out.writeNumberField(pair.key, number);
    } else if (pair.value instanceof Double number) {
      out.writeNumberField(pair.key, number);
    } else if (pair.value instanceof Boolean flag) {
      out.writeBooleanField(pair.key, flag);
    } else {
      out.writeStringField(pair.key, String.valueOf(pair.value));
    }
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
