package dev.heimdall.routing.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortRuleTest {
  private static final List<PortRule> RULES =
      List.of(
          new PortRule(5432, 5440, List.of("10.0.0.0/8")),
          new PortRule(5438, 5438, List.of("sg-0123")),
          new PortRule(5439, 5445, List.of("10.1.0.0/16", "0.0.0.0/0")),
          new PortRule(6000, 6000, List.of("::/0")),
          new PortRule(7000, 7000, List.of()),
          new PortRule(8000, 8001, List.of("pl-0123")));

  @ParameterizedTest
  @CsvSource({
    "5431, CLOSED",
    "5432, OPEN",
    "5438, OPEN",
    "5439, OPEN_TO_ALL",
    "5445, OPEN_TO_ALL",
    "5446, CLOSED",
    "6000, OPEN_TO_ALL",
    "7000, CLOSED",
    "8001, OPEN"
  })
  void allRulesTogetherSayWhoGetsIn(int port, PortState state) {
    assertThat(PortRule.stateOf(port, RULES)).isEqualTo(state);
  }
}
