package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FoldedNameTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret",
        "SECRET",
        "Secret  ",
        "\uff53\uff45\uff43\uff52\uff45\uff54",
        "sec\u00adret",
        "sec\u200bret",
        "s\u00e9cret",
        "se\u0301cret",
        "\ufeffsecret",
        "secre\u0001t"
      })
  void namesThatAComparisonMayHoldForOneShareAForm(String name) {
    assertThat(FoldedName.of(name)).isEqualTo("secret");
  }

  @ParameterizedTest
  @CsvSource({
    "stra\u00dfe, STRASSE",
    "\u00c6on, aeon",
    "\u0153uvre, OEUVRE",
    "\u3042, \u30a2",
    "\uff76, \u304b",
    "\u0130d, ID",
    "\ufb01le, FILE"
  })
  void lettersOfOthersAreFoldedAlike(String one, String other) {
    assertThat(FoldedName.of(one)).isEqualTo(FoldedName.of(other));
  }

  @ParameterizedTest
  @CsvSource({"secret, secrets", "a, b", "\u00e4, b", "\u30a2, \u30a4"})
  void othersDoNot(String one, String other) {
    assertThat(FoldedName.of(one)).isNotEqualTo(FoldedName.of(other));
  }
}
