package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ChangesCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Heimdall.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void theSqlIsPrintedWithNamesAsTheyAre() {
    assertThat(run("changes", "install", "--print", "--tables", "shop.Items,it's")).isZero();
    assertThat(out.toString())
        .startsWith("BEGIN;")
        .endsWith("COMMIT;\n")
        .contains("'\"shop\".\"Items\"'::pg_catalog.regclass")
        .contains("'\"it''s\"'::pg_catalog.regclass")
        .contains("'invalidate-trigger,'")
        .contains("AFTER INSERT OR UPDATE OR DELETE OR");
  }

  @Test
  void withoutTablesOrAPlaceItSaysWhatIsMissing() {
    assertThat(run("changes", "install", "--print")).isEqualTo(2);
    assertThat(err.toString()).contains("--tables names some, --schemas all of a schema");
    assertThat(run("changes", "remove")).isEqualTo(2);
    assertThat(err.toString()).contains("--config and --source say it");
  }
}
