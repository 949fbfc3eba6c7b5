package dev.heimdall.manager.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.Documents;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What forms alone say: the same as nodes do, but at the field. */
class ChecksTest {
  private static final Documents NOTHING = new Documents(new TreeMap<>(), "");

  private static boolean isRight(Step step, String field, String value, String... more) {
    Map<String, String> typed = new HashMap<>(Map.of(field, value));
    for (int i = 0; i < more.length; i += 2) {
      typed.put(more[i], more[i + 1]);
    }
    return !Checks.of(step, Answers.none().with(typed), NOTHING).containsKey(field);
  }

  @ParameterizedTest
  @CsvSource({
    "db.example.com, true",
    "10.0.0.7, true",
    "fd00::7, true",
    "db.example.com:5432, false",
    "db example, false",
    "'', false"
  })
  void aHostHasNoPort(String host, boolean right) {
    assertThat(isRight(Step.DATABASE, "host", host)).isEqualTo(right);
  }

  @ParameterizedTest
  @CsvSource({
    "'10.0.0.0/8, fd00::/8', true",
    "${region.addresses}, true",
    "'', true",
    "10.0.0.0, false",
    "10.0.0.0/33, false",
    "${vdb.addresses}, false"
  })
  void loadBalancersAreInNetworks(String networks, boolean right) {
    assertThat(isRight(Step.CLIENTS, "balancers", networks)).isEqualTo(right);
  }

  @ParameterizedTest
  @CsvSource({
    "cache.example.com, true",
    "'cache.example.com:6379, [fd00::1]:6379', true",
    "cache.example.com:70000, false",
    "redis://cache, false"
  })
  void aStoreIsServers(String servers, boolean right) {
    assertThat(isRight(Step.SHARING, "storeServers", servers, "store", "store")).isEqualTo(right);
  }

  @Test
  void aNameIsThatOfAFile() {
    assertThat(isRight(Step.CLIENTS, "name", "shop.1")).isTrue();
    assertThat(isRight(Step.CLIENTS, "name", ".shop")).isFalse();
    assertThat(isRight(Step.CLIENTS, "name", "a/b")).isFalse();
  }
}
