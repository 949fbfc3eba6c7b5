package dev.heimdall.manager.revisions;

import dev.heimdall.manager.history.Comparison;
import dev.heimdall.manager.history.Room;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.pages.ChangedLines;
import dev.heimdall.secrets.Content;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Differences between documents, line by line, without the secrets in them. */
record Differences(MaskedDocuments masks) {
  private static final String LOST = "Its text is not kept any more.";
  private static final String HIDDEN =
      "It is not shown, as it is no JSON: its secrets cannot be told from the rest.";

  List<RevisionView.Difference> of(List<Comparison> comparisons) {
    Room room = new Room();
    return comparisons.stream()
        .map(
            comparison -> {
              String name = comparison.change().document();
              Comparison shown = comparison.shown(masks::shown);
              String hidden = comparison.isWhole() ? shown.isWhole() ? "" : HIDDEN : LOST;
              return difference(
                  name,
                  what(
                      comparison.change().before().isPresent(),
                      comparison.change().after().isPresent()),
                  hidden,
                  shown.before(),
                  shown.after(),
                  room);
            })
        .toList();
  }

  List<RevisionView.Difference> between(Map<String, Content> before, Map<String, Content> after) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    List<RevisionView.Difference> differences = new ArrayList<>();
    Room room = new Room();
    for (String name : names) {
      Optional<Content> was = Optional.ofNullable(before.get(name));
      Optional<Content> is = Optional.ofNullable(after.get(name));
      if (!was.equals(is)) {
        Optional<Content> shownBefore = was.flatMap(content -> masks.shown(name, content));
        Optional<Content> shownAfter = is.flatMap(content -> masks.shown(name, content));
        boolean all =
            was.isPresent() == shownBefore.isPresent() && is.isPresent() == shownAfter.isPresent();
        differences.add(
            difference(
                name,
                what(was.isPresent(), is.isPresent()),
                all ? "" : HIDDEN,
                shownBefore,
                shownAfter,
                room));
      }
    }
    return differences;
  }

  private static RevisionView.Difference difference(
      String name,
      String what,
      String hidden,
      Optional<Content> before,
      Optional<Content> after,
      Room room) {
    return new RevisionView.Difference(
        name,
        what,
        hidden,
        hidden.isEmpty() ? ChangedLines.of(text(before), text(after), room) : List.of());
  }

  private static String what(boolean before, boolean after) {
    return before ? after ? "changed" : "deleted" : "new";
  }

  private static String text(Optional<Content> content) {
    return content.map(there -> new String(there.bytes(), StandardCharsets.UTF_8)).orElse("");
  }
}
