package dev.heimdall.manager.pages;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Data for templates: texts that they escape, and nothing that has to be decided. */
public final class View {
  private View() {}

  /** Objects of one kind. */
  public record Table(
      String title, String meaning, String folder, List<String> columns, List<Row> rows) {
    /** True if there can be more of them. */
    public boolean isOpen() {
      return folder.endsWith("/");
    }

    /** Path of the page where another document is begun; rule lists have pages of their own. */
    public String more() {
      return folder.equals("rules/") ? "/rules" : "/new?kind=" + folder.replace("/", "");
    }
  }

  /**
   * One of them.
   *
   * @param href of its editor
   */
  public record Row(String name, String href, List<String> cells) {}

  /**
   * Problem to show.
   *
   * @param href of the document's editor; empty: it is the one that is looked at
   * @param problems how many it stands for; more than one: they are not shown one by one
   * @param ways where else it can be mended
   */
  public record Trouble(String where, String href, String words, int problems, List<Way> ways) {
    public Trouble(String where, String href, String words) {
      this(where, href, words, 1, List.of());
    }

    public Trouble(String where, String href, String words, int problems) {
      this(where, href, words, problems, List.of());
    }

    /** Number of problems that these stand for. */
    public static int count(List<Trouble> troubles) {
      return troubles.stream().mapToInt(Trouble::problems).sum();
    }
  }

  /** A page that a user is led to, and what he does there. */
  public record Way(String href, String words) {}

  /** The configuration as a whole. */
  public record Overview(String version, List<Trouble> troubles, List<Table> tables) {
    /**
     * The tables to show.
     *
     * @param invited whether the page leads to the wizard while there is no virtual database:
     *     tables without rows would only stand in the way
     */
    public List<Table> shown(boolean invited) {
      return isEmpty() && invited
          ? tables.stream().filter(table -> !table.rows().isEmpty()).toList()
          : tables;
    }

    /** True if there is no virtual database, which is all that is wrong then. */
    public boolean isEmpty() {
      return troubles.size() <= 1
          && tables.stream()
              .allMatch(table -> !table.folder().equals("vdbs/") || table.rows().isEmpty());
    }
  }

  /**
   * A document that is edited.
   *
   * @param version that is edited; empty: it is new
   * @param text empty: it cannot be shown
   * @param hidden why not
   */
  public record Editing(String document, String version, Optional<String> text, String hidden) {
    private static final int FEWEST_ROWS = 8;
    private static final int MOST_ROWS = 28;
    private static final Pattern WITH_FORM =
        Pattern.compile("(vdbs|sources|users|drivers)/[^/]+\\.json|node\\.json");

    /** Path of the document's form; empty if it has none. */
    public Optional<String> form() {
      return WITH_FORM.matcher(document).matches()
          ? Optional.of(Links.form(document))
          : Optional.empty();
    }

    /** Room for the text and a little more; what is wrong with it is shown below. */
    public int rows() {
      long lines = text.orElse("").lines().count() + 3;
      return (int) Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, lines));
    }
  }

  /**
   * A line of a comparison.
   *
   * @param kind {@code same}, {@code gone} or {@code new}
   */
  public record Line(String kind, String sign, String before, String after, String text) {}

  /**
   * A change that is looked at before it is made.
   *
   * @param editor where it is edited further
   */
  public record Change(
      String document,
      String draft,
      String editor,
      String what,
      boolean same,
      List<Line> lines,
      List<Trouble> troubles) {}

  /** A changed field; values as they are shown. */
  public record Merged(
      String path, String base, String theirs, String mine, boolean conflict, String outcome) {}

  /**
   * A change that conflicts with another user's.
   *
   * @param version of what is there now; empty: nothing is
   * @param fields none: it cannot be said field by field
   */
  public record Clash(
      String document,
      String draft,
      String editor,
      boolean gone,
      String version,
      List<Merged> fields,
      List<Line> theirs,
      List<Line> mine) {
    /** Number of fields that both have changed. */
    public long conflicts() {
      return fields.stream().filter(Merged::conflict).count();
    }
  }
}
