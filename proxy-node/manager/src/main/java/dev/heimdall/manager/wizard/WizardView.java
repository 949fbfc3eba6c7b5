package dev.heimdall.manager.wizard;

import dev.heimdall.manager.inspect.AwsAccount;
import dev.heimdall.manager.inspect.AwsDatabase;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.Engine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Data for the wizard's templates. */
public final class WizardView {
  private WizardView() {}

  /**
   * Position of a user among the steps.
   *
   * @param path of a step that can be gone back to; empty: it cannot yet
   * @param state {@code done}, {@code now} or {@code later}
   */
  public record Place(int number, String title, String path, String state) {}

  /** A page of a step. */
  public record Page(List<Place> places, Form form, String back) {}

  /**
   * Findings of a test so far.
   *
   * @param poll where to look again; empty: it has ended
   * @param failure why it did not come to its end; empty: it did
   */
  public record Lines(List<Group> groups, String poll, String failure) {
    static Lines of(List<CheckResult> findings, String poll, String failure) {
      Map<String, List<CheckResult>> bySubject = new LinkedHashMap<>();
      findings.forEach(
          one -> bySubject.computeIfAbsent(one.subject(), key -> new ArrayList<>()).add(one));
      return new Lines(
          bySubject.entrySet().stream().map(e -> new Group(e.getKey(), e.getValue())).toList(),
          poll,
          failure);
    }

    public boolean running() {
      return !poll.isEmpty();
    }

    private long count(CheckResult.State state) {
      return groups.stream()
          .flatMap(group -> group.findings().stream())
          .filter(one -> one.state() == state)
          .count();
    }

    /** Style of the summary. */
    public String look() {
      if (count(CheckResult.State.BAD) > 0 || !failure.isEmpty()) {
        return "bad";
      }
      return count(CheckResult.State.SKIPPED) > 0 ? "warn" : "good";
    }

    /** Summary of the findings. */
    public String summary() {
      if (!failure.isEmpty()) {
        return failure;
      }
      long bad = count(CheckResult.State.BAD);
      long skipped = count(CheckResult.State.SKIPPED);
      long notes = count(CheckResult.State.NOTE);
      if (bad > 0) {
        return bad == 1 ? "One thing does not work." : bad + " things do not work.";
      }
      if (skipped > 0) {
        return things(skipped) + " could not be tested.";
      }
      return notes == 0 ? "Everything works." : "It works. " + things(notes) + " to know.";
    }

    private static String things(long count) {
      return count == 1 ? "One thing" : count + " things";
    }
  }

  /** Findings about one server or service. */
  public record Group(String subject, List<CheckResult> findings) {}

  /**
   * AWS inventory.
   *
   * @param account empty: not known yet
   */
  public record Found(Optional<AwsAccount> account, boolean running, String failure) {}

  /** A database of AWS in words. */
  public static String kind(AwsDatabase database) {
    return switch (database.kind()) {
      case AURORA -> "Aurora cluster";
      case MULTI_AZ_CLUSTER -> "Multi-AZ cluster";
      case INSTANCE -> database.members().size() > 1 ? "Instance with replicas" : "Instance";
    };
  }

  /** Reason that a database cannot be chosen; empty if it can. */
  public static String unsuited(AwsDatabase database) {
    if (Engine.ofRds(database.engine()).isEmpty()) {
      return "Nodes do not speak to " + database.engine() + ".";
    }
    return database.endpoint().isEmpty() ? "It has no endpoint yet." : "";
  }

  /**
   * A document as it will be written.
   *
   * @param state {@code new} or {@code changed}
   * @param text without its secrets
   */
  public record Document(String name, String state, String text) {}
}
