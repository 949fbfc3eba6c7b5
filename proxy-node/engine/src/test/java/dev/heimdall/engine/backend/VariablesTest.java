package dev.heimdall.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class VariablesTest {
  private static Variables of(String... namesAndValues) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Variables.of(values);
  }

  @Test
  void whatIsTooManyIsTakenBack() {
    Variables from = of("role", "ann", "zone", "1", "a", "1");

    assertThat(from.exceed(of("a", "2"))).isTrue();
    assertThat(from.restoredTo(of("a", "2"))).isEqualTo(of("a", "1"));
    assertThat(of("a", "1").exceed(of("a", "2", "b", "3"))).isFalse();
    assertThat(of("role", "ann").exceed(of("role", "ann"))).isFalse();
    assertThat(of("role", "ann").exceed(of("role", "bob"))).isTrue();
  }

  @Test
  void withAndWithoutLeaveTheOriginalAlone() {
    Variables one = of("a", "1");

    Variables two = one.with("b", "2");
    Variables none = one.without("a");

    assertThat(one.asMap()).containsOnlyKeys("a");
    assertThat(two.asMap()).containsOnlyKeys("a", "b");
    assertThat(none).isSameAs(Variables.NONE);
  }

  @Test
  void aChangeThatChangesNothingIsTheSameObject() {
    Variables one = of("a", "1");

    assertThat(one.with("a", "1")).isSameAs(one);
    assertThat(one.without("b")).isSameAs(one);
  }

  @Test
  void equalContentIsEqualHoweverItCameAbout() {
    Variables one = of("a", "1", "b", "2");
    Variables other = of("b", "2").with("c", "3").with("a", "1").without("c");

    assertThat(other).isEqualTo(one).hasSameHashCodeAs(one);
    assertThat(other.with("a", "2")).isNotEqualTo(one);
  }

  @Test
  void valuesDoNotShowInText() {
    assertThat(of("app.token", "secret value").toString())
        .contains("app.token")
        .doesNotContain("secret");
  }
}
