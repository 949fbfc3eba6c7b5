package dev.heimdall.engine.wire.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GtidSetTest {
  private static final String ONE = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String OTHER = "ffffffff-71ca-11e1-9e33-c80aa9429562";

  private static String printed(String text) {
    return GtidSet.parse(text).toString();
  }

  @Test
  void whatServersWriteIsReadWhateverItsBlanksLettersAndOrder() {
    assertThat(printed(ONE + ":1-5")).isEqualTo(ONE + ":1-5");
    assertThat(printed(ONE.toUpperCase() + ":1-5:7:9-9,\n" + OTHER + ":3"))
        .isEqualTo(ONE + ":1-5:7:9," + OTHER + ":3");
    assertThat(printed(OTHER + ":3, " + ONE + ":7:1-3:4-6"))
        .as("intervals that touch are one")
        .isEqualTo(ONE + ":1-7," + OTHER + ":3");
    assertThat(printed("")).isEmpty();
    assertThat(GtidSet.parse(" \n")).isSameAs(GtidSet.EMPTY);
  }

  @Test
  void transactionsWithATagAreOthersThanThoseWithout() {
    String tagged = ONE + ":1-3:nightly:5:7-9:zeta:1";
    assertThat(printed(tagged)).isEqualTo(tagged);
    assertThat(printed(ONE + ":Nightly:5," + ONE + ":1-3")).isEqualTo(ONE + ":1-3:nightly:5");
    GtidSet set = GtidSet.parse(tagged);
    assertThat(set.covers(GtidSet.parse(ONE + ":nightly:5"))).isTrue();
    assertThat(set.covers(GtidSet.parse(ONE + ":5"))).isFalse();
    assertThat(set.covers(GtidSet.parse(ONE + ":nightly:1"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1-5",
        ONE,
        ONE + ":0",
        ONE + ":5-3",
        ONE + ":1-",
        ONE + ":-1",
        ONE + ":a:b:1",
        ONE + ":a",
        ONE + ":tag-1:1",
        ONE + ":99999999999999999999",
        "zz11fa47-71ca-11e1-9e33-c80aa9429562:1",
        "0-1-100"
      })
  void whatIsNoSetIsRefused(String text) {
    assertThatThrownBy(() -> GtidSet.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void positionsOfOtherEnginesCoverNothingHereAndAreNotCovered() {
    GtidSet set = GtidSet.parse(ONE + ":1-5");
    assertThat(set.covers(Position.NONE)).isTrue();
    assertThat(set.covers(Position.BEYOND)).isFalse();
    assertThat(set.covers(new Lsn(0))).isFalse();
    assertThat(new Lsn(9).covers(set)).isFalse();
    assertThat(set.covers(MariadbGtids.EMPTY)).isFalse();
    assertThat(set.with(Position.NONE)).isEqualTo(set);
    assertThat(set.with(new Lsn(1))).isSameAs(Position.BEYOND);
    assertThat(set.behind(GtidSet.EMPTY)).isZero();
    assertThat(GtidSet.EMPTY.behind(set)).isEqualTo(Position.UNKNOWN);
  }

  /** The same sets as the names of their transactions, one by one. */
  @Test
  void setsDoWhatSetsOfTheirTransactionsDo() {
    Random random = new Random(9);
    for (int round = 0; round < 3000; round++) {
      Set<String> one = transactions(random);
      Set<String> other = random.nextInt(3) == 0 ? some(one, random) : transactions(random);
      GtidSet first = GtidSet.parse(spelled(one, random));
      GtidSet second = GtidSet.parse(spelled(other, random));
      Set<String> both = new TreeSet<>(one);
      both.addAll(other);
      assertThat(first.covers(second)).isEqualTo(one.containsAll(other));
      assertThat(first.equals(second)).isEqualTo(one.equals(other));
      assertThat(first.with(second)).isEqualTo(GtidSet.parse(spelled(both, random)));
      assertThat(first.with(second)).hasSameHashCodeAs(second.with(first));
      assertThat(GtidSet.parse(first.toString())).isEqualTo(first);
      assertThat(Position.further(first, second)).isEqualTo(first.with(second));
      assertThat(first.isPassedBy(second.spelled()))
          .isEqualTo(other.containsAll(one) && !one.containsAll(other));
    }
  }

  @Test
  void aSetOfVeryManyPartsIsNotSpelled() {
    GtidSet one = GtidSet.parse(ONE + ":1-5");
    StringBuilder text = new StringBuilder(ONE).append(":1-6");
    for (int i = 10; i < 600; i += 2) {
      text.append(':').append(i);
    }
    assertThat(GtidSet.parse(text.toString()).spelled()).isEmpty();
    assertThat(one.isPassedBy(text.toString())).as("nobody reads so much").isFalse();
    assertThat(one.isPassedBy(ONE + ":1-6")).isTrue();
    assertThat(one.isPassedBy(ONE + ":1-5")).isFalse();
    assertThat(one.isPassedBy(ONE + ":2-9")).isFalse();
    assertThat(one.isPassedBy("0-1-100")).isFalse();
    assertThat(one.isPassedBy("")).isFalse();
  }

  private static Set<String> transactions(Random random) {
    Set<String> all = new TreeSet<>();
    for (int i = random.nextInt(25); i > 0; i--) {
      String tag = random.nextInt(3) == 0 ? ":tag" : "";
      all.add((random.nextBoolean() ? ONE : OTHER) + tag + ":" + (1 + random.nextInt(12)));
    }
    return all;
  }

  private static Set<String> some(Set<String> of, Random random) {
    Set<String> some = new TreeSet<>(of);
    some.removeIf(each -> random.nextBoolean());
    return some;
  }

  private static String spelled(Set<String> transactions, Random random) {
    List<String> parts = new ArrayList<>(transactions);
    Collections.shuffle(parts, random);
    return String.join(random.nextBoolean() ? "," : ",\n", parts);
  }
}
