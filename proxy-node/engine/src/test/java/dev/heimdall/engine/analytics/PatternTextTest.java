package dev.heimdall.engine.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "create user a password \"s3cret\" ~ create user a password …",
        "create role a login password s3cret ~ create role a login password …",
        "alter /*+ x */ role a password s3cret ~ alter /*+ x */ role a password …",
        "CREATE USER a IDENTIFIED BY \"s3cret\" ~ CREATE USER a IDENTIFIED BY …",
        "CREATE USER a@b IDENTIFIED WITH x AS s3cret ~ CREATE USER a@b IDENTIFIED WITH …",
        "GRANT ALL ON a.* TO b IDENTIFIED BY s3cret ~ GRANT ALL ON a.* TO b IDENTIFIED BY …",
        "SET PASSWORD FOR a = s3cret ~ SET PASSWORD FOR a = …",
        "CHANGE MASTER TO MASTER_PASSWORD = s3cret ~ CHANGE MASTER TO MASTER_PASSWORD …",
        "set app.token = s3cret ~ set app.token = …",
        "set app.token to s3cret ~ set app.token to …",
        "set local \"app.token\" = \"s3cret\" ~ set local \"app.token\" = …",
        "SET @a := s3cret, @b = s3cret ~ SET @a := …",
        "alter role a set app.token = s3cret ~ alter role a set app.token = …",
        "alter database a set app.token to s3cret ~ alter database a set app.token to …",
        "select ?; set app.token = s3cret ~ select ?; set app.token = …",
        "begin; create user a password s3cret ~ begin; create user a password …",
      })
  void whatMayBeASecretIsNotShown(String normalised, String shown) {
    assertThat(PatternText.of(normalised)).isEqualTo(shown);
    assertThat(PatternText.of(normalised)).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select password from users where id = ?",
        "update users set password = ? where id = ?",
        "(select a from b) union select c from d",
        "with a as(select ?) select * from a",
        "insert into a(password) values(?)",
        "begin",
        "set transaction isolation level serializable",
        "set names utf8mb4",
        "create table a(b int)"
      })
  void statementsAboutRowsAreShownWhole(String normalised) {
    assertThat(PatternText.of(normalised)).isSameAs(normalised);
  }
}
