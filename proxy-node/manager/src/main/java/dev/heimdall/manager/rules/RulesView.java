package dev.heimdall.manager.rules;

import dev.heimdall.manager.forms.FormView;
import java.util.List;
import java.util.Optional;

/** Data for the templates of rule lists: texts that they escape, and nothing to decide. */
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
    /** Name of the rule in running text. */
    public String called() {
      return number.isEmpty() ? "the deleted rule" : "rule " + number;
    }
  }

  /**
   * A rule that is edited.
   *
   * @param revision of the rule that the form was made of
   * @param fields beside the parameters
   * @param own parameters of its action
   * @param general parameters that every rule may have
   * @param others what the form has no field for
   * @param troubles what is wrong with none of the fields
   */
  public record Form(
      int id,
      int revision,
      List<FormView.Field> fields,
      List<FormView.Field> own,
      List<FormView.Field> general,
      List<FormView.Other> others,
      List<String> troubles) {
    /** Prefix of the identities of its fields: a page may have several of such forms. */
    public String scope() {
      return "f-" + id + "-";
    }

    /** Number of the parameters common to all rules that are written, or wrong. */
    public int set() {
      return (int)
          general.stream().filter(field -> field.set() > 0 || !field.fault().isEmpty()).count();
    }
  }

  /**
   * Changes that are not made yet.
   *
   * @param changes how many
   * @param outdated true if another user has changed the list meanwhile
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

  /** Problem to show. */
  public record Trouble(String where, String href, String words) {}

  /**
   * The page of a list.
   *
   * @param plain why its rules are not shown one by one; empty: they are
   * @param settings of the list as a whole
   * @param users empty where the configuration is wrong, too: {@code known} says so
   */
  public record Page(
      String list,
      boolean isNew,
      boolean edits,
      boolean enabled,
      String comment,
      List<FormView.Field> settings,
      String plain,
      boolean known,
      List<Link> users,
      List<Row> rows,
      Changes changes,
      Trial trial) {
    /** True if something is wrong with the list's own settings. */
    public boolean hasFaults() {
      return settings.stream().anyMatch(field -> !field.fault().isEmpty());
    }
  }

  /**
   * A statement that is tried.
   *
   * @param problem why it could not be; empty: it could, or nothing was tried yet
   */
  public record Trial(
      List<FormView.Choice> vdbs,
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
   * Result of the trial.
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
