package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSizeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?i)^select .* from t",
        "a{100}",
        "(ab){50}",
        "((a{10}){10}){10}",
        "(a{2,50}|b){20}",
        "(a{20,}){20}",
        "[abc]{90}x",
        "(\\d{3}\\.){40}",
        "(a{0,30}){30}"
      })
  void whatHasCountsIsNotTakenForMuchSmallerThanItIs(String regex) {
    long states = Pattern.compile(regex).programSize();

    assertThat(RegexSize.of(regex)).isGreaterThan(states / 3).isLessThan(20 * states);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(((a{1000}){1000}){1000}){1000}",
        "((((((((((a{100}){100}){100}){100}){100}){100}){100}){100}){100}){100})",
        "(a{1000,}){1000}",
        "(?:(?:x+y{500}){500})"
      })
  void countsOfCountsAreTooMuch(String regex) {
    assertThat(RegexSize.of(regex)).isGreaterThan(RegexSize.MOST);
  }
}
