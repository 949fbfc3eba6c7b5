package dev.heimdall.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Steps to give a name one latency record for each region: none where it has the record. Records of
 * others under the name are left alone, also where Route 53 lets none stand beside them.
 *
 * @param conflicts in words, which records of others are in the way
 */
public record LatencyPlan(List<Step> steps, List<String> conflicts) {
  public LatencyPlan {
    steps = List.copyOf(steps);
    conflicts = List.copyOf(conflicts);
  }

  /**
   * A record under the name that another party has made, such as CloudFormation.
   *
   * @param identifier its set identifier; empty for a simple record
   * @param region the region of a latency record; empty for others
   */
  public record Other(String type, String identifier, String region) {
    /**
     * All of a name and type are latency records, one a region; beside a CNAME there is nothing.
     */
    private boolean forbids(LatencyRecord record) {
      return type.equals("CNAME")
          || (type.equals(record.type()) && (region.isEmpty() || region.equals(record.region())));
    }

    @Override
    public String toString() {
      return "the "
          + type
          + " record"
          + (identifier.isEmpty() ? "" : " \"" + identifier + "\"")
          + (region.isEmpty() ? "" : " of " + region);
    }
  }

  /** One thing to do. */
  public record Step(Action action, LatencyRecord record) {
    @Override
    public String toString() {
      return action + " " + record.type() + " " + record.region() + " -> " + record.target();
    }
  }

  /** Change that can be made to a record. */
  public enum Action {
    UPSERT,
    DELETE
  }

  /**
   * The way from one to the other, sorted.
   *
   * @param current the records of Heimdall under the name
   * @param others all other records under it
   */
  public static LatencyPlan between(
      List<LatencyRecord> current, List<Other> others, List<LatencyRecord> wanted) {
    List<Step> steps = new ArrayList<>();
    for (LatencyRecord record : wanted) {
      boolean there = current.stream().anyMatch(one -> one.canonical().equals(record.canonical()));
      if (!there) {
        steps.add(new Step(Action.UPSERT, record));
      }
    }
    for (LatencyRecord record : current) {
      boolean stays =
          wanted.stream()
              .anyMatch(
                  one -> one.region().equals(record.region()) && one.type().equals(record.type()));
      if (!stays) {
        steps.add(new Step(Action.DELETE, record));
      }
    }
    steps.sort(
        Comparator.comparing(Step::action)
            .thenComparing(step -> step.record().region())
            .thenComparing(step -> step.record().type()));
    return new LatencyPlan(steps, conflicts(others, wanted));
  }

  private static List<String> conflicts(List<Other> others, List<LatencyRecord> wanted) {
    return others.stream()
        .filter(other -> wanted.stream().anyMatch(other::forbids))
        .map(
            other ->
                other
                    + " under this name is not Heimdall's and leaves no room for its own: delete it"
                    + " first, or leave the name to whoever keeps it (the CDK app's stacks keep"
                    + " records named by their region)")
        .toList();
  }
}
