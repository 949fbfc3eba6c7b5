package dev.heimdall.engine.toy;

import dev.heimdall.engine.wire.Position;
import java.util.HashSet;
import java.util.Set;

/**
 * How far a server is: which transactions it has, each called by the server that it began on and a
 * number. No server need have all that another one has.
 */
record ToyPosition(Set<String> transactions) implements Position {
  ToyPosition {
    transactions = Set.copyOf(transactions);
  }

  @Override
  public boolean covers(Position other) {
    return other == Position.NONE
        || (other instanceof ToyPosition toy && transactions.containsAll(toy.transactions));
  }

  @Override
  public Position with(Position other) {
    Set<String> both = new HashSet<>(transactions);
    both.addAll(((ToyPosition) other).transactions);
    return new ToyPosition(both);
  }
}
