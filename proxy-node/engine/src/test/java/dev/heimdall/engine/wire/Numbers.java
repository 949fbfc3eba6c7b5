package dev.heimdall.engine.wire;

import java.util.Set;
import java.util.TreeSet;

/** Positions as engines have them whose servers keep the numbers of transactions. */
public record Numbers(Set<Integer> all) implements Position {
  public static Position of(Integer... numbers) {
    return new Numbers(new TreeSet<>(Set.of(numbers)));
  }

  @Override
  public boolean covers(Position other) {
    return other == Position.NONE || (other instanceof Numbers n && all.containsAll(n.all));
  }

  @Override
  public Position with(Position other) {
    Set<Integer> both = new TreeSet<>(all);
    both.addAll(((Numbers) other).all);
    return new Numbers(both);
  }
}
