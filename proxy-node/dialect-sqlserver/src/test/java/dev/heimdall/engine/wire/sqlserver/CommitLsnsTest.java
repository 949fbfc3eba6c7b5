package dev.heimdall.engine.wire.sqlserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Position;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CommitLsnsTest {
  private static Position at(String... parts) {
    Map<String, BigInteger> databases = new TreeMap<>();
    for (String part : parts) {
      String[] pair = part.split("=", -1);
      databases.put(pair[0], new BigInteger(pair[1]));
    }
    return CommitLsns.of(databases);
  }

  @Test
  void coversWhatEachDatabaseHas() {
    Position both = at("a=35000000012300001", "b=9999999999999999999999999");
    assertThat(both.covers(at("a=35000000012300001"))).isTrue();
    assertThat(both.covers(at("a=35000000012300002"))).isFalse();
    assertThat(both.covers(at("c=1"))).as("a database that is not there").isFalse();
    assertThat(at("a=1").covers(both)).isFalse();
    assertThat(both.covers(Position.NONE)).isTrue();
    assertThat(at()).isEqualTo(Position.NONE);
  }

  @Test
  void bothAreCoveredByTheFurthestOfEach() {
    Position one = at("a=5", "b=1");
    Position other = at("a=4", "b=2");
    assertThat(Position.further(one, other)).isEqualTo(at("a=5", "b=2"));
    assertThat(one.with(Position.NONE)).isEqualTo(one);
    assertThat(one.behind(at("a=5"))).isZero();
    assertThat(one.behind(other)).isEqualTo(Position.UNKNOWN);
  }

  @Test
  void isPassedByWhatHasMore() {
    Position one = at("a=5", "b=1");
    assertThat(one.spelled()).isEqualTo("a=5,b=1");
    assertThat(one.isPassedBy("a=5,b=2")).isTrue();
    assertThat(one.isPassedBy("a=5,b=1")).isFalse();
    assertThat(one.isPassedBy("a=6")).isFalse();
    assertThat(one.isPassedBy("a")).isFalse();
    assertThat(one.isPassedBy("a=x")).isFalse();
    assertThat(one.isPassedBy("")).isFalse();
  }
}
