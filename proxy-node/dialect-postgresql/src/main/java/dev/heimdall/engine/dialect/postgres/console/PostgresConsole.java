package dev.heimdall.engine.dialect.postgres.console;

import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleChannel;
import dev.heimdall.engine.console.ConsoleProtocol;
import dev.heimdall.engine.console.Operator;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The admin database as a PostgreSQL server. */
public final class PostgresConsole implements ConsoleProtocol {
  private final Map<String, String> reported;

  public PostgresConsole() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("server_version", "18.0 (Heimdall console)");
    values.put("server_encoding", "UTF8");
    values.put("client_encoding", "UTF8");
    values.put("DateStyle", "ISO, MDY");
    values.put("TimeZone", "UTC");
    values.put("integer_datetimes", "on");
    values.put("standard_conforming_strings", "on");
    reported = Collections.unmodifiableMap(values);
  }

  @Override
  public Map<String, String> reported() {
    return reported;
  }

  @Override
  public ConsoleChannel talk(Console console, Operator operator, ClientEncoder encoder) {
    return new ConsoleChannel(new ConsoleDialogue(console, operator));
  }
}
