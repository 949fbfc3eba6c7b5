package dev.heimdall.engine.dialect.postgres.login;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.dialect.postgres.sql.PostgresLiteral;
import dev.heimdall.engine.dialect.postgres.sql.SettingName;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Session variables out of a start-up packet: its parameters, and the switches in `options`. */
final class StartupOptions {
  /**
   * Settings that PostgreSQL takes in a start-up packet, if their values are right, and that have
   * no effect there: those of the transaction in which the session begins, and the user, which the
   * log-in decides. The server is asked whether it would take them; they are not carried, because
   * they would have an effect then.
   */
  private static final Set<String> OF_TRANSACTION =
      Set.of("transaction_isolation", "transaction_read_only", "transaction_deferrable");

  private static final String USER = "session_authorization";

  private static final String SEED = "seed";

  /**
   * Libraries that a server loads when a connection begins; later changes have no effect, whatever
   * they name.
   */
  private static final String LIBRARIES = "local_preload_libraries";

  /** Libraries that a server loads when a connection begins, and that only superusers may set. */
  private static final String SESSION_LIBRARIES = "session_preload_libraries";

  private static final String APPLICATION_NAME = "application_name";

  private static final Set<String> NOT_CARRIED =
      Set.of(
          "transaction_isolation", "transaction_read_only", "transaction_deferrable", USER, SEED);

  /** Parameters that are no settings. */
  private static final Set<String> OF_LOG_IN = Set.of("user", "database", "replication", "options");

  /** The switches of a server process that take a value. */
  private static final String WITH_VALUE = "BCcDdfhkNprStvW";

  /** Those that a client may give and that do nothing then. */
  private static final String IGNORED = "bCDEjnrv";

  private static final Pattern NUMBER = Pattern.compile("\\s*([+-]?[0-9]{1,9})");

  /** Program name before the first switch. */
  private static final String PROGRAM = "postgres";

  private StartupOptions() {}

