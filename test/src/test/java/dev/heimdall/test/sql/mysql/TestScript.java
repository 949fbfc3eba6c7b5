package dev.heimdall.test.sql.mysql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The statements of a script for mysqltest, as far as they stand in it as they are sent. */
final class TestScript {
  private static final Set<String> COMMANDS =
      Set.of(
          "append_file",
          "assert",
          "cat_file",
          "change_user",
          "character_set",
          "chmod",
          "connect",
          "connection",
          "copy_file",
          "copy_files_wildcard",
          "dec",
          "die",
          "diff_files",
          "dirty_close",
          "disable_abort_on_error",
          "disable_connect_log",
          "disable_info",
          "disable_metadata",
          "disable_parsing",
          "disable_ps_protocol",
          "disable_query_log",
          "disable_reconnect",
          "disable_result_log",
          "disable_rpl_parse",
          "disable_session_track_info",
          "disable_testcase",
          "disable_warnings",
          "disable_view_protocol",
          "disable_cursor_protocol",
          "disable_service_connection",
          "disable_ps2_protocol",
          "disconnect",
          "echo",
          "enable_abort_on_error",
          "enable_connect_log",
          "enable_info",
          "enable_metadata",
          "enable_parsing",
          "enable_ps_protocol",
          "enable_query_log",
          "enable_reconnect",
          "enable_result_log",
          "enable_rpl_parse",
          "enable_session_track_info",
          "enable_testcase",
          "enable_warnings",
          "enable_view_protocol",
          "enable_cursor_protocol",
          "enable_service_connection",
          "enable_ps2_protocol",
          "end_timer",
          "error",
          "eval",
          "evalp",
          "even",
          "exec",
          "exec_in_background",
          "execw",
          "exit",
          "expr",
          "file_exists",
          "force_cpdir",
          "force_rmdir",
          "horizontal_results",
          "if",
          "inc",
          "let",
          "list_files",
          "list_files_append_file",
          "list_files_write_file",
          "lowercase_result",
          "mkdir",
          "move_file",
          "output",
          "perl",
          "ping",
          "query",
          "query_attributes",
          "query_get_value",
          "query_horizontal",
          "query_vertical",
          "real_sleep",
          "reap",
          "remove_file",
          "remove_files_wildcard",
          "replace_column",
          "replace_numeric_round",
          "replace_regex",
          "replace_result",
          "require",
          "reset_connection",
          "result",
          "result_format",
          "rmdir",
          "rpl_sync",
          "save_master_pos",
          "send",
          "send_eval",
          "send_quit",
          "shutdown_server",
          "skip",
          "skip_if_hypergraph",
          "sleep",
          "sorted_result",
          "partially_sorted_result",
          "source",
          "start_timer",
          "sync_slave_with_master",
          "sync_with_master",
          "vertical_results",
          "while",
          "write_file",
          "write_line",
          "optimizer_trace",
          "enable_prepare_warnings",
          "disable_prepare_warnings",
          "enable_non_blocking_api",
          "disable_non_blocking_api",
          "}",
          "{");

  private static final Pattern EMBEDDED =
      Pattern.compile("^(perl|write_file|append_file)\\b.*", Pattern.CASE_INSENSITIVE);

  private TestScript() {}

  static List<String> statements(String script) {
    List<String> statements = new ArrayList<>();
    String delimiter = ";";
    StringBuilder statement = new StringBuilder();
    String embeddedUntil = null;
    for (String line : script.split("\n", -1)) {
      String bare = line.strip();
      if (embeddedUntil != null) {
        embeddedUntil = bare.equals(embeddedUntil) ? null : embeddedUntil;
        continue;
      }
      if (statement.toString().isBlank()) {
        if (bare.isEmpty() || bare.startsWith("#")) {
          continue;
        }
        String command = bare.startsWith("--") ? bare.substring(2).strip() : bare;
        if (EMBEDDED.matcher(command).matches()) {
          embeddedUntil = "EOF";
          continue;
        }
        if (command.toLowerCase(Locale.ROOT).startsWith("delimiter ")) {
          String next = command.substring(10).strip();
          if (next.endsWith(delimiter) && next.length() > delimiter.length()) {
            next = next.substring(0, next.length() - delimiter.length()).strip();
          }
          delimiter = next.isEmpty() ? delimiter : next;
          continue;
        }
        if (bare.startsWith("--") || bare.startsWith("}")) {
          continue;
        }
      }
      statement.append(line).append('\n');
      String text = statement.toString().stripTrailing();
      if (text.endsWith(delimiter)) {
        add(text.substring(0, text.length() - delimiter.length()).strip(), statements);
        statement.setLength(0);
      }
    }
    return statements;
  }

  private static void add(String statement, List<String> statements) {
    String first = statement.split("[\\s(;]", 2)[0].toLowerCase(Locale.ROOT);
    if (!statement.isEmpty() && !COMMANDS.contains(first) && statement.indexOf('$') < 0) {
      statements.add(statement);
    }
  }
}
