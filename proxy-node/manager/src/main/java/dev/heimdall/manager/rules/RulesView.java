package dev.heimdall.manager.rules;

import java.util.List;
import java.util.Optional;

/** What the templates of rule lists are given: texts that they escape, and nothing to decide. */
public final class RulesView {
  private RulesView() {}

  /**
   * A rule list among the others.
   *
   * @param rules how many it has; empty: that cannot be told
   * @param users virtual databases and lists that use it
   * @param changes that this session has not looked over yet
   */
  public record Overview(
      String name, boolean enabled, String rules, List<Link> users, String comment, int changes) {}

  /** A link. */
  public record Link(String words, String href) {}

  /**
   * A rule in its list.
   *
   * @param id by which forms call it
   * @param number its place; deleted ones have none
   * @param match its expressions; empty: it matches every statement
   * @param outside whether it applies outside of transactions only
   * @param parameters in short
   * @param state a word for what was done with it, as styles have it: {@code same} and so on
   * @param form empty: it is not being edited
   */
  public record Row(
      int id,
      String number,
      boolean enabled,
      String action,
      String meaning,
      List<String> match,
      String join,
      boolean outside,
      String parameters,
      String comment,
      String state,
      Optional<Form> form) {
    /** What it is called when it is spoken of. */
    public String called() {
      return number.isEmpty() ? "the deleted rule" : "rule " + number;
    }
  }

  /**
   * A rule that is edited.
   *
   * @param revision of the rule that the form was made of
   * @param own fields of its action
   * @param general fields that every rule has
   * @param set how many of these are written
   * @param others what the form has no field for, as it is written
   * @param troubles what is wrong with none of the fields
   */
  public record Form(
      int id,
      int revision,
      List<Choice> actions,
      String meaning,
      String actionFault,
      List<Expression> match,
      Field join,
      Field inTransaction,
      String comment,
      String commentFault,
      List<Field> own,
      List<Field> general,
      int set,
      List<Other> others,
      List<String> troubles) {}

  /** What a choice may be. */
  public record Choice(String value, String words, boolean chosen) {}

  /** One expression of a rule. */
  public record Expression(int number, String text, String fault) {
    /** Lines that show all of it, within reason. */
    public int rows() {
      return (int) Math.min(12, Math.max(1, text.length() / 70 + text.lines().count()));
    }
  }

  /**
   * A field.
   *
   * @param kind {@code choice}, {@code number} or {@code text}
   * @param value as it stands in the field
   * @param hint what is not written means, and units
   * @param help what it means
   */
  public record Field(
      String name,
      String label,
      String kind,
      String value,
      List<Choice> choices,
      String hint,
      String help,
      boolean required,
      String fault) {}

  /** Something that there is no field for. */
  public record Other(String key, String json) {}

  /**
   * What was changed and not made yet.
   *
   * @param changes how many
   * @param outdated whether somebody else has changed the list meanwhile
   * @param troubles what would be wrong
   */
  public record Changes(
      String list,
      String draft,
      String csrf,
      int changes,
      boolean edits,
      boolean outdated,
      List<Trouble> troubles) {}

  /** Something that is wrong. */
  public record Trouble(String where, String href, String words) {}

  /**
   * The page of a list.
   *
   * @param plain why its rules are not shown one by one; empty: they are
   * @param users empty where the configuration is wrong, too: {@code known} says so
   */
  public record Page(
      String list,
      boolean isNew,
      boolean edits,
      boolean enabled,
      String comment,
      List<Choice> unknown,
      String plain,
      boolean known,
      List<Link> users,
      List<Row> rows,
      Changes changes,
      Trial trial) {}

  /**
   * A statement that is tried.
   *
   * @param problem why it could not be; empty: it could, or nothing was tried yet
   */
  public record Trial(
      List<Choice> vdbs,
      String statement,
      String user,
      String database,
      String application,
      String address,
      boolean inTransaction,
      boolean prepared,
      String problem,
      Optional<Result> result) {}

  /**
   * What came of it.
   *
   * @param goes where it would go, in words
   * @param draft whether changes were tried that are not made yet
   */
  public record Result(
      String goes,
      String kind,
      boolean used,
      boolean draft,
      String vdb,
      String tables,
      String doubt,
      String rewritten,
      List<Line> decision,
      List<Line> ways,
      List<Met> rules) {}

  /** Two things that belong together. */
  public record Line(String what, String words) {}

  /**
   * A rule that a statement has met.
   *
   * @param href of the rule, if it is on the same page
   */
  public record Met(
      int depth,
      String list,
      String number,
      String href,
      String comment,
      String action,
      String meeting,
      String why,
      String effect) {}
}
