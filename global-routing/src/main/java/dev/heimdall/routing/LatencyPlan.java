package dev.heimdall.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What is to be done so that a name has one latency record for each region: nothing where it has
 * it. Records of others under the name are left alone.
 */
public record LatencyPlan(List<Step> steps) {
  public LatencyPlan {
    steps = List.copyOf(steps);
  }

  /** One thing to do. */
  public record Step(Action action, LatencyRecord record) {
    @Override
    public String toString() {
      return action + " " + record.type() + " " + record.region() + " -> " + record.target();
    }
  }

  /** What can be done to a record. */
  public enum Action {
    UPSERT,
    DELETE
  }

  /**
   * The way from one to the other, sorted.
   *
   * @param current the records of Heimdall under the name
   */
  public static LatencyPlan between(List<LatencyRecord> current, List<LatencyRecord> wanted) {
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
    return new LatencyPlan(steps);
  }
}
