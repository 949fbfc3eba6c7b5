package dev.heimdall.manager.edit;

import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.history.Comparison;
import dev.heimdall.manager.history.History;
import dev.heimdall.manager.history.Past;
import dev.heimdall.manager.history.Revision;
import dev.heimdall.manager.history.Signature;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Has commits written down, where there is a history. One that is unavailable prevents no user from
 * repairing a configuration: the commit is made, and the history notices it later, without its
 * author.
 */
final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private final Optional<History> history;
  private final AuditLog audit;

  Journal(Optional<History> history, AuditLog audit) {
    this.history = history;
    this.audit = audit;
  }

  /** A commit that is to be made. */
  final class Entry {
    private final Author author;
    private final OptionalInt number;

    private Entry(Author author, OptionalInt number) {
      this.author = author;
      this.number = number;
    }

    /** These of its documents were written; the others were not, and will not be. */
    void end(List<String> written) {
      note(written);
      if (number.isPresent()) {
        try {
          history.orElseThrow().end(number.getAsInt(), new HashSet<>(written));
        } catch (StoreException e) {
          warn("the history does not know yet what came of a commit", e);
        }
      }
    }

    /** These were written, and the others' state is unknown: the history finds it out. */
    void leave(List<String> written) {
      note(written);
    }

    private void note(List<String> written) {
      if (!written.isEmpty()) {
        String revision = number.isPresent() ? " revision " + number.getAsInt() : "";
        audit.note(
            Action.CONFIGURATION_CHANGED,
            author.user(),
            author.address(),
            String.join(",", written) + revision);
      }
    }
  }

  Entry begin(
      History.There there,
      SortedMap<String, Content> before,
      SortedMap<String, Content> after,
      Author author,
      OptionalInt of) {
    if (history.isEmpty() || after.equals(before)) {
      return new Entry(author, OptionalInt.empty());
    }
    try {
      Signature signature = new Signature(author.user(), author.address(), author.comment());
      return new Entry(
          author, OptionalInt.of(history.get().begin(there, before, after, signature, of)));
    } catch (StoreException e) {
      warn("a commit is not in the history with its author: it could not be written there", e);
      return new Entry(author, OptionalInt.empty());
    }
  }

  private static void warn(String what, StoreException e) {
    new LogLine(what).pair("reason", e.getMessage()).log(LOG, Level.WARN);
  }

  List<Revision> revisions(History.There there) throws StoreException {
    return history.isEmpty() ? List.of() : history.get().revisions(there);
  }

  Optional<List<Comparison>> changes(int revision) throws StoreException {
    return history.isEmpty() ? Optional.empty() : history.get().changes(revision);
  }

  Optional<Past> after(int revision, History.There there) throws StoreException {
    return history.isEmpty() ? Optional.empty() : history.get().after(revision, there);
  }
}
