package dev.heimdall.manager.revisions;

import dev.heimdall.manager.pages.View;
import java.util.List;

/** Data for the templates of revisions. */
public final class RevisionView {
  private RevisionView() {}

  /**
   * A revision.
   *
   * @param number as text, for links
   * @param by who made it; empty: unknown
   * @param state empty: all of it was written
   * @param documents the first ones
   * @param more how many there are besides
   */
  public record Row(
      String number,
      String at,
      String by,
      String address,
      String comment,
      String of,
      String state,
      List<String> documents,
      int more) {}

  /**
   * A document in two states.
   *
   * @param what became of it
   * @param hidden why its lines are not shown; empty: they are
   */
  public record Difference(String document, String what, String hidden, List<View.Line> lines) {}

  /**
   * Two states of the configuration.
   *
   * @param troubles what would be wrong with the later one
   * @param lost documents whose text is not kept any more
   */
  public record Compared(
      List<Difference> differences, List<View.Trouble> troubles, List<String> lost) {}
}
