package dev.heimdall.secrets.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTextTest {
  private final SecretText text = new SecretText("prod/shop");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"username\":\"shop\",\"password\":\"pw\"}",
        "{\"engine\":\"postgres\",\"host\":\"db\",\"port\":5432,\"dbname\":\"shop\","
            + "\"username\":\"shop\",\"password\":\"pw\",\"masterarn\":\"arn:aws:…\"}"
      })
  void theShapesOfRdsAreRead(String content) throws CredentialsException {
    DatabaseLogin login = text.login(content, "v1");
    assertThat(login.user()).isEqualTo("shop");
    assertThat(login.password()).contains("pw");
    assertThat(login.version()).isEqualTo("v1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hunter2 | is no JSON",
        "{\"username\":\"shop\",\"password\":\"hunter2\" | is no JSON",
        "\"hunter2\" | is no JSON object",
        "[\"hunter2\"] | is no JSON object",
        "{\"user\":\"shop\",\"password\":\"hunter2\"} | has no \"username\"",
        "{\"username\":\"hunter2\"} | has no \"password\"",
        "{\"username\":\"hunter2\",\"password\":4711} | has a \"password\" that is no text",
        "{\"username\":\"hunter2\",\"password\":\"\"} | has a \"password\" that is no text"
      })
  void whatIsWrongIsSaidWithoutSayingWhatIsThere(String content, String said) {
    assertThatThrownBy(() -> text.login(content, "v1"))
        .isInstanceOf(CredentialsException.class)
        .hasMessageContaining("the secret \"prod/shop\" cannot be used: it " + said)
        .hasNoCause()
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("hunter2").doesNotContain("4711"));
  }

  @Test
  void aBinarySecretIsNotOneOfADatabase() {
    assertThatThrownBy(() -> text.login(null, "v1")).hasMessageContaining("it is binary");
  }
}
