package dev.heimdall.test.race;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random choices of a judge; the same again from the same seed. */
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    random = new SplittableRandom(seed);
  }

  int below(int n) {
    return random.nextInt(n);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  <T> T pick(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  String any(String... some) {
    return some[random.nextInt(some.length)];
  }

  /** One or more of them, in their order. */
  <T> List<T> some(List<T> all) {
    List<T> drawn = new ArrayList<>();
    for (T one : all) {
      if (!oneIn(3)) {
        drawn.add(one);
      }
    }
    return drawn.isEmpty() ? List.of(pick(all)) : drawn;
  }
}
