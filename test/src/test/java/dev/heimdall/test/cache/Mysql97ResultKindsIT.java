package dev.heimdall.test.cache;

import static dev.heimdall.test.cache.ResultKinds.key;

import dev.heimdall.test.cache.ResultKinds.Kind;
import dev.heimdall.test.fixture.MysqlRelease;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** The same with a server of MySQL's. */
@Tag("long")
class Mysql97ResultKindsIT extends MysqlResultKindsIT {
  private static final String SETTINGS = "settings of the session";

  @Override
  MysqlRelease release() {
    return MysqlRelease.MYSQL;
  }

  @Override
  List<Kind> more() {
    return List.of(
        key(SETTINGS, "SET lc_time_names = 'de_DE'", "SELECT MONTHNAME(d) FROM kinds.t"),
        key(
            SETTINGS,
            "SET default_collation_for_utf8mb4 = 'utf8mb4_general_ci'",
            "SELECT COLLATION(CONVERT(s USING utf8mb4)), COLLATION(_utf8mb4'x') FROM kinds.t"));
  }
}
