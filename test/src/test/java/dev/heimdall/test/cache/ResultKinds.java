package dev.heimdall.test.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What results of reads rest on besides the rows of tables, as a page has it. */
final class ResultKinds {
  private static final Path PAGE = Path.of("..", "docs", "cached-kinds.md");

  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([^|]+?) \\| [^|]+ \\|$");

  private ResultKinds() {}

  /** How a node treats results of a kind. */
  enum Treatment {
    /** It keeps none. */
    NOT_KEPT,
    /** Each session has those of its own settings. */
    KEY,
    /** They are dropped with the change. */
    DROPPED
  }

  /**
   * One kind.
   *
   * @param name as the page has it
   * @param before what it needs, by a superuser in the schema or database kinds
   * @param change of the session where results belong to sessions, else past the node; null where
   *     it changes by itself
   */
  record Kind(String name, Treatment treatment, String before, String read, String change) {
    @Override
    public String toString() {
      return name + (treatment == Treatment.KEY ? ": " + change : "");
    }
  }

  static Kind notKept(String name, String before, String read) {
    return new Kind(name, Treatment.NOT_KEPT, before, read, null);
  }

  static Kind key(String name, String change, String read) {
    return new Kind(name, Treatment.KEY, "", read, change);
  }

  static Kind dropped(String name, String before, String read, String change) {
    return new Kind(name, Treatment.DROPPED, before, read, change);
  }

  /** Those that the page has of an engine. */
  static Set<String> ofPage(String engine) throws IOException {
    String page = Files.readString(PAGE);
    Matcher part =
        Pattern.compile("(?s)\n## " + Pattern.quote(engine) + "\n(.*?)(?=\n## |$)").matcher(page);
    Set<String> names = new TreeSet<>();
    if (part.find()) {
      ROW.matcher(part.group(1)).results().map(row -> row.group(1)).forEach(names::add);
      names.remove("a result that has");
      names.remove("---");
    }
    return names;
  }
}
