package dev.heimdall.manager.edit;

import dev.heimdall.model.Problem;
import java.util.List;

/** An edit was not carried out, or not all of it. */
public abstract sealed class EditRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private EditRefused(String message) {
    super(message);
  }

  /** Target of the edit was changed by another author. */
  public static final class Outdated extends EditRefused {
    private static final long serialVersionUID = 1L;

    private final transient List<Conflict> conflicts;
    private final transient List<String> written;

    public Outdated(List<Conflict> conflicts, List<String> written) {
      super(
          "Someone else has changed %s since you read it. %s: read again, and repeat the change on what is there now."
              .formatted(
                  String.join(", ", conflicts.stream().map(Conflict::document).toList()),
                  written.isEmpty()
                      ? "Nothing was written"
                      : "Written before that was noticed: " + String.join(", ", written)));
      this.conflicts = List.copyOf(conflicts);
      this.written = List.copyOf(written);
    }

    public List<Conflict> conflicts() {
      return conflicts;
    }

    /** The documents of the edit that were written all the same. */
    public List<String> written() {
      return written;
    }
  }

  /** With the edit, the configuration would be wrong. */
  public static final class Wrong extends EditRefused {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    Wrong(List<Problem> problems) {
      super(
          "With this change the configuration would have %d problem%s. Nothing was written."
              .formatted(Problem.count(problems), Problem.count(problems) == 1 ? "" : "s"));
      this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
      return problems;
    }
  }

  /** Texts that there were are not kept any more. */
  public static final class Forgotten extends EditRefused {
    private static final long serialVersionUID = 1L;

    Forgotten(List<String> documents) {
      super(
          "The history does not have the text of %s any more, or it was too large to be kept. Nothing was written."
              .formatted(String.join(", ", documents)));
    }
  }

  /** Configuration is no longer the one that the author has looked at. */
  public static final class Moved extends EditRefused {
    private static final long serialVersionUID = 1L;

    Moved() {
      super("The configuration has changed since you have looked at it. Nothing was written.");
    }
  }

  /** Others are being served. */
  public static final class Busy extends EditRefused {
    private static final long serialVersionUID = 1L;

    Busy() {
      super("The manager is busy with the configuration: try again.");
    }
  }
}
