package dev.heimdall.engine.dialect.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SearchPathTest {

  @Test
  void namesAreFoldedUnlessQuoted() {
    assertThat(SearchPath.parse("\"$user\", Public")).containsExactly("$user", "public");
    assertThat(SearchPath.parse("\"My \"\"Own\"\", x\",b")).containsExactly("My \"Own\", x", "b");
  }

  @Test
  void emptyNamesAreNone() {
    assertThat(SearchPath.parse("")).isEmpty();
    assertThat(SearchPath.parse("\"\"")).isEmpty();
    assertThat(SearchPath.parse("\"\", pg_catalog")).containsExactly("pg_catalog");
  }
}
