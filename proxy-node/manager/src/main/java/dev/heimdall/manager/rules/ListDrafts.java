package dev.heimdall.manager.rules;

import dev.heimdall.manager.pages.Held;
import dev.heimdall.manager.web.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The changes that a session has gathered, of a few lists. */
final class ListDrafts implements Held {
  /** Each may be as large as a document, a few times over. */
  private static final int MOST = 4;

  private final Map<String, ListDraft> drafts = new HashMap<>();
  private int begun;

  @Override
  public synchronized long bytes() {
    return drafts.values().stream().mapToLong(ListDraft::bytes).sum();
  }

  /** The draft of a list; empty: nothing of it is changed. */
  synchronized Optional<ListDraft> of(String document) {
    return Optional.ofNullable(drafts.get(document));
  }

  /** Name of the next draft over a version: forms of an earlier draft are not for it. */
  synchronized String id(Optional<String> over) {
    return over.orElse("new") + "." + begun;
  }

  synchronized void keep(ListDraft draft) throws Refusal {
    if (!drafts.containsKey(draft.document()) && drafts.size() == MOST) {
      throw new Refusal(
          409,
          "conflict",
          "There are changes of %d other rule lists that are not made yet: commit some of them, or"
                  .formatted(MOST)
              + " discard them, first.");
    }
    drafts.put(draft.document(), draft);
  }

  /** Applies a change to a draft, which may have been changed meanwhile, too. */
  synchronized ListDraft change(ListDraft seen, UnaryOperator<ListDraft> change) throws Refusal {
    ListDraft now =
        change.apply(of(seen.document()).filter(d -> d.id().equals(seen.id())).orElse(seen));
    keep(now);
    return now;
  }

  synchronized void drop(String document) {
    if (drafts.remove(document) != null) {
      begun++;
    }
  }
}