  /**
   * @param parameters of the start-up packet
   */
  static StartupVariables variables(Map<String, String> parameters)
      throws StartupVariables.Rejected {
    TreeMap<String, String> variables = new TreeMap<>();
    String options = parameters.get("options");
    if (options != null) {
      options(options, variables);
    }
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      String name = parameter.getKey();
      if (!OF_LOG_IN.contains(name)) {
        if (OF_LOG_IN.contains(name.toLowerCase(Locale.ROOT))) {
          throw unrecognized(name); // what is no setting has one spelling
        }
        put(variables, name, parameter.getValue());
      }
    }
    String application = variables.get(APPLICATION_NAME);
    List<ServerError> notices = List.of();
    if (application != null) {
      notices = truncated(application);
      variables.put(APPLICATION_NAME, cleanName(application));
    }
    checkLibraries(LIBRARIES, variables.remove(LIBRARIES));
    checkLibraries(SESSION_LIBRARIES, variables.get(SESSION_LIBRARIES));
    String seed = variables.get(SEED);
    if (seed != null) {
      checkSeed(seed);
    }
    Variables all = Variables.of(variables);
    Variables user = Variables.NONE;
    Variables transaction = Variables.NONE;
    Variables carried = all;
    if (variables.keySet().stream().anyMatch(NOT_CARRIED::contains)) {
      String name = variables.remove(USER);
      user = name == null ? Variables.NONE : Variables.of(Map.of(USER, name));
      variables.remove(SEED);
      TreeMap<String, String> asked = new TreeMap<>(variables);
      asked.keySet().retainAll(OF_TRANSACTION);
      transaction = Variables.of(asked);
      variables.keySet().removeAll(OF_TRANSACTION);
      carried = Variables.of(variables);
    }
    return new StartupVariables(
        all, all.without(APPLICATION_NAME), carried, transaction, user, notices);
  }

  private static void checkLibraries(String name, String libraries)
      throws StartupVariables.Rejected {
    if (libraries != null && !libraries.isBlank()) {
      throw new StartupVariables.Rejected(
          ServerError.fatal(
                  "0A000", "parameter \"" + name + "\" cannot be set when a session begins")
              .withHint(
                  "Server connections are shared: give the libraries to the role, with ALTER ROLE"
                      + " ... SET "
                      + name
                      + "."));
    }
  }

  /** Notices of the server about a name that it cuts to 63 bytes. */
  private static List<ServerError> truncated(String name) {
    if (ByteBufUtil.utf8Bytes(name) <= PostgresLiteral.NAME_MAX) {
      return List.of();
    }
    return List.of(
        new ServerError(
            "NOTICE",
            "42622",
            "identifier \"" + name + "\" will be truncated to \"" + cut(name) + "\"",
            null,
            null));
  }

  /** As much of it as 63 bytes have of whole characters. */
  private static String cut(String name) {
    int bytes = 0;
    int end = 0;
    while (end < name.length()) {
      int next = name.offsetByCodePoints(end, 1);
      bytes += ByteBufUtil.utf8Bytes(name.substring(end, next));
      if (bytes > PostgresLiteral.NAME_MAX) {
        break;
      }
      end = next;
    }
    return name.substring(0, end);
  }

  private static void put(Map<String, String> variables, String name, String value) {
    variables.put(SettingName.of(name), value);
  }

  /**
   * The server takes a seed in a start-up packet and does not use it. It cannot be asked, because
   * there is no way to set a seed and not to use it.
   */
  private static void checkSeed(String text) throws StartupVariables.Rejected {
    double seed;
    try {
      seed = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw new StartupVariables.Rejected(
          ServerError.fatal("22023", "invalid value for parameter \"seed\": \"" + text + "\""));
    }
    if (!(seed >= -1 && seed <= 1)) {
      throw new StartupVariables.Rejected(
          ServerError.fatal(
              "22023",
              shortest(seed) + " is outside the valid range for parameter \"seed\" (-1 .. 1)"));
    }
  }

  private static String shortest(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  /** As PostgreSQL does: cut to 63 bytes, then anything but printable ASCII as \xNN. */
  static String cleanName(String name) {
    if (isClean(name)) {
      return name;
    }
    StringBuilder clean = new StringBuilder();
    for (byte b : cut(name).getBytes(StandardCharsets.UTF_8)) {
      clean.append(b >= 32 && b < 127 ? String.valueOf((char) b) : String.format("\\x%02x", b));
    }
    return clean.toString();
  }

  private static boolean isClean(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) < 32 || name.charAt(i) >= 127) {
        return false;
      }
    }
    return name.length() <= PostgresLiteral.NAME_MAX;
  }

  /** Reads the switches as the server process does, with getopt. */
  private static void options(String text, Map<String, String> into)
      throws StartupVariables.Rejected {
    List<String> words = words(text);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--")) {
        if (i + 1 < words.size()) {
          throw invalid(words.get(i + 1)); // there are only switches
        }
        return;
      }
      if (word.startsWith("--")) {
        setting(word, word.substring(2), into);
        continue;
      }
      if (word.length() < 2 || word.charAt(0) != '-') {
        throw invalid(word);
      }
      for (int at = 1; at < word.length(); at++) {
        char letter = word.charAt(at);
        if (WITH_VALUE.indexOf(letter) < 0) {
          boolean last = at + 1 == word.length();
          flag(letter, last ? word : i == 0 ? PROGRAM : words.get(i - 1), into);
          continue;
        }
        String value;
        if (at + 1 < word.length()) {
          value = word.substring(at + 1);
        } else if (++i < words.size()) {
          value = words.get(i);
        } else {
          throw invalid(word);
        }
        valued(letter, value, words.get(i), into);
        break;
      }
    }
  }

  /**
   * @param word what the server names if there is no such switch: the one that it has read last,
   *     which is not this one as long as other switches follow in it
   */
  private static void flag(char letter, String word, Map<String, String> into)
      throws StartupVariables.Rejected {
    switch (letter) {
      case 'e' -> into.put("datestyle", "euro");
      case 'F' -> into.put("fsync", "false");
      case 'i' -> into.put("listen_addresses", "*");
      case 'l' -> into.put("ssl", "true");
      case 'O' -> into.put("allow_system_table_mods", "true");
      case 'P' -> into.put("ignore_system_indexes", "true");
      case 's' -> into.put("log_statement_stats", "true");
      case 'T' -> into.put("send_abort_for_crash", "true");
      default -> {
        if (IGNORED.indexOf(letter) < 0) {
          throw invalid(word);
        }
      }
    }
  }

  private static void valued(char letter, String value, String word, Map<String, String> into)
      throws StartupVariables.Rejected {
    switch (letter) {
      case 'c' -> setting("-c " + value, value, into);
      case 'B' -> into.put("shared_buffers", value);
      case 'h' -> into.put("listen_addresses", value);
      case 'k' -> into.put("unix_socket_directories", value);
      case 'N' -> into.put("max_connections", value);
      case 'p' -> into.put("port", value);
      case 'S' -> into.put("work_mem", value);
      case 'W' -> into.put("post_auth_delay", value);
      case 'f' -> into.put(plans(value, word), "false");
      case 't' -> into.put(statistics(value, word), "true");
      case 'd' -> into.put("log_min_messages", debugLevel(value));
      default -> {
        if (IGNORED.indexOf(letter) < 0) {
          throw invalid(word);
        }
      }
    }
  }

  private static String plans(String value, String word) throws StartupVariables.Rejected {
    return switch (value.isEmpty() ? ' ' : value.charAt(0)) {
      case 's' -> "enable_seqscan";
      case 'i' -> "enable_indexscan";
      case 'o' -> "enable_indexonlyscan";
      case 'b' -> "enable_bitmapscan";
      case 't' -> "enable_tidscan";
      case 'n' -> "enable_nestloop";
      case 'm' -> "enable_mergejoin";
      case 'h' -> "enable_hashjoin";
      default -> throw invalid(word);
    };
  }

  private static String statistics(String value, String word) throws StartupVariables.Rejected {
    return switch (value.isEmpty() ? ' ' : value.charAt(0)) {
      case 'p' -> {
        if (value.startsWith("pa")) {
          yield "log_parser_stats";
        }
        if (value.startsWith("pl")) {
          yield "log_planner_stats";
        }
        throw invalid(word);
      }
      case 'e' -> "log_executor_stats";
      default -> throw invalid(word);
    };
  }

  /** As the server reads a number: what follows its digits is ignored. */
  private static String debugLevel(String value) {
    Matcher number = NUMBER.matcher(value);
    long level = number.lookingAt() ? Long.parseLong(number.group(1)) : 0;
    return level > 0 ? "debug" + level : "notice";
  }

  private static void setting(String word, String text, Map<String, String> into)
      throws StartupVariables.Rejected {
    int equals = text.indexOf('=');
    if (equals == 0) {
      throw unrecognized("");
    }
    if (equals < 0) {
      throw new StartupVariables.Rejected(ServerError.fatal("42601", word + " requires a value"));
    }
    put(into, text.substring(0, equals).replace('-', '_'), text.substring(equals + 1));
  }

  private static StartupVariables.Rejected unrecognized(String name) {
    return new StartupVariables.Rejected(
        ServerError.fatal("42704", "unrecognized configuration parameter \"" + name + "\""));
  }

  /**
   * @param word the one that was read last, as the server names it
   */
  private static StartupVariables.Rejected invalid(String word) {
    return new StartupVariables.Rejected(
        ServerError.fatal("42601", "invalid command-line argument for server process: " + word)
            .withHint("Try \"postgres --help\" for more information."));
  }

  /**
   * Splits at white space, which is that of ASCII; a backslash takes the next character as it is,
   * and is nothing at the end.
   */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ' || c >= '\t' && c <= '\r') {
        if (inside) {
          words.add(word.toString());
          word.setLength(0);
          inside = false;
        }
        continue;
      }
      inside = true;
      if (c != '\\') {
        word.append(c);
      } else if (++i < text.length()) {
        word.append(text.charAt(i));
      }
    }
    if (inside) {
      words.add(word.toString());
    }
    return words;
  }
}
