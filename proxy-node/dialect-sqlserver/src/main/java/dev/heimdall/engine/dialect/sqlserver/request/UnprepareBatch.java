package dev.heimdall.engine.dialect.sqlserver.request;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The batch with which mssql-jdbc has many statements unprepared at once. The handles in it are
 * those of the node: to a server they would be other statements, or none.
 */
final class UnprepareBatch {
  private static final Pattern CALL =
      Pattern.compile("\\s*EXEC\\s+sp_(?:cursor)?unprepare\\s+([0-9]{1,9})\\s*(?:;|$)");

  private static final byte[] BEGINNING = "EXEC sp_".getBytes(StandardCharsets.US_ASCII);

  private UnprepareBatch() {}

  /** The handles in a batch that does nothing else; none for another batch. */
  static List<Integer> handles(byte[] text) {
    if (!begins(text)) {
      return List.of();
    }
    String batch = new String(text, StandardCharsets.UTF_8);
    List<Integer> handles = new ArrayList<>();
    Matcher call = CALL.matcher(batch);
    int end = 0;
    while (call.find() && call.start() == end) {
      handles.add(Integer.parseInt(call.group(1)));
      end = call.end();
    }
    return batch.substring(end).isBlank() ? handles : List.of();
  }

  /** Nearly no batch does: the path of all others copies nothing. */
  private static boolean begins(byte[] text) {
    return text.length > BEGINNING.length
        && Arrays.equals(text, 0, BEGINNING.length, BEGINNING, 0, BEGINNING.length);
  }
}
