package dev.heimdall.manager.pages;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Frame of every page around its content.
 *
 * @param user who has logged in; empty: none
 * @param entries of the navigation, those that he may follow
 * @param edits whether he may change the configuration
 * @param csrf what forms show
 * @param place of the configuration
 * @param told what happened just now
 * @param toldMore the path of a part that says more of it, and is loaded then
 * @param wrong what is wrong at the moment; empty: nothing
 * @param looks whether he may see what is wrong, and the page looks for it again and again
 * @param asset where a script or style sheet is
 * @param styles the page's own
 * @param scripts the page's own
 */
public record Shell(
    String title,
    Optional<String> user,
    List<Entry> entries,
    boolean edits,
    String csrf,
    String place,
    Optional<String> told,
    Optional<String> toldMore,
    Optional<Banner> wrong,
    boolean looks,
    UnaryOperator<String> asset,
    List<String> styles,
    List<String> scripts) {
  /** The groups of the navigation that have entries for him. */
  public List<Entry.Group> groups() {
    return Stream.of(Entry.Group.values()).filter(group -> !of(group).isEmpty()).toList();
  }

  /** Entries of one group. */
  public List<Entry> of(Entry.Group group) {
    return entries.stream().filter(entry -> entry.group() == group).toList();
  }
}
