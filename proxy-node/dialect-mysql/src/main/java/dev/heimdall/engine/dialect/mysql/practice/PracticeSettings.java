package dev.heimdall.engine.dialect.mysql.practice;

import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.StateChanges;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The settings of one session, and how its server reports them. */
final class PracticeSettings {
  private static final String AUTOCOMMIT = "autocommit";
  private static final String ISOLATION = "transaction_isolation";
  private static final String COLLATION = "collation_connection";

  /** Initial settings of sessions. */
  private static final Map<String, String> INITIAL =
      Map.of(
          AUTOCOMMIT,
          "ON",
          "sql_mode",
          "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE"
              + ",ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
          "time_zone",
          "SYSTEM",
          "session_track_schema",
          "ON",
          "session_track_system_variables",
          "*",
          ISOLATION,
          "REPEATABLE-READ",
          COLLATION,
          "utf8mb4_0900_ai_ci",
          "character_set_client",
          "utf8mb4",
          "character_set_connection",
          "utf8mb4",
          "character_set_results",
          "utf8mb4");

  private static final List<String> OF_NAMES =
      List.of("character_set_client", "character_set_connection", "character_set_results");

  private static final Pattern NAMES = Pattern.compile("NAMES '?(\\w+)'?(?: COLLATE '?(\\w+))?");
  private static final Pattern LEVEL = Pattern.compile("ISOLATION LEVEL (\\w+) (\\w+)");
  private static final Pattern ACCESS = Pattern.compile("TRANSACTION READ (ONLY|WRITE)");
  private static final Pattern ASSIGNED =
      Pattern.compile("(\\w+) ?= ?(?:'([^']*)'|(?:CONCAT\\()?(?:@@(?:global\\.)?)?(\\w+))");
  private static final Pattern ASKED =
      Pattern.compile("@@(?:session\\.)?(\\w+)|\\bNULL\\b|DATABASE");

  private final Map<String, String> values = new HashMap<>();
  private int statements;

  PracticeSettings() {
    reset();
  }

  void reset() {
    values.clear();
    values.putAll(INITIAL);
  }

  boolean autocommits() {
    return values.get(AUTOCOMMIT).equals("ON");
  }

  /** All of them, as reported. */
  byte[] all() {
    return reported(values.keySet());
  }

  /** Carries out a SET; what it has set, as reported. */
  byte[] set(String text) {
    List<String> names = new ArrayList<>();
    Matcher found = NAMES.matcher(text);
    if (found.find()) {
      OF_NAMES.forEach(name -> put(names, name, found.group(1)));
      put(names, COLLATION, found.group(2) == null ? INITIAL.get(COLLATION) : found.group(2));
    }
    Matcher level = LEVEL.matcher(text);
    if (level.find()) {
      put(names, ISOLATION, level.group(1) + "-" + level.group(2));
    }
    Matcher access = ACCESS.matcher(text);
    if (access.find()) {
      put(names, "transaction_read_only", access.group(1).equals("ONLY") ? "ON" : "OFF");
    }
    for (Matcher each = ASSIGNED.matcher(text); each.find(); ) {
      String name = each.group(1);
      put(names, name, each.group(2) != null ? each.group(2) : meant(name, each.group(3)));
    }
    return reported(names);
  }

  private void put(List<String> names, String name, String value) {
    names.add(name);
    values.put(name, value);
  }

  /** Returns the meaning of a word after the name of a setting. */
  private String meant(String name, String word) {
    return switch (word) {
      case "DEFAULT" -> INITIAL.getOrDefault(name, "");
      case "NULL" -> "";
      case "0" -> "OFF";
      case "1" -> "ON";
      default -> values.getOrDefault(word, word);
    };
  }

  /** The values that a SELECT of settings asks for; null for NULL. */
  List<String> asked(String text) {
    List<String> found = new ArrayList<>();
    for (Matcher each = ASKED.matcher(text); each.find(); ) {
      found.add(
          switch (each.group()) {
            case "NULL" -> null;
            case "DATABASE" -> "practice";
            default -> values.getOrDefault(each.group(1), "");
          });
    }
    return found;
  }

  /** Returns the changes with a notice that another statement was executed. */
  byte[] counted(byte[] changes) {
    ByteBuf state = Unpooled.buffer();
    StateChanges.variable(state, "statement_id", Integer.toString(++statements));
    return ByteBufUtil.getBytes(state.writeBytes(changes));
  }

  private byte[] reported(Collection<String> names) {
    ByteBuf state = Unpooled.buffer();
    names.forEach(name -> StateChanges.variable(state, name, values.get(name)));
    state.writeByte(StateChanges.STATE_CHANGE).writeByte(2);
    LengthEncoded.write(state, "1");
    return ByteBufUtil.getBytes(state);
  }
}
